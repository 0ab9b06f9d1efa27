import FoundationEssentials
import Sagas
import Workers

/// Everything that a worker writes about a handoff in one transaction. It takes effect only if the worker still owns
/// the handoff: same token, state `running`.
struct OwnerWrite: Sendable, Equatable {
    /// A change of one step.
    struct StepChange: Sendable, Equatable {
        var ordinal: Int
        var state: StepRecord.State
        /// 1 when an attempt failed, 0 otherwise.
        var failures = 0
        /// Set with an intent: from now until a read-back counts.
        var settlesAfter: Duration?
        var receipt: Receipt?
        /// The claim that the receipt settles.
        var claim: Claim?
    }

    /// What the handoff becomes.
    enum Next: Sendable, Equatable {
        /// Stays with this worker, at least as long as this from now.
        case running(lease: Duration)
        /// Goes to the workers of this queue.
        case ready(queue: String)
        /// Falls due after this, and not before its intents are settled.
        case waiting(cause: String, for: Duration)
        /// A person is asked.
        case parked(Incident)
        /// Closes, and frees its lane.
        case finished
    }

    /// The incident that parks a handoff.
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
    var planned: Planned?
    var changes: [StepChange] = []
    /// Journal entries, as JSON text, in order.
    var entries: [String] = []
    var status: Status?
    var lastError: String?
    var next: Next

    /// Whether an outcome is committed, so that earlier take-overs no longer count.
    var isProgress: Bool {
        planned != nil || changes.contains { $0.state == .done }
    }

    /// Unique for ever: it names the step, the direction and the round.
    func incidentCause(step: String?) -> String {
        "handoff/\(handoff.lowercased)/\(step ?? "-")/do/\(requeues)"
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
}

extension UUID {
    /// The canonical lower-case form, as PostgreSQL prints it.
    var lowercased: String { uuidString.lowercased() }
}
