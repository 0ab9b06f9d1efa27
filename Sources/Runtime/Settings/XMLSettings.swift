/// How much one XML text may hold, such as an outbound message of Salesforce.
public struct XMLSettings: Sendable, Equatable {
    /// The most bytes.
    public let bytes: Int
    /// The most elements within one another.
    public let depth: Int
    /// The most elements.
    public let elements: Int
}

extension SettingsReader {
    mutating func xml() -> XMLSettings {
        XMLSettings(
            bytes: number(KnownSettings.xmlBytes), depth: number(KnownSettings.xmlDepth),
            elements: number(KnownSettings.xmlElements))
    }
}
