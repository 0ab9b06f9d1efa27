/// SQL text that is written once: prepared on each connection when it is first used there.
///
/// A string literal without a name is a statement too; it is parsed anew at each use.
public struct Statement: Sendable, Hashable {
    /// What the statement is called in the server's own views and in errors, or nil if it is never prepared.
    public let name: String?
    /// The SQL, with `$1`, `$2` for parameters.
    public let sql: String

    /// A statement that is prepared once per connection.
    public init(_ name: String, _ sql: String) {
        self.name = name
        self.sql = sql
    }

    /// A statement that is not worth preparing.
    public init(unprepared sql: String) {
        name = nil
        self.sql = sql
    }
}

extension Statement: ExpressibleByStringLiteral {
    /// A statement that is not prepared.
    public init(stringLiteral sql: String) { self.init(unprepared: sql) }
}
