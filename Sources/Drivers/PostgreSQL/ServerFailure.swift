import CPostgreSQL

/// What the server said about an error.
///
/// `detail` quotes rows, and `message` sometimes quotes a value, so neither is to be logged: the description leaves
/// out the one and blanks the other.
public struct ServerFailure: Sendable, Hashable {
    /// The five characters of the error code.
    public let sqlState: String
    /// The primary message.
    public let message: String
    /// The secondary message, with values in it.
    public let detail: String?
    /// The constraint that was violated.
    public let constraint: String?
    /// The table it happened in.
    public let table: String?
    /// The column it happened in.
    public let column: String?
}

extension ServerFailure {
    /// Nil when it is not the server that speaks, but libpq about a connection that it lost.
    init?(_ result: OpaquePointer) {
        func field(_ code: Int32) -> String? { PQresultErrorField(result, code).map { String(cString: $0) } }
        guard let sqlState = field(pq_field_sqlstate()) else { return nil }
        self.init(
            sqlState: sqlState, message: field(pq_field_message()) ?? "",
            detail: field(pq_field_detail()), constraint: field(pq_field_constraint()),
            table: field(pq_field_table()), column: field(pq_field_column()))
    }

    /// Serialization, deadlock, lock and statement timeouts, and all that has to do with connection and resources.
    var isTransient: Bool {
        isConnectionLoss || isStalePreparation
            || ["40001", "40P01", "55P03", "57014", "25006"].contains(sqlState)
    }

    var isConnectionLoss: Bool {
        sqlState.hasPrefix("08") || sqlState.hasPrefix("53")
            || ["57P01", "57P02", "57P03", "57P05", "25P03"].contains(sqlState)
    }

    /// Whether the statement must be prepared again: the server dropped it, or its tables changed under it.
    var isStalePreparation: Bool {
        sqlState == "26000" || (sqlState == "0A000" && message.contains("cached plan"))
    }
}

extension ServerFailure: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String {
        var text = "SQLSTATE \(sqlState): \(loggableMessage)"
        if let table { text += ", table \(table)" }
        if let column { text += ", column \(column)" }
        if let constraint { text += ", constraint \(constraint)" }
        return text
    }

    public var debugDescription: String { description }

    public var customMirror: Mirror {
        Mirror(self, children: ["sqlState": sqlState, "message": loggableMessage])
    }

    /// Data exceptions (class 22) quote the offending value in their message.
    private var loggableMessage: String {
        guard sqlState.hasPrefix("22") else { return message }
        let parts = message.split(separator: "\"", omittingEmptySubsequences: false)
        return parts.enumerated().map { $0.offset.isMultiple(of: 2) ? String($0.element) : "…" }.joined(separator: "\"")
    }
}

extension String {
    var firstLine: String { String(prefix { !$0.isNewline }) }
}
