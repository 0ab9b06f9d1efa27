/// How log lines look.
public enum LogFormat: String, Sendable, CaseIterable {
    /// Text on a terminal, JSON everywhere else.
    case auto
    /// One JSON object a line, for collectors.
    case json
    /// One readable line, for a person at a terminal.
    case text
}
