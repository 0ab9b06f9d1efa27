/// A text that holds or may hold a secret, and that shows itself nowhere by accident.
public struct HiddenText: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// The text itself, for the one who connects with it.
    public let revealed: String

    /// Hides `text`.
    public init(_ text: String) { revealed = text }

    /// Not the text.
    public var description: String { "<hidden>" }
    /// Not the text.
    public var debugDescription: String { description }
    /// Nothing, so that `dump` and default descriptions of containers show nothing either.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
