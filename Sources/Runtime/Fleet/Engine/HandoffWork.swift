import Crypto
import FoundationEssentials
import Logging
import Sagas
import Workers

/// What one worker knows of the handoff it owns, and what it has not committed yet.
struct HandoffWork {
    let taken: TakenHandoff
    let queue: Queue
    var steps: [StepRecord]
    /// Journal entries not committed yet.
    var entries: [String] = []
    var lastError: String?
    /// What another system shall be told, given how the handoff stands.
    var status: (Standing) -> Status? = { _ in nil }
    private var planned: OwnerWrite.Planned?
    private var changes: [Int: OwnerWrite.StepChange] = [:]

    init(_ taken: TakenHandoff, queue: Queue) {
        self.taken = taken
        self.queue = queue
        steps = taken.steps
    }

    var hasChanges: Bool { planned != nil || !changes.isEmpty }

    private var receipts: [String: Receipt] {
        Dictionary(steps.compactMap { step in step.receipt.map { (step.label, $0) } }) { first, _ in first }
    }

    mutating func adopt<Plan>(stages: [Stage<Plan>], planBody: String) throws {
        let planSteps = stages.flatMap { stage in
            stage.steps.map { step in
                OwnerWrite.Planned.Step(
                    label: step.label, queue: stage.queue.name, isFinal: stage.isFinal,
                    key: stepKey(step.label))
            }
        }
        let planned = OwnerWrite.Planned(body: planBody, hash: Self.hash(planBody), steps: planSteps)
        self.planned = planned
        entries.append(try JournalEntry.planned(hash: planned.hash))
        steps = planSteps.enumerated().map { ordinal, step in
            StepRecord(
                ordinal: ordinal, label: step.label, queue: step.queue, state: .planned, attempts: 0, isSettled: true,
                receipt: nil)
        }
    }

    func claimRequest(_ claim: Claim, _ timing: CallTiming, _ ordinal: Int) -> ClaimRequest {
        ClaimRequest(
            handoff: taken.id, token: taken.token, claim: claim, holder: stepKey(steps[ordinal].label), timing: timing)
    }

    mutating func announceIntent(_ ordinal: Int, step: String, timing: CallTiming) throws {
        steps[ordinal].state = .intent
        steps[ordinal].isSettled = false
        changes[ordinal] = OwnerWrite.StepChange(
            ordinal: ordinal, state: .intent, settlesAfter: timing.budget + timing.settle)
        entries.append(
            try JournalEntry.intent(step: step, key: stepKey(step), attempt: steps[ordinal].attempts + 1))
    }

    mutating func markDone(
        _ ordinal: Int, step: String, receipt: Receipt, claim: Claim?, wasFound: Bool
    ) throws {
        steps[ordinal].state = .done
        steps[ordinal].receipt = receipt
        changes[ordinal] = OwnerWrite.StepChange(ordinal: ordinal, state: .done, receipt: receipt, claim: claim)
        entries.append(try JournalEntry.done(step: step, receipt: receipt, wasFound: wasFound))
    }

    mutating func markAbsent(_ ordinal: Int, step: String) throws {
        steps[ordinal].state = .planned
        changes[ordinal] = OwnerWrite.StepChange(ordinal: ordinal, state: .planned)
        entries.append(try JournalEntry.absent(step: step))
    }

    /// The target has surely not done it.
    mutating func markRefused(_ ordinal: Int) {
        steps[ordinal].state = .planned
        changes[ordinal] = OwnerWrite.StepChange(ordinal: ordinal, state: .planned)
    }

    /// The target has the work and says so: what a read-back finds counts from now on.
    mutating func markAccepted(_ ordinal: Int) {
        steps[ordinal].isSettled = true
        changes[ordinal] = OwnerWrite.StepChange(ordinal: ordinal, state: .intent, settlesAfter: .zero)
    }

    /// The step stays in doubt; only its count of failures grows.
    mutating func countFailure(_ ordinal: Int) {
        steps[ordinal].attempts += 1
        changes[ordinal] = OwnerWrite.StepChange(ordinal: ordinal, state: steps[ordinal].state, failures: 1)
    }

    func attempt(_ ordinal: Int, claim: Claim?, claimed: Receipt?, deadline: ContinuousClock.Instant) -> SagaAttempt {
        // Whoever makes a shared thing does so under its own key; a later change of it is this handoff's alone.
        let ownKey = stepKey(steps[ordinal].label)
        return SagaAttempt(
            key: Self.hash(claimed == nil ? claim?.key ?? ownKey : ownKey), correlationID: taken.correlationID,
            deadline: deadline, receipts: receipts, claimed: claimed)
    }

    func write(_ next: OwnerWrite.Next) -> OwnerWrite {
        OwnerWrite(
            handoff: taken.id, token: taken.token, opportunity: taken.opportunity, correlationID: taken.correlationID,
            queue: queue.name, requeues: taken.requeues, planned: planned,
            changes: changes.values.sorted { $0.ordinal < $1.ordinal }, entries: entries,
            status: tellsStatus(next) ? status(standing(next)) : nil, lastError: lastError, next: next)
    }

    mutating func wasCommitted() {
        planned = nil
        changes = [:]
        entries = []
    }

    func metadata(step: String, _ pairs: String...) -> Logger.Metadata {
        var metadata: Logger.Metadata = [
            "handoff": .string(taken.id.lowercased), "correlation": .string(taken.correlationID),
            "queue": .string(queue.name), "step": .string(step),
        ]
        for index in stride(from: 0, to: pairs.count - 1, by: 2) { metadata[pairs[index]] = .string(pairs[index + 1]) }
        return metadata
    }

    /// While a handoff stays where it is, others were told already; only planning begins without anybody knowing.
    private func tellsStatus(_ next: OwnerWrite.Next) -> Bool {
        if case .running = next { taken.plan == nil && steps.isEmpty } else { true }
    }

    private func standing(_ next: OwnerWrite.Next) -> Standing {
        let state: Standing.State =
            switch next {
            case .running: .under(queue: queue.name)
            case .ready(let queue): .under(queue: queue)
            case .waiting(let cause, _): .waiting(cause: cause, on: steps.first { $0.state != .done }?.label ?? "-")
            case .parked(let incident): .parked(incident.incidentClass)
            case .finished: .finished
            }
        return Standing(state: state, opportunity: taken.opportunity, receipts: receipts)
    }

    /// Opportunity, contract, version, part, step and instance: stable for ever.
    private func stepKey(_ label: String) -> String {
        [taken.opportunity, taken.contract, "\(taken.version)", taken.part].map(Self.escaped).joined(separator: "/")
            + "/\(label)"
    }

    /// So that no slash in an id can make two keys equal.
    private static func escaped(_ part: String) -> String {
        guard part.utf8.contains(where: { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "%") }) else { return part }
        return part.split(separator: "%", omittingEmptySubsequences: false).joined(separator: "%25")
            .split(separator: "/", omittingEmptySubsequences: false).joined(separator: "%2F")
    }

    private static func hash(_ text: String) -> String {
        SHA256.hash(data: Data(text.utf8)).hexadecimal
    }
}
