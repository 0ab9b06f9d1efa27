/// All that the gateway can be told from outside, read once at its start and checked as a whole.
public struct GatewaySettings: Sendable, Equatable {
    /// The RabbitMQ nodes, with the password of `BATON_AMQP_PASSWORD` in place if there is one.
    public let amqpURLs: [HiddenText]
    /// The file with the certificates that RabbitMQ's must be signed by.
    public let amqpCAFile: String?
    /// The address on which requests are served.
    public let host: String
    /// The port on which requests are served; 0 takes any free one.
    public let port: Int
    /// The file with the certificate with which requests are served; nil for plain HTTP.
    public let certificateFile: String?
    /// The file with its private key.
    public let keyFile: String?
    /// The file that describes the sources.
    public let sourcesFile: String
    /// The folder of the files that it names.
    public let secretsFolder: String
    /// What callers of the checks have to show; nil where nobody may call them.
    public let token: HiddenText?
    /// The largest request body that is read.
    public let maxBodyBytes: Int
    /// How many requests one source may have in work at once.
    public let atOnce: Int
    /// How long a request may take.
    public let requestTime: Duration
    /// How long of it the broker may take.
    public let confirmTime: Duration
    /// How long the look-ups of one check may take in all.
    public let checkTime: Duration
    /// The PostgreSQL database with the catalog, as libpq takes it; nil where there is none.
    public let postgresqlURL: HiddenText?
    /// The PostgreSQL password that goes before the one in the URL.
    public let postgresqlPassword: HiddenText?
    /// The schema that holds Baton's tables.
    public let postgresqlSchema: String
    /// After how long at the most a newly approved catalog is judged by.
    public let catalogRefresh: Duration
    /// Where checks look up what exists; nil where nothing is looked up.
    public let targetsURL: String?
    /// The address on which health and metrics are served.
    public let healthHost: String
    /// The port on which health and metrics are served; 0 takes any free one.
    public let healthPort: Int
    /// The least level that is logged.
    public let logLevel: WorkerSettings.LogLevel
    /// How log lines look.
    public let logFormat: WorkerSettings.LogFormat
    /// How many connections to PostgreSQL are held.
    public let poolSize: Int
    /// How long a stopping gateway may finish what it has begun.
    public let drainTime: Duration
    /// How long what was then cancelled may take to end.
    public let cancelTime: Duration
    /// What can be worked with and should still be put right.
    public let warnings: [SettingsProblem]

    /// Reads the settings from `environment` and the files it names, or throws all that is wrong with them.
    public init(
        environment: [String: String],
        readFile: @escaping (String) throws -> SettingsFile = SettingsFile.read
    ) throws(SettingsProblems) {
        var reader = SettingsReader(environment: environment, known: KnownGatewaySettings.all, readFile: readFile)
        let settings = Self(reading: &reader)
        reader.reportUnknown(in: environment)
        settings.reportContradictions(to: &reader)
        guard reader.problems.isEmpty else { throw SettingsProblems(reader.problems) }
        self = settings
    }

    /// Reads every setting; the values are good only if `reader` then has no problems.
    init(reading reader: inout SettingsReader) {
        (amqpURLs, amqpCAFile) = reader.broker()
        host = reader.text(KnownGatewaySettings.host) ?? ""
        port = reader.number(KnownGatewaySettings.port)
        certificateFile = reader.readableFile(KnownGatewaySettings.certificate)
        keyFile = reader.readableFile(KnownGatewaySettings.key, isPrivate: true)
        sourcesFile = reader.text(KnownGatewaySettings.sources) ?? ""
        secretsFolder = reader.text(KnownGatewaySettings.secrets) ?? ""
        token = reader.checked(KnownGatewaySettings.token, or: HiddenText?.none) { text in
            text.utf8.count >= 16 ? .some(HiddenText(text)) : nil
        }
        maxBodyBytes = reader.number(KnownGatewaySettings.maxBodyBytes)
        atOnce = reader.number(KnownGatewaySettings.atOnce)
        requestTime = reader.duration(KnownGatewaySettings.requestTime)
        confirmTime = reader.duration(KnownGatewaySettings.confirmTime)
        checkTime = reader.duration(KnownGatewaySettings.checkTime)
        postgresqlURL = reader.checked(KnownGatewaySettings.postgresqlURL, or: HiddenText?.none) {
            SettingsReader.postgresqlURL($0).map(Optional.some)
        }
        postgresqlPassword = reader.hidden(KnownSettings.postgresqlPassword)
        postgresqlSchema = reader.schema()
        catalogRefresh = reader.duration(KnownSettings.catalogRefresh)
        targetsURL = reader.checked(KnownGatewaySettings.targetsURL, or: String?.none) {
            SettingsReader.httpURL($0).map(Optional.some)
        }
        healthHost = reader.text(KnownSettings.healthHost) ?? ""
        healthPort = reader.number(KnownSettings.healthPort)
        logLevel = reader.choice(KnownSettings.logLevel, or: .info)
        logFormat = reader.choice(KnownSettings.logFormat, or: .auto)
        poolSize = reader.number(KnownSettings.poolSize)
        drainTime = reader.duration(KnownSettings.drainTime)
        cancelTime = reader.duration(KnownSettings.cancelTime)
        warnings = reader.warnings
    }

    /// Every setting, in the order in which a reader should meet them; what is read is read from this table.
    public static let documentation: [Setting] = KnownGatewaySettings.all

    /// The settings as `--help` prints them.
    public static var helpText: String { documentation.map(\.helpText).joined(separator: "\n") }

    private func reportContradictions(to reader: inout SettingsReader) {
        if (certificateFile == nil) != (keyFile == nil) {
            let missing = certificateFile == nil ? KnownGatewaySettings.certificate : KnownGatewaySettings.key
            reader.report(missing.problem("it is absent: a certificate and its key are given together or not at all"))
        }
        let times = [KnownGatewaySettings.confirmTime.setting, KnownGatewaySettings.requestTime.setting].map(\.name)
        guard !reader.problems.contains(where: { times.contains($0.name) }), confirmTime >= requestTime else { return }
        reader.report(
            KnownGatewaySettings.confirmTime.setting.problem(
                "\(confirmTime.settingText) is not less than BATON_GATEWAY_REQUEST_TIME, \(requestTime.settingText)"))
    }
}
