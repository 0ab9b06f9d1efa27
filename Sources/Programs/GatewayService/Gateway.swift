import AsyncHTTPClient
import Catalogs
import Connectors
import Handoffs
import HummingbirdTLS
import Logging
import Mappings
import Metrics
import Observability
import PostgreSQL
import RabbitMQ
import ServiceLifecycle
import Settings
import UnixSignals
import WorkerPrograms

/// The gateway put together from its settings: connections, sources, checks, health.
struct Gateway: Runnable {
    /// The exchange that takes what sources say.
    static let exchange = "deals"

    private let settings: GatewaySettings
    private let sources: [String: Source]
    private let publisher: Publisher
    private let database: Database?
    private let tls: TLSConfiguration?
    private let registry: PrometheusRegistry
    private let readers: Readers
    private let logger: Logger

    /// Makes what reads a source's webhooks.
    typealias Readers = @Sendable (_ source: Source, _ client: HTTPClient) -> any WebhookReader

    /// Connects nothing yet; throws for addresses and certificates that cannot be used. Without `readers` each kind of
    /// source has its own.
    init(
        settings: GatewaySettings, sources: [String: Source], readers: Readers? = nil, logger: Logger? = nil
    ) throws {
        self.settings = settings
        self.sources = sources
        let log = logger ?? settings.process.logger("gateway")
        self.logger = log
        registry = PrometheusRegistry()
        let (oldest, xml) = (settings.oldestSigned, XMLLimits(settings.xml))
        self.readers =
            readers ?? { source, client in source.reader(client: client, oldest: oldest, xml: xml, logger: log) }
        publisher = Publisher(settings: try settings.process.broker(as: "gateway"), patience: settings.confirmTime) {
            event in
            log.info("broker connection", metadata: ["event": "\(event)"])
        }
        database = try Self.database(settings)
        tls = try Certificate.configuration(for: settings)
    }

    /// Connects once to each and reports what broker and catalog lack.
    func check() async throws {
        var problems: [String] = []
        for look in [checkBroker, checkCatalog] {
            do {
                try await look()
            } catch {
                problems.append("\(error)")
            }
        }
        try Task.checkCancellation()
        guard problems.isEmpty else { throw NotReady(problems: problems) }
    }

