import FoundationEssentials
import PostgreSQL
import Support
import Twins
import Workers

@testable import Fleet

/// Every store that the engine can have.
enum StoreMaker: String, CaseIterable, Sendable {
    case postgresql, memory

    /// Runs `body` at a bench of an empty store.
    func with(_ body: @escaping @Sendable (StoreBench) async throws -> Void) async throws {
        switch self {
        case .memory: try await body(StoreBench(MemorySide()))
        case .postgresql:
            try await TestSchema.with { schema in
                let side = PostgreSQLSide(schema: schema)
                try await side.moveClock(to: .zero)
                try await body(StoreBench(side))
            }
        }
    }
}

/// A store from behind: its clock, what people do to it, and what it holds.
protocol StoreSide: Sendable {
    func store(of queue: String) -> any HandoffStore
    func moveClock(to moment: Duration) async throws
    func record(_ isApproved: Bool, _ gate: String, _ planHash: String, of handoff: UUID) async throws
    func setPause(_ kind: String, _ name: String, _ isPaused: Bool) async throws
    func choose(_ value: String, as what: String, for handoff: UUID) async throws
    /// Gives the open incidents up whose causes begin so.
    func discardMessages(_ cause: String) async throws
    /// Discards the open incident of this class about a handoff.
    func giveUp(_ handoff: UUID, _ incidentClass: IncidentClass) async throws
    /// All handoffs, as opportunity, contract and version.
    func names() async throws -> [UUID: String]
    /// All that it holds, a line for each row; moments in milliseconds since the beginning.
    func rows() async throws -> [String]
}

struct MemorySide: StoreSide {
    let database: MemoryDatabase

    init(plants: StorePlants = []) {
        database = MemoryDatabase(clock: TwinClock(), limits: StoreBench.limits, plants: plants)
    }

    func store(of queue: String) -> any HandoffStore {
        MemoryStore(database, queue: queue, planningQueue: StoreBench.planning)
    }
    func moveClock(to moment: Duration) { database.clock.move(to: moment) }
    func record(_ isApproved: Bool, _ gate: String, _ planHash: String, of handoff: UUID) {
        database.record(isApproved, gate, planHash, of: handoff)
    }
    func setPause(_ kind: String, _ name: String, _ isPaused: Bool) throws {
        try database.setPause(kind, name, isPaused)
    }
    func choose(_ value: String, as what: String, for handoff: UUID) {
        database.choose(value, as: what, for: handoff)
    }
    func discardMessages(_ cause: String) { database.discardMessages(cause) }
    func giveUp(_ handoff: UUID, _ incidentClass: IncidentClass) throws {
        let open = database.snapshot.incidents.first {
            $0.handoff == handoff && $0.incidentClass == incidentClass && $0.state == .open
        }
        if let open { _ = try database.act(.keep, on: open.id) }
    }
    func names() -> [UUID: String] {
        Dictionary(
            uniqueKeysWithValues: database.snapshot.handoffs.map {
                ($0.id, "\($0.opportunity)/\($0.contract)/\($0.version)")
            })
    }
    func rows() -> [String] { database.snapshot.lines }
}

struct PostgreSQLSide: StoreSide {
    let schema: TestSchema

    func store(of queue: String) -> any HandoffStore {
        PostgreSQLStore(
            database: schema.database, limits: StoreBench.limits, saga: "test", queue: queue,
            planningQueue: StoreBench.planning)
    }

    /// The schema's clock stands, like the twin's.
    func moveClock(to moment: Duration) async throws {
        try await schema.database.script(
            """
            CREATE OR REPLACE FUNCTION "\(schema.name)".clock(at timestamptz) RETURNS timestamptz LANGUAGE sql STABLE AS
                'SELECT timestamptz ''2026-11-21 00:00:00Z'' + interval ''\(moment.milliseconds) milliseconds''';
            """)
    }

    func record(_ isApproved: Bool, _ gate: String, _ planHash: String, of handoff: UUID) async throws {
        try await schema.database.script(
            """
            INSERT INTO approvals VALUES ('\(handoff)', '\(gate)', '\(planHash)', 'one', 'another',
                '\(isApproved ? "approved" : "rejected")', now())
            """)
    }

    func setPause(_ kind: String, _ name: String, _ isPaused: Bool) async throws {
        try await schema.database.script(
            isPaused
                ? "INSERT INTO pauses (kind, name, why) VALUES ('\(kind)', '\(name)', 'test')"
                : "DELETE FROM pauses WHERE kind = '\(kind)' AND name = '\(name)'")
    }

    func choose(_ value: String, as what: String, for handoff: UUID) async throws {
        try await schema.database.script(
            """
            INSERT INTO choices (handoff_id, what, value, why) VALUES ('\(handoff)', '\(what)', '\(value)', 'test')
            ON CONFLICT (handoff_id, what) DO UPDATE SET value = excluded.value
            """)
    }

