import AsyncHTTPClient
import Logging
import Metrics
import Observability
import RabbitMQ
import ServiceLifecycle
import Settings
import UnixSignals

/// The gateway put together from its settings: connections, sources, checks, health.
struct Gateway {
    /// The exchange that takes what sources say.
    static let exchange = "deals"

    private let settings: GatewaySettings
    private let sources: [String: Source]
    private let publisher: Publisher
    private let registry: PrometheusRegistry
    private let logger: Logger

    /// Connects nothing yet; throws for a broker address that cannot be read.
    init(settings: GatewaySettings, sources: [String: Source], logger: Logger? = nil) throws {
        self.settings = settings
        self.sources = sources
        let log = logger ?? Self.logger(settings)
        self.logger = log
        registry = PrometheusRegistry()
        publisher = Publisher(settings: try Self.broker(settings), patience: settings.confirmTime) { event in
            log.info("broker connection", metadata: ["event": "\(event)"])
        }
    }

    /// Connects once and reports what the broker lacks.
    func check() async throws {
        let publisher = publisher
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await publisher.run() }
            let missing = try await publisher.missing(queues: [], exchanges: [Self.exchange])
            group.cancelAll()
            guard missing.isEmpty else { throw NoExchange() }
        }
    }

    /// Serves until the process is asked to stop.
    func run() async throws {
        for warning in settings.warnings { logger.warning("\(warning)") }
        MetricsSystem.bootstrap(registry)
        try await withClient { client in
            try await services(client, stoppingOn: [.sigterm, .sigint]) { _ in }.run()
        }
    }

    /// Serves while `body`, which is told the port, runs; then stops in order.
    func serve<Value: Sendable>(while body: (Int) async throws -> Value) async throws -> Value {
        try await withClient { client in
            let (ports, port) = AsyncStream.makeStream(of: Int.self)
            let services = services(client, stoppingOn: []) { port.yield($0) }
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

    private func withClient<Value: Sendable>(_ body: (HTTPClient) async throws -> Value) async throws -> Value {
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: Self.clientConfiguration)
        do {
            let value = try await body(client)
            try await client.shutdown()
            return value
        } catch {
            try await client.shutdown()
            throw error
        }
    }

    private func services(
        _ client: HTTPClient, stoppingOn signals: [UnixSignal], _ onBound: @escaping @Sendable (Int) async -> Void
    ) -> ServiceGroup {
        let (publisher, logger) = (publisher, logger)
        let health = HealthServer(
            host: settings.healthHost, port: settings.healthPort, registry: registry,
            checks: [{ await Self.look(at: publisher) }], logger: logger)
        let doors = sources.mapValues { $0.door(client: client, logger: logger) }
        let desk = Desk(
            webhooks: WebhookDesk(doors: doors, publisher: publisher, logger: logger),
            checks: CheckDesk(token: settings.token.map(BearerToken.init)),
            maxBodyBytes: settings.maxBodyBytes, requestTime: settings.requestTime, confirmTime: settings.confirmTime,
            logger: logger)
        let server = GatewayServer(
            host: settings.host, port: settings.port, desk: desk, logger: logger, onBound: onBound)
        // Services stop in reverse: what was begun is answered while the broker is still there.
        let services: [any Service] = [health, BrokerConnection(publisher: publisher), server]
        var configuration = ServiceGroupConfiguration(
            services: services.map { .init(service: $0) }, gracefulShutdownSignals: signals,
            logger: logger)
        configuration.maximumGracefulShutdownDuration = settings.drainTime
        configuration.maximumCancellationDuration = settings.cancelTime
        return ServiceGroup(configuration: configuration)
    }

    private static func look(at publisher: Publisher) async -> HealthCheck {
        do {
            let missing = try await publisher.missing(queues: [], exchanges: [exchange])
            return HealthCheck(
                name: "rabbitmq", isOK: missing.isEmpty, why: missing.isEmpty ? nil : "\(NoExchange())")
        } catch {
            return HealthCheck(name: "rabbitmq", isOK: false, why: "\(error)")
        }
    }

    private static func broker(_ settings: GatewaySettings) throws -> BrokerSettings {
        var tls = TLSSettings()
        tls.authorityFile = settings.amqpCAFile ?? tls.authorityFile
        return try BrokerSettings(urls: settings.amqpURLs.map(\.revealed), tls: tls, connectionName: "gateway")
    }

    private static var clientConfiguration: HTTPClient.Configuration {
        // A redirect could carry a token to another host.
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow, timeout: HTTPClient.Configuration.Timeout(connect: .seconds(2)))
        configuration.httpVersion = .http1Only
        return configuration
    }

    private static func logger(_ settings: GatewaySettings) -> Logger {
        let format = LogFormat(rawValue: settings.logFormat.rawValue) ?? .auto
        let level = Logger.Level(rawValue: settings.logLevel.rawValue) ?? .info
        return Logger(label: "gateway") { JSONLogHandler(label: $0, level: level, format: format) }
    }
}

/// Keeps the publisher's connection until the gateway has answered what it began.
private struct BrokerConnection: Service {
    let publisher: Publisher

    func run() async throws {
        try await cancelWhenGracefulShutdown { try await publisher.run() }
        try await gracefulShutdown()
    }
}

/// The broker does not have what the gateway publishes to.
struct NoExchange: Error, CustomStringConvertible {
    var description: String { "the broker has no exchange \(Gateway.exchange): run 'baton topology apply'" }
}
