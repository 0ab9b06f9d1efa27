/// How much waits in a queue, and how many take from it.
public struct QueueDepth: Sendable, Equatable {
    /// Messages ready for delivery; those at a consumer are not counted.
    public let messages: Int
    /// Consumers of the queue.
    public let consumers: Int

    /// A depth, as the broker's or a test's.
    public init(messages: Int, consumers: Int) {
        self.messages = messages
        self.consumers = consumers
    }
}
