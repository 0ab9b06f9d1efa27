import Fleet
import Sagas

extension Tables {
    /// The highest version below `row` that stands: whole, or kept by a person, and not called off.
    func standing(below row: Rows.Handoff) -> StandingVersion? {
        let contract = handoffs.filter {
            $0.opportunity == row.opportunity && $0.contract == row.contract && $0.version < row.version
        }
        let standing = contract.filter { version in
            guard version.kind != .cancel else { return false }
            let isCalledOff = contract.contains {
                $0.kind == .cancel && $0.state == .compensated && $0.version > version.version
            }
            let isWhole =
                version.state == .finished && !version.steps.contains { [.undoing, .undone, .kept].contains($0.state) }
            let isKept = version.state == .discarded && version.steps.contains { $0.state == .kept }
            return !isCalledOff && (isWhole || isKept)
        }
        guard let highest = standing.max(by: { $0.version < $1.version }) else { return nil }
        let receipts = Dictionary(
            highest.steps.filter { $0.state == .done || $0.state == .kept }.compactMap { step in
                step.receipt.map { (step.label, $0) }
            }
        ) { first, _ in first }
        if receipts.isEmpty { return nil }
        return StandingVersion(
            version: highest.version, isGivenUp: highest.state == .discarded, receipts: receipts)
    }
}
