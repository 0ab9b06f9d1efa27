/// One-dimensional arrays, so that one statement takes whole columns: `unnest($1::uuid[], $2::text[])`.
extension Array: SQLEncodable where Element: SQLElement {
    public static var sqlType: SQLType { Element.sqlArrayType }

    public func encode(into bytes: inout [UInt8]) -> Bool {
        Element.encode(array: self, into: &bytes)
        return true
    }
}

extension Array: SQLDecodable where Element: SQLElement {
    public static func decode(_ cell: SQLCell) throws(SQLMismatch) -> [Element] {
        try Element.decode(array: cell)
    }
}

extension Array: SQLElement where Element == UInt8 {
    public static var sqlArrayType: SQLType { .byteaArray }
}

extension UInt8: SQLElement {
    public static var sqlArrayType: SQLType { .bytea }

    public static func encode(array: [UInt8], into bytes: inout [UInt8]) {
        bytes.append(contentsOf: array)
    }

    public static func decode(array cell: SQLCell) throws(SQLMismatch) -> [UInt8] {
        Array(try cell.bytes(.bytea, for: [UInt8].self))
    }
}

extension Optional: SQLEncodable where Wrapped: SQLEncodable {
    public static var sqlType: SQLType { Wrapped.sqlType }

    public func encode(into bytes: inout [UInt8]) -> Bool {
        self?.encode(into: &bytes) ?? false
    }
}

extension Optional: SQLDecodable where Wrapped: SQLDecodable {
    public static func decode(_ cell: SQLCell) throws(SQLMismatch) -> Wrapped? {
        cell.bytes == nil ? nil : try Wrapped.decode(cell)
    }
}

extension Optional: SQLElement where Wrapped: SQLValue {
    public static var sqlArrayType: SQLType { Wrapped.sqlArrayType }
}

/// The layout: dimensions, has-null flag, element type; per dimension its length and lower bound; then each element
/// with its length in front, -1 for NULL. Everything is an `int4`.
extension SQLElement where Self: SQLEncodable & SQLDecodable {
    public static func encode(array: [Self], into bytes: inout [UInt8]) {
        bytes.append(bigEndian: Int32(array.isEmpty ? 0 : 1))
        let flag = bytes.count
        bytes.append(bigEndian: Int32(0))
        bytes.append(bigEndian: sqlType.oid)
        if array.isEmpty { return }
        bytes.append(bigEndian: Int32(array.count))
        bytes.append(bigEndian: Int32(1))
        for element in array {
            let start = bytes.count
            bytes.append(bigEndian: Int32(-1))
            if element.encode(into: &bytes) {
                bytes.overwrite(at: start, bigEndian: Int32(bytes.count - start - 4))
            } else {
                bytes.overwrite(at: flag, bigEndian: 1)
            }
        }
    }

    public static func decode(array cell: SQLCell) throws(SQLMismatch) -> [Self] {
        guard let bytes = cell.bytes else { throw SQLMismatch(expected: "\([Self].self)", found: "NULL") }
        var reader = ArrayReader(bytes: bytes)
        guard let dimensions = reader.int32(), reader.int32() != nil, let type = reader.int32(),
            dimensions == 0 || dimensions == 1
        else { throw cell.mismatch([Self].self) }
        if dimensions == 0 { return [] }
        guard let count = reader.int32(), reader.int32() != nil else { throw cell.mismatch([Self].self) }
        var elements: [Self] = []
        elements.reserveCapacity(min(Int(count), bytes.count / 4))
        for _ in 0..<count {
            guard let element = reader.element() else { throw cell.mismatch([Self].self) }
            elements.append(try decode(SQLCell(type: SQLType(UInt32(bitPattern: type)), bytes: element.bytes)))
        }
        return elements
    }
}

private struct ArrayReader {
    let bytes: UnsafeRawBufferPointer
    var offset = 0

    init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    mutating func int32() -> Int32? {
        guard bytes.count - offset >= 4 else { return nil }
        defer { offset += 4 }
        return Int32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self))
    }

    /// The next element, itself nil inside when it is NULL; nil when the bytes end too early.
    mutating func element() -> (bytes: UnsafeRawBufferPointer?, Void)? {
        guard let length = int32() else { return nil }
        if length < 0 { return (nil, ()) }
        guard bytes.count - offset >= Int(length) else { return nil }
        defer { offset += Int(length) }
        return (UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + Int(length)]), ())
    }
}
