import Operations
import PostgreSQL
import Support
import Testing

@Suite struct ProjectReadyTests {
    @Test(
        "C3 a project is ready when the last of its phases is there, and not before", .timeLimit(.minutes(1)),
        arguments: [["create-tasks"], ["create-tasks/PLAN", "create-tasks/BUILD"]])
    func ready(labels: [String]) async throws {
        try await TestSchema.with { schema in
            let database = schema.database
            try await database.script(
                """
                INSERT INTO handoffs (id, saga, opportunity, contract, version, kind, content_hash, correlation_id, state,
                    queue, due_at, since, created_at)
                VALUES (gen_random_uuid(), 's', 'O-1', 'C', 1, 'complete', 'h', 'c', 'ready', 'q', now(), now(), now());
                INSERT INTO deals SELECT id, '{}', 'Acme', 100, 'EUR' FROM handoffs;
                """)
            for (ordinal, label) in (["create-project"] + labels).enumerated() {
                try await database.script(
                    """
                    INSERT INTO steps (handoff_id, ordinal, name, queue, final, key, state)
                    SELECT id, \(ordinal), '\(label)', 'q', false, '\(label)', 'planned' FROM handoffs
                    """)
            }
            func secondsToReady() async throws -> Double? {
                let lines = try await Inquiries(database: database).list(
                    readyStep: "create-tasks", projectStep: "create-project")
                return try #require(lines.first).secondsToProjectReady
            }
            for label in ["create-project"] + labels {
                #expect(try await secondsToReady() == nil, "before \(label)")
                try await database.script(
                    """
                    INSERT INTO journal (handoff_id, entry)
                    SELECT id, '{"what":"done","step":"\(label)"}' FROM handoffs
                    """)
            }
            #expect(try await secondsToReady() ?? -1 >= 0)
        }
    }
}
