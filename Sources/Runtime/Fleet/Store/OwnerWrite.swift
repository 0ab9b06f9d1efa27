import FoundationEssentials
import Sagas
import Workers

/// Everything that a worker writes about a handoff in one transaction. It takes effect only if the worker still owns
/// the handoff: same token, state `running`.
package struct OwnerWrite: Sendable, Equatable {
    /// A change of one step: the handoff's own, or one of an earlier version that a cancellation takes back.
    package struct StepChange: Sendable, Equatable {
        package var step: StepRecord.ID
        /// The step's stored key, by which it holds claims.
        package var stepKey: String
        package var state: StepRecord.State
        /// 1 when an attempt failed, 0 otherwise.
        package var failures = 0
        /// Set with an intent: from now until a read-back counts.
        package var settlesAfter: Duration?
        package var receipt: Receipt?
        /// The claim that the receipt settles; without a receipt it is given back.
        package var claim: Claim?
        package var kept: Kept?
        /// Whether what a person named has been looked for.
        package var endsAdoption = false
        /// Whether a call may have had an effect that is seen only later: it is looked for again once the handoff closed.
        package var isInDoubt = false
    }

    /// Why an effect stays, and who has to deal with it.
    package struct Kept: Sendable, Equatable {
        package var because: String
        package var owner: IncidentClass.Owner?
    }

    /// What the handoff becomes.
    package enum Next: Sendable, Equatable {
        /// Stays with this worker, as long as this from now.
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

        package var isClosing: Bool { self == .finished || self == .compensated }
    }

    /// For what a handoff waits.
    package struct Wait: Sendable, Equatable {
        package var cause: WaitCause
        /// Falls due after this, and not before the step's outcome may be asked about.
        package var time: Duration
        package var step: StepRecord.ID?
    }

    /// An incident about the handoff.
    package struct Incident: Sendable, Equatable {
        package var incidentClass: IncidentClass
        package var story: String
        /// What a target said in its own words; kept with the incident and nowhere else.
        package var said: String?
        package var step: String?
    }

    /// That planning could not ask a target, and whether that uses up one of its attempts.
    package struct PlanningFailure: Sendable, Equatable {
        package var target: String
        package var isAttempt: Bool
    }

    /// What planning found out: the plan and its steps, stored once.
    package struct Planned: Sendable, Equatable {
        package struct Step: Sendable, Equatable {
            package var label: String
            package var queue: String
            package var isFinal: Bool
            package var key: String
        }

        package var body: String
        package var hash: String
        package var steps: [Step]
    }

    package var handoff: UUID
    package var token: Int64
    package var opportunity: String
    package var correlationID: String
    /// The queue whose worker writes.
    package var queue: String
    package var requeues: Int
    package var direction: Direction = .forwards
    package var planned: Planned?
    package var planningFailure: PlanningFailure?
    package var changes: [StepChange] = []
    /// Journal entries, as JSON text, in order.
    package var entries: [String] = []
    package var status: Status?
    package var lastError: String?
    /// How targets have answered since the last write.
    package var reports: [TargetReport] = []
    /// The target that is called once this is committed: the answer says whether it may be.
    package var calls: String?
    /// Told to people without parking the handoff.
    package var notice: Incident?
    package var next: Next

    /// Whether an outcome is committed, so that earlier take-overs no longer count.
    package var isProgress: Bool {
        planned != nil || changes.contains { $0.state == .done || $0.state == .undone || $0.state == .kept }
    }

    /// Whether a call outside is announced: from then on the handoff has begun, and goes before those that have not.
    package var begins: Bool { changes.contains { $0.settlesAfter != nil } }

    /// The incident that the write opens, and whether it parks the handoff.
    package var incident: (Incident, isBlocking: Bool)? {
        if case .parked(let incident) = next { return (incident, true) }
        return notice.map { ($0, false) }
    }

    /// A notice is about the way forwards, which the handoff has left.
    package var incidentDirection: Direction { notice == nil ? direction : .forwards }

    /// Unique for ever: it names the step, the direction and the round.
    package func incidentCause(step: String?) -> String {
        "handoff/\(handoff.lowercased)/\(step ?? "-")/\(incidentDirection.rawValue)/\(requeues)"
    }
}

/// What must be published once a write is committed.
package struct WriteResult: Sendable, Equatable {
    /// False: the worker no longer owns the handoff and must forget it.
    package var isOwner: Bool
    /// Tickets for handoffs, this one or the head that it released.
    package var tickets: [Ticket]
    /// The incident that the write opened.
    package var incident: UUID?
    /// Whether the target that the write wanted to call may be called.
    package var gate: TargetGate

    package init(isOwner: Bool, tickets: [Ticket] = [], incident: UUID? = nil, gate: TargetGate = .open) {
        self.isOwner = isOwner
        self.tickets = tickets
        self.incident = incident
        self.gate = gate
    }
}

extension UUID {
    /// The canonical lower-case form, as PostgreSQL prints it.
    package var lowercased: String { uuidString.lowercased() }
}
