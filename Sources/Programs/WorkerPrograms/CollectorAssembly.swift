import Fleet
import Handoffs
import Logging
import Metrics
import Observability
import Operations
import PostgreSQL
import RabbitMQ
import ServiceLifecycle
import Settings
import Workers

/// The collector of dead letters put together from its settings: connections, one service for each queue, health.
struct CollectorAssembly: Runnable {
    private let settings: CollectorSettings
    private let queues = DeadLetterQueue.all(beside: Queue.all.map(\.name))
    private let broker: BrokerSettings
    private let database: Database
    private let publisher: Publisher
    private let registry: PrometheusRegistry
    private let logger: Logger

    static let name = "dead-letter-collector"

    /// Connects nothing yet; throws every problem of the settings that shows without connecting.
    init(settings: CollectorSettings) throws {
        self.settings = settings
        logger = settings.process.logger(Self.name)
        registry = PrometheusRegistry()
        MetricsSystem.bootstrap(registry)
        broker = try settings.process.broker(as: Self.name)
        database = Database(
            try settings.process.database(at: settings.postgresqlURL, as: Self.name), size: settings.poolSize)
        publisher = Publisher(settings: broker, patience: .seconds(2))
    }

    /// Connects once and reports what broker and database lack.
    func check() async throws {
        let (database, publisher) = (database, publisher)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await database.run() }
            group.addTask { try await publisher.run() }
            try await checkOnce()
            group.cancelAll()
        }
    }

    private func checkOnce() async throws {
        try await Migrator(database: database, schema: settings.postgresqlSchema).check()
        let missing = try await publisher.missing(queues: queues.map(\.name), exchanges: [])
        guard missing.isEmpty else {
            throw MissingQueues(names: missing)
        }
    }

    /// Works until the process is asked to stop. A queue that is not there is waited for.
    func run() async throws {
        for warning in settings.warnings { logger.warning("\(warning)") }
        let (database, publisher, queues) = (database, publisher, queues)
        registry.setCollector {
            var samples: [GaugeSample] = []
            for queue in queues {
                guard let depth = try await publisher.depth(of: queue.name) else { continue }
                samples.append(
                    GaugeSample(MetricNames.deadLettersUncollected, queue.name, value: Double(depth.messages)))
            }
            return samples
        }
        let health = HealthServer(
            host: settings.healthHost, port: settings.healthPort, registry: registry, checks: checks, logger: logger)
        let services: [any Service] =
            [health, Running { await database.run() }, Running { try await publisher.run() }]
            + queues.map(collecting)
        try await settings.process.group(services, logger: logger).run()
    }

    private var checks: [HealthServer.Check] {
        let (database, publisher, queues) = (database, publisher, queues)
        return [
            HealthServer.Check("postgresql") {
                do {
                    _ = try await database.query(Statement(unprepared: "SELECT 1"))
                    return nil
                } catch {
                    return "\(error)"
                }
            },
            HealthServer.Check("rabbitmq") {
                do {
                    let missing = try await publisher.missing(queues: queues.map(\.name), exchanges: [])
                    return missing.isEmpty ? nil : "\(missing.joined(separator: ", ")) is missing"
                } catch {
                    return "\(error)"
                }
            },
        ]
    }

    private func collecting(_ queue: DeadLetterQueue) -> any Service {
        let logger = logger
        let events = CollectorService.Events(
            collected: { queue, outcome in
                Counter(
                    label: "baton_dead_letters_collected_total", dimensions: [("queue", queue), ("outcome", outcome)]
                ).increment()
                if outcome == "opened" {
                    logger.warning("a dead letter became an incident", metadata: ["queue": .string(queue)])
                }
            },
            kept: { queue, reason in
                logger.warning(
                    "dead letter is kept and tried again",
                    metadata: ["queue": .string(queue), "reason": .string(reason)])
            })
        let collector = CollectorService(queue, database: database, broker: broker, events: events) { event in
            if case .lost(let error) = event {
                logger.warning(
                    "broker connection is lost: \(error)", metadata: ["connection": .string(queue.name)])
            }
        }
        return Collecting(collector: collector)
    }
}

/// What the broker lacks, and what to do about it.
private struct MissingQueues: Error, CustomStringConvertible {
    let names: [String]
    var description: String { "the broker has no \(names.joined(separator: ", ")): run 'baton topology apply'" }
}

/// What runs until the process has stopped everything that uses it.
private struct Running: Service {
    let body: @Sendable () async throws -> Void

    init(_ body: @escaping @Sendable () async throws -> Void) {
        self.body = body
    }

    func run() async throws {
        try await cancelWhenGracefulShutdown { try await body() }
        try await gracefulShutdown()
    }
}

/// Collects one queue; a stop takes nothing more, and what is under way ends.
private struct Collecting: Service {
    let collector: CollectorService

    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await collector.connect() }
            group.addTask { try await collector.collect() }
            group.addTask {
                try await gracefulShutdown()
                await collector.stop()
            }
            try await group.waitForAll()
        }
    }
}
