public import RabbitMQ

/// How many messages stand in one dead-letter queue.
public struct DeadLetterCount: Sendable, Codable, Equatable {
    /// The dead-letter queue.
    public let queue: String
    /// How many messages; nil where the broker has no such queue.
    public let messages: Int?
}

extension Publisher {
    /// How many messages stand in `queues`.
    public func deadLetters(in queues: [DeadLetterQueue]) async throws(RabbitMQError) -> [DeadLetterCount] {
        var counts: [DeadLetterCount] = []
        for queue in queues {
            counts.append(DeadLetterCount(queue: queue.name, messages: try await depth(of: queue.name)?.messages))
        }
        return counts
    }
}
