import Foundation
import PostgreSQL
import Testing

private let echo = Statement("echo", "SELECT $1::text || $1::text")

private let repeated = Statement("large", "SELECT repeat('x', $1)")

@Suite struct PipelineTests {
    @Test("P1 ten thousand statements with large parameters and results do not deadlock", .timeLimit(.minutes(1)))
    func large() async throws {
        try await withDatabase(size: 1) { database in
            let text = String(repeating: "x", count: 8_000)
            // One in a hundred answers with a megabyte: both directions fill up, and the server cannot read on
            // before we have read.
            let commands = (0..<10_000).map { number in
                number.isMultiple(of: 100) ? Command(repeated, Int32(1_000_000)) : Command(echo, text)
            }
            let results = try await database.pipeline(commands)
            let sizes = try results.map { rows in try rows[0].value(0, as: String.self).utf8.count }
            #expect(sizes == (0..<10_000).map { $0.isMultiple(of: 100) ? 1_000_000 : 16_000 })
        }
    }

    @Test("P1 a server that takes nothing more does not hold up the other connections", .timeLimit(.minutes(1)))
    func stuck() async throws {
        try await withDatabase { direct in
            let proxy = try FaultyProxy(upstream: try upstreamPort(), fault: .freeze(at: "freeze here"))
            defer { proxy.close() }
            var settings = try await settings(through: proxy, like: direct)
            settings.answerTimeout = .seconds(8)
            let database = Database(settings, size: 2)
            try await withRunning(database) {
                try await eventually("both connections are there") { await database.status().open == 2 }
                let text = String(repeating: "x", count: 1_000_000)
                async let frozen = failure {
                    try await database.pipeline(
                        [Command(echo, "freeze here")] + (0..<50).map { _ in Command(echo, text) })
                }
                try await eventually("the line is frozen") { proxy.hitCount == 1 }
                let start = ContinuousClock.now
                for _ in 0..<20 { try await database.query("SELECT 1") }
                #expect(start.duration(to: .now) < .seconds(7))
                let error = try await frozen
                guard case .connectionLost = error else { return #expect(Bool(false), "\(error)") }
            }
        }
    }

    @Test("a pipeline is one transaction: a failure undoes all and names its place", .timeLimit(.minutes(1)))
    func atomic() async throws {
        try await withDatabase { database in
            try await database.script("CREATE TABLE things (id int8 CONSTRAINT things_key PRIMARY KEY)")
            let insert = Statement("insert", "INSERT INTO things VALUES ($1)")
            let error = try await failure {
                try await database.pipeline([1, 2, 1, 3].map { Command(insert, $0) })
            }
            guard case .server(let refusal, 2) = error else { return #expect(Bool(false), "\(error)") }
            #expect(refusal.sqlState == "23505")
            #expect(error.isConstraintViolation(named: "things_key"))
            #expect(!error.isConstraintViolation(named: "other"))
            #expect(refusal.table == "things")
            #expect(try await database.query("SELECT count(*) FROM things")[0].value(0) == 0)
            try await database.pipeline([1, 2].map { Command(insert, $0) })
            #expect(try await database.execute("DELETE FROM things") == 2)
        }
    }

    @Test("a statement that could not be prepared in a failed pipeline can be used later", .timeLimit(.minutes(1)))
    func preparedLater() async throws {
        try await withDatabase(size: 1) { database in
            let other = Statement("other", "SELECT 1::int8")
            for _ in 0..<3 {
                let error = try await failure { try await database.pipeline([Command("SELECT 1/0"), Command(other)]) }
                #expect(error.sqlState == "22012")
            }
            #expect(try await database.query(other)[0].value(0) == 1)
            // A later command of a pipeline may be about what an earlier one has made.
            try await database.pipeline([
                Command("CREATE TABLE made (a int8)"), Command(Statement("made", "INSERT INTO made VALUES (1)")),
            ])
            // And a table may change under a prepared statement: the connection is replaced.
            let all = Statement("all", "SELECT * FROM made")
            _ = try await database.query(all)
            try await database.script("ALTER TABLE made ADD b int8")
            let stale = try await failure { try await database.query(all) }
            #expect(stale.isTransient)
            #expect(try await database.query(all).count == 1)
        }
    }

    @Test("many tasks share two connections and each gets its own answer", .timeLimit(.minutes(1)))
    func shared() async throws {
        try await withDatabase(size: 2) { database in
            let same = Statement("same", "SELECT $1::int8, pg_backend_pid()")
            let connections = try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<2_000 {
                    group.addTask {
                        let row = try await database.query(same, number)[0]
                        #expect(try row.value(0) == number)
                        return try row.value(1, as: Int.self)
                    }
                }
                return try await group.reduce(into: Set<Int>()) { $0.insert($1) }
            }
            #expect(connections.count == 2)
        }
    }

    @Test("a failing neighbour on the same connection does no harm", .timeLimit(.minutes(1)))
    func neighbours() async throws {
        try await withDatabase(size: 1) { database in
            let divide = Statement("divide", "SELECT 100 / $1::int8")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<500 {
                    group.addTask {
                        do {
                            let row = try await database.query(divide, number % 5)[0]
                            #expect(try row.value(0) == 100 / (number % 5))
                        } catch let error as PostgreSQLError {
                            #expect(error.sqlState == "22012" && number % 5 == 0)
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test("hundred rows travel in one statement through arrays", .timeLimit(.minutes(1)))
    func unnested() async throws {
        try await withDatabase { database in
            try await database.script(
                "CREATE TABLE lines (id uuid, name text, amount int8, at timestamptz)")
            let insert = Statement(
                "insert_lines",
                "INSERT INTO lines SELECT * FROM unnest($1::uuid[], $2::text[], $3::int8[], $4::timestamptz[])")
            for _ in 0..<50 {
                let ids = (0..<100).map { _ in UUID() }
                try await database.query(
                    insert, ids, ids.map(\.uuidString), Array(0..<100), ids.map { _ in Date.now })
            }
            #expect(try await database.query("SELECT count(*) FROM lines")[0].value(0) == 5_000)
        }
    }

    @Test("a cancelled task hears of it at once, and the connection serves the next", .timeLimit(.minutes(1)))
    func cancelled() async throws {
        let observer = try Database(DatabaseSettings(serverAddress()), size: 1)
        try await withRunning(observer) {
            try await withDatabase(size: 1) { database in
                let backend = try await database.query("SELECT pg_backend_pid()")[0].value(0, as: Int.self)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await database.query("SELECT pg_sleep(3)") }
                    try await eventually("the statement runs") {
                        try await observer.query(
                            "SELECT 1 FROM pg_stat_activity WHERE pid = $1 AND state = 'active'", backend
                        ).count == 1
                    }
                    group.cancelAll()
                    let error = try await failure { try await group.waitForAll() }
                    guard case .cancelled = error else { return #expect(Bool(false), "\(error)") }
                }
                let row = try await database.query("SELECT 7::int8, pg_backend_pid()")[0]
                #expect(try row.value(0) == 7)
                #expect(try row.value(1) == backend)
            }
        }
    }
}
