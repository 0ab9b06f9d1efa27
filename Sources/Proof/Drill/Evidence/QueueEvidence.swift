import RabbitMQ

/// What stands in the queues.
public struct QueueEvidence: Sendable, Equatable {
    /// A message in a dead-letter queue.
    public struct DeadLetter: Sendable, Equatable {
        var queue: String
        /// The incident that it is a copy of, as its header names it.
        var incident: String?
        /// Its AMQP message id.
        var messageID: String?
    }

    /// How many messages are ready in each work queue.
    var depths: [String: Int] = [:]
    var deadLetters: [DeadLetter] = []

    /// Nothing in any queue.
    init() {}

    /// Looks into the work queues and their dead-letter queues; takes nothing out.
    public init(broker: BrokerSettings, queues: [String]) async throws {
        let publisher = Publisher(settings: broker)
        let (depths, dead) = try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await publisher.run() }
            defer { group.cancelAll() }
            var depths: [String: Int] = [:]
            var dead: [String: Int] = [:]
            for queue in queues {
                depths[queue] = try await Self.depth(of: queue, publisher)
                dead[queue] = try await Self.depth(of: Self.deadLetterQueue(of: queue), publisher)
            }
            return (depths, dead)
        }
        self.depths = depths
        for (queue, count) in dead.sorted(by: { $0.key < $1.key }) where count > 0 {
            deadLetters += try await Self.peek(at: queue, count: count, broker: broker)
        }
    }

    /// What could not be seen.
    struct Unseen: Error, CustomStringConvertible {
        let description: String
    }

    static func deadLetterQueue(of queue: String) -> String { queue + ".dead" }

    private static func depth(of queue: String, _ publisher: Publisher) async throws -> Int {
        guard let depth = try await publisher.depth(of: queue) else {
            throw Unseen(description: "the broker has no queue \(queue)")
        }
        return depth.messages
    }

    /// Takes every message and acknowledges none, so that all of them are back when the connection ends.
    private static func peek(at queue: String, count: Int, broker: BrokerSettings) async throws -> [DeadLetter] {
        let consumer = Consumer(settings: broker, queue: deadLetterQueue(of: queue), prefetch: .max)
        let letters = await withThrowingTaskGroup(of: [DeadLetter].self) { group in
            group.addTask {
                try await consumer.run()
                return []
            }
            group.addTask {
                // Far longer than a broker takes to hand out what it has.
                try await Task.sleep(for: .seconds(20))
                await consumer.close()
                return []
            }
            defer { group.cancelAll() }
            var seen: [DeadLetter] = []
            for await portion in consumer.deliveries {
                seen += portion.map { DeadLetter(queue: queue, delivery: $0) }
                if seen.count >= count { break }
            }
            return seen
        }
        guard letters.count >= count else {
            throw Unseen(description: "\(queue).dead holds \(count) messages and handed out \(letters.count)")
        }
        return letters
    }
}

extension QueueEvidence.DeadLetter {
    init(queue: String, delivery: Delivery) {
        var incident: String?
        if case .string(let id) = delivery.properties.headers["baton-incident"] { incident = id }
        self.init(queue: queue, incident: incident, messageID: delivery.properties.messageID)
    }
}
