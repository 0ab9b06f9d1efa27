import Workers

/// Every deal ended as its story says: sold deals are projects, refused ones wait for a person, cancelled ones are gone.
enum FateJudgement {
    static func judge(_ evidence: Evidence) -> [Violation] {
        let stories = Dictionary(
            evidence.published.filter { $0.kind == .deal && !$0.startsNothing && $0.isConfirmed }.map {
                ("\($0.opportunity ?? "-")/\($0.contract ?? "-")", $0.fate ?? .finishes)
            }, uniquingKeysWith: { first, _ in first })
        let handoffs = Dictionary(grouping: evidence.store.handoffs) { "\($0.opportunity)/\($0.contract)" }
        let live = Dictionary(grouping: Things(evidence).all.filter { $0.isLive && $0.step?.state != "kept" }) {
            $0.handoff.map { "\($0.opportunity)/\($0.contract)" } ?? "-"
        }
        let leftToPeople = leftToPeople(evidence)
        let ends = stories.filter { !leftToPeople.contains($0.key) }.sorted { $0.key < $1.key }
        return tooMany(leftToPeople.count, of: stories.count)
            + ends.flatMap { contract, fate in
                let versions = (handoffs[contract] ?? []).sorted { $0.version < $1.version }
                return switch fate {
                case .finishes: unless(versions.last?.state == "finished", contract, "should be finished", versions)
                case .isRefused: refused(contract, versions, evidence)
                case .isCancelled: cancelled(contract, versions, live[contract] ?? [])
                }
            }
    }

    private static func tooMany(_ count: Int, of deals: Int) -> [Violation] {
        guard count * 1000 > deals else { return [] }
        return [
            Violation(
                .fate, "\(count) of \(deals) deals wait for people because of their targets: over one of a thousand")
        ]
    }

    /// Contracts that wait for people because their target was slow or late: each has its incident.
    static func leftToPeople(_ evidence: Evidence) -> Set<String> {
        guard evidence.hasPoorTargets else { return [] }
        let causes: Set = [IncidentClass.attemptsUsedUp.rawValue, IncidentClass.undoRefused.rawValue]
        let handoffs = Set(
            evidence.store.incidents.filter { $0.holdsUp && causes.contains($0.incidentClass) }.compactMap(\.handoff))
        return Set(
            evidence.store.handoffs.filter { $0.state == "parked" && handoffs.contains($0.id) }.map {
                "\($0.opportunity)/\($0.contract)"
            })
    }

    private static func unless(
        _ isRight: Bool, _ contract: String, _ text: String, _ versions: [StoreEvidence.Handoff]
    ) -> [Violation] {
        guard !isRight else { return [] }
        let states = versions.map { "version \($0.version) \($0.state)" }.joined(separator: ", ")
        return [Violation(.fate, deal: contract, "\(text), and is: \(states.isEmpty ? "not there" : states)")]
    }

    private static func refused(
        _ contract: String, _ versions: [StoreEvidence.Handoff], _ evidence: Evidence
    ) -> [Violation] {
        let incidents = evidence.store.incidents.filter { $0.handoff == versions.last?.id && $0.holdsUp }
        let isRight =
            versions.last?.state == "parked" && incidents.count == 1
            && incidents.allSatisfy { $0.incidentClass == "target_refused" }
        return unless(isRight, contract, "should be parked, refused by a target", versions)
    }

    /// A deal that is past its point of no return when the cancellation comes finishes, and a person is asked.
    private static func cancelled(
        _ contract: String, _ versions: [StoreEvidence.Handoff], _ live: [Things.Thing]
    ) -> [Violation] {
        guard let cancellation = versions.last, cancellation.kind == "cancel" else {
            return unless(false, contract, "should be cancelled", versions)
        }
        if cancellation.asksForApproval {
            return unless(versions.contains { $0.state == "finished" }, contract, "waits for nothing", versions)
        }
        let isClosed =
            ["finished", "compensated"].contains(cancellation.state) && versions.allSatisfy(\.isClosed)
        return unless(isClosed, contract, "should be cancelled", versions)
            + live.map {
                Violation(.fate, deal: contract, key: $0.name, "still stands although the deal is cancelled")
            }
    }
}
