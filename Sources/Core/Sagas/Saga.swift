import Workers

/// The saga reads like the process it is: stages in order, each in its queue, steps in order.
public protocol Saga: Sendable {
    /// What the steps work on, made once by planning and stored.
    associatedtype Plan: Codable & Sendable
    /// The saga's stored name: never renamed.
    static var name: String { get }
    /// The stages in order; each step is done once, in order, by the workers of its stage's queue.
    func stages(for plan: Plan) -> [Stage<Plan>]
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
