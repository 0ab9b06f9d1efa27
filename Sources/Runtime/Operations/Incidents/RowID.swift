public import PostgreSQL

public import struct FoundationEssentials.UUID

/// The id of an incident, a case or a handoff; written in lower case everywhere, as PostgreSQL prints it.
public struct RowID: Sendable, Hashable, Codable, CustomStringConvertible {
    /// The id.
    public let uuid: UUID

    /// Wraps an id.
    public init(_ uuid: UUID) {
        self.uuid = uuid
    }

    /// Reads the id in any case.
    public init(from decoder: any Decoder) throws {
        uuid = try UUID(from: decoder)
    }

    /// Writes the id in lower case.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    /// The canonical lower-case form.
    public var description: String { uuid.uuidString.lowercased() }

    /// The first and the last id that begin with `text`, with or without its hyphens; nil for what begins no id.
    static func range(withPrefix text: String) -> (lowerBound: RowID, upperBound: RowID)? {
        let digits = text.lowercased().filter { $0 != "-" }
        guard (1...32).contains(digits.utf8.count), digits.utf8.allSatisfy({ isHexadecimal($0) }) else { return nil }
        let missing = 32 - digits.utf8.count
        guard let first = RowID(digits: digits + String(repeating: "0", count: missing)),
            let last = RowID(digits: digits + String(repeating: "f", count: missing))
        else { return nil }
        return (first, last)
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || UInt8(ascii: "a")...UInt8(ascii: "f") ~= byte
    }

    private init?(digits: String) {
        var rest = Substring(digits)
        var parts: [Substring] = []
        for length in [8, 4, 4, 4, 12] {
            parts.append(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        guard let uuid = UUID(uuidString: parts.joined(separator: "-")) else { return nil }
        self.uuid = uuid
    }
}

extension RowID: SQLValue {
    /// The same as an id's.
    public static var sqlType: SQLType { UUID.sqlType }
    /// The same as an id's.
    public static var sqlArrayType: SQLType { UUID.sqlArrayType }

    /// The same as an id's.
    public func encode(into bytes: inout [UInt8]) -> Bool { uuid.encode(into: &bytes) }

    /// The same as an id's.
    public static func decode(_ cell: SQLCell) throws(SQLMismatch) -> RowID { RowID(try UUID.decode(cell)) }
}

/// How many first characters tell these ids apart: at least eight.
public func distinguishingLength(of ids: [RowID]) -> Int {
    let texts = ids.map(\.description).sorted()
    let common = zip(texts, texts.dropFirst()).filter { $0 != $1 }.map { one, next in
        zip(one, next).prefix { $0 == $1 }.count
    }
    let needed = max(8, (common.max() ?? 0) + 1)
    // A hyphen at the end says nothing.
    return [9, 14, 19, 24].contains(needed) ? needed + 1 : needed
}

extension Duration {
    /// Whole milliseconds.
    var inMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1000 + attoseconds / 1_000_000_000_000_000
    }
}
