/// A text that is never printed: not by a description, not by a dump, not inside an error.
public struct Secret: Sendable, Equatable {
    let value: String

    /// Wraps `value`.
    public init(_ value: String) {
        self.value = value
    }
}

extension Secret: ExpressibleByStringLiteral {
    /// Wraps a literal, for tests and defaults.
    public init(stringLiteral value: String) {
        self.init(value)
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The same for every secret.
    public var description: String { "(redacted)" }
    /// The same for every secret.
    public var debugDescription: String { description }
    /// Shows `dump` nothing.
    public var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}
