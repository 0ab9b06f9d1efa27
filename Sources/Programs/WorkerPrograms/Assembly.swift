import Connectors
import Deals
import Fleet
import Foundation
import Handoffs
import Logging
import Mappings
import Metrics
import Observability
import PostgreSQL
import RabbitMQ
import ServiceLifecycle
import Settings
import Workers

/// One worker put together from its settings: saga, ports, connections, health.
struct Assembly {
    private let queue: Queue
    private let settings: WorkerSettings
    private let process: WorkerProcess<DealHandoff>
    private let decoder: DealEventDecoder
    private let registry: PrometheusRegistry
    private let logger: Logger

    /// Connects nothing yet; throws every problem of the settings that shows without connecting.
    init(queue: Queue, settings: WorkerSettings) throws {
        self.queue = queue
        self.settings = settings
        logger = Self.logger(queue: queue, settings: settings)
        registry = PrometheusRegistry()
        MetricsSystem.bootstrap(registry)
        let triggers = try settings.triggerStages.map { try TriggerStages(parsing: $0) } ?? .standard
        decoder = DealEventDecoder(
            limits: Limits(bodyBytes: settings.maxBodyBytes, lines: settings.maxLines), triggers: triggers,
            mappings: SourceMappings.all())
        process = try WorkerProcess(
            DealHandoff.self, queue: queue, settings: try FleetSettings(settings, connectionName: "\(queue)-worker"),
            logger: logger)
    }

    /// Connects once and reports what broker and database lack.
    func check() async throws {
        let process = process
        try await withThrowingTaskGroup(of: Void.self) { group in
            for service in process.connections { group.addTask { try await service.run() } }
            try await process.check()
            group.cancelAll()
        }
    }

    /// Works until the process is asked to stop.
    func run() async throws {
        for warning in settings.warnings { logger.warning("\(warning)") }
        let connections = HTTPConnections()
        do {
            try await serve(connections)
            try await connections.shutdown()
        } catch {
            try await connections.shutdown()
            throw error
        }
    }

    private func serve(_ connections: HTTPConnections) async throws {
        let (adapter, base) = (Adapter.sandbox, settings.targetsURL)
        let now: @Sendable () -> Timestamp = { .now }
        let catalogs = StoredCatalogs(database: process.database, refresh: settings.catalogRefresh)
        let saga = DealHandoff(
            catalogs: catalogs,
            erp: adapter.erp(at: base, over: connections),
            psa: adapter.psa(at: base, over: connections), tax: adapter.tax(at: base, over: connections),
            numbers: process.ports.numbers, announcements: process.ports.announcements, now: now)
        let intake =
            queue == DealIntake.queue
            ? DealIntake(
                decoder: decoder, stagesOf: settings.triggerStages == nil ? catalogs : nil,
                admissions: process.ports.admissions, announcements: process.ports.announcements,
                now: now) : nil
        let writers = [CRMStatusWriter.target: CRMStatusWriter(crm: adapter.crm(at: base, over: connections))]
        registry.setCollector { [process, queue] in try await Gauges.collect(from: process, queue: queue) }
        let health = HealthServer(
            host: settings.healthHost, port: settings.healthPort, registry: registry,
            checks: process.checks.map { check in
                {
                    let answer = await check()
                    return HealthCheck(name: answer.name, isOK: answer.isFine, why: answer.why)
                }
            }, logger: logger)
        var services: [any Service] = [health]
        services += process.services(saga: saga, worker: intake, writers: writers)
        var configuration = ServiceGroupConfiguration(
            services: services.map { .init(service: $0) }, gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger)
        configuration.maximumGracefulShutdownDuration = settings.drainTime
        configuration.maximumCancellationDuration = settings.cancelTime
        try await ServiceGroup(configuration: configuration).run()
    }

    private static func logger(queue: Queue, settings: WorkerSettings) -> Logger {
        let format: Observability.LogFormat = Observability.LogFormat(rawValue: settings.logFormat.rawValue) ?? .auto
        let level = Logger.Level(rawValue: settings.logLevel.rawValue) ?? .info
        return Logger(label: "\(queue)-worker") { JSONLogHandler(label: $0, level: level, format: format) }
    }
}

extension FleetSettings {
    /// What the fleet needs of the worker's settings.
    init(_ settings: WorkerSettings, connectionName: String) throws {
        var tls = TLSSettings()
        tls.authorityFile = settings.amqpCAFile ?? tls.authorityFile
        let broker = try BrokerSettings(
            urls: settings.amqpURLs.map(\.revealed), tls: tls, connectionName: connectionName)
        var database = try DatabaseSettings(
            settings.postgresqlURL.revealed,
            password: settings.postgresqlPassword.map { PostgreSQL.Secret($0.revealed) })
        database.searchPath = [settings.postgresqlSchema]
        database.applicationName = connectionName
        self.init(broker: broker, database: database)
        poolSize = settings.poolSize
        limits.lease = settings.lease
        limits.ticketLease = settings.ticketLease
        limits.sweepInterval = settings.sweepInterval
        limits.maximalAge = settings.maximalAge
        limits.signaturePatience = settings.signaturePatience
        limits.takeovers = settings.takeovers
        limits.breakerFailures = settings.breakerFailures
        limits.breakerWait = settings.breakerWait
        limits.longestBreakerWait = settings.longestBreakerWait
        prefetch = settings.prefetch > 0 ? UInt16(clamping: settings.prefetch) : nil
        crashAt = settings.crashAt
    }
}

extension Timestamp {
    /// The present, for dating what is announced; no decision depends on it.
    fileprivate static var now: Timestamp {
        let milliseconds = Int64(Date().timeIntervalSince1970 * 1000)
        guard let now = Timestamp(millisecondsSince1970: milliseconds) else {
            preconditionFailure("the machine's clock is outside of the calendar: \(milliseconds) ms since 1970")
        }
        return now
    }
}
