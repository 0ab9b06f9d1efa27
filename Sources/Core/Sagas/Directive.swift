/// What is known of one step of a handoff, in the order of the list.
public struct StepRecord: Sendable, Equatable {
    /// The stored states of a step on its way forwards.
    public enum State: String, Sendable, Codable {
        /// Nothing was called yet, or it is sure that nothing took effect.
        case planned
        /// A call was announced; whether it took effect is not known.
        case intent
        /// The effect is there and its receipt is kept.
        case done
    }

    /// The step's place in the list, from 0.
    public let ordinal: Int
    /// Name and instance of the step.
    public let label: String
    /// The queue whose workers do it.
    public let queue: String
    /// How far it is.
    public var state: State
    /// How many attempts have failed.
    public var attempts: Int
    /// Whether a read-back counts already; meaningless unless the state is intent.
    public var isSettled: Bool
    /// What it left behind, once done.
    public var receipt: Receipt?

    /// Describes one step.
    public init(
        ordinal: Int, label: String, queue: String, state: State, attempts: Int, isSettled: Bool, receipt: Receipt?
    ) {
        self.ordinal = ordinal
        self.label = label
        self.queue = queue
        self.state = state
        self.attempts = attempts
        self.isSettled = isSettled
        self.receipt = receipt
    }
}

/// What a worker has to do next with a handoff.
public enum Directive: Sendable, Equatable {
    /// Announce and make the effect of this step.
    case perform(ordinal: Int)
    /// Ask the target what the announced call did.
    case readBack(ordinal: Int)
    /// Wait until a read-back counts.
    case waitUntilSettled(ordinal: Int)
    /// Hand the row to another queue's workers.
    case handOver(queue: String)
    /// Close the handoff: everything is done.
    case finish
}

/// Says what comes next for a handoff whose steps stand as `steps`, for a worker of `queue`.
///
/// Strictly in order: the first step that is not done decides.
public func directive(after steps: [StepRecord], in queue: String) -> Directive {
    guard let next = steps.first(where: { $0.state != .done }) else { return .finish }
    if next.queue != queue { return .handOver(queue: next.queue) }
    switch next.state {
    case .planned, .done: return .perform(ordinal: next.ordinal)
    case .intent where next.isSettled: return .readBack(ordinal: next.ordinal)
    case .intent: return .waitUntilSettled(ordinal: next.ordinal)
    }
}
