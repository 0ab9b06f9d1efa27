import Fleet
import FoundationEssentials
import Sagas
import Workers

/// The rows of the protocol's tables as values. Times are those of a ``TwinClock``.
package enum Rows {
    /// Every state of a handoff.
    package enum State: String, Sendable {
        case behind, ready, running, waiting, parked, finished, compensated, stopped, discarded

        /// Whether it has not ended.
        package var isOpen: Bool {
            switch self {
            case .behind, .ready, .running, .waiting, .parked: true
            case .finished, .compensated, .stopped, .discarded: false
            }
        }

        /// Whether it holds its lane.
        package var isInLane: Bool { isOpen && self != .behind }
    }

    /// A handoff with its steps, plan and deal.
    package struct Handoff: Sendable {
        package let id: UUID
        package let opportunity: String
        package let contract: String
        package let version: Int
        package let kind: TakenHandoff.Kind
        package let base: Int?
        let contentHash: String
        package let correlationID: String
        let deal: String
        let sowHash: String?
        package var state = State.behind
        package var queue: String
        package var direction = Direction.forwards
        package var cause: String?
        var lastError: String?
        var activeSince: Duration
        let createdAt: Duration
        /// Since when it has not got on; nil while it does.
        var troubledSince: Duration?
        package var dueAt: Duration?
        package var token: Int64 = 0
        package var takeovers = 0
        package var publishes = 0
        /// Whether its ticket is held back while it is ready.
        package var isWithheld = false
        /// Whether a call outside was ever announced for it.
        package var hasBegun = false
        package var requeues = 0
        package var planningAttempts = 0
        var planningTarget: String?
        package var plan: String?
        package var steps: [Step] = []

        /// Whether a step past the point of no return was begun.
        package var isPastReturn: Bool { steps.contains { $0.isFinal && ($0.state == .intent || $0.state == .done) } }
    }

    /// A step of a handoff.
    package struct Step: Sendable {
        package let label: String
        package let queue: String
        package let isFinal: Bool
        package let key: String
        package var state = StepRecord.State.planned
        package var attempts = 0
        var undoAttempts = 0
        package var settledAt: Duration?
        package var receipt: Receipt?
        var keptBecause: String?
        var keptOwner: IncidentClass.Owner?
        var adoptID: String?
    }

    /// A claim on a thing that deals share.
    struct ClaimRow: Sendable {
        let claim: Claim
        var holder: String
        var externalID: String?
        var contentHash: String?
        var settledAt: Duration
    }

    /// An incident.
    package struct Incident: Sendable {
        package enum State: Sendable { case open, closed }

        package let id: UUID
        package let cause: String
        package let handoff: UUID?
        package let step: String?
        let direction: Direction?
        let queue: String
        package let incidentClass: IncidentClass
        package let isBlocking: Bool
        package let story: String
        let correlationID: String
        let body: [UInt8]?
        package let round: Int
        package let caseID: UUID
        package var state = State.open
        package var resolution: String?
        package var revision = 0
        package var dueAt: Duration?
        /// Since when the trouble lasts.
        var since = Duration.zero
        /// What is known of the deal of a message.
        var facts = DealFacts()
        /// How often the same message came again.
        var repeats = 0
        /// What a target said in its own words.
        package var said: String?
        /// Where the message came from, and whether somebody moved it by hand.
        var origin: [String: String] = [:]
        package var wasMoved = false
        /// Whether its copy stands in the dead-letter queue.
        package var hasCopy = false
    }

    /// What another system shall say about a contract.
    package struct Mirror: Sendable {
        package enum State: Sendable { case idle, ready, running, waiting }

        package let key: MirrorKey
        package let contract: String
        var correlationID: String
        package var sourceVersion: Int64 = 1
        package var wanted: String
        var since: Duration
        var nextTry: Duration?
        package var writtenVersion: Int64 = 0
        package var state = State.ready
        let queue: String
        var attempts = 0
        package var dueAt: Duration?
        var token: Int64 = 0
        var publishes = 0
    }

    /// How an outside system answers the fleet.
    struct Target: Sendable {
        var failures = 0
        var openings = 0
        var openUntil: Duration?
        var probeUntil: Duration?
        var throttledUntil: Duration?
    }

    /// A recorded event.
    package struct Event: Sendable {
        package let source: String
        package let eventID: String
        let contentHash: String
        package internal(set) var admission: Admission
        package let publisher: String?
        /// The handoff to which the event leads, now or since its deal was signed.
        package var handoff: UUID?
        package var copies = 0

        var known: KnownEvent { KnownEvent(contentHash: contentHash, admission: admission) }
    }

    /// An entry of a handoff's journal.
    package struct Entry: Sendable {
        package let handoff: UUID
        package let text: String
    }

    /// What a person paused.
    struct Pause: Sendable, Hashable {
        let kind: String
        let name: String
    }

    /// What was signed.
    struct Signature: Sendable {
        enum State: String, Sendable { case waiting, joined, alerted }

        let envelope: String
        let opportunity: String
        let sowHash: String?
        let signedAt: Date
        let correlationID: String
        let body: String
        var handoff: UUID?
        var state: State
        var dueAt: Duration?
    }

    /// A deal that waits for its signature, or has waited.
    struct UnsignedDeal: Sendable {
        enum State: String, Sendable { case kept, begun, dropped }

        var arrival: Arrival
        var state = State.kept
        var handoff: UUID?
    }

    /// What a person chose for a handoff.
    struct Choice: Sendable {
        let handoff: UUID
        let what: String
        var value: String
    }

    /// What a person decided at a gate.
    struct Approval: Sendable {
        let handoff: UUID
        let gate: String
        let planHash: String
        let isApproved: Bool
    }
}

/// What the database would have refused, or what is not there.
package struct TwinError: Error, Equatable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}
