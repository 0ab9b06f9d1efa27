/// A value in a message's headers, as deep as AMQP tables go.
public indirect enum HeaderValue: Sendable, Equatable {
    /// A truth value.
    case bool(Bool)
    /// A whole number of any width up to 64 bits.
    case integer(Int64)
    /// A floating-point number.
    case double(Double)
    /// `value` divided by ten to the power of `scale`.
    case decimal(scale: UInt8, value: UInt32)
    /// A text.
    case string(String)
    /// Bytes, and texts that are not valid UTF-8.
    case bytes([UInt8])
    /// Seconds since 1970.
    case timestamp(UInt64)
    /// A nested table.
    case table([String: HeaderValue])
    /// A list.
    case array([HeaderValue])
    /// No value.
    case null
}

extension HeaderValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral {
    /// A text.
    public init(stringLiteral value: String) { self = .string(value) }
    /// A whole number.
    public init(integerLiteral value: Int64) { self = .integer(value) }
    /// A truth value.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
}
