import PostgreSQL

/// What is left to do after the broker lost its queues: the rows know everything, they only have to be looked at.
public struct Recovery: Sendable {
    private let database: Database

    /// Writes through `database`, whose role may change due times.
    public init(database: Database) {
        self.database = database
    }

    private static let wakeHandoffs = Statement(
        "wake_handoffs",
        "UPDATE handoffs SET due_at = clock(now()) WHERE open AND state = 'ready' AND queue = ANY($1::text[])")
    private static let wakeMirrors = Statement(
        "wake_mirrors",
        "UPDATE mirrors SET due_at = clock(now()) WHERE state = 'ready' AND queue = ANY($1::text[])")
    private static let wakeIncidents = Statement(
        "wake_incidents",
        "UPDATE incidents SET due_at = clock(now()) WHERE state = 'open' AND queue || '.dead' = ANY($1::text[])")

    /// Makes everything due whose tickets or copies were in `queues`, which had to be created; answers how many rows.
    public func wake(queues: [String]) async throws -> Int {
        guard !queues.isEmpty else { return 0 }
        var count = 0
        for statement in [Self.wakeHandoffs, Self.wakeMirrors, Self.wakeIncidents] {
            count += try await database.execute(statement, queues)
        }
        return count
    }
}