    private func checkBroker() async throws {
        let publisher = publisher
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await publisher.run() }
            let missing = try await publisher.missing(queues: [], exchanges: [Self.exchange])
            group.cancelAll()
            guard missing.isEmpty else { throw NoExchange() }
        }
    }

    private func checkCatalog() async throws {
        guard let database else { return }
        let catalogs = StoredCatalogs(database: database, refresh: settings.catalogRefresh)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await database.run() }
            defer { group.cancelAll() }
            do {
                _ = try await catalogs.current()
            } catch {
                throw NoCatalog(schema: settings.postgresqlSchema, why: error)
            }
        }
    }

    /// Serves until the process is asked to stop.
    func run() async throws {
        for warning in settings.warnings { logger.warning("\(warning)") }
        MetricsSystem.bootstrap(registry)
        try await withClients { client, connections in
            try await services(client, connections, stoppingOn: [.sigterm, .sigint]) { _ in }.run()
        }
    }

    /// Serves while `body`, which is told the port, runs; then stops in order.
    func serve<Value: Sendable>(while body: (Int) async throws -> Value) async throws -> Value {
        try await withClients { client, connections in
            let (ports, port) = AsyncStream.makeStream(of: Int.self)
            let services = services(client, connections, stoppingOn: []) { port.yield($0) }
            return try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    defer { port.finish() }
                    try await services.run()
                }
                guard let number = await ports.first(where: { _ in true }) else {
                    try await group.waitForAll()
                    throw CancellationError()
                }
                let result: Result<Value, any Error>
                do {
                    result = .success(try await body(number))
                } catch {
                    result = .failure(error)
                }
                await services.triggerGracefulShutdown()
                try await group.waitForAll()
                return try result.get()
            }
        }
    }

    /// The connections to sources' APIs and to targets, for as long as `body` runs.
    private func withClients<Value: Sendable>(
        _ body: (HTTPClient, HTTPConnections) async throws -> Value
    ) async throws -> Value {
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: Self.clientConfiguration)
        let connections = HTTPConnections()
        let result: Result<Value, any Error>
        do {
            result = .success(try await body(client, connections))
        } catch {
            result = .failure(error)
        }
        try await client.shutdown()
        try await connections.shutdown()
        return try result.get()
    }

    private func checks(_ connections: HTTPConnections) -> CheckDesk {
        let (adapter, base) = (Adapter.sandbox, settings.targetsURL ?? "")
        let catalogs: any CatalogSource =
            database.map { StoredCatalogs(database: $0, refresh: settings.catalogRefresh) } ?? GivenCatalog(nil)
        return CheckDesk(
            token: settings.token.map(BearerToken.init),
            planning: Planning(
                catalogs: catalogs, erp: adapter.erp(at: base, over: connections),
                psa: adapter.psa(at: base, over: connections), tax: adapter.tax(at: base, over: connections)),
            asksTargets: settings.targetsURL != nil, time: settings.checkTime, computeTime: settings.computeTime,
            mappings: SourceMappings.all(.standard.reading(xml: XMLLimits(settings.xml))),
            workbench: Workbench("the checks"),
            logger: logger)
    }

    private static func database(_ settings: GatewaySettings) throws -> Database? {
        guard let url = settings.postgresqlURL else { return nil }
        var database = try settings.process.database(at: url, as: "gateway")
        // Whatever its role may do: who asks what a deal would come to changes nothing.
        database.sessionSettings = ["default_transaction_read_only": "on"]
        return Database(database, size: settings.poolSize)
    }

    private func services(
        _ client: HTTPClient, _ connections: HTTPConnections, stoppingOn signals: [UnixSignal],
        _ onBound: @escaping @Sendable (Int) async -> Void
    ) -> ServiceGroup {
        let (publisher, logger) = (publisher, logger)
        let desk = desk(client, connections)
        let benches = desk.webhooks.doors.sorted { $0.key < $1.key }.map(\.value.workbench) + [desk.checks.workbench]
        let vitals = Vitals(of: benches, patience: settings.stuckAfter)
        let health = HealthServer(
            host: settings.healthHost, port: settings.healthPort, registry: registry, vitals: { vitals.check() },
            checks: [HealthServer.Check("rabbitmq") { await Self.whyNot(publisher) }], logger: logger)
        let server = GatewayServer(
            host: settings.host, port: settings.port, tls: tls, desk: desk,
            connections: Places(inAll: settings.connections, each: settings.connectionsEach), logger: logger,
            onBound: onBound)
        // Services stop in reverse: what was begun is answered while the broker is still there.
        var services: [any ServiceLifecycle.Service] = [Aside(service: health), vitals]
        if let database { services.append(Connection { await database.run() }) }
        services += [Connection { try await publisher.run() }, server]
        // Where no signal stops it, it runs within another's process.
        return settings.process.group(services, stoppingOn: signals, logger: logger)
    }

    private func desk(_ client: HTTPClient, _ connections: HTTPConnections) -> Desk {
        let doors = sources.mapValues { $0.door(readers($0, client)) }
        return Desk(
            webhooks: WebhookDesk(doors: doors, publisher: publisher, logger: logger),
            checks: checks(connections),
            bodies: Bodies(
                maxBytes: settings.maxBodyBytes, requestTime: settings.requestTime,
                unproven: ByteBudget(settings.unprovenBytes), proven: ByteBudget(settings.provenBytes)),
            reading: Places(inAll: settings.reading, each: settings.readingEach),
            working: Places(each: settings.atOnce), proxies: settings.proxies,
            requestTime: settings.requestTime, confirmTime: settings.confirmTime, computeTime: settings.computeTime,
            isEncrypted: tls != nil, logger: logger)
    }

    private static func whyNot(_ publisher: Publisher) async -> String? {
        do {
            let missing = try await publisher.missing(queues: [], exchanges: [exchange])
            return missing.isEmpty ? nil : "\(NoExchange())"
        } catch {
            return "\(error)"
        }
    }

    private static var clientConfiguration: HTTPClient.Configuration {
        // A redirect could carry a token to another host.
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow, timeout: HTTPClient.Configuration.Timeout(connect: .seconds(2)))
        configuration.httpVersion = .http1Only
        return configuration
    }
}

/// Runs a service on a thread of its own: probes are answered while everything else is stuck.
private struct Aside: ServiceLifecycle.Service {
    let service: any ServiceLifecycle.Service
    private let workbench = Workbench("probes")

    func run() async throws {
        let service = service
        try await workbench.run { try await service.run() }
    }
}

/// Keeps a connection until the gateway has answered what it began.
private struct Connection: ServiceLifecycle.Service {
    let connect: @Sendable () async throws -> Void

    func run() async throws {
        let connect = connect
        try await cancelWhenGracefulShutdown { try await connect() }
        try await gracefulShutdown()
    }
}

/// The broker does not have what the gateway publishes to.
struct NoExchange: Error, CustomStringConvertible {
    var description: String { "the broker has no exchange \(Gateway.exchange): run 'baton topology apply'" }
}

/// The catalog cannot be read; that none is in force yet is no problem.
struct NoCatalog: Error, CustomStringConvertible {
    let schema: String
    let why: any Error
    var description: String {
        """
        the catalog cannot be read in schema \(schema) of BATON_POSTGRESQL_URL: \(why). Look at its role, password and \
        BATON_POSTGRESQL_SCHEMA, and run 'baton migrate'
        """
    }
}

/// What a person must do before the gateway can serve.
struct NotReady: Error, Equatable, CustomStringConvertible {
    /// One sentence for each thing that is missing.
    let problems: [String]
    var description: String { problems.joined(separator: "\n") }
}
