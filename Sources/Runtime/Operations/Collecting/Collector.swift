import FoundationEssentials
import PostgreSQL
import RabbitMQ

/// Takes messages out of dead-letter queues: each that no row stands for becomes an incident, which is committed
/// before the message is acknowledged.
public struct Collector: Sendable {
    private let database: Database
    private let broker: BrokerSettings

    /// How many messages are under way at once; a body may be large.
    private static let prefetch = 20

    /// Writes through `database` and consumes from `broker`.
    public init(database: Database, broker: BrokerSettings) {
        self.database = database
        self.broker = broker
    }

    /// Collects the dead-letter queues of `queues` until they are empty or `limit` messages are taken.
    public func collect(queues: [String], limit: Int?) async throws -> [DeadLetterCollection] {
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
        _ queues: [String], limit: Int?, asking publisher: Publisher
    ) async throws -> [DeadLetterCollection] {
        var collections: [DeadLetterCollection] = []
        var rest = limit ?? .max
        for queue in queues {
            var collection = DeadLetterCollection(deadLetterQueue: queue + ".dead")
            switch try await publisher.depth(of: collection.deadLetterQueue)?.messages {
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
        _ queue: String, into collection: inout DeadLetterCollection, limit: Int, asking publisher: Publisher
    ) async throws {
        let name = collection.deadLetterQueue
        let consumer = Consumer(
            settings: broker, queue: name, prefetch: UInt16(min(limit, Self.prefetch)))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await consumer.run() }
            group.addTask { try await Self.stop(consumer, whenEmpty: name, asking: publisher) }
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
        from consumer: Consumer, of queue: String, into collection: inout DeadLetterCollection, limit: Int
    ) async throws {
        for await portion in consumer.deliveries {
            for delivery in portion.prefix(limit - collection.messages) {
                try await collect(delivery, of: queue, into: &collection)
                await consumer.settle([delivery.tag])
                collection.messages += 1
            }
            if collection.messages >= limit { return }
        }
    }

    private func collect(
        _ delivery: Delivery, of queue: String, into collection: inout DeadLetterCollection
    ) async throws {
        switch CollectedLetter(delivery, from: queue) {
        case .ticket: collection.tickets += 1
        case .copy(_, else: nil): collection.copies += 1
        case .copy(let id, else: let finding?):
            let isNew = try await open(finding, id: id, queue: queue)
            if isNew {
                collection.opened[finding.incidentClass.rawValue, default: 0] += 1
            } else {
                collection.copies += 1
            }
        case .message(let finding):
            let isNew = try await open(finding, id: RowID(UUID()), queue: queue)
            if isNew {
                collection.opened[finding.incidentClass.rawValue, default: 0] += 1
            } else {
                collection.knownMessages += 1
            }
        }
    }

    private static let open = Statement(
        "collect_incident",
        """
        INSERT INTO incidents (id, cause, queue, class, owner, blocking, story, correlation_id, body, headers, round,
            opened_at)
        VALUES ($1, $2, $3, $4, $5, false, $6, $7, $8, $9, $10, clock(clock_timestamp()))
        ON CONFLICT DO NOTHING RETURNING id
        """)

    /// Whether the incident is new: its id and its cause were both unknown.
    private func open(_ finding: CollectedFinding, id: RowID, queue: String) async throws -> Bool {
        let origin = String(decoding: try JSONEncoder().encode(finding.origin), as: UTF8.self)
        return try await !database.query(
            Self.open, id, finding.cause, queue, finding.incidentClass.rawValue, finding.incidentClass.owner.rawValue,
            finding.story, finding.correlationID, finding.body, JSONText(origin), Int32(clamping: finding.round)
        ).isEmpty
    }
}
