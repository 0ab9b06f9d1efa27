/// All that the gateway can be told from outside, read once at its start and checked as a whole.
@dynamicMemberLookup
public struct GatewaySettings: Sendable, Equatable {
    /// What every process is told.
    public let process: ProcessSettings
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
    /// How much one XML text may hold.
    public let xml: XMLSettings
    /// How many requests one source may have in work at once.
    public let atOnce: Int
    /// How many requests of unproven senders may be read at once.
    public let reading: Int
    /// How many of them one address may send.
    public let readingEach: Int
    /// How many bytes of their bodies are held in all.
    public let unprovenBytes: Int
    /// How many bytes of the bodies of proven senders are held in all.
    public let provenBytes: Int
    /// How many connections may be open at once.
    public let connections: Int
    /// How many of them one address may have.
    public let connectionsEach: Int
    /// The addresses that speak for others in `X-Forwarded-For`.
    public let proxies: Set<String>
    /// How long the reading of one request may compute.
    public let computeTime: Duration
    /// After how long without a turn a thread counts as stuck.
    public let stuckAfter: Duration
    /// How long ago a signed message without a window may have been made.
    public let oldestSigned: Duration
    /// How long a request may take.
    public let requestTime: Duration
    /// How long of it the broker may take.
    public let confirmTime: Duration
    /// How long the look-ups of one check may take in all.
    public let checkTime: Duration
    /// The PostgreSQL database with the catalog, as libpq takes it; nil where there is none.
    public let postgresqlURL: HiddenText?
    /// After how long at the most a newly approved catalog is judged by.
    public let catalogRefresh: Duration
    /// Where checks look up what exists; nil where nothing is looked up.
    public let targetsURL: String?
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
        process = ProcessSettings(reading: &reader)
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
        xml = reader.xml()
        atOnce = reader.number(KnownGatewaySettings.atOnce)
        reading = reader.number(KnownGatewaySettings.reading)
        readingEach = reader.number(KnownGatewaySettings.readingEach)
        unprovenBytes = reader.number(KnownGatewaySettings.unprovenBytes)
        provenBytes = reader.number(KnownGatewaySettings.provenBytes)
        connections = reader.number(KnownGatewaySettings.connections)
        connectionsEach = reader.number(KnownGatewaySettings.connectionsEach)
        proxies = reader.checked(KnownGatewaySettings.proxies, or: []) { Self.addresses($0) }
        computeTime = reader.duration(KnownGatewaySettings.computeTime)
        stuckAfter = reader.duration(KnownGatewaySettings.stuckAfter)
        oldestSigned = reader.duration(KnownGatewaySettings.oldestSigned)
        requestTime = reader.duration(KnownGatewaySettings.requestTime)
        confirmTime = reader.duration(KnownGatewaySettings.confirmTime)
        checkTime = reader.duration(KnownGatewaySettings.checkTime)
        postgresqlURL = reader.checked(KnownGatewaySettings.postgresqlURL, or: HiddenText?.none) {
            SettingsReader.postgresqlURL($0).map(Optional.some)
        }
        catalogRefresh = reader.duration(KnownSettings.catalogRefresh)
        targetsURL = reader.checked(KnownGatewaySettings.targetsURL, or: String?.none) {
            SettingsReader.httpURL($0).map(Optional.some)
        }
        warnings = reader.warnings + Self.openDoors(host: host, certificateFile: certificateFile)
    }

    /// What every process is told.
    public subscript<Value>(dynamicMember path: KeyPath<ProcessSettings, Value>) -> Value { process[keyPath: path] }

    /// Secrets stand in headers and addresses: whoever is on the way reads them.
    private static func openDoors(host: String, certificateFile: String?) -> [SettingsProblem] {
        guard certificateFile == nil, !["localhost", "::1"].contains(host), !host.hasPrefix("127.") else { return [] }
        return [
            KnownGatewaySettings.certificate.problem(
                "plain HTTP is served on \(host): whoever is on the way to it reads the sources' secrets, unless a "
                    + "proxy before it speaks TLS")
        ]
    }

    /// The addresses of a list; nil where one is none.
    private static func addresses(_ text: String) -> Set<String>? {
        let parts = text.split(separator: ",").map { String($0.filter { $0 != " " }) }
        return parts.allSatisfy { !$0.isEmpty && $0.allSatisfy { $0.isHexDigit || ".:".contains($0) } }
            ? Set(parts) : nil
    }

    /// Every setting, in the order in which a reader should meet them; what is read is read from this table.
    public static let documentation: [Setting] = KnownGatewaySettings.all

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