    func discardMessages(_ cause: String) async throws {
        try await schema.database.script(
            """
            UPDATE incidents SET state = 'closed', resolution = 'discarded', closed_by = 'x', due_at = NULL,
                closed_at = clock(now())
            WHERE state = 'open' AND left(cause, \(cause.count)) = '\(cause)'
            """)
    }

    func giveUp(_ handoff: UUID, _ incidentClass: IncidentClass) async throws {
        _ = try await schema.database.query(
            Statement(
                unprepared: """
                    SELECT discard_handoff(i.id, i.revision, 'no', false, 30000) FROM incidents i
                    WHERE i.handoff_id = '\(handoff)' AND i.class = '\(incidentClass.rawValue)' AND i.state = 'open'
                    """))
    }

    func names() async throws -> [UUID: String] {
        let rows = try await schema.database.query(
            Statement(unprepared: "SELECT id, concat_ws('/', opportunity, contract, version) FROM handoffs"))
        return Dictionary(
            uniqueKeysWithValues: try rows.map { (try $0.value(0, as: UUID.self), try $0.value(1, as: String.self)) })
    }

    func rows() async throws -> [String] {
        try await schema.database.query(Statement(unprepared: Self.everything)).map { try $0.value(0, as: String.self) }
    }

    private static func moment(_ column: String) -> String {
        "coalesce(round(extract(epoch FROM \(column) - timestamptz '2026-11-21 00:00:00Z') * 1000)::text, '-')"
    }

    private static let everything = """
        SELECT concat_ws(' ', 'handoff', h.id, h.opportunity, h.contract, h.version, h.kind, h.state, h.queue, h.direction,
            coalesce(h.cause, '-'), coalesce(h.last_error, '-'), \(moment("h.due_at")), h.token, h.takeovers,
            h.publishes, h.requeues, h.planning_attempts, coalesce(h.planning_target, '-'), h.withheld, h.begun,
            \(moment("h.troubled_since"))) FROM handoffs h
        UNION ALL SELECT concat_ws(' ', 'step', s.handoff_id, s.ordinal, s.name, s.queue, s.final, s.key, s.state,
            s.attempts, s.undo_attempts, \(moment("s.settled_at")), coalesce(s.external_id, '-'), coalesce(s.kept_because, '-'),
            coalesce(s.kept_owner, '-')) FROM steps s
        UNION ALL SELECT concat_ws(' ', 'claim', c.target, c.thing, c.natural_key, c.holder,
            coalesce(c.external_id, '-'), coalesce(c.content_hash, '-'), \(moment("c.settled_at"))) FROM claims c
        UNION ALL SELECT concat_ws(' ', 'incident', i.cause, coalesce(i.step, '-'), i.queue, i.class, i.blocking, i.state,
            coalesce(i.resolution, '-'), i.round, i.case_id = i.id, i.revision, \(moment("i.due_at")), \(moment("i.since")),
            coalesce(i.opportunity, '-'), coalesce(i.contract, '-'), coalesce(i.version::text, '-'), i.has_copy, i.moved_by_hand,
            coalesce(i.said, '-'), i.repeats)
            FROM incidents i
        UNION ALL SELECT concat_ws(' ', 'status', m.opportunity, coalesce(nullif(m.contract, ''), '-'), m.target, m.object, m.source_version,
            m.written_version, m.wanted, m.state, m.queue, m.attempts, \(moment("m.due_at")), m.token, m.publishes)
            FROM mirrors m
        UNION ALL SELECT concat_ws(' ', 'target', t.name, t.failures, t.openings, \(moment("t.open_until")),
            \(moment("t.probe_until")), \(moment("t.throttled_until"))) FROM targets t
        UNION ALL SELECT concat_ws(' ', 'event', e.source, e.event_id, e.outcome, e.copies,
            coalesce(e.handoff_id::text, '-'), coalesce(e.publisher, '-')) FROM events e
        UNION ALL SELECT concat_ws(' ', 'signature', g.envelope, g.opportunity, coalesce(g.sow_hash, '-'), g.state,
            coalesce(g.handoff_id::text, '-'), \(moment("g.due_at"))) FROM signatures g
        UNION ALL SELECT concat_ws(' ', 'unsigned', u.opportunity, u.contract, u.version, u.event_id, u.content_hash,
            u.state, coalesce(u.handoff_id::text, '-')) FROM unsigned_deals u
        UNION ALL SELECT concat_ws(' ', 'name', n.name, n.opportunity) FROM opportunity_names n
        UNION ALL SELECT concat_ws(' ', 'look', l.handoff_id, l.ordinal, l.round, l.queue, l.state, \(moment("l.due_at")),
            l.token, l.attempts, coalesce(nullif(array_to_string(l.removals, ','), ''), '-'), coalesce(l.outcome, '-'))
            FROM looks l
        UNION ALL SELECT concat_ws(' ', 'plan', p.handoff_id, p.body) FROM plans p
        UNION ALL SELECT concat_ws(' ', 'journal', j.handoff_id, j.seq, j.entry) FROM journal j
        """
}
