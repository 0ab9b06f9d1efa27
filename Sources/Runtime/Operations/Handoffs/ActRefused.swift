/// An act that is not allowed as things stand; nothing was changed.
public struct ActRefused: Error, Sendable, Equatable, CustomStringConvertible {
    /// Why, and what to do instead.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// A text that is no handoff's id, and the beginning of none or of several.
public struct NoSuchHandoff: Error, Sendable, Equatable, CustomStringConvertible {
    let text: String

    /// Which it is, and where ids are found.
    public var description: String { "no single handoff has the id \(text); 'baton show KEY' prints ids" }
}
