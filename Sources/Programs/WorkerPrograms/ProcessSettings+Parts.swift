import Logging
import Observability
import PostgreSQL
import RabbitMQ
import ServiceLifecycle
import Settings
import UnixSignals

/// What every process makes of its settings in the same way.
extension ProcessSettings {
    /// The log of the process that is called `name`.
    package func logger(_ name: String) -> Logger {
        let format = Observability.LogFormat(rawValue: logFormat.rawValue) ?? .auto
        let level = Logger.Level(rawValue: logLevel.rawValue) ?? .info
        return Logger(label: name) { JSONLogHandler(label: $0, level: level, format: format) }
    }

    /// The broker, which sees the connections as `name`.
    package func broker(as name: String) throws -> BrokerSettings {
        var tls = TLSSettings()
        tls.authorityFile = amqpCAFile ?? tls.authorityFile
        return try BrokerSettings(urls: amqpURLs.map(\.revealed), tls: tls, connectionName: name)
    }

    /// The database at `url`, which sees the connections as `name`.
    package func database(at url: HiddenText, as name: String) throws -> DatabaseSettings {
        var database = try DatabaseSettings(
            url.revealed, password: postgresqlPassword.map { PostgreSQL.Secret($0.revealed) })
        database.searchPath = [postgresqlSchema]
        database.applicationName = name
        return database
    }

    /// Services that start in this order, and stop in reverse in their time; none of `signals` where the process is
    /// another's, which is not theirs to end.
    package func group(
        _ services: [any Service], stoppingOn signals: [UnixSignal] = [.sigterm, .sigint], logger: Logger
    ) -> ServiceGroup {
        let limit: [any Service] =
            signals.isEmpty ? [] : [StopLimit(drainTime: drainTime, cancelTime: cancelTime, logger: logger)]
        var configuration = ServiceGroupConfiguration(
            services: (services + limit).map { .init(service: $0) }, gracefulShutdownSignals: signals, logger: logger)
        configuration.maximumGracefulShutdownDuration = drainTime
        // How long cancelling may take is `StopLimit`'s: the group would end the process with a trap.
        return ServiceGroup(configuration: configuration)
    }
}
