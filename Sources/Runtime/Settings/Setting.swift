/// One setting as its documentation has it and as it is read: both come from this one value.
public struct Setting: Sendable, Equatable {
    /// The environment variable.
    public let name: String
    /// What it is about.
    public let meaning: String
    /// Which values it takes.
    public let expected: String
    /// The value when the variable is absent or empty; nil if there is none.
    public let fallback: String?
    /// Whether a worker cannot start without it.
    public let isRequired: Bool
    /// Whether its value may hold a secret and is never shown.
    public let isSecret: Bool
    /// The variable that names a file with the value instead, for secrets.
    public let fileName: String?

    init(
        _ name: String, _ meaning: String, expected: String, fallback: String? = nil, isRequired: Bool = false,
        isSecret: Bool = false, hasFile: Bool = false
    ) {
        self.name = name
        self.meaning = meaning
        self.expected = expected
        self.fallback = fallback
        self.isRequired = isRequired
        self.isSecret = isSecret
        fileName = hasFile ? name + "_FILE" : nil
    }

    /// All variables through which it can be set.
    public var variables: [String] { [name] + (fileName.map { [$0] } ?? []) }

    /// What stands for an absent value, in words.
    public var fallbackText: String { fallback ?? (isRequired ? "required" : "none") }

    func problem(_ wrong: String) -> SettingsProblem {
        SettingsProblem(name, wrong: wrong, expected: expected)
    }
}
