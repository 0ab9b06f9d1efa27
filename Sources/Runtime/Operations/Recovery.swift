import PostgreSQL

/// What is left to do after the broker lost its queues: the rows know everything, they only have to be looked at.
public struct Recovery: Sendable {
    private let database: Database

    /// Writes through `database`, whose role is in `baton_operator`.
    public init(database: Database) {
        self.database = database
    }

    private static let wake = Statement("wake_queues", "SELECT wake_queues($1)")

    /// Makes everything due whose tickets or copies were in `queues`, which had to be created; answers how many rows.
    public func wake(queues: [String]) async throws -> Int {
        guard !queues.isEmpty else { return 0 }
        return Int(try await database.query(Self.wake, queues)[0].value(0, as: Int32.self))
    }
}
