/// All that a worker can be told from outside, read once at its start and checked as a whole.
@dynamicMemberLookup
public struct WorkerSettings: Sendable, Equatable {
    /// What every process is told.
    public let process: ProcessSettings
    /// The PostgreSQL database, as libpq takes it.
    public let postgresqlURL: HiddenText
    /// Where the CRM, ERP and PSA are reached, without a slash at the end.
    public let targetsURL: String
    /// How long calls to the ERP may take and hide.
    public let erp: TargetTimes
    /// How long calls to the PSA may take and hide.
    public let psa: TargetTimes
    /// How long an answer of the CRM is awaited.
    public let crmCallBudget: Duration
    /// How long an answer of the tax engine is awaited.
    public let taxCallBudget: Duration
    /// How long after it was announced a call may still be sent.
    public let sendWindow: Duration
    /// How long a worker may hold a handoff without a committed write.
    public let lease: Duration
    /// After how long a ticket that nobody took counts as lost.
    public let ticketLease: Duration
    /// After how long a worker with room looks at a handoff whose ticket has not come.
    public let ticketPatience: Duration
    /// How many handoffs of a queue have a ticket at the broker at one time.
    public let ticketWindow: Int
    /// How often the worker looks for what is due.
    public let sweepInterval: Duration
    /// How old an open handoff may grow before a person is asked.
    public let maximalAge: Duration
    /// How many workers may die over a handoff, without an outcome, before a person is asked.
    public let takeovers: Int
    /// How many versions of one opportunity may be open.
    public let openVersions: Int
    /// How many messages a worker has in work at once; 0 for the queue's own number.
    public let prefetch: Int
    /// How many bytes of messages a worker has in work at once, one message more at the most.
    public let prefetchBytes: Int
    /// How many handoffs a worker has in work at once.
    public let inFlight: Int
    /// After how many failed calls in a row all workers leave a target alone.
    public let breakerFailures: Int
    /// For how long a target is left alone at first.
    public let breakerWait: Duration
    /// For how long a target is left alone at the most.
    public let longestBreakerWait: Duration
    /// For how long a message may be kept before the worker counts as not ready.
    public let keepPatience: Duration
    /// The largest message body that is read.
    public let maxBodyBytes: Int
    /// The most lines a deal may have.
    public let maxLines: Int
    /// How much one XML text may hold.
    public let xml: XMLSettings
    /// The sales stages at which a deal is handed off, if not the catalog's or, without one, the built-in ones.
    public let triggerStages: String?
    /// After how long at the most a worker takes up a newly approved catalog.
    public let catalogRefresh: Duration
    /// How long a signature waits for a deal of its opportunity before people are told.
    public let signaturePatience: Duration
    /// How long after a handoff has closed what was ever in doubt is looked at again, each time.
    public let laterLooks: [Duration]
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
        process = ProcessSettings(reading: &reader)
        postgresqlURL = reader.postgresqlURL()
        targetsURL = reader.targetsURL()
        erp = reader.times(KnownSettings.erp)
        psa = reader.times(KnownSettings.psa)
        crmCallBudget = reader.duration(KnownSettings.crmCallBudget)
        taxCallBudget = reader.duration(KnownSettings.taxCallBudget)
        sendWindow = reader.duration(KnownSettings.sendWindow)
        lease = reader.duration(KnownSettings.lease)
        ticketLease = reader.duration(KnownSettings.ticketLease)
        ticketPatience = reader.duration(KnownSettings.ticketPatience)
        ticketWindow = reader.number(KnownSettings.ticketWindow)
        sweepInterval = reader.duration(KnownSettings.sweepInterval)
        maximalAge = reader.duration(KnownSettings.maximalAge)
        takeovers = reader.number(KnownSettings.takeovers)
        openVersions = reader.number(KnownSettings.openVersions)
        prefetch = reader.number(KnownSettings.prefetch)
        prefetchBytes = reader.number(KnownSettings.prefetchBytes)
        inFlight = reader.number(KnownSettings.inFlight)
        breakerFailures = reader.number(KnownSettings.breakerFailures)
        breakerWait = reader.duration(KnownSettings.breakerWait)
        longestBreakerWait = reader.duration(KnownSettings.longestBreakerWait)
        keepPatience = reader.duration(KnownSettings.keepPatience)
        maxBodyBytes = reader.number(KnownSettings.maxBodyBytes)
        maxLines = reader.number(KnownSettings.maxLines)
        xml = reader.xml()
        triggerStages = reader.text(KnownSettings.triggerStages)
        catalogRefresh = reader.duration(KnownSettings.catalogRefresh)
        signaturePatience = reader.duration(KnownSettings.signaturePatience)
        laterLooks = reader.durations(KnownSettings.laterLooks)
        crashAt = reader.text(KnownSettings.crashAt)
        warnings = reader.warnings
    }

    /// What every process is told.
    public subscript<Value>(dynamicMember path: KeyPath<ProcessSettings, Value>) -> Value { process[keyPath: path] }
}
