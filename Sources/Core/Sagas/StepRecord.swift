import FoundationEssentials

/// What is known of one step of a handoff.
public struct StepRecord: Sendable, Equatable {
    /// Names a step among all handoffs.
    public struct ID: Sendable, Hashable {
        /// The handoff whose step it is.
        public let handoff: UUID
        /// The step's place in that handoff's list, from 0.
        public let ordinal: Int

        /// Names the step of `handoff` at `ordinal`.
        public init(handoff: UUID, ordinal: Int) {
            self.handoff = handoff
            self.ordinal = ordinal
        }
    }

    /// The stored states of a step.
    public enum State: String, Sendable, Codable, CaseIterable {
        /// Nothing was called yet, or it is sure that nothing took effect.
        case planned
        /// A call was announced; whether it took effect is not known.
        case intent
        /// The effect is there and its receipt is kept.
        case done
        /// Taking it back was announced; whether it is still there is not known.
        case undoing
        /// The effect is not there any more.
        case undone
        /// The effect stays, with the reason.
        case kept
        /// The step is switched off.
        case skipped

        /// Whether a call was announced whose outcome is not known.
        public var isInDoubt: Bool { self == .intent || self == .undoing }

        /// Whether a handoff that goes forwards has this step behind it.
        var isPassed: Bool {
            switch self {
            case .done, .undone, .kept, .skipped: true
            case .planned, .intent, .undoing: false
            }
        }

        /// Whether a handoff that goes backwards still has to take care of this step.
        var mayStand: Bool {
            switch self {
            case .intent, .done, .undoing: true
            case .planned, .undone, .kept, .skipped: false
            }
        }
    }

    /// Which step it is.
    public let id: ID
    /// Name and instance of the step.
    public let label: String
    /// The queue whose workers do it.
    public let queue: String
    /// Whether it lies past the point of no return.
    public let isFinal: Bool
    /// Its stored key: stable for ever.
    public let key: String
    /// How far it is.
    public var state: State
    /// How many attempts have failed in this direction.
    public var attempts: Int
    /// Whether a read-back counts already; meaningless unless the state is intent or undoing.
    public var isSettled: Bool
    /// What it left behind, once done.
    public var receipt: Receipt?
    /// The id of what a person made by hand in its place; nil where nobody did.
    public var adoptID: String?

    /// Describes one step.
    public init(
        id: ID, label: String, queue: String, isFinal: Bool = false, key: String, state: State = .planned,
        attempts: Int = 0, isSettled: Bool = true, receipt: Receipt? = nil, adoptID: String? = nil
    ) {
        self.id = id
        self.label = label
        self.queue = queue
        self.isFinal = isFinal
        self.key = key
        self.state = state
        self.attempts = attempts
        self.isSettled = isSettled
        self.receipt = receipt
        self.adoptID = adoptID
    }
}
