import Synchronization

/// The inside of a transaction: what runs here is committed together, or not at all.
///
/// It has a connection to itself from its first command on; BEGIN travels with that command.
public final class Transaction: Sendable {
    private static let lastNumber = Atomic<UInt64>(0)

    private let pool: Pool
    private let id: TransactionID
    private let hasEnded = Mutex(false)

    init(_ pool: Pool) {
        self.pool = pool
        id = TransactionID(number: Self.lastNumber.add(1, ordering: .relaxed).newValue)
    }

    /// Runs one statement.
    @discardableResult
    public func query(
        _ statement: Statement, _ values: any SQLEncodable...
    ) async throws(PostgreSQLError) -> [Row] {
        try await run([Command(statement, values: values)], .within)[0].rows
    }

    /// Runs one statement and says how many rows it touched.
    @discardableResult
    public func execute(
        _ statement: Statement, _ values: any SQLEncodable...
    ) async throws(PostgreSQLError) -> Int {
        try await run([Command(statement, values: values)], .within)[0].affectedCount
    }

    /// Runs all commands in one round trip.
    @discardableResult
    public func pipeline(_ commands: [Command]) async throws(PostgreSQLError) -> [[Row]] {
        try await run(commands, .within).map(\.rows)
    }

    /// Runs all commands and commits in the same round trip; the transaction takes nothing more after it.
    @discardableResult
    public func commit(after commands: [Command]) async throws(PostgreSQLError) -> [[Row]] {
        guard begin(ending: true) else { throw .closed }
        return try await pool.run(commands, .committing, owner: id, isShielded: true).get().map(\.rows)
    }

    /// Commits, unless that was done already.
    func commit() async throws(PostgreSQLError) {
        guard begin(ending: true) else { return }
        _ = try await pool.run([], .committing, owner: id, isShielded: true).get()
    }

    /// Rolls back. If that fails the connection is closed, which rolls back too; so there is no error to report.
    func rollBack() async {
        guard begin(ending: true) else { return }
        _ = await pool.run([], .rollingBack, owner: id, isShielded: true)
    }

    private func run(_ commands: [Command], _ frame: Frame) async throws(PostgreSQLError) -> [ResultTable] {
        guard begin(ending: false) else { throw .closed }
        return try await pool.run(commands, frame, owner: id).get()
    }

    /// Whether the transaction still takes commands.
    private func begin(ending: Bool) -> Bool {
        hasEnded.withLock { hasEnded in
            defer { hasEnded = hasEnded || ending }
            return !hasEnded
        }
    }
}
