extension Bool: SQLValue {
    public static var sqlType: SQLType { .bool }
    public static var sqlArrayType: SQLType { .boolArray }

    public func encode(into bytes: inout [UInt8]) -> Bool {
        bytes.append(self ? 1 : 0)
        return true
    }

    public static func decode(_ cell: SQLCell) throws(SQLMismatch) -> Bool {
        try cell.bytes(.bool, for: Self.self).first == 1
    }
}

extension Int16: SQLValue {
    public static var sqlType: SQLType { .int2 }
    public static var sqlArrayType: SQLType { .int2Array }

    public func encode(into bytes: inout [UInt8]) -> Bool {
        bytes.append(bigEndian: self)
        return true
    }

    public static func decode(_ cell: SQLCell) throws(SQLMismatch) -> Int16 {
        guard cell.type == .int2 else { throw cell.mismatch(Self.self) }
        return try cell.integer(Int16.self, for: Self.self)
    }
}

extension Int32: SQLValue {
    public static var sqlType: SQLType { .int4 }
    public static var sqlArrayType: SQLType { .int4Array }

    public func encode(into bytes: inout [UInt8]) -> Bool {
        bytes.append(bigEndian: self)
        return true
    }

    public static func decode(_ cell: SQLCell) throws(SQLMismatch) -> Int32 {
        switch cell.type {
        case .int4: try cell.integer(Int32.self, for: Self.self)
        case .int2: Int32(try cell.integer(Int16.self, for: Self.self))
        default: throw cell.mismatch(Self.self)
        }
    }
}

extension Int64: SQLValue {
    public static var sqlType: SQLType { .int8 }
    public static var sqlArrayType: SQLType { .int8Array }

    public func encode(into bytes: inout [UInt8]) -> Bool {
        bytes.append(bigEndian: self)
        return true
    }

    public static func decode(_ cell: SQLCell) throws(SQLMismatch) -> Int64 {
        try cell.wideInteger(for: Self.self)
    }

}

extension Int: SQLValue {
    public static var sqlType: SQLType { .int8 }
    public static var sqlArrayType: SQLType { .int8Array }

    public func encode(into bytes: inout [UInt8]) -> Bool {
        Int64(self).encode(into: &bytes)
    }

    public static func decode(_ cell: SQLCell) throws(SQLMismatch) -> Int {
        Int(try cell.wideInteger(for: Self.self))
    }
}

extension Double: SQLValue {
    public static var sqlType: SQLType { .float8 }
    public static var sqlArrayType: SQLType { .float8Array }

    public func encode(into bytes: inout [UInt8]) -> Bool {
        bytes.append(bigEndian: bitPattern)
        return true
    }

    public static func decode(_ cell: SQLCell) throws(SQLMismatch) -> Double {
        switch cell.type {
        case .float8: Double(bitPattern: try cell.integer(UInt64.self, for: Self.self))
        case .float4: Double(Float(bitPattern: try cell.integer(UInt32.self, for: Self.self)))
        default: throw cell.mismatch(Self.self)
        }
    }
}

extension SQLCell {
    /// An integer of any width.
    fileprivate func wideInteger(for swiftType: Any.Type) throws(SQLMismatch) -> Int64 {
        switch type {
        case .int8: try integer(Int64.self, for: swiftType)
        case .int4: Int64(try integer(Int32.self, for: swiftType))
        case .int2: Int64(try integer(Int16.self, for: swiftType))
        default: throw mismatch(swiftType)
        }
    }
}
