import Crypto
import FoundationEssentials
import Logging
import Sagas
import Workers

/// What one worker knows of the handoff it owns, and what it has not committed yet.
///
/// A cancellation's list holds the steps of the earlier versions that it takes back, earliest version first.
struct HandoffWork {
    let taken: TakenHandoff
    let queue: Queue
    var steps: [StepRecord]
    var direction: Direction
    /// Journal entries not committed yet.
    var entries: [String] = []
    var lastError: String?
    var notice: OwnerWrite.Incident?
    var reports: [TargetReport] = []
    /// What another system shall be told, given how the handoff stands.
    var status: (Standing) -> Status? = { _ in nil }
    var planningFailure: OwnerWrite.PlanningFailure?
    /// How often a call of this handoff was not sent in time.
    var unsentCalls = 0
    /// Until when the lease lasts at least, by this machine's clock.
    var leaseEnds: ContinuousClock.Instant
    private var planned: OwnerWrite.Planned?
    private var changes: [Int: OwnerWrite.StepChange] = [:]

    /// What planning is called where steps are named; no step has this name.
    static let planning = "plan"

    init(_ taken: TakenHandoff, queue: Queue, leaseEnds: ContinuousClock.Instant) {
        self.taken = taken
        self.leaseEnds = leaseEnds
        self.queue = queue
        steps = taken.kind == .cancel ? taken.earlier.flatMap(\.steps) : taken.steps
        direction = taken.kind == .cancel ? .backwards : taken.direction
    }

    var hasChanges: Bool { planned != nil || !changes.isEmpty }

    /// Whether a step past the point of no return was begun: then nothing is undone on a refusal.
    var isPastReturn: Bool { steps.contains { $0.isFinal && ($0.state == .intent || $0.state == .done) } }

