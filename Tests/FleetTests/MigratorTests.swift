import PostgreSQL
import Support
import Testing

@testable import Fleet

@Suite struct MigratorTests {
    @Test(
        "a worker refuses a schema that is missing, older, or newer than it can read, and runs on one it can",
        .timeLimit(.minutes(1)))
    func check() async throws {
        try await TestSchema.with { schema in
            let migrator = Migrator(database: schema.database, schema: schema.name)
            let known = Migrator.knownVersion
            try await migrator.check()
            try await schema.database.script(
                "INSERT INTO schema_migrations (version, name, readable_by) VALUES (\(known + 1), 'wider', \(known))")
            try await migrator.check()
            try await schema.database.script(
                "INSERT INTO schema_migrations (version, name, readable_by) VALUES (\(known + 2), 'cut', \(known + 1))")
            await #expect(throws: SchemaMismatch.tooNew(schema: schema.name, found: known + 2, known: known)) {
                try await migrator.check()
            }
            try await schema.database.script("DELETE FROM schema_migrations WHERE version >= \(known)")
            await #expect(throws: SchemaMismatch.tooOld(schema: schema.name, found: known - 1, known: known)) {
                try await migrator.check()
            }
            try await schema.database.script("DROP TABLE schema_migrations")
            await #expect(throws: SchemaMismatch.missing(schema: schema.name)) { try await migrator.check() }
        }
    }

    @Test("I12 a migration gives way to work that is under way, and comes through after it", .timeLimit(.minutes(1)))
    func givesWay() async throws {
        try await TestSchema.with { schema in
            let migrator = Migrator(database: schema.database, schema: schema.name)
            try await schema.database.script("DROP SCHEMA \"\(schema.name)\" CASCADE")
            _ = try await migrator.migrate(upTo: 5)
            let (locked, lock) = AsyncStream.makeStream(of: Void.self)
            async let migrated: [String] = {
                for await _ in locked { break }
                return try await migrator.migrate()
            }()
            try await schema.database.transaction { work in
                try await work.query("LOCK TABLE handoffs IN ROW EXCLUSIVE MODE")
                lock.yield()
                // Incidents are the migration's by now, and handoffs are what it waits for.
                try await eventually("the migration waits") {
                    try await schema.database.query(
                        """
                        SELECT FROM pg_locks WHERE relation = 'handoffs'::regclass AND NOT granted
                            AND mode = 'AccessExclusiveLock'
                        """
                    ).count == 1
                }
                try await work.query("SELECT count(*) FROM incidents")
                try await work.query("SELECT count(*) FROM deals")
            }
            #expect(try await !migrated.isEmpty)
            try await migrator.check()
        }
    }

    @Test(
        "V2 what a worker of the version before tells is told of the contract that it is about", .timeLimit(.minutes(1))
    )
    func olderStatuses() async throws {
        try await TestSchema.with { schema in
            let migrator = Migrator(database: schema.database, schema: schema.name)
            try await schema.database.script("DROP SCHEMA \"\(schema.name)\" CASCADE")
            _ = try await migrator.migrate(upTo: 15)
            func script(_ sql: String) async throws {
                try await schema.database.script("BEGIN; SET LOCAL search_path = \"\(schema.name)\"; \(sql); COMMIT")
            }
            func tell(_ opportunity: String, followedBy correlation: String, state: String = "idle") -> String {
                """
                INSERT INTO mirrors AS m (opportunity, target, object, correlation_id, source_version, wanted, since, state,
                    queue, due_at)
                VALUES ('\(opportunity)', 'CRM', 'handoff', '\(correlation)', 1, '{}', now(), '\(state)', 'status-feedback',
                    CASE '\(state)' WHEN 'idle' THEN NULL ELSE now() + interval '30 seconds' END)
                ON CONFLICT (opportunity, target, object) DO UPDATE SET source_version = m.source_version + 1;
                """
            }
            try await script(
                """
                INSERT INTO handoffs (id, saga, opportunity, contract, version, kind, content_hash, correlation_id, state,
                    queue, since, created_at)
                SELECT gen_random_uuid(), 's', o, c, 1, 'complete', 'h', 'corr-' || c, s, 'deal-events', now(), now()
                FROM (VALUES ('O-1', 'CT-1', 'parked'), ('O-1', 'CT-2', 'behind'), ('O-2', 'CT-3', 'finished'),
                    ('O-3', 'CT-4', 'finished')) AS v(o, c, s);
                \(tell("O-1", followedBy: "corr-CT-1")) \(tell("O-2", followedBy: "corr-CT-3"))
                \(tell("O-3", followedBy: "corr-CT-4", state: "ready"))
                INSERT INTO incidents (id, cause, queue, class, owner, blocking, story, correlation_id, opened_at)
                SELECT gen_random_uuid(), 'mirror/CRM/handoff/' || o || '/5', 'status-feedback', 'status_refused', 'support',
                    false, 'no', 'c', now()
                FROM (VALUES ('O-1'), ('O-9')) AS v(o);
                """)
            _ = try await migrator.migrate()
            func told() async throws -> [String] {
                try await schema.database.query(
                    Statement(
                        unprepared: """
                            SELECT concat_ws(' ', opportunity, nullif(contract, ''), object, source_version,
                                CASE WHEN due_at <= now() THEN 'due' END) FROM mirrors ORDER BY 1
                            """)
                ).map { try $0.value(0, as: String.self) }
            }
            #expect(
                try await told() == [
                    "O-1 CT-1 handoff/CT-1 1", "O-2 CT-3 handoff/CT-3 1", "O-3 CT-4 handoff/CT-4 1 due",
                ], "what is at rest, too: a later version goes on there")
            let causes = try await schema.database.query(
                Statement(unprepared: "SELECT cause FROM incidents ORDER BY 1"))
            #expect(
                try causes.map { try $0.value(0, as: String.self) }
                    == ["mirror/CRM/handoff/CT-1/O-1/5", "mirror/CRM/handoff/O-9/5"],
                "a refusal that is open closes once its status is written")
            for correlation in ["corr-CT-1", "corr-CT-2", "corr-CT-2", "unheard of"] {
                try await script(tell("O-1", followedBy: correlation))
            }
            let later = try await told().filter { $0.hasPrefix("O-1") }
            let versions = later.map { $0.split(separator: " ").suffix(2).joined(separator: " ") }
            #expect(
                [["handoff/CT-1 2", "handoff/CT-2 5"], ["handoff/CT-1 3", "handoff/CT-2 4"]].contains(versions),
                "it began above the other: \(later)")
        }
    }

    @Test(
        "V5 a change order that was lost before anybody told of such is told when the schema learns it",
        .timeLimit(.minutes(1)))
    func lostBefore() async throws {
        try await TestSchema.with { schema in
            let migrator = Migrator(database: schema.database, schema: schema.name)
            try await schema.database.script("DROP SCHEMA \"\(schema.name)\" CASCADE")
            _ = try await migrator.migrate(upTo: 15)
            try await schema.database.script(
                """
                BEGIN; SET LOCAL search_path = "\(schema.name)";
                INSERT INTO handoffs (id, saga, opportunity, contract, version, base_version, kind, content_hash,
                    correlation_id, state, queue, since, created_at)
                SELECT gen_random_uuid(), 's', o, 'CT-1', v, b, CASE WHEN b IS NULL THEN 'complete' ELSE 'change' END,
                    'h', 'c', s, 'deal-events', now(), now()
                FROM (VALUES ('O-1', 2, 1, 'behind'), ('O-1', 3, NULL, 'finished'), ('O-2', 2, 1, 'behind'))
                    AS v(o, v, b, s);
                COMMIT
                """)
            _ = try await migrator.migrate()
            let told = try await schema.database.query(
                Statement(
                    unprepared: """
                        SELECT h.opportunity FROM incidents i JOIN handoffs h ON h.id = i.handoff_id
                        WHERE i.class = 'base_stale' AND i.state = 'open'
                        """))
            #expect(try told.map { try $0.value(0, as: String.self) } == ["O-1"])
        }
    }
}
