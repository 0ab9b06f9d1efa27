import Workers

/// One thing wrong with an event, in words for the one who can cure it; never a value out of the event but a count.
public struct Finding: Sendable, Hashable, Codable, CustomStringConvertible {
    /// Where in the body, as a JSON path such as `$.data.lines[3].amountMinor`.
    public let path: String
    /// Who can cure it.
    public let owner: IncidentClass.Owner
    /// What is wrong.
    public let text: String
    /// What to do about it.
    public let cure: String

    /// Describes one thing that is wrong.
    public init(path: String, owner: IncidentClass.Owner, text: String, cure: String) {
        self.path = path
        self.owner = owner
        self.text = text
        self.cure = cure
    }

    /// The path and what is wrong there.
    public var description: String { "\(path) \(text)" }
}
