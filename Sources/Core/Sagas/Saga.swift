import FoundationEssentials
import Workers

/// The saga reads like the process it is: stages in order, each in its queue, steps in order.
public protocol Saga: Sendable {
    /// What the steps work on, made once by planning and stored.
    associatedtype Plan: Codable & Sendable
    /// The saga's stored name: never renamed.
    static var name: String { get }
    /// The queue whose workers plan a handoff that is at the head of its lane.
    static var planningQueue: Queue { get }
    /// Makes the plan from the canonical bytes of a deal, upon the version before it if that ended in a project. Reads
    /// what it needs to know and changes nothing; throws ``Refused`` for a deal that cannot be planned, and
    /// ``Unavailable`` where something that it has to ask cannot be asked now.
    func plan(
        _ deal: String, for handoff: UUID, upon base: Base<Plan>?, on attempt: PlanningAttempt
    ) async throws -> Plan
    /// The stages in order; each step is done once, in order, and undone in reverse, by the workers of its stage's queue.
    func stages(for plan: Plan) -> [Stage<Plan>]
    /// What another system shall be told about a handoff that stands so, or nil to tell nothing.
    func status(of standing: Standing, plan: Plan?) -> Status?
}

/// One try at planning: what is known beside the deal.
public struct PlanningAttempt: Sendable {
    /// The id that follows the deal everywhere.
    public let correlationID: String
    /// The moment after which nothing may be asked any more.
    public let deadline: ContinuousClock.Instant
    /// What people decided for this handoff, such as which of several customers is meant, by what was to be decided.
    public let choices: [String: String]
    /// What the latest signed document of the opportunity says, as the event's canonical JSON; nil while none is known.
    public let signature: String?

    /// Describes one try.
    public init(
        correlationID: String, deadline: ContinuousClock.Instant, choices: [String: String] = [:],
        signature: String? = nil
    ) {
        self.correlationID = correlationID
        self.deadline = deadline
        self.choices = choices
        self.signature = signature
    }
}

/// The part of a handoff that one queue's workers do.
public struct Stage<Plan: Sendable>: Sendable {
    /// Whose workers do it.
    public let queue: Queue
    /// The outside effects, in order.
    public let steps: [any Step<Plan>]
    /// Whether the steps lie past the point of no return.
    public let isFinal: Bool

    /// Describes the part that `queue`'s workers do.
    public init(_ queue: Queue, isFinal: Bool = false, _ steps: [any Step<Plan>]) {
        self.queue = queue
        self.steps = steps
        self.isFinal = isFinal
    }
}

/// The earlier version of a contract that a handoff builds upon: finished, and nothing of it taken back.
public struct Base<Plan: Sendable>: Sendable {
    /// The version of the contract.
    public let version: Int
    /// What it was to do.
    public let plan: Plan
    /// What its steps left behind, by label.
    public let receipts: [String: Receipt]

    /// Describes a version that ended well.
    public init(version: Int, plan: Plan, receipts: [String: Receipt]) {
        self.version = version
        self.plan = plan
        self.receipts = receipts
    }
}

/// How a handoff stands, as far as people and other systems care.
public struct Standing: Sendable, Equatable {
    /// What the handoff is about to be, once the write that carries this is committed.
    public enum State: Sendable, Equatable {
        /// In work, or ready for it, in this queue.
        case under(queue: String)
        /// Not in work until something passes or comes; while planning, `step` is the target that cannot be asked.
        case waiting(WaitCause, step: String)
        /// A person was asked.
        case parked(IncidentClass)
        /// Everything is done.
        case finished
        /// It is being taken back, by this queue's workers.
        case undoing(queue: String)
        /// It was taken back.
        case compensated
        /// A person gave it up; what it had made is kept.
        case discarded
    }

    /// The state.
    public let state: State
    /// The opportunity it is about.
    public let opportunity: String
    /// What the steps left behind so far, by label.
    public let receipts: [String: Receipt]

    /// Describes how a handoff stands.
    public init(state: State, opportunity: String, receipts: [String: Receipt]) {
        self.state = state
        self.opportunity = opportunity
        self.receipts = receipts
    }
}

/// What another system shall say about a contract of an opportunity: the latest state, not each event.
public struct Status: Sendable, Equatable {
    /// The system to be told, such as `CRM`.
    public let target: String
    /// Which of its objects.
    public let object: String
    /// The queue whose workers tell it.
    public let queue: Queue
    /// What it shall say, as JSON.
    public let content: String

    /// Describes what `target` shall say.
    public init(target: String, object: String, queue: Queue, content: String) {
        self.target = target
        self.object = object
        self.queue = queue
        self.content = content
    }
}

/// Tells another system what it shall say; called again with the same version until it returns.
public protocol StatusWriter: Sendable {
    /// Writes the report; one that is older than what was written counts as done.
    func write(_ report: StatusReport, on attempt: SagaAttempt) async throws
}

/// Something of a contract that people have to decide, and that holds nothing else up.
public struct OpenQuestion: Sendable, Equatable {
    /// The version that it is about.
    public let version: Int
    /// What is asked.
    public let incidentClass: IncidentClass

    /// Describes what is asked about a version.
    public init(version: Int, incidentClass: IncidentClass) {
        self.version = version
        self.incidentClass = incidentClass
    }
}

/// The latest state of a contract, for a system that shall show it.
public struct StatusReport: Sendable, Equatable {
    /// The opportunity.
    public let opportunity: String
    /// The contract; empty where it is not known.
    public let contract: String
    /// What to say, as the saga's status wrote it.
    public let content: String
    /// Since when it is so.
    public let since: Date
    /// When a waiting handoff is tried again; nil where nothing waits.
    public let nextTry: Date?
    /// Rises with every state.
    public let sourceVersion: Int64
    /// What people have to decide beside it, by version.
    public let questions: [OpenQuestion]

    /// Describes a state.
    public init(
        opportunity: String, contract: String, content: String, since: Date, nextTry: Date?, sourceVersion: Int64,
        questions: [OpenQuestion]
    ) {
        self.opportunity = opportunity
        self.contract = contract
        self.questions = questions
        self.content = content
        self.since = since
        self.nextTry = nextTry
        self.sourceVersion = sourceVersion
    }
}
