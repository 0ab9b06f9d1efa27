/// All that a worker can be told from outside, read once at its start and checked as a whole.
public struct WorkerSettings: Sendable, Equatable {
    /// The RabbitMQ nodes, with the password of `BATON_AMQP_PASSWORD` in place if there is one.
    public let amqpURLs: [HiddenText]
    /// The file with the certificates that RabbitMQ's must be signed by.
    public let amqpCAFile: String?
    /// The PostgreSQL database, as libpq takes it.
    public let postgresqlURL: HiddenText
    /// The PostgreSQL password that goes before the one in the URL.
    public let postgresqlPassword: HiddenText?
    /// The schema that holds Baton's tables.
    public let postgresqlSchema: String
    /// Where the CRM, ERP and PSA are reached, without a slash at the end.
    public let targetsURL: String
    /// The address on which health and metrics are served.
    public let healthHost: String
    /// The port on which health and metrics are served; 0 takes any free one.
    public let healthPort: Int
    /// The least level that is logged.
    public let logLevel: LogLevel
    /// How log lines look.
    public let logFormat: LogFormat
    /// How many connections to PostgreSQL a worker holds.
    public let poolSize: Int
    /// How long a worker may hold a handoff without a committed write.
    public let lease: Duration
    /// After how long a ticket that nobody took counts as lost.
    public let ticketLease: Duration
    /// How often the worker looks for what is due.
    public let sweepInterval: Duration
    /// How old an open handoff may grow before a person is asked.
    public let maximalAge: Duration
    /// How many workers may die over a handoff, without an outcome, before a person is asked.
    public let takeovers: Int
    /// How many messages a worker has in work at once; 0 for the queue's own number.
    public let prefetch: Int
    /// After how many failed calls in a row all workers leave a target alone.
    public let breakerFailures: Int
    /// For how long a target is left alone at first.
    public let breakerWait: Duration
    /// For how long a target is left alone at the most.
    public let longestBreakerWait: Duration
    /// How long a stopping worker may finish what it has begun.
    public let drainTime: Duration
    /// How long what was then cancelled may take to end.
    public let cancelTime: Duration
    /// The largest message body that is read.
    public let maxBodyBytes: Int
    /// The most lines a deal may have.
    public let maxLines: Int
    /// The sales stages at which a deal is handed off, if not the catalog's or, without one, the built-in ones.
    public let triggerStages: String?
    /// After how long at the most a worker takes up a newly approved catalog.
    public let catalogRefresh: Duration
    /// How long a signature waits for a deal of its opportunity before people are told.
    public let signaturePatience: Duration
    /// The point at which the worker kills itself, for tests.
    public let crashAt: String?
    /// What can be worked with and should still be put right.
    public let warnings: [SettingsProblem]

    /// Reads the settings from `environment` and the files it names, or throws all that is wrong with them.
    public init(
        environment: [String: String],
        readFile: @escaping (String) throws -> SettingsFile = SettingsFile.read,
        constraints: SettingsConstraints = SettingsConstraints()
    ) throws(SettingsProblems) {
        var reader = SettingsReader(environment: environment, readFile: readFile)
        let settings = Self(reading: &reader)
        reader.reportUnknown(in: environment)
        let problems = reader.problems + settings.problems(under: constraints, besides: reader.problems)
        guard problems.isEmpty else { throw SettingsProblems(problems) }
        self = settings
    }

    /// Reads every setting; the values are good only if `reader` then has no problems.
    init(reading reader: inout SettingsReader) {
        (amqpURLs, amqpCAFile) = reader.broker()
        postgresqlURL = reader.postgresqlURL()
        postgresqlPassword = reader.hidden(KnownSettings.postgresqlPassword)
        postgresqlSchema = reader.schema()
        targetsURL = reader.targetsURL()
        healthHost = reader.text(KnownSettings.healthHost) ?? ""
        healthPort = reader.number(KnownSettings.healthPort)
        logLevel = reader.choice(KnownSettings.logLevel, or: .info)
        logFormat = reader.choice(KnownSettings.logFormat, or: .auto)
        poolSize = reader.number(KnownSettings.poolSize)
        lease = reader.duration(KnownSettings.lease)
        ticketLease = reader.duration(KnownSettings.ticketLease)
        sweepInterval = reader.duration(KnownSettings.sweepInterval)
        maximalAge = reader.duration(KnownSettings.maximalAge)
        takeovers = reader.number(KnownSettings.takeovers)
        prefetch = reader.number(KnownSettings.prefetch)
        breakerFailures = reader.number(KnownSettings.breakerFailures)
        breakerWait = reader.duration(KnownSettings.breakerWait)
        longestBreakerWait = reader.duration(KnownSettings.longestBreakerWait)
        drainTime = reader.duration(KnownSettings.drainTime)
        cancelTime = reader.duration(KnownSettings.cancelTime)
        maxBodyBytes = reader.number(KnownSettings.maxBodyBytes)
        maxLines = reader.number(KnownSettings.maxLines)
        triggerStages = reader.text(KnownSettings.triggerStages)
        catalogRefresh = reader.duration(KnownSettings.catalogRefresh)
        signaturePatience = reader.duration(KnownSettings.signaturePatience)
        crashAt = reader.text(KnownSettings.crashAt)
        warnings = reader.warnings
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
}
