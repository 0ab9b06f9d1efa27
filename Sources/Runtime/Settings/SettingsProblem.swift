/// One thing wrong with one setting, in words that never contain its value if that may be secret.
public struct SettingsProblem: Sendable, Equatable, CustomStringConvertible {
    /// The environment variable.
    public let name: String
    /// What is wrong.
    public let wrong: String
    /// What is expected instead.
    public let expected: String

    /// States what is wrong with the variable `name`.
    public init(_ name: String, wrong: String, expected: String) {
        self.name = name
        self.wrong = wrong
        self.expected = expected
    }

    /// One line.
    public var description: String { "\(name): \(wrong); expected: \(expected)" }
}

/// All that is wrong with the settings, at once: a worker that starts with none of it repaired would fail again.
public struct SettingsProblems: Error, Equatable, CustomStringConvertible {
    /// What is wrong, by name.
    public let list: [SettingsProblem]

    /// Collects `list`.
    public init(_ list: [SettingsProblem]) {
        self.list = list.sorted { ($0.name, $0.wrong) < ($1.name, $1.wrong) }
    }

    /// A line per problem, under a line that counts them.
    public var description: String {
        let count = list.count == 1 ? "1 problem" : "\(list.count) problems"
        return (["\(count) with the settings:"] + list.map { "  \($0)" }).joined(separator: "\n")
    }
}