    /// What the handoff of the step at `place` has left behind so far, by label.
    private func receipts(of handoff: UUID) -> [String: Receipt] {
        Dictionary(
            steps.compactMap { step in step.id.handoff == handoff ? step.receipt.map { (step.label, $0) } : nil }
        ) { first, _ in first }
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
                id: .init(handoff: taken.id, ordinal: ordinal), label: step.label, queue: step.queue,
                isFinal: step.isFinal, key: step.key)
        }
    }

    func claimRequest(_ claim: Claim, _ timing: CallTiming, _ place: Int) -> ClaimRequest {
        ClaimRequest(
            handoff: taken.id, token: taken.token, claim: claim, holder: steps[place].key,
            // What is asked before the call takes its time too.
            time: timing.budget * 2 + timing.untilSettled)
    }

    /// From here on effects are taken back, and attempts are counted anew.
    mutating func turnBack() {
        direction = .backwards
        for place in steps.indices { steps[place].attempts = 0 }
    }

    /// Announces a call that makes the effect, or takes it back.
    mutating func announceCall(_ place: Int, timing: CallTiming) throws {
        let isUndo = direction == .backwards
        steps[place].state = isUndo ? .undoing : .intent
        steps[place].isSettled = false
        change(place) { $0.settlesAfter = timing.untilSettled }
        entries.append(
            try JournalEntry.intent(
                step: steps[place].label, key: callKey(place), attempt: steps[place].attempts + 1, isUndo: isUndo))
    }

    mutating func markDone(_ place: Int, receipt: Receipt, claim: Claim?, wasFound: Bool) throws {
        steps[place].state = .done
        steps[place].receipt = receipt
        steps[place].adoptID = nil
        change(place) {
            $0.receipt = receipt
            $0.claim = claim
            $0.endsAdoption = true
        }
        entries.append(try JournalEntry.done(step: steps[place].label, receipt: receipt, wasFound: wasFound))
    }

    mutating func markUndone(_ place: Int, as undone: Undone, wasFound: Bool) throws {
        switch undone {
        case .undone:
            steps[place].state = .undone
            change(place) { _ in }
            entries.append(try JournalEntry.undone(step: steps[place].label, wasFound: wasFound))
        case .kept(let because, let owner):
            steps[place].state = .kept
            change(place) { $0.kept = OwnerWrite.Kept(because: String(because.prefix(1000)), owner: owner) }
            entries.append(try JournalEntry.kept(step: steps[place].label, owner: owner))
        }
    }

    /// What a read-back found not to be there.
    mutating func markAbsent(_ place: Int) throws {
        steps[place].state = .planned
        change(place) { _ in }
        entries.append(try JournalEntry.absent(step: steps[place].label))
    }

    /// What a read-back found to be there still, though it was to be taken back.
    mutating func markStanding(_ place: Int) throws {
        steps[place].state = .done
        change(place) { _ in }
        entries.append(try JournalEntry.standing(step: steps[place].label))
    }

    /// The call was never made: all is as before it was announced, and it may be announced anew.
    mutating func withdrawUnsent(_ place: Int, claim: Claim?) throws {
        unsentCalls += 1
        withdrawCall(place, claim: claim)
        entries.append(try JournalEntry.notSent(step: steps[place].label))
    }

    /// What is not known now may be seen late: the target is asked again once the handoff closed.
    mutating func noteDoubt(_ place: Int) {
        change(place) { $0.isInDoubt = true }
    }

    /// The target has surely not done what was announced: all is as before.
    mutating func withdrawCall(_ place: Int, claim: Claim?) {
        steps[place].state = steps[place].state == .undoing ? .done : .planned
        change(place) { $0.claim = claim }
    }

    /// What a person named is not there: the step is where it was before.
    mutating func endAdoption(_ place: Int) {
        steps[place].adoptID = nil
        change(place) { $0.endsAdoption = true }
    }

    /// The target has the work and says so: what a read-back finds counts from now on.
    mutating func markAccepted(_ place: Int) {
        steps[place].isSettled = true
        change(place) { $0.settlesAfter = .zero }
    }

    /// The step stays in doubt; only its count of failures grows.
    mutating func countFailure(_ place: Int) {
        steps[place].attempts += 1
        change(place) { $0.failures += 1 }
    }

    private mutating func change(_ place: Int, _ edit: (inout OwnerWrite.StepChange) -> Void) {
        var change = OwnerWrite.StepChange(
            step: steps[place].id, stepKey: steps[place].key, state: steps[place].state)
        // Within one write the last outcome counts, every failure, and what was found on the way: a step that is read
        // back and taken back at once must not lose the receipt by which that is done.
        if let earlier = changes[place] {
            change.failures = earlier.failures
            change.receipt = earlier.receipt
            change.claim = earlier.claim
            change.endsAdoption = earlier.endsAdoption
            change.isInDoubt = earlier.isInDoubt
        }
        edit(&change)
        changes[place] = change
    }

    func attempt(
        _ place: Int, claim: Claim?, claimed: Receipt?, sendBy: ContinuousClock.Instant? = nil,
        deadline: ContinuousClock.Instant
    ) -> SagaAttempt {
        // Whoever makes a shared thing does so under its own key; a later change of it is this handoff's alone.
        let key = claimed == nil ? claim?.key ?? callKey(place) : callKey(place)
        return SagaAttempt(
            key: Self.hash(key), correlationID: taken.correlationID, sendBy: sendBy, deadline: deadline,
            receipts: receipts(of: steps[place].id.handoff), claimed: claimed,
            takesBackContract: taken.kind == .cancel)
    }

    /// The read-back of an undo asks for what the step made, under the key it was made with.
    func attemptToFind(_ place: Int, claim: Claim?, deadline: ContinuousClock.Instant) -> SagaAttempt {
        SagaAttempt(
            key: Self.hash(claim?.key ?? steps[place].key), correlationID: taken.correlationID, deadline: deadline,
            receipts: receipts(of: steps[place].id.handoff))
    }

    private func callKey(_ place: Int) -> String {
        direction == .backwards ? steps[place].key + "/undo" : steps[place].key
    }

    func write(_ next: OwnerWrite.Next, calling target: String? = nil) -> OwnerWrite {
        OwnerWrite(
            handoff: taken.id, token: taken.token, opportunity: taken.opportunity, correlationID: taken.correlationID,
            queue: queue.name, requeues: taken.requeues, direction: direction, planned: planned,
            planningFailure: planningFailure, changes: changes.sorted { $0.key < $1.key }.map(\.value),
            entries: entries,
            status: tellsStatus(next) ? status(standing(next)) : nil, lastError: lastError, reports: reports,
            calls: target, notice: notice, next: next)
    }

    mutating func wasCommitted() {
        planned = nil
        planningFailure = nil
        changes = [:]
        entries = []
        reports = []
        notice = nil
    }

    func metadata(step: String, _ pairs: String...) -> Logger.Metadata {
        var metadata: Logger.Metadata = [
            "handoff": .string(taken.id.lowercased), "correlation": .string(taken.correlationID),
            "queue": .string(queue.name), "step": .string(step),
        ]
        for index in stride(from: 0, to: pairs.count - 1, by: 2) { metadata[pairs[index]] = .string(pairs[index + 1]) }
        return metadata
    }

    /// What past the point of no return stands or stood: the same as long as the undoing goes on.
    var undoHash: String {
        let final = steps.compactMap { step in
            step.isFinal ? step.receipt.map { "\(step.key) \($0.externalID)" } : nil
        }
        return Self.hash(final.joined(separator: "\n"))
    }

    /// While a handoff stays where it is, others were told already; only planning begins without anybody knowing.
    private func tellsStatus(_ next: OwnerWrite.Next) -> Bool {
        switch next {
        case .running: taken.plan == nil && steps.isEmpty
        case .finished, .ready, .waiting, .parked, .compensated: true
        }
    }

    private func standing(_ next: OwnerWrite.Next) -> Standing {
        // A cancellation that took nothing back changes nothing, whatever was told while it waited; and where a version is
        // taken back, the one below it is what is left.
        let leavesWhatStands =
            switch next {
            case .finished: taken.kind == .cancel
            case .compensated: taken.kind != .cancel
            case .running, .ready, .waiting, .parked: false
            }
        if leavesWhatStands, let below = taken.standing { return below.standing(of: taken.opportunity) }
        let state: Standing.State =
            switch next {
            case .running: inWork(under: queue.name)
            case .ready(let queue): inWork(under: queue)
            case .waiting(let wait):
                .waiting(wait.cause, step: waitingStep(wait))
            case .parked(let incident): .parked(incident.incidentClass)
            case .finished: taken.kind == .cancel ? .compensated : .finished
            case .compensated: .compensated
            }
        return Standing(state: state, opportunity: taken.opportunity, receipts: receipts(of: taken.id))
    }

    private func waitingStep(_ wait: OwnerWrite.Wait) -> String {
        // While planning there is no step: what is told is the target that planning has to ask.
        if steps.isEmpty, taken.kind != .cancel { return planningFailure?.target ?? taken.planningTarget ?? "-" }
        return steps.first { $0.id == wait.step }?.label ?? "-"
    }

    private func inWork(under queue: String) -> Standing.State {
        direction == .backwards ? .undoing(queue: queue) : .under(queue: queue)
    }

    private func stepKey(_ label: String) -> String {
        StepKey.of(
            opportunity: taken.opportunity, contract: taken.contract, version: taken.version, part: taken.part,
            label: label)
    }

    private static func hash(_ text: String) -> String {
        SHA256.hash(data: Data(text.utf8)).hexadecimal
    }
}
