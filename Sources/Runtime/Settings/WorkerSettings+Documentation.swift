extension WorkerSettings {
    /// Every setting, in the order in which a reader should meet them; what is read is read from this table.
    public static let documentation: [Setting] = KnownSettings.all

    /// The settings as a table in Markdown.
    public static var markdownTable: String {
        let rows = documentation.map { setting in
            let names = setting.variables.map { "`\($0)`" }.joined(separator: " or ")
            let fallback = setting.fallback.map { "`\($0)`" } ?? setting.fallbackText
            return "| \(names) | \(fallback) | \(setting.meaning) | \(setting.expected) |"
        }
        return (["| variable | default | what it is | takes |", "|---|---|---|---|"] + rows).joined(separator: "\n")
    }
}

extension [Setting] {
    /// The settings as `--help` prints them.
    public var helpText: String { map(\.helpText).joined(separator: "\n") }
}

extension Setting {
    /// The setting as `--help` prints it.
    var helpText: String {
        let file = fileName.map { "\n      or \($0), a file with the value" } ?? ""
        return """
              \(name) (\(isRequired ? "required" : "default: \(fallbackText)"))
                  \(meaning)\(file)
                  takes \(expected)
            """
    }
}
