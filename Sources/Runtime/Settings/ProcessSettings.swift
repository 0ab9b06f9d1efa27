/// What every process of the fleet is told in the same words: its broker, its schema, how it shows itself and how it stops.
public struct ProcessSettings: Sendable, Equatable {
    /// The RabbitMQ nodes, with the password of `BATON_AMQP_PASSWORD` in place if there is one.
    public let amqpURLs: [HiddenText]
    /// The file with the certificates that RabbitMQ's must be signed by.
    public let amqpCAFile: String?
    /// The PostgreSQL password that goes before the one in the URL.
    public let postgresqlPassword: HiddenText?
    /// The schema that holds Baton's tables.
    public let postgresqlSchema: String
    /// The address on which health and metrics are served.
    public let healthHost: String
    /// The port on which health and metrics are served; 0 takes any free one.
    public let healthPort: Int
    /// The least level that is logged.
    public let logLevel: LogLevel
    /// How log lines look.
    public let logFormat: LogFormat
    /// How many connections to PostgreSQL are held.
    public let poolSize: Int
    /// How long a stopping process may finish what it has begun.
    public let drainTime: Duration
    /// How long what was then cancelled may take to end.
    public let cancelTime: Duration

    init(reading reader: inout SettingsReader) {
        (amqpURLs, amqpCAFile) = reader.broker()
        postgresqlPassword = reader.hidden(KnownSettings.postgresqlPassword)
        postgresqlSchema = reader.schema()
        healthHost = reader.text(KnownSettings.healthHost) ?? ""
        healthPort = reader.number(KnownSettings.healthPort)
        logLevel = reader.choice(KnownSettings.logLevel, or: .info)
        logFormat = reader.choice(KnownSettings.logFormat, or: .auto)
        poolSize = reader.number(KnownSettings.poolSize)
        drainTime = reader.duration(KnownSettings.drainTime)
        cancelTime = reader.duration(KnownSettings.cancelTime)
    }

    /// The least level that is logged, by the names of swift-log.
    public enum LogLevel: String, Sendable, CaseIterable {
        /// Levels from the most to the least detailed.
        case trace, debug, info, notice, warning, error, critical
    }

    /// How log lines look.
    public enum LogFormat: String, Sendable, CaseIterable {
        /// Text on a terminal and JSON elsewhere, or one of them always.
        case auto, json, text
    }

    /// The broker's settings, in the order in which a reader should meet them.
    static let broker = [KnownSettings.amqpURL, KnownSettings.amqpPassword, KnownSettings.amqpCAFile]
    /// How a process shows itself, holds its connections and stops.
    static let running = [
        KnownSettings.healthHost, KnownSettings.healthPort.setting, KnownSettings.logLevel, KnownSettings.logFormat,
        KnownSettings.poolSize.setting, KnownSettings.drainTime.setting, KnownSettings.cancelTime.setting,
    ]
}
