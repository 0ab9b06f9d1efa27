/// A PostgreSQL database, reached through a few connections that are shared by many tasks.
///
/// Several calls travel on one connection back to back, so a small pool carries a lot. The connections exist while
/// ``run()`` runs; calls made before it wait for it.
public final class Database: Sendable {
    private let settings: DatabaseSettings
    private let size: Int
    private let pool: Pool

    /// A database with `size` connections once it is run.
    public init(_ settings: DatabaseSettings, size: Int = 4) {
        precondition(size > 0, "a pool of \(size) connections cannot serve anyone")
        self.settings = settings
        self.size = size
        pool = Pool(settings)
    }

    /// Keeps the connections open until the task is cancelled.
    public func run() async {
        await withTaskGroup { group in
            for _ in 0..<size {
                group.addTask { await self.keepConnection() }
            }
        }
        await pool.stop()
    }

    /// Runs one statement in a transaction of its own.
    @discardableResult
    public func query(
        _ statement: Statement, _ values: any SQLEncodable...
    ) async throws(PostgreSQLError) -> [Row] {
        try await pool.run([Command(statement, values: values)], .alone).get()[0].rows
    }

    /// Runs one statement in a transaction of its own and says how many rows it touched.
    @discardableResult
    public func execute(
        _ statement: Statement, _ values: any SQLEncodable...
    ) async throws(PostgreSQLError) -> Int {
        try await pool.run([Command(statement, values: values)], .alone).get()[0].affectedCount
    }

    /// Runs all commands in one round trip as one transaction, and returns the rows of each.
    /// If one fails, none has happened, and the error names its place.
    @discardableResult
    public func pipeline(_ commands: [Command]) async throws(PostgreSQLError) -> [[Row]] {
        try await pool.run(commands, .alone).get().map(\.rows)
    }

    /// Runs `body` in a transaction: commits when it returns, rolls back when it throws.
    ///
    /// Throws ``PostgreSQLError/commitUnknown(_:)`` when the answer to COMMIT did not come.
    @discardableResult
    public func transaction<Value: Sendable>(
        isolation: isolated (any Actor)? = #isolation,
        _ body: (Transaction) async throws -> Value
    ) async throws -> Value {
        let transaction = Transaction(pool)
        let value: Value
        do {
            value = try await body(transaction)
        } catch {
            await transaction.rollBack()
            throw error
        }
        try await transaction.commit()
        return value
    }

    /// Runs SQL text of any number of statements on a connection made for it, without a statement timeout:
    /// for migrations. Text that does not say BEGIN is one transaction.
    public func script(_ sql: String) async throws(PostgreSQLError) {
        var settings = settings
        settings.statementTimeout = nil
        try await pool.script(sql, settings: settings)
    }

    /// How the connections are.
    public func status() async -> DatabaseStatus {
        await pool.status(size: size)
    }

    private func keepConnection() async {
        var backoff = ReconnectBackoff()
        while !Task.isCancelled {
            do {
                let connection = try await pool.open()
                let opened = ContinuousClock.now
                _ = await connection.ended.wait(whenCancelled: .closed)
                await pool.close(connection.id)
                // A server that lets us in and drops us at once is not to be hammered.
                if opened.duration(to: .now) > .seconds(1) { backoff.reset() }
            } catch {
                // The pool keeps the reason and gives it to those who wait in vain.
            }
            do {
                try await Task.sleep(for: backoff.next())
            } catch {
                return
            }
        }
    }
}
