/// Everything that this module can say went wrong. No description contains a parameter, a row's value or a password.
public enum PostgreSQLError: Error, Sendable {
    /// The settings cannot be used.
    case configuration(String)
    /// No connection became free in time: nothing was sent. The reason is why connecting last failed, if it did.
    case unavailable(reason: String?)
    /// The server would not have the connection, such as for a role or a database that does not exist.
    case connectionRefused(sqlState: String, reason: String)
    /// The connection went away, and whatever ran on it was surely rolled back.
    case connectionLost(String)
    /// The connection went away, or a warning came, when the commit was on its way: it may have happened or not.
    case commitUnknown(String)
    /// The server refused a command and rolled its transaction back; `command` is its place in the pipeline,
    /// nil when the commit itself was refused.
    case server(ServerFailure, command: Int?)
    /// A transaction was to be committed, but had failed before: the server rolled it back.
    case rolledBack
    /// A column does not hold what was asked for.
    case mismatch(column: String, expected: String, found: String)
    /// A statement left its transaction in another state than it found it: BEGIN and COMMIT are not statements here.
    case strayTransaction
    /// The waiting task was cancelled; the server may still do what it was asked.
    case cancelled
    /// The database is no longer being run, or the transaction's scope has ended.
    case closed
}

extension PostgreSQLError {
    /// The server's own account, if it gave one.
    public var serverFailure: ServerFailure? {
        if case .server(let failure, _) = self { failure } else { nil }
    }

    /// The five characters of the server's error code, if it gave one.
    public var sqlState: String? {
        if case .connectionRefused(let state, _) = self { state } else { serverFailure?.sqlState }
    }

    /// Whether the same work may succeed when it is tried again.
    public var isTransient: Bool {
        switch self {
        case .unavailable, .connectionLost, .connectionRefused, .commitUnknown: true
        case .server(let failure, _): failure.isTransient
        case .configuration, .rolledBack, .mismatch, .strayTransaction, .cancelled, .closed: false
        }
    }

    /// Whether the cause is the connection or the server as a whole, not the work.
    public var isConnectionLoss: Bool {
        switch self {
        case .unavailable, .connectionLost, .connectionRefused, .commitUnknown: true
        case .server(let failure, _): failure.isConnectionLoss
        case .configuration, .rolledBack, .mismatch, .strayTransaction, .cancelled, .closed: false
        }
    }

    /// Whether two transactions met: the whole transaction may be tried again at once.
    public var isSerialization: Bool {
        sqlState == "40001" || sqlState == "40P01"
    }

    /// Whether the work may have been committed although it was not reported so.
    public var mayHaveCommitted: Bool {
        switch self {
        case .commitUnknown, .cancelled: true
        default: false
        }
    }

    /// Whether the server refused a value: one that a type cannot hold (class 22), or a constraint does not allow (23).
    public var isRefusedValue: Bool { sqlState.map { $0.hasPrefix("22") || $0.hasPrefix("23") } ?? false }

    /// Whether a constraint refused the work, and that of this name if one is given.
    public func isConstraintViolation(named name: String? = nil) -> Bool {
        guard let failure = serverFailure, failure.sqlState.hasPrefix("23") else { return false }
        return name == nil || failure.constraint == name
    }
}

extension PostgreSQLError: CustomStringConvertible, CustomDebugStringConvertible {
    public var description: String {
        switch self {
        case .configuration(let reason): "database settings: \(reason)"
        case .unavailable(let reason): "no database connection in time" + (reason.map { ": \($0)" } ?? "")
        case .connectionLost(let reason): "database connection lost: \(reason)"
        case .connectionRefused(let state, let reason): "database connection refused (\(state)): \(reason)"
        case .commitUnknown(let reason): "unknown whether the transaction was committed: \(reason)"
        case .server(let failure, let command?): "\(failure) (command \(command))"
        case .server(let failure, nil): "\(failure)"
        case .rolledBack: "the transaction had failed and was rolled back instead of committed"
        case .mismatch(let column, let expected, let found): "column \(column): expected \(expected), found \(found)"
        case .strayTransaction: "a statement began or ended a transaction on a connection that is shared"
        case .cancelled: "the task that waited for the database was cancelled"
        case .closed: "the database or the transaction is closed"
        }
    }

    public var debugDescription: String { description }
}
