/// What can be sent as a parameter, in PostgreSQL's binary format.
public protocol SQLEncodable: Sendable {
    /// The type the server is told the parameter has.
    static var sqlType: SQLType { get }
    /// Appends the binary form to `bytes`; false, with nothing appended, when the value is NULL.
    func encode(into bytes: inout [UInt8]) -> Bool
}

/// What can be read from a column.
public protocol SQLDecodable: Sendable {
    /// Reads the value, or says that the column holds something else.
    static func decode(_ cell: SQLCell) throws(SQLMismatch) -> Self
}

/// What can stand in an array. `UInt8` is here too: an array of it is a `bytea`, not an array of numbers.
public protocol SQLElement: Sendable {
    /// The type of an array of these.
    static var sqlArrayType: SQLType { get }
    /// Appends the binary form of a whole array.
    static func encode(array: [Self], into bytes: inout [UInt8])
    /// Reads a whole array.
    static func decode(array cell: SQLCell) throws(SQLMismatch) -> [Self]
}

/// A value that goes both ways, alone and in arrays.
public typealias SQLValue = SQLEncodable & SQLDecodable & SQLElement

/// One value of a result as the server sent it; valid only while it is being decoded.
public struct SQLCell {
    /// The type of the column, or of the array's elements.
    public let type: SQLType
    let bytes: UnsafeRawBufferPointer?
}

/// Why a value could not be read: names of types only, never the value.
public struct SQLMismatch: Error {
    let expected: String
    let found: String
}

extension SQLCell {
    /// The bytes, if the value is not NULL and has one of `types`.
    func bytes(_ types: SQLType..., for swiftType: Any.Type) throws(SQLMismatch) -> UnsafeRawBufferPointer {
        guard types.contains(type) else { throw mismatch(swiftType) }
        guard let bytes else { throw SQLMismatch(expected: "\(swiftType)", found: "NULL") }
        return bytes
    }

    func integer<I: FixedWidthInteger>(_: I.Type, for swiftType: Any.Type) throws(SQLMismatch) -> I {
        guard let bytes else { throw SQLMismatch(expected: "\(swiftType)", found: "NULL") }
        guard bytes.count == MemoryLayout<I>.size else { throw mismatch(swiftType) }
        return I(bigEndian: bytes.loadUnaligned(as: I.self))
    }

    func mismatch(_ swiftType: Any.Type) -> SQLMismatch {
        SQLMismatch(expected: "\(swiftType)", found: type.description)
    }
}

extension [UInt8] {
    mutating func append(bigEndian value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
    }

    mutating func overwrite(at offset: Int, bigEndian value: Int32) {
        withUnsafeMutableBytes { $0.storeBytes(of: value.bigEndian, toByteOffset: offset, as: Int32.self) }
    }
}
