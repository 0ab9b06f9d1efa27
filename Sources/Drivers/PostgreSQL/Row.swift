/// One row of a result. Values are decoded when they are asked for, on the thread that asks.
public struct Row: Sendable {
    let table: ResultTable
    let index: Int32

    /// The value of the column at `position`, counted from zero.
    public func value<Value: SQLDecodable>(
        _ position: Int, as type: Value.Type = Value.self
    ) throws(PostgreSQLError) -> Value {
        guard table.isColumn(position) else {
            throw .mismatch(column: "\(position)", expected: "\(Value.self)", found: "no such column")
        }
        do {
            return try table.decode(row: index, column: position, as: type)
        } catch {
            throw .mismatch(column: table.name(of: position), expected: error.expected, found: error.found)
        }
    }

    /// The value of the column called `name`.
    public func decode<Value: SQLDecodable>(
        _ name: String, as type: Value.Type = Value.self
    ) throws(PostgreSQLError) -> Value {
        guard let position = table.column(named: name) else {
            throw .mismatch(column: name, expected: "\(Value.self)", found: "no such column")
        }
        return try value(position, as: type)
    }
}
