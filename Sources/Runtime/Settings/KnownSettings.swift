/// Every setting of a worker. Each limit guards against a slip of the finger, not against a choice.
enum KnownSettings {
    static let amqpURL = Setting(
        "BATON_AMQP_URL", "The RabbitMQ nodes; any of them will do.",
        expected: "amqp:// or amqps:// URLs with a host, separated by commas", isRequired: true, isSecret: true)
    static let amqpPassword = Setting(
        "BATON_AMQP_PASSWORD", "The RabbitMQ password, instead of the one in the URLs.",
        expected: "the password, or a readable file that holds it", isSecret: true, hasFile: true)
    static let amqpCAFile = Setting(
        "BATON_AMQP_CA_FILE", "The certificates (PEM) that RabbitMQ's must be signed by; the system's if absent.",
        expected: "a readable file")
    static let postgresqlURL = Setting(
        "BATON_POSTGRESQL_URL", "The PostgreSQL database, as libpq takes it; several hosts are possible.",
        expected: "a postgresql:// URL", isRequired: true, isSecret: true)
    static let postgresqlPassword = Setting(
        "BATON_POSTGRESQL_PASSWORD", "The PostgreSQL password, instead of the one in the URL.",
        expected: "the password, or a readable file that holds it", isSecret: true, hasFile: true)
    static let postgresqlSchema = Setting(
        "BATON_POSTGRESQL_SCHEMA", "The schema that holds Baton's tables.",
        expected: "1 to 63 of a-z, 0-9 and _, not beginning with a digit", fallback: "baton")
    static let targetsURL = Setting(
        "BATON_TARGETS_URL", "Where the CRM, ERP and PSA are reached.",
        expected: "an http:// or https:// URL with a host, without user, query and fragment", isRequired: true,
        isSecret: true)
    // What the field knows of such systems: an ERP behind a queue of its own takes effect a minute after a caller left.
    static let erp = TargetSettings("ERP", callBudget: .seconds(30), settlingTime: .seconds(60))
    static let psa = TargetSettings("PSA", callBudget: .seconds(20), settlingTime: .seconds(30))
    static let crmCallBudget = TargetSettings.callBudget(of: "CRM", .seconds(10))
    static let taxCallBudget = TargetSettings.callBudget(of: "TAX", .seconds(10))
    static let sendWindow = DurationSetting(
        "BATON_SEND_WINDOW",
        "How long after it was announced a call may still be sent; past that it is announced anew.",
        fallback: .seconds(5), in: .milliseconds(100)...(.seconds(60)))
    static let healthHost = Setting(
        "BATON_HEALTH_HOST", "The address on which health and metrics are served; 0.0.0.0 for all.",
        expected: "a host name or address", fallback: "127.0.0.1")
    static let healthPort = NumberSetting(
        "BATON_HEALTH_PORT", "The port on which health and metrics are served; 0 takes any free one.",
        fallback: 0, in: 0...65_535)
    static let logLevel = Setting(
        "BATON_LOG_LEVEL", "The least level that is logged.",
        expected: choices(of: ProcessSettings.LogLevel.self), fallback: ProcessSettings.LogLevel.info.rawValue)
    static let logFormat = Setting(
        "BATON_LOG_FORMAT", "How log lines look; auto is text on a terminal and JSON elsewhere.",
        expected: choices(of: ProcessSettings.LogFormat.self), fallback: ProcessSettings.LogFormat.auto.rawValue)
    static let poolSize = NumberSetting(
        "BATON_POOL_SIZE", "How many connections to PostgreSQL a worker holds.", fallback: 4, in: 1...50)
    static let lease = DurationSetting(
        "BATON_LEASE", "How long a worker may hold a handoff without a committed write.",
        fallback: .seconds(15), in: .seconds(1)...(.seconds(3600)))
    static let ticketLease = DurationSetting(
        "BATON_TICKET_LEASE", "After how long a ticket that nobody took counts as lost.",
        fallback: .seconds(20), in: .seconds(1)...(.seconds(3600)))
    static let ticketPatience = DurationSetting(
        "BATON_TICKET_PATIENCE", "After how long a worker with room looks at a handoff whose ticket has not come.",
        fallback: .seconds(2), in: .milliseconds(10)...(.seconds(3600)))
    static let ticketWindow = NumberSetting(
        "BATON_TICKET_WINDOW", "How many handoffs of a queue have a ticket at the broker; the others stand in line.",
        fallback: 500, in: 1...1_000_000)
    static let sweepInterval = DurationSetting(
        "BATON_SWEEP_INTERVAL", "How often each worker looks for what is due.",
        fallback: .seconds(1), in: .milliseconds(50)...(.seconds(60)))
    static let maximalAge = DurationSetting(
        "BATON_MAXIMAL_AGE", "How old an open handoff may grow before a person is asked.",
        fallback: .seconds(72 * 3600), in: .seconds(60)...(.seconds(8760 * 3600)))
    static let takeovers = NumberSetting(
        "BATON_TAKEOVERS", "How many workers may die over a handoff, without an outcome, before a person is asked.",
        fallback: 5, in: 1...100)
    static let openVersions = NumberSetting(
        "BATON_OPEN_VERSIONS",
        "How many versions of one opportunity may be open; one more is answered as a conflict, and a person is told.",
        fallback: 100, in: 2...100_000)
    static let prefetch = NumberSetting(
        "BATON_PREFETCH", "How many messages a worker holds at once; the queue's own number if 0.",
        fallback: 0, in: 0...2000)
    static let prefetchBytes = NumberSetting(
        "BATON_PREFETCH_BYTES",
        "How many bytes of messages a worker has in work at once, one message more at the most; the rest stays at the "
            + "broker.",
        fallback: 33_554_432, in: 1_048_576...1_073_741_824)
    static let inFlight = NumberSetting(
        "BATON_IN_FLIGHT",
        "How many handoffs a worker has in work at once, and so at most calls at a target; half as many statuses.",
        fallback: 64, in: 1...200)
    static let breakerFailures = NumberSetting(
        "BATON_BREAKER_FAILURES",
        "After how many failed calls in a row all workers leave a target alone; below the queues' attempts.",
        fallback: 5, in: 1...1_000_000)
    static let breakerWait = DurationSetting(
        "BATON_BREAKER_WAIT", "For how long a target is left alone at first; doubles with each probe that fails.",
        fallback: .seconds(5), in: .milliseconds(100)...(.seconds(3600)))
    static let longestBreakerWait = DurationSetting(
        "BATON_LONGEST_BREAKER_WAIT", "For how long a target is left alone at the most.",
        fallback: .seconds(60), in: .milliseconds(100)...(.seconds(86_400)))
    static let drainTime = DurationSetting(
        "BATON_DRAIN_TIME", "How long a stopping worker may finish what it has begun.",
        fallback: .seconds(15), in: .seconds(0)...(.seconds(3600)))
    static let cancelTime = DurationSetting(
        "BATON_CANCEL_TIME", "How long what was then cancelled may take to end.",
        fallback: .seconds(5), in: .milliseconds(100)...(.seconds(600)))
    static let keepPatience = DurationSetting(
        "BATON_KEEP_PATIENCE",
        "For how long a message may be kept, because the database is away, before the worker counts as not ready.",
        fallback: .seconds(60), in: .milliseconds(100)...(.seconds(1200)))
    static let maxBodyBytes = NumberSetting(
        "BATON_MAX_BODY_BYTES", "The largest message body that is read.", fallback: 1_048_576,
        in: 1024...134_217_728)
    static let xmlBytes = NumberSetting(
        "BATON_XML_MAX_BYTES", "The largest XML text that is read, such as an outbound message of Salesforce.",
        fallback: 1_048_576, in: 1024...16_777_216)
    static let xmlDepth = NumberSetting(
        "BATON_XML_MAX_DEPTH", "How deep its elements may lie within one another; a SOAP message needs six.",
        fallback: 16, in: 6...64)
    static let xmlElements = NumberSetting(
        "BATON_XML_MAX_ELEMENTS", "How many elements it may have: 100 notifications of 1,000 fields are 101,000.",
        fallback: 101_000, in: 10...1_000_000)
    static let maxLines = NumberSetting(
        "BATON_MAX_LINES", "The most lines a deal may have.", fallback: 2000, in: 1...100_000)
    static let triggerStages = Setting(
        "BATON_TRIGGER_STAGES",
        "The sales stages at which a deal is handed off, as SOURCE=STAGE,STAGE;…, if not the catalog's or, without "
            + "one, the built-in ones; after sign:SOURCE= those at which it is once a document of its opportunity is "
            + "signed.",
        expected: "text")
    static let catalogRefresh = DurationSetting(
        "BATON_CATALOG_REFRESH", "After how long at the most a worker takes up a newly approved catalog.",
        fallback: .seconds(5), in: .seconds(0)...(.seconds(3600)))
    static let signaturePatience = DurationSetting(
        "BATON_SIGNATURE_PATIENCE", "How long a signature waits for a deal of its opportunity before people are told.",
        fallback: .seconds(3600), in: .seconds(1)...(.seconds(30 * 86_400)))
    static let laterLooks = Setting(
        "BATON_LATER_LOOKS",
        "How long after a handoff has closed its targets are asked again for what was ever in doubt, each time.",
        expected: "times that rise, separated by commas, up to 720h", fallback: "1m,10m,1h,24h")
    static let crashAt = Setting(
        "BATON_CRASH_AT", "For tests: the point at which the worker kills itself, as POINT or POINT:NTH.",
        expected: "text")

    static let all: [Setting] =
        [
            amqpURL, amqpPassword, amqpCAFile, postgresqlURL, postgresqlPassword, postgresqlSchema, targetsURL,
        ] + erp.settings + psa.settings + [
            crmCallBudget.setting, taxCallBudget.setting, sendWindow.setting, healthHost, healthPort.setting, logLevel,
            logFormat, poolSize.setting, lease.setting, ticketLease.setting,
            ticketPatience.setting, ticketWindow.setting,
            sweepInterval.setting, maximalAge.setting, takeovers.setting, openVersions.setting,
            prefetch.setting, prefetchBytes.setting, inFlight.setting, breakerFailures.setting,
            breakerWait.setting, longestBreakerWait.setting, drainTime.setting, cancelTime.setting,
            keepPatience.setting, maxBodyBytes.setting, maxLines.setting,
            xmlBytes.setting, xmlDepth.setting, xmlElements.setting, triggerStages, catalogRefresh.setting,
            signaturePatience.setting, laterLooks, crashAt,
        ]

    private static func choices<Choice: RawRepresentable & CaseIterable>(of type: Choice.Type) -> String
    where Choice.RawValue == String {
        "one of " + type.allCases.map(\.rawValue).joined(separator: ", ")
    }
}
