import Foundation
import PostgreSQL
import Support
import Testing

@testable import Fleet

@Suite struct NumbersTests {
    @Test(
        "B9 sixteen workers that draw at once, each key twice, draw every number once and leave no gap",
        .timeLimit(.minutes(1)))
    func sixteenWorkers() async throws {
        try await TestSchema.with { schema in
            let keys = (0..<120).map { "CT-\($0)" }
            let drawn = try await withWorkers(16, schema: schema.name) { workers in
                try await withThrowingTaskGroup(of: (String, Int64).self) { group in
                    // Twins of one key run side by side, as an overtaken worker and its successor do.
                    for (place, key) in (keys + keys).sorted().enumerated() {
                        let numbers = PostgreSQLNumbers(database: workers[place % workers.count])
                        group.addTask { (key, try await numbers.draw(from: "projects/DE01", for: key)) }
                    }
                    var drawn: [String: Set<Int64>] = [:]
                    for try await (key, number) in group { drawn[key, default: []].insert(number) }
                    return drawn
                }
            }
            #expect(drawn.count == keys.count)
            #expect(drawn.values.allSatisfy { $0.count == 1 }, "a key drew two numbers")
            #expect(drawn.values.flatMap { $0 }.sorted() == (1...120).map(Int64.init))
            let other = PostgreSQLNumbers(database: schema.database)
            #expect(try await other.draw(from: "projects/FR01", for: keys[0]) == 1, "each series counts for itself")
        }
    }

    @Test(
        "B9 a worker that is killed between drawing a number and using it draws the same again; killed before, none",
        .timeLimit(.minutes(1)))
    func killed() async throws {
        try await TestSchema.with { schema in
            let (before, drawn) = try await withWorkers(1, schema: schema.name) { workers in
                let worker = workers[0]
                // Not committed: the worker dies while it draws.
                await #expect(throws: (any Error).self) {
                    try await worker.transaction { transaction in
                        _ = try await transaction.query("SELECT draw_number('projects', 'CT-1')")
                        try await Self.kill(transaction, from: schema.database)
                        _ = try await transaction.query("SELECT 1")
                    }
                }
                let before = try await schema.database.query("SELECT count(*) FROM numbers")[0].value(0, as: Int64.self)
                let drawn = try await PostgreSQLNumbers(database: worker).draw(from: "projects", for: "CT-1")
                // Committed and not used: the worker dies before it calls its target.
                try? await worker.transaction { try await Self.kill($0, from: schema.database) }
                return (before, drawn)
            }
            #expect(before == 0)
            #expect(drawn == 1)
            let successor = PostgreSQLNumbers(database: schema.database)
            #expect(try await successor.draw(from: "projects", for: "CT-2") == 2)
            #expect(try await successor.draw(from: "projects", for: "CT-1") == drawn)
        }
    }

    @Test("B9 no worker can set a number or a series back", .timeLimit(.minutes(1)))
    func outOfReach() async throws {
        try await TestSchema.with { schema in
            try await withWorkers(1, schema: schema.name) { workers in
                _ = try await PostgreSQLNumbers(database: workers[0]).draw(from: "projects", for: "CT-1")
                for attempt in [
                    "UPDATE number_series SET last = 0", "DELETE FROM numbers", "UPDATE numbers SET number = 9",
                ] {
                    let error = await #expect(throws: PostgreSQLError.self) {
                        _ = try await workers[0].query(Statement(unprepared: attempt))
                    }
                    #expect(error?.sqlState == "42501", "\(attempt)")
                }
            }
        }
    }

    @Test("B9 a worker's own temporary table does not stand in for a table of ours", .timeLimit(.minutes(1)))
    func temporaryTable() async throws {
        try await TestSchema.with { schema in
            let drawn = try await withWorkers(1, schema: schema.name) { workers in
                try await workers[0].transaction { transaction in
                    for statement: Statement in [
                        "CREATE TEMPORARY TABLE numbers (series text, key text, number bigint, drawn_at timestamptz)",
                        "INSERT INTO pg_temp.numbers VALUES ('projects', 'CT-1', 999)",
                    ] {
                        _ = try await transaction.query(statement)
                    }
                    return try await transaction.query("SELECT draw_number('projects', 'CT-1')")[0]
                        .value(0, as: Int64.self)
                }
            }
            #expect(drawn == 1)
            // The same holds for everything that runs with the owner's rights.
            let open = try await schema.database.query(
                """
                SELECT proname::text FROM pg_proc WHERE prosecdef AND pronamespace = current_schema()::regnamespace
                    AND NOT coalesce(proconfig, '{}') @> ARRAY['search_path=' || current_schema() || ', pg_temp']
                """)
            #expect(try open.map { try $0.value(0, as: String.self) } == [])
        }
    }

    /// Connections of the workers' own role, one each.
    private func withWorkers<Value: Sendable>(
        _ count: Int, schema: String, _ body: @Sendable ([Database]) async throws -> Value
    ) async throws -> Value {
        var settings = try TestSchema.settings(schema: schema)
        settings.sessionSettings["role"] = "baton_worker"
        let workers = (0..<count).map { [settings] _ in Database(settings, size: 1) }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in workers { group.addTask { await worker.run() } }
            defer { group.cancelAll() }
            return try await body(workers)
        }
    }

    private static func kill(_ transaction: Transaction, from killer: Database) async throws {
        let process = try await transaction.query("SELECT pg_backend_pid()")[0].value(0, as: Int32.self)
        _ = try await killer.query("SELECT pg_terminate_backend($1::int)", process)
    }
}
