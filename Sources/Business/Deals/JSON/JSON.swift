/// A JSON text as a value, with integers exact and members in the order in which they came.
///
/// Foundation's decoder takes the last of two equal names, maps numbers over 2^53 through `Double` on some paths and
/// stops at the first mistake; an answer to a publisher needs all mistakes at once, and money needs its last cent.
public enum JSON: Equatable, Sendable {
    /// The word `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A whole number within `Int64`.
    case integer(Int64)
    /// Every number that is no whole number within `Int64`.
    case number(Number)
    /// A text.
    case string(String)
    /// Values in order.
    case array([JSON])
    /// Names and their values in the order in which they came.
    case object([Member])

    /// One name of an object and its value.
    public struct Member: Equatable, Sendable {
        /// The name.
        public let name: String
        /// The value.
        public let value: JSON

        /// Gives `name` its value.
        public init(_ name: String, _ value: JSON) {
            self.name = name
            self.value = value
        }
    }

    /// What the value is called in a sentence to the publisher.
    public var kind: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .integer, .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

extension [JSON.Member] {
    func first(named name: String) -> JSON? {
        for member in self where member.name.isExactly(name) { return member.value }
        return nil
    }
}

extension String {
    /// Equal byte by byte. `==` would also take a Kelvin sign for a K, and with it an unknown currency for a known one.
    func isExactly(_ other: String) -> Bool {
        utf8.count == other.utf8.count && utf8.elementsEqual(other.utf8)
    }
}
