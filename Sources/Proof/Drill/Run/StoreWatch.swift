import PostgreSQL
import Synchronization

/// Looks at the store while it runs: what is recorded, what is due, and how often a handoff was taken over.
final class StoreWatch: Sendable {
    private struct State {
        var takeovers = 0
        var last: [String: Int] = [:]
    }

    private let database: Database
    private let state = Mutex(State())

    init(database: Database) {
        self.database = database
    }

    /// Take-overs seen so far, at the least: an outcome sets a handoff's count back, so only its rises between two
    /// looks are counted, and one that rose and was set back between them is not.
    var takeovers: Int { state.withLock(\.takeovers) }

    /// Counts take-overs until it is cancelled; while the database is away there are none to count.
    func count() async throws {
        while !Task.isCancelled {
            if let rows = await rows(Self.takenOver) {
                let now = try Dictionary(
                    rows.map { (try $0.value(0, as: String.self), Int(try $0.value(1, as: Int32.self))) },
                    uniquingKeysWith: { first, _ in first })
                state.withLock { state in
                    for (handoff, count) in now { state.takeovers += max(count - (state.last[handoff] ?? 0), 0) }
                    state.last = now
                }
            }
            try await Task.sleep(for: .milliseconds(250))
        }
    }

    private static let takenOver = Statement(
        "drill_takenover", "SELECT id::text, takeovers FROM handoffs WHERE open AND takeovers > 0")
    private static let recorded = Statement(
        "drill_recorded",
        """
        SELECT (SELECT count(*) FROM events), (SELECT count(*) FROM incidents WHERE cause LIKE 'raw/%')
        """)
    /// What moves by itself: rows with a due time, and heads that have none yet.
    private static let moving = Statement(
        "drill_moving",
        """
        SELECT (SELECT count(*) FROM handoffs WHERE open AND due_at IS NOT NULL
                AND NOT (state = 'waiting' AND cause LIKE 'approval:%'))
            + (SELECT count(*) FROM mirrors WHERE due_at IS NOT NULL)
            + (SELECT count(*) FROM incidents WHERE state <> 'closed' AND due_at IS NOT NULL)
            + (SELECT count(*) FROM looks WHERE due_at IS NOT NULL)
        """)
    private static let ready = Statement(
        "drill_ready", "SELECT id::text, token FROM handoffs WHERE open AND state = 'ready'")
    private static let unfinished = Statement(
        "drill_unfinished",
        """
        SELECT count(*) FROM handoffs
        WHERE state IN ('ready', 'running') OR (state = 'waiting' AND cause NOT LIKE 'approval:%')
        """)
    private static let ended = Statement("drill_ended", "SELECT count(*) FROM handoffs WHERE NOT open")

    /// Recorded events, and incidents about unreadable messages; nil while the database is away.
    func recorded() async throws -> (events: Int, unreadable: Int)? {
        guard let row = await rows(Self.recorded)?.first else { return nil }
        return (Int(try row.value(0, as: Int64.self)), Int(try row.value(1, as: Int64.self)))
    }

    /// How many rows will still move by themselves; nil while the database is away.
    func moving() async throws -> Int? {
        try await rows(Self.moving)?.first.map { Int(try $0.value(0, as: Int64.self)) }
    }

    /// How many handoffs workers have still to do with; nil while the database is away.
    func unfinished() async throws -> Int? {
        try await rows(Self.unfinished)?.first.map { Int(try $0.value(0, as: Int64.self)) }
    }

    /// How many handoffs are closed; nil while the database is away.
    func ended() async throws -> Int? {
        try await rows(Self.ended)?.first.map { Int(try $0.value(0, as: Int64.self)) }
    }

    /// The handoffs that wait for their ticket, with their tokens.
    func ready() async throws -> [String: Int64] {
        let rows = try await database.query(Self.ready)
        return try Dictionary(
            rows.map { (try $0.value(0, as: String.self), try $0.value(1, as: Int64.self)) },
            uniquingKeysWith: { first, _ in first })
    }

    /// The answer, or nil while the database is away, as it is on purpose for some of the time.
    private func rows(_ statement: Statement) async -> [Row]? {
        do {
            return try await database.query(statement)
        } catch {
            return nil
        }
    }
}
