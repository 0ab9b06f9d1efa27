public import struct FoundationEssentials.Date
public import struct FoundationEssentials.UUID

extension UUID: SQLValue {
    public static var sqlType: SQLType { .uuid }
    public static var sqlArrayType: SQLType { .uuidArray }

    public func encode(into bytes: inout [UInt8]) -> Bool {
        withUnsafeBytes(of: uuid) { bytes.append(contentsOf: $0) }
        return true
    }

    public static func decode(_ cell: SQLCell) throws(SQLMismatch) -> UUID {
        let bytes = try cell.bytes(.uuid, for: Self.self)
        guard bytes.count == 16 else { throw cell.mismatch(Self.self) }
        return UUID(uuid: bytes.loadUnaligned(as: UInt128.self).asBytes)
    }
}

extension UInt128 {
    fileprivate typealias Bytes = (
        UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8,
        UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8
    )

    /// The sixteen bytes as they lie in memory.
    fileprivate var asBytes: Bytes { withUnsafeBytes(of: self) { $0.load(as: Bytes.self) } }
}

/// Sent as `timestamptz`: whole microseconds, so that what is finer is rounded away.
extension Date: SQLValue {
    public static var sqlType: SQLType { .timestamptz }
    public static var sqlArrayType: SQLType { .timestamptzArray }

    /// PostgreSQL counts from 2000, Foundation from 2001.
    private static let secondsBetweenEpochs: Double = 366 * 86_400
    private static let infinity = Int64.max
    private static let minusInfinity = Int64.min
    /// Lies outside of what the server accepts, so that a date it cannot hold is refused there with SQLSTATE 22008.
    private static let outOfRange = Int64.max - 1

    public func encode(into bytes: inout [UInt8]) -> Bool {
        bytes.append(bigEndian: microseconds)
        return true
    }

    private var microseconds: Int64 {
        let seconds = timeIntervalSinceReferenceDate
        if seconds == .infinity { return Self.infinity }
        if seconds == -.infinity { return Self.minusInfinity }
        let rounded = ((seconds + Self.secondsBetweenEpochs) * 1_000_000).rounded()
        return Int64(exactly: rounded) ?? Self.outOfRange
    }

    public static func decode(_ cell: SQLCell) throws(SQLMismatch) -> Date {
        guard cell.type == .timestamptz else { throw cell.mismatch(Self.self) }
        let microseconds = try cell.integer(Int64.self, for: Self.self)
        switch microseconds {
        case infinity: return Date(timeIntervalSinceReferenceDate: .infinity)
        case minusInfinity: return Date(timeIntervalSinceReferenceDate: -.infinity)
        default:
            return Date(timeIntervalSinceReferenceDate: Double(microseconds) / 1_000_000 - secondsBetweenEpochs)
        }
    }
}
