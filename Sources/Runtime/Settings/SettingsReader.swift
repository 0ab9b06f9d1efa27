import Configuration

/// Reads settings one by one and collects what is wrong with them instead of stopping at the first.
///
/// swift-configuration finds the variables and keeps the secret ones out of its own descriptions and access
/// reports. Conversion is ours: its typed readers either fall back in silence or throw at the first problem.
struct SettingsReader {
    typealias ReadFile = (String) throws -> SettingsFile

    private(set) var problems: [SettingsProblem] = []
    private(set) var warnings: [SettingsProblem] = []
    private let config: ConfigReader
    private let readFile: ReadFile
    /// The settings of the program that reads.
    let known: [Setting]

    init(
        environment: [String: String], known: [Setting] = KnownSettings.all, readFile: @escaping ReadFile,
        accessReporter: (any AccessReporter)? = nil
    ) {
        self.known = known
        let secrets = known.filter(\.isSecret).map(\.name)
        let provider = EnvironmentVariablesProvider(
            environmentVariables: environment, secretsSpecifier: .specific(Set(secrets)))
        config = ConfigReader(provider: provider, accessReporter: accessReporter)
        self.readFile = readFile
    }

    mutating func report(_ problem: SettingsProblem) { problems.append(problem) }
    mutating func warn(_ warning: SettingsProblem) { warnings.append(warning) }

    /// The text of `setting`: its own, its file's or its fallback. An empty value counts as absent, since that is
    /// what a template leaves of a variable that it did not know.
    mutating func text(_ setting: Setting) -> String? {
        let own = value(of: setting.name, isSecret: setting.isSecret)
        let path = setting.fileName.flatMap { value(of: $0, isSecret: false) }
        switch (own, path) {
        case (.some, .some(_)):
            report(setting.problem("it and \(setting.fileName ?? "") are both set"))
            return nil
        case (nil, .some(let path)): return secret(inFile: path, for: setting)
        case (.some(let own), nil): return own
        case (nil, nil):
            if setting.isRequired { report(setting.problem("it is missing")) }
            return setting.fallback
        }
    }

    mutating func hidden(_ setting: Setting) -> HiddenText? { text(setting).map(HiddenText.init) }

    mutating func number(_ number: NumberSetting) -> Int {
        checked(number.setting, or: number.range.lowerBound) { text in
            Int(text).flatMap { number.range.contains($0) ? $0 : nil }
        }
    }

    mutating func duration(_ duration: DurationSetting) -> Duration {
        checked(duration.setting, or: duration.range.lowerBound) { text in
            Duration(setting: text).flatMap { duration.range.contains($0) ? $0 : nil }
        }
    }

    mutating func choice<Choice: RawRepresentable>(_ setting: Setting, or stand: Choice) -> Choice
    where Choice.RawValue == String {
        checked(setting, or: stand) { Choice(rawValue: $0) }
    }

    /// What `convert` makes of the setting's text. `stand` takes the place of a value that is wrong, and is never
    /// used: with a problem reported, no settings come into being.
    mutating func checked<Value>(_ setting: Setting, or stand: Value, _ convert: (String) -> Value?) -> Value {
        guard let text = text(setting) else { return stand }
        if let value = convert(text) { return value }
        report(setting.problem(setting.isSecret ? "its value does not fit" : "\"\(Self.shown(text))\" does not fit"))
        return stand
    }

    /// The bytes of the file at `path`; `name` is the variable that named it.
    mutating func file(_ path: String, namedBy name: String, expected: String) -> SettingsFile? {
        do {
            return try readFile(path)
        } catch {
            // Without the path: what stands in its place may be the secret itself, put into the wrong variable.
            let wrong = "the file that it names cannot be read: \(error)"
            report(SettingsProblem(name, wrong: wrong, expected: expected))
            return nil
        }
    }

    private mutating func secret(inFile path: String, for setting: Setting) -> String? {
        let name = setting.fileName ?? setting.name
        func problem(_ wrong: String) -> SettingsProblem {
            SettingsProblem(name, wrong: wrong, expected: setting.expected)
        }
        guard let file = file(path, namedBy: name, expected: setting.expected) else { return nil }
        if file.isWorldReadable {
            let wrong = "\(Self.shown(path)) can be read by every user of this machine"
            warn(SettingsProblem(name, wrong: wrong, expected: "a file that only its owner or group can read"))
        }
        var bytes = file.bytes[...]
        if bytes.last == UInt8(ascii: "\n") { bytes = bytes.dropLast() }
        guard !bytes.isEmpty else {
            report(problem("\(Self.shown(path)) is empty"))
            return nil
        }
        guard let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
            report(problem("\(Self.shown(path)) is not text"))
            return nil
        }
        return text
    }

    private func value(of name: String, isSecret: Bool) -> String? {
        let components = name.lowercased().split(separator: "_").map(String.init)
        let value = config.string(forKey: ConfigKey(components), isSecret: isSecret)
        return value?.isEmpty == true ? nil : value
    }

    /// A value as a problem quotes it: bounded and on one line.
    private static func shown(_ text: String) -> String {
        let line = text.unicodeScalars.prefix(100).map { $0.value < 0x20 || $0.value == 0x7F ? "?" : String($0) }
        return line.joined() + (text.unicodeScalars.count > 100 ? "…" : "")
    }
}
