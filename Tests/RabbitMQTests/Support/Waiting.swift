import RabbitMQ
import Synchronization
import Testing

/// Waits until `condition` holds; fails the test if it does not within `limit`.
func eventually(
    _ what: Comment, within limit: Duration = .seconds(20), sourceLocation: SourceLocation = #_sourceLocation,
    isolation: isolated (any Actor)? = #isolation, _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + limit
    while ContinuousClock.now < deadline {
        if try await condition() { return }
        try await Task.sleep(for: .milliseconds(10))
    }
    try #require(Bool(false), what, sourceLocation: sourceLocation)
}

/// Remembers what a connection told.
final class EventLog: Sendable {
    private let events = Mutex<[ConnectionEvent]>([])

    func note(_ event: ConnectionEvent) {
        events.withLock { $0.append(event) }
    }

    var all: [ConnectionEvent] { events.withLock { $0 } }

    var connections: Int {
        all.count { if case .connected = $0 { true } else { false } }
    }

    var losses: [RabbitMQError] {
        all.compactMap { if case .lost(let error) = $0 { error } else { nil } }
    }
}

/// Runs a consumer for the time of `body`.
func withConsumer<Result: Sendable>(
    _ settings: BrokerSettings, queue: String, prefetch: UInt16 = 100, mostBytes: Int = 32 << 20,
    log: EventLog = EventLog(),
    _ body: @Sendable (Consumer, DeliveryReader) async throws -> Result
) async throws -> Result {
    let consumer = Consumer(
        settings: settings, queue: queue, prefetch: prefetch, mostBytes: mostBytes, onEvent: log.note)
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await consumer.run() }
        do {
            let result = try await body(consumer, DeliveryReader(consumer))
            await consumer.close()
            try await group.waitForAll()
            return result
        } catch {
            await consumer.close()
            throw error
        }
    }
}

/// Runs a publisher for the time of `body`.
func withPublisher<Result: Sendable>(
    _ settings: BrokerSettings, window: Int = 1000, patience: Duration = .seconds(10), log: EventLog = EventLog(),
    _ body: @Sendable (Publisher) async throws -> Result
) async throws -> Result {
    let publisher = Publisher(settings: settings, window: window, patience: patience, onEvent: log.note)
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await publisher.run() }
        do {
            let result = try await body(publisher)
            await publisher.close()
            try await group.waitForAll()
            return result
        } catch {
            await publisher.close()
            throw error
        }
    }
}

extension TestBroker {
    /// Asks over a connection of its own.
    func depth(of queue: String) async throws -> QueueDepth? {
        try await withPublisher(settings) { publisher async throws in try await publisher.depth(of: queue) }
    }
}

extension TestBroker {
    /// Waits until nothing is in the queue: a quorum queue counts a little later than it confirms.
    func expectEmpty(_ queue: String, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        try await eventually("\(queue) is empty and has no consumer", sourceLocation: sourceLocation) {
            try await depth(of: queue) == QueueDepth(messages: 0, consumers: 0)
        }
    }
}

struct DeliveriesEnded: Error {}

/// Takes deliveries by number instead of by portion.
actor DeliveryReader {
    private let stream: AsyncStream<[Delivery]>
    private var rest: [Delivery] = []

    init(_ consumer: Consumer) {
        stream = consumer.deliveries
    }

    func next(_ count: Int = 1) async throws -> [Delivery] {
        while rest.count < count {
            var iterator = stream.makeAsyncIterator()
            guard let portion = await iterator.next(isolation: self) else { throw DeliveriesEnded() }
            rest += portion
        }
        defer { rest.removeFirst(count) }
        return Array(rest.prefix(count))
    }
}

extension Message {
    /// A message straight into a queue.
    static func to(_ queue: String, id: String? = nil, body: [UInt8] = Array("{}".utf8)) -> Message {
        Message(
            exchange: "", routingKey: queue,
            properties: Properties(contentType: "application/json", messageID: id), body: body)
    }
}
