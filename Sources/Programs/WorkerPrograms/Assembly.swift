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
import Sagas
import ServiceLifecycle
import Settings
import Workers

/// One worker put together from its settings: saga, ports, connections, health.
struct Assembly: Runnable {
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
        logger = settings.process.logger("\(queue)-worker")
        registry = PrometheusRegistry()
        MetricsSystem.bootstrap(registry)
        let triggers = try settings.triggerStages.map { try TriggerStages(parsing: $0) } ?? .standard
        decoder = DealEventDecoder(
            limits: Limits(bodyBytes: settings.maxBodyBytes, lines: settings.maxLines), triggers: triggers,
            mappings: SourceMappings.all(.standard.reading(xml: XMLLimits(settings.xml))))
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
                policiesOf: catalogs, admissions: process.ports.admissions, announcements: process.ports.announcements,
                now: now) : nil
        let writers = [CRMStatusWriter.target: CRMStatusWriter(crm: adapter.crm(at: base, over: connections))]
        ProcessGauges.begin(program: "\(queue)-worker")
        if intake != nil { IntakeCounters.begin() }
        registry.setCollector { [process, queue] in try await Gauges.collect(from: process, queue: queue) }
        let health = HealthServer(
            host: settings.healthHost, port: settings.healthPort, registry: registry,
            checks: process.checks.map { HealthServer.Check($0.name, whyNot: $0.whyNot) }, logger: logger)
        var services: [any Service] = [health]
        services += process.services(saga: saga, worker: intake, writers: writers)
        try await settings.process.group(services, logger: logger).run()
    }
}

extension FleetSettings {
    /// What the fleet needs of the worker's settings.
    init(_ settings: WorkerSettings, connectionName: String) throws {
        self.init(
            broker: try settings.process.broker(as: connectionName),
            database: try settings.process.database(at: settings.postgresqlURL, as: connectionName))
        poolSize = settings.poolSize
        limits.lease = settings.lease
        limits.ticketLease = settings.ticketLease
        limits.ticketPatience = settings.ticketPatience
        limits.ticketWindow = settings.ticketWindow
        limits.sweepInterval = settings.sweepInterval
        limits.maximalAge = settings.maximalAge
        limits.signaturePatience = settings.signaturePatience
        limits.takeovers = settings.takeovers
        limits.openVersions = settings.openVersions
        limits.targets = [
            "ERP": timing(settings.erp, settings), "PSA": timing(settings.psa, settings),
            // Told by state and again until it is heard: nothing of it is ever in doubt.
            CRMStatusWriter.target: CallTiming(
                window: settings.sendWindow, budget: settings.crmCallBudget, settle: .zero),
        ]
        limits.looks = settings.laterLooks
        limits.planningBudget = settings.erp.callBudget + settings.taxCallBudget
        limits.breakerFailures = settings.breakerFailures
        limits.breakerWait = settings.breakerWait
        limits.longestBreakerWait = settings.longestBreakerWait
        keepPatience = settings.keepPatience
        prefetch = settings.prefetch > 0 ? UInt16(clamping: settings.prefetch) : nil
        prefetchBytes = settings.prefetchBytes
        inFlight = settings.inFlight
        crashAt = settings.crashAt
    }
}

private func timing(_ times: TargetTimes, _ settings: WorkerSettings) -> CallTiming {
    CallTiming(window: settings.sendWindow, budget: times.callBudget, settle: times.settlingTime)
}
