import CRabbitMQ

/// The letters that mark the kinds of values on the wire.
private enum FieldKind {
    static let bool = UInt8(ascii: "t")
    static let int8 = UInt8(ascii: "b")
    static let uint8 = UInt8(ascii: "B")
    static let int16 = UInt8(ascii: "s")
    static let uint16 = UInt8(ascii: "u")
    static let int32 = UInt8(ascii: "I")
    static let uint32 = UInt8(ascii: "i")
    static let int64 = UInt8(ascii: "l")
    static let uint64 = UInt8(ascii: "L")
    static let float = UInt8(ascii: "f")
    static let double = UInt8(ascii: "d")
    static let decimal = UInt8(ascii: "D")
    static let text = UInt8(ascii: "S")
    static let array = UInt8(ascii: "A")
    static let timestamp = UInt8(ascii: "T")
    static let table = UInt8(ascii: "F")
    static let null = UInt8(ascii: "V")
    static let bytes = UInt8(ascii: "x")
}

extension String {
    /// A copy of the library's bytes; what is not UTF-8 is repaired.
    init(_ bytes: amqp_bytes_t) {
        self.init(decoding: UnsafeRawBufferPointer(start: bytes.bytes, count: bytes.len), as: UTF8.self)
    }
}

extension [String: HeaderValue] {
    /// A copy of the library's table.
    init(_ table: amqp_table_t) {
        self.init(minimumCapacity: Int(table.num_entries))
        for entry in UnsafeBufferPointer(start: table.entries, count: Int(table.num_entries)) {
            self[String(entry.key)] = HeaderValue(entry.value)
        }
    }

    /// The table in the library's form, in memory of `pool`.
    func encoded(in pool: MemoryPool) -> amqp_table_t {
        let entries = pool.allocate(amqp_table_entry_t.self, count: count)
        for (index, (key, value)) in enumerated() {
            (entries + index).initialize(
                to: amqp_table_entry_t(key: pool.bytes(key), value: value.encoded(in: pool)))
        }
        return amqp_table_t(num_entries: Int32(count), entries: entries)
    }

    /// Bytes on the wire, with the length in front.
    var encodedSize: Int {
        reduce(4) { $0 + 1 + $1.key.utf8.count + $1.value.encodedSize }
    }

    /// Whether all names fit into their one length byte, at every depth.
    var hasShortKeys: Bool {
        allSatisfy { $0.key.utf8.count <= 255 && $0.value.hasShortKeys }
    }
}

extension HeaderValue {
    fileprivate init(_ field: amqp_field_value_t) {
        let value = field.value
        switch field.kind {
        case FieldKind.bool: self = .bool(value.boolean != 0)
        case FieldKind.int8: self = .integer(Int64(value.i8))
        case FieldKind.uint8: self = .integer(Int64(value.u8))
        case FieldKind.int16: self = .integer(Int64(value.i16))
        case FieldKind.uint16: self = .integer(Int64(value.u16))
        case FieldKind.int32: self = .integer(Int64(value.i32))
        case FieldKind.uint32: self = .integer(Int64(value.u32))
        case FieldKind.int64: self = .integer(value.i64)
        case FieldKind.uint64: self = .integer(Int64(clamping: value.u64))
        case FieldKind.float: self = .double(Double(value.f32))
        case FieldKind.double: self = .double(value.f64)
        case FieldKind.decimal: self = .decimal(scale: value.decimal.decimals, value: value.decimal.value)
        case FieldKind.timestamp: self = .timestamp(value.u64)
        case FieldKind.table: self = .table(Dictionary(value.table))
        case FieldKind.array:
            let array = value.array
            let fields = UnsafeBufferPointer(start: array.entries, count: Int(array.num_entries))
            self = .array(fields.map { HeaderValue($0) })
        case FieldKind.text:
            let bytes = UnsafeRawBufferPointer(start: value.bytes.bytes, count: value.bytes.len)
            self = String(validating: bytes, as: UTF8.self).map { .string($0) } ?? .bytes(Array(bytes))
        case FieldKind.bytes:
            self = .bytes(Array(UnsafeRawBufferPointer(start: value.bytes.bytes, count: value.bytes.len)))
        default: self = .null
        }
    }

    fileprivate func encoded(in pool: MemoryPool) -> amqp_field_value_t {
        var field = amqp_field_value_t()
        switch self {
        case .bool(let value):
            field.kind = FieldKind.bool
            field.value.boolean = value ? 1 : 0
        case .integer(let value):
            field.kind = FieldKind.int64
            field.value.i64 = value
        case .double(let value):
            field.kind = FieldKind.double
            field.value.f64 = value
        case .decimal(let scale, let value):
            field.kind = FieldKind.decimal
            field.value.decimal = amqp_decimal_t(decimals: scale, value: value)
        case .string(let value):
            field.kind = FieldKind.text
            field.value.bytes = pool.bytes(value)
        case .bytes(let value):
            field.kind = FieldKind.bytes
            field.value.bytes = value.withUnsafeBytes { pool.bytes($0) }
        case .timestamp(let value):
            field.kind = FieldKind.timestamp
            field.value.u64 = value
        case .table(let value):
            field.kind = FieldKind.table
            field.value.table = value.encoded(in: pool)
        case .array(let value):
            field.kind = FieldKind.array
            let entries = pool.allocate(amqp_field_value_t.self, count: value.count)
            for (index, element) in value.enumerated() {
                (entries + index).initialize(to: element.encoded(in: pool))
            }
            field.value.array = amqp_array_t(num_entries: Int32(value.count), entries: entries)
        case .null:
            field.kind = FieldKind.null
        }
        return field
    }

    fileprivate var encodedSize: Int {
        switch self {
        case .null: 1
        case .bool: 2
        case .decimal: 6
        case .integer, .double, .timestamp: 9
        case .string(let value): 5 + value.utf8.count
        case .bytes(let value): 5 + value.count
        case .table(let value): 1 + value.encodedSize
        case .array(let value): value.reduce(5) { $0 + $1.encodedSize }
        }
    }

    fileprivate var hasShortKeys: Bool {
        switch self {
        case .table(let value): value.hasShortKeys
        case .array(let value): value.allSatisfy(\.hasShortKeys)
        default: true
        }
    }
}
