extension String: SQLValue {
    public static var sqlType: SQLType { .text }
    public static var sqlArrayType: SQLType { .textArray }

    public func encode(into bytes: inout [UInt8]) -> Bool {
        bytes.append(contentsOf: utf8)
        return true
    }

    public static func decode(_ cell: SQLCell) throws(SQLMismatch) -> String {
        if cell.type == .jsonb { return try JSONText.decode(cell).text }
        let bytes = try cell.bytes(.text, .varchar, .bpchar, .name, .char, .json, .unknown, for: Self.self)
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// JSON as text, sent as `jsonb`; whether it is well-formed is for the server to say.
public struct JSONText: Hashable, Sendable {
    /// The text.
    public let text: String

    /// Takes the text as it is.
    public init(_ text: String) { self.text = text }
}

extension JSONText: SQLValue {
    /// `jsonb_send` puts this before the text, `jsonb_recv` wants it there.
    private static let formatVersion: UInt8 = 1

    public static var sqlType: SQLType { .jsonb }
    public static var sqlArrayType: SQLType { .jsonbArray }

    public func encode(into bytes: inout [UInt8]) -> Bool {
        bytes.append(Self.formatVersion)
        bytes.append(contentsOf: text.utf8)
        return true
    }

    public static func decode(_ cell: SQLCell) throws(SQLMismatch) -> JSONText {
        let bytes = try cell.bytes(.jsonb, .json, for: Self.self)
        guard cell.type == .jsonb else { return JSONText(String(decoding: bytes, as: UTF8.self)) }
        guard bytes.first == formatVersion else { throw cell.mismatch(Self.self) }
        return JSONText(String(decoding: bytes.dropFirst(), as: UTF8.self))
    }
}
