import Operations
import PostgreSQL
import Support
import Testing

@Suite struct RecoveryTests {
    @Test("rows whose queue had to be made again are due at once, and no others", .timeLimit(.minutes(1)))
    func wake() async throws {
        try await TestSchema.with { schema in
            try await schema.database.script(
                """
                INSERT INTO handoffs (id, saga, opportunity, contract, version, kind, content_hash, correlation_id,
                    state, queue, cause, since, due_at, created_at)
                SELECT gen_random_uuid(), 'test', 'O-' || n, 'C', 1, 'complete', 'h', 'c', state, queue, cause, now(),
                    now() + interval '1 hour', now()
                FROM (VALUES (1, 'ready', 'deal-events', NULL), (2, 'ready', 'billing-schedules', NULL),
                    (3, 'waiting', 'deal-events', 'failure')) AS v (n, state, queue, cause);
                INSERT INTO incidents (id, cause, queue, class, owner, blocking, story, correlation_id, opened_at)
                SELECT gen_random_uuid(), n, q, 'not_json', 'integration', false, 'no', 'c', now()
                FROM (VALUES ('1', 'deal-events'), ('2', 'billing-schedules')) AS v (n, q);
                """)
            let recovery = Recovery(database: schema.database)
            #expect(try await recovery.wake(queues: []) == 0)
            #expect(try await recovery.wake(queues: ["deal-events", "deal-events.dead"]) == 2)
            let due = try await schema.database.query(
                Statement(
                    unprepared: """
                        SELECT opportunity FROM handoffs WHERE due_at <= clock_timestamp()
                        UNION ALL SELECT queue FROM incidents WHERE due_at <= clock_timestamp()
                        """))
            #expect(try due.map { try $0.value(0, as: String.self) } == ["O-1", "deal-events"])
        }
    }
}
