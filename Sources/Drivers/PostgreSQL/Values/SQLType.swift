/// The object identifier of a PostgreSQL type; those of the built-in types are fixed for ever.
public struct SQLType: Hashable, Sendable {
    /// The number by which the server knows the type.
    public let oid: UInt32

    init(_ oid: UInt32) { self.oid = oid }

    static let bool = SQLType(16)
    static let bytea = SQLType(17)
    static let char = SQLType(18)
    static let name = SQLType(19)
    static let int8 = SQLType(20)
    static let int2 = SQLType(21)
    static let int4 = SQLType(23)
    static let text = SQLType(25)
    static let json = SQLType(114)
    static let float4 = SQLType(700)
    static let float8 = SQLType(701)
    static let unknown = SQLType(705)
    static let bpchar = SQLType(1042)
    static let varchar = SQLType(1043)
    static let timestamptz = SQLType(1184)
    static let uuid = SQLType(2950)
    static let jsonb = SQLType(3802)

    static let boolArray = SQLType(1000)
    static let byteaArray = SQLType(1001)
    static let int2Array = SQLType(1005)
    static let int4Array = SQLType(1007)
    static let textArray = SQLType(1009)
    static let int8Array = SQLType(1016)
    static let float8Array = SQLType(1022)
    static let timestamptzArray = SQLType(1185)
    static let uuidArray = SQLType(2951)
    static let jsonbArray = SQLType(3807)
}

extension SQLType: CustomStringConvertible {
    /// The name of the type where it is one this module knows, else its number.
    public var description: String {
        Self.names[self] ?? "type \(oid)"
    }

    private static let names: [SQLType: String] = [
        .bool: "bool", .bytea: "bytea", .char: "char", .name: "name", .int8: "int8", .int2: "int2", .int4: "int4",
        .text: "text", .json: "json", .float4: "float4", .float8: "float8", .unknown: "unknown", .bpchar: "bpchar",
        .varchar: "varchar", .timestamptz: "timestamptz", .uuid: "uuid", .jsonb: "jsonb", .boolArray: "bool[]",
        .byteaArray: "bytea[]", .int2Array: "int2[]", .int4Array: "int4[]", .textArray: "text[]",
        .int8Array: "int8[]", .float8Array: "float8[]", .timestamptzArray: "timestamptz[]", .uuidArray: "uuid[]",
        .jsonbArray: "jsonb[]",
    ]
}
