public import PostgreSQL
public import RabbitMQ
import Workers

/// Turns dead letters into rows for as long as it runs, each as it comes, so that nobody has to.
public struct CollectorService: Sendable {
    /// What it tells whoever runs it.
    public struct Events: Sendable {
        /// A message was taken out of `queue`; `outcome` is `opened`, `known`, `copy` or `ticket`.
        public var collected: @Sendable (_ queue: String, _ outcome: String) -> Void
        /// A message cannot be written down now, and is tried again.
        public var kept: @Sendable (_ queue: String, _ reason: String) -> Void

        /// Tells what these are told.
        public init(
            collected: @escaping @Sendable (_ queue: String, _ outcome: String) -> Void,
            kept: @escaping @Sendable (_ queue: String, _ reason: String) -> Void
        ) {
            self.collected = collected
            self.kept = kept
        }
    }

    private let book: LetterBook
    private let queue: DeadLetterQueue
    private let consumer: Consumer
    private let events: Events

    /// Collects `queue` of `broker` through `database`.
    public init(
        _ queue: DeadLetterQueue, database: Database, broker: BrokerSettings, events: Events,
        onConnection: @escaping @Sendable (ConnectionEvent) -> Void
    ) {
        self.queue = queue
        self.events = events
        book = LetterBook(database: database)
        consumer = Consumer(
            settings: broker, queue: queue.name, prefetch: UInt16(Collector.prefetch), onEvent: onConnection)
    }

    /// Keeps the connection; returns when ``collect()`` has ended.
    public func connect() async throws { try await consumer.run() }

    /// Collects until ``stop()``; what is not written down by then goes back to the queue.
    public func collect() async throws {
        let backoff = Backoff(base: .milliseconds(100), cap: .seconds(5), attempts: .max)
        for await portion in consumer.deliveries {
            for delivery in portion {
                var failures = 0
                while true {
                    do {
                        let entry = try await book.enter(delivery, from: queue)
                        await consumer.settle([delivery.tag])
                        events.collected(queue.name, Self.name(of: entry))
                        break
                    } catch let error where !(error is CancellationError) {
                        failures += 1
                        events.kept(queue.name, "\(error)")
                        try await Task.sleep(
                            for: backoff.wait(afterFailures: failures, fraction: Double.random(in: 0...1)))
                    }
                }
            }
        }
        await consumer.close()
    }

    /// Takes nothing more.
    public func stop() async { await consumer.stopConsuming() }

    private static func name(of entry: LetterBook.Entry) -> String {
        switch entry {
        case .opened: "opened"
        case .known: "known"
        case .copy: "copy"
        case .ticket: "ticket"
        }
    }
}
