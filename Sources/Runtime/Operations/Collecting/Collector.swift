import PostgreSQL
public import RabbitMQ

/// Takes messages out of dead-letter queues: each that no row stands for becomes an incident, which is committed
/// before the message is acknowledged.
public struct Collector: Sendable {
    private let book: LetterBook
    private let broker: BrokerSettings

    /// How many messages are under way at once; a body may be large.
    static let prefetch = 20

    /// Writes through `database` and consumes from `broker`.
    public init(database: Database, broker: BrokerSettings) {
        book = LetterBook(database: database)
        self.broker = broker
    }

    /// Collects `queues` until they are empty or `limit` messages are taken.
    public func collect(queues: [DeadLetterQueue], limit: Int?) async throws -> [DeadLetterCollection] {
        let publisher = Publisher(settings: broker, patience: .seconds(5))
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await publisher.run() }
            let outcome: Result<[DeadLetterCollection], any Error>
            do {
                outcome = .success(try await collect(queues, limit: limit, asking: publisher))
            } catch {
                outcome = .failure(error)
            }
            await publisher.close()
            try await group.waitForAll()
            return try outcome.get()
        }
    }

    private func collect(
        _ queues: [DeadLetterQueue], limit: Int?, asking publisher: Publisher
    ) async throws -> [DeadLetterCollection] {
        var collections: [DeadLetterCollection] = []
        var rest = limit ?? .max
        for queue in queues {
            var collection = DeadLetterCollection(deadLetterQueue: queue.name)
            switch try await publisher.depth(of: queue.name)?.messages {
            case nil: collection.exists = false
            case 0?: break
            case _? where rest == 0: break
            case _?: try await empty(queue, into: &collection, limit: rest, asking: publisher)
            }
            rest -= collection.messages
            collections.append(collection)
        }
        return collections
    }

    private func empty(
        _ queue: DeadLetterQueue, into collection: inout DeadLetterCollection, limit: Int, asking publisher: Publisher
    ) async throws {
        let consumer = Consumer(
            settings: broker, queue: queue.name, prefetch: UInt16(min(limit, Self.prefetch)))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await consumer.run() }
            group.addTask { try await Self.stop(consumer, whenEmpty: queue.name, asking: publisher) }
            let outcome: Result<Void, any Error>
            do {
                outcome = .success(try await take(from: consumer, of: queue, into: &collection, limit: limit))
            } catch {
                outcome = .failure(error)
            }
            // What was not settled by now goes back to the queue.
            await consumer.close()
            group.cancelAll()
            try outcome.get()
        }
    }

    /// Consuming ends when nothing more is ready; what is under way to another collector is that one's to finish.
    private static func stop(_ consumer: Consumer, whenEmpty queue: String, asking publisher: Publisher) async throws {
        while let depth = try await publisher.depth(of: queue), depth.messages > 0 {
            try await Task.sleep(for: .milliseconds(50))
        }
        await consumer.stopConsuming()
    }

    private func take(
        from consumer: Consumer, of queue: DeadLetterQueue, into collection: inout DeadLetterCollection, limit: Int
    ) async throws {
        for await portion in consumer.deliveries {
            for delivery in portion.prefix(limit - collection.messages) {
                collection.count(try await book.enter(delivery, from: queue))
                await consumer.settle([delivery.tag])
            }
            if collection.messages >= limit { return }
        }
    }
}
