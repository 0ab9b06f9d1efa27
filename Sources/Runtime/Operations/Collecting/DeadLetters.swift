public import RabbitMQ

/// How many messages stand in one dead-letter queue.
public struct DeadLetterCount: Sendable, Codable, Equatable {
    /// The dead-letter queue.
    public let queue: String
    /// How many messages; nil where the broker has no such queue.
    public let messages: Int?
}

extension Publisher {
    /// How many messages stand in the dead-letter queues of `queues`.
    public func deadLetters(of queues: [String]) async throws(RabbitMQError) -> [DeadLetterCount] {
        var counts: [DeadLetterCount] = []
        for queue in queues {
            let name = queue + ".dead"
            counts.append(DeadLetterCount(queue: name, messages: try await depth(of: name)?.messages))
        }
        return counts
    }
}
