import FoundationEssentials
import Sagas
import Workers

/// Everything that a worker writes about a handoff in one transaction. It takes effect only if the worker still owns
/// the handoff: same token, state `running`.
struct OwnerWrite: Sendable, Equatable {
    /// A change of one step: the handoff's own, or one of an earlier version that a cancellation takes back.
    struct StepChange: Sendable, Equatable {
        var step: StepRecord.ID
        /// The step's stored key, by which it holds claims.
        var stepKey: String
        var state: StepRecord.State
        /// 1 when an attempt failed, 0 otherwise.
        var failures = 0
        /// Set with an intent: from now until a read-back counts.
        var settlesAfter: Duration?
        var receipt: Receipt?
        /// The claim that the receipt settles; without a receipt it is given back.
        var claim: Claim?
        var kept: Kept?
        /// Whether what a person named has been looked for.
        var endsAdoption = false
    }

    /// Why an effect stays, and who has to deal with it.
    struct Kept: Sendable, Equatable {
        var because: String
        var owner: IncidentClass.Owner?
    }

    /// What the handoff becomes.
    enum Next: Sendable, Equatable {
        /// Stays with this worker, at least as long as this from now.
        case running(lease: Duration)
        /// Goes to the workers of this queue.
        case ready(queue: String)
        /// Falls due later.
        case waiting(Wait)
        /// A person is asked.
        case parked(Incident)
        /// Closes with everything done, and frees its lane.
        case finished
        /// Closes with everything taken back, and frees its lane.
        case compensated

        var isClosing: Bool { self == .finished || self == .compensated }
    }

    /// For what a handoff waits.
    struct Wait: Sendable, Equatable {
        var cause: WaitCause
        /// Falls due after this, and not before the step's outcome may be asked about.
        var time: Duration
        var step: StepRecord.ID?
    }

    /// An incident about the handoff.
    struct Incident: Sendable, Equatable {
        var incidentClass: IncidentClass
        var story: String
        var step: String?
    }

    /// What planning found out: the plan and its steps, stored once.
    struct Planned: Sendable, Equatable {
        struct Step: Sendable, Equatable {
            var label: String
            var queue: String
            var isFinal: Bool
            var key: String
        }

        var body: String
        var hash: String
        var steps: [Step]
    }

    var handoff: UUID
    var token: Int64
    var opportunity: String
    var correlationID: String
    /// The queue whose worker writes.
    var queue: String
    var requeues: Int
    var direction: Direction = .forwards
    var planned: Planned?
    var changes: [StepChange] = []
    /// Journal entries, as JSON text, in order.
    var entries: [String] = []
    var status: Status?
    var lastError: String?
    /// How targets have answered since the last write.
    var reports: [TargetReport] = []
    /// The target that is called once this is committed: the answer says whether it may be.
    var calls: String?
    /// Told to people without parking the handoff.
    var notice: Incident?
    var next: Next

    /// Whether an outcome is committed, so that earlier take-overs no longer count.
    var isProgress: Bool {
        planned != nil || changes.contains { $0.state == .done || $0.state == .undone || $0.state == .kept }
    }

    /// The incident that the write opens, and whether it parks the handoff.
    var incident: (Incident, isBlocking: Bool)? {
        if case .parked(let incident) = next { return (incident, true) }
        return notice.map { ($0, false) }
    }

    /// Unique for ever: it names the step, the direction and the round.
    func incidentCause(step: String?) -> String {
        "handoff/\(handoff.lowercased)/\(step ?? "-")/\(direction.rawValue)/\(requeues)"
    }
}

/// What must be published once a write is committed.
struct WriteResult: Sendable, Equatable {
    /// False: the worker no longer owns the handoff and must forget it.
    var isOwner: Bool
    /// Tickets for handoffs, this one or the head that it released.
    var tickets: [Ticket] = []
    /// The incident that the write opened.
    var incident: UUID?
    /// Whether the target that the write wanted to call may be called.
    var gate: TargetGate = .open
}

extension UUID {
    /// The canonical lower-case form, as PostgreSQL prints it.
    var lowercased: String { uuidString.lowercased() }
}
