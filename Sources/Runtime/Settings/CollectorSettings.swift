/// All that the collector of dead letters can be told from outside.
@dynamicMemberLookup
public struct CollectorSettings: Sendable, Equatable {
    /// What every process is told.
    public let process: ProcessSettings
    /// The PostgreSQL database, as libpq takes it.
    public let postgresqlURL: HiddenText
    /// What can be worked with and should still be put right.
    public let warnings: [SettingsProblem]

    /// Reads the settings from `environment` and the files it names, or throws all that is wrong with them.
    public init(
        environment: [String: String],
        readFile: @escaping (String) throws -> SettingsFile = SettingsFile.read
    ) throws(SettingsProblems) {
        var reader = SettingsReader(environment: environment, known: Self.documentation, readFile: readFile)
        let settings = Self(reading: &reader)
        reader.reportUnknown(in: environment)
        guard reader.problems.isEmpty else { throw SettingsProblems(reader.problems) }
        self = settings
    }

    /// Reads every setting; the values are good only if `reader` then has no problems.
    init(reading reader: inout SettingsReader) {
        process = ProcessSettings(reading: &reader)
        postgresqlURL = reader.postgresqlURL()
        warnings = reader.warnings
    }

    /// What every process is told.
    public subscript<Value>(dynamicMember path: KeyPath<ProcessSettings, Value>) -> Value { process[keyPath: path] }

    /// Every setting, in the order in which a reader should meet them; what is read is read from this table.
    public static let documentation: [Setting] =
        ProcessSettings.broker
        + [KnownSettings.postgresqlURL, KnownSettings.postgresqlPassword, KnownSettings.postgresqlSchema]
        + ProcessSettings.running
}
