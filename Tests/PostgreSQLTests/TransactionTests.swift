import Foundation
import Testing

@testable import PostgreSQL

private struct Abandoned: Error {}

private let insert = Statement("insert", "INSERT INTO things VALUES ($1)")
private let count = Statement("count", "SELECT count(*) FROM things")

private func withThings(
    size: Int = 2, _ adjust: (inout DatabaseSettings) -> Void = { _ in }, _ body: (Database) async throws -> Void
) async throws {
    try await withDatabase(size: size, adjust) { database in
        try await database.script("CREATE TABLE things (id int8 PRIMARY KEY DEFERRABLE INITIALLY DEFERRED)")
        try await body(database)
    }
}

@Suite struct TransactionTests {
    @Test("a scope commits when it returns and rolls back when it throws", .timeLimit(.minutes(1)))
    func scope() async throws {
        try await withThings { database in
            let sum = try await database.transaction { transaction in
                try await transaction.pipeline([Command(insert, 1), Command(insert, 2)])
                #expect(try await database.query(count)[0].value(0) == 0)
                return try await transaction.query(count)[0].value(0, as: Int.self)
            }
            #expect(sum == 2)
            await #expect(throws: Abandoned.self) {
                try await database.transaction { transaction in
                    try await transaction.query(insert, 3)
                    throw Abandoned()
                }
            }
            try await database.transaction { _ in }
            _ = try await database.transaction { try await $0.commit(after: [Command(insert, 4)]) }
            #expect(try await database.query(count)[0].value(0) == 3)
        }
    }

    @Test("a commit that is refused, or that finds its transaction failed, is not a success", .timeLimit(.minutes(1)))
    func refusedCommits() async throws {
        try await withThings(size: 1) { database in
            let explicit = try await failure {
                _ = try await database.transaction { try await $0.pipeline([Command(insert, 1), Command(insert, 1)]) }
            }
            #expect(explicit.isConstraintViolation(named: "things_pkey"), "\(explicit)")
            let implicit = try await failure {
                try await database.pipeline([Command(insert, 1), Command(insert, 1)])
            }
            #expect(implicit.isConstraintViolation(named: "things_pkey"), "\(implicit)")
            let swallowed = try await failure {
                try await database.transaction { transaction in
                    try await transaction.query(insert, 1)
                    _ = try await failure { try await transaction.query("SELECT 1/0") }
                }
            }
            guard case .rolledBack = swallowed else { return #expect(Bool(false), "\(swallowed)") }
            let last = try await failure {
                _ = try await database.transaction { transaction in
                    try await transaction.commit(after: [Command(insert, 1), Command("SELECT 1/0")])
                }
            }
            #expect(last.sqlState == "22012")
            #expect(try await database.query(count)[0].value(0) == 0)
        }
    }

    @Test("P20 a failed transaction never reaches the next user of its connection", .timeLimit(.minutes(1)))
    func failedInPool() async throws {
        try await withThings(size: 1) { database in
            for number in 0..<50 {
                _ = try await failure { _ = try await database.transaction { try await $0.query("SELECT 1/0") } }
                try await database.query(insert, number)
            }
            #expect(try await database.query(count)[0].value(0) == 50)
        }
    }

    @Test("P20 a BEGIN among the statements costs its connection and is no success", .timeLimit(.minutes(1)))
    func stray() async throws {
        try await withThings(size: 1) { database in
            let error = try await failure { try await database.pipeline([Command("BEGIN"), Command(insert, 1)]) }
            guard case .strayTransaction = error else { return #expect(Bool(false), "\(error)") }
            try await database.query(insert, 2)
            let ids = try await database.query("SELECT id FROM things")
            #expect(try ids.map { row throws(PostgreSQLError) in try row.value(0, as: Int.self) } == [2])
        }
    }

    @Test("P6 a COMMIT whose answer does not come is reported as unknown", .timeLimit(.minutes(1)))
    func commitCut() async throws {
        try await unknownCommit { database in
            _ = try await database.transaction { try await $0.query(insert, 1) }
        }
        try await unknownCommit { database in
            _ = try await database.transaction { try await $0.commit(after: [Command(insert, 1)]) }
        }
    }

    @Test("P6 a pipeline whose sync is not answered is reported as unknown", .timeLimit(.minutes(1)))
    func syncCut() async throws {
        try await unknownCommit(at: "INSERT INTO things") { try await $0.query(insert, 1) }
    }

    @Test("P6 what is lost before its COMMIT is surely not done", .timeLimit(.minutes(1)))
    func cutBeforeCommit() async throws {
        try await withThings { direct in
            let proxy = try FaultyProxy(upstream: try upstreamPort(), fault: .cutReply(to: "INSERT INTO things"))
            defer { proxy.close() }
            let database = Database(try await settings(through: proxy, like: direct), size: 1)
            try await withRunning(database) {
                let error = try await failure { _ = try await database.transaction { try await $0.query(insert, 1) } }
                guard case .connectionLost = error else { return #expect(Bool(false), "\(error)") }
                #expect(proxy.hitCount == 1)
                try await database.query(insert, 2)
            }
            #expect(try await direct.query(count)[0].value(0) == 1)
        }
    }

    @Test("P6 a commit that warns, because no standby confirmed it, is unknown", .timeLimit(.minutes(1)))
    func withoutStandby() async throws {
        try await PrivateServer.with { server in
            let settings = try DatabaseSettings(server.address(host: "127.0.0.1"), password: Secret("tr0ub4dor"))
            let (database, other) = (Database(settings, size: 1), Database(settings, size: 1))
            try await database.script("CREATE TABLE things (id int8); ")
            try await database.script("ALTER SYSTEM SET synchronous_standby_names = 'absent'")
            try await database.script("SELECT pg_reload_conf()")
            try await withRunning(database) {
                try await withRunning(other) {
                    for attempt in 1...2 {
                        async let outcome = failure {
                            if attempt == 1 {
                                try await database.query(insert, 1)
                            } else {
                                _ = try await database.transaction { try await $0.query(insert, 1) }
                            }
                        }
                        try await eventually("the commit waits") {
                            try await other.query(
                                "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
                            ).count == 1
                        }
                        let error = try await outcome
                        guard case .commitUnknown = error else { return #expect(Bool(false), "\(error)") }
                    }
                }
            }
        }
    }

    @Test("transactions beyond the pool wait their turn, and give up when it does not come", .timeLimit(.minutes(1)))
    func exhausted() async throws {
        let impatient: (inout DatabaseSettings) -> Void = { $0.acquireTimeout = .seconds(3) }
        try await withThings(size: 1, impatient) { database in
            try await eventually("the connection is there") { await database.status().open == 1 }
            try await database.transaction { transaction in
                try await transaction.query(insert, 1)
                let error = try await failure { try await database.query(count) }
                guard case .unavailable = error else { return #expect(Bool(false), "\(error)") }
                try await transaction.query(insert, 2)
            }
        }
        try await withThings(size: 2) { database in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<200 {
                    group.addTask {
                        try await database.transaction { transaction in
                            try await transaction.query(insert, number)
                            try await transaction.query("SELECT 1")
                        }
                    }
                    group.addTask { try await database.query(count) }
                }
                try await group.waitForAll()
            }
            #expect(try await database.query(count)[0].value(0) == 200)
        }
    }

    @Test("a transaction whose task is cancelled is rolled back", .timeLimit(.minutes(1)))
    func cancelled() async throws {
        try await withThings(size: 1) { database in
            let begun = AsyncStream<Void>.makeStream()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try await database.transaction { transaction in
                        try await transaction.query(insert, 1)
                        begun.continuation.yield()
                        try await transaction.query("SELECT pg_sleep(3)")
                    }
                }
                for await _ in begun.stream { break }
                group.cancelAll()
                let error = try await failure { try await group.waitForAll() }
                guard case .cancelled = error else { return #expect(Bool(false), "\(error)") }
            }
            #expect(try await database.query(count)[0].value(0) == 0)
        }
    }

    private func unknownCommit(
        at text: String = "COMMIT", _ work: @Sendable (Database) async throws -> Void
    ) async throws {
        try await withThings { direct in
            let proxy = try FaultyProxy(upstream: try upstreamPort(), fault: .cutReply(to: text))
            defer { proxy.close() }
            let database = Database(try await settings(through: proxy, like: direct), size: 1)
            try await withRunning(database) {
                let error = try await failure { try await work(database) }
                guard case .commitUnknown = error else { return #expect(Bool(false), "\(error)") }
                #expect(error.mayHaveCommitted)
                #expect(proxy.hitCount == 1)
                // It was: only nobody had been told.
                #expect(try await database.query(count)[0].value(0) == 1)
            }
        }
    }
}

func upstreamPort() throws -> UInt16 {
    try DatabaseSettings(serverAddress()).keywords["port"].flatMap { UInt16($0) } ?? 5432
}

/// Settings that lead to the same schema through the proxy.
func settings(through proxy: FaultyProxy, like database: Database) async throws -> DatabaseSettings {
    let keywords = try DatabaseSettings(serverAddress()).keywords
    let user = keywords["user"] ?? "postgres"
    let name = keywords["dbname"] ?? "postgres"
    var settings = try DatabaseSettings(
        "host=127.0.0.1 port=\(proxy.port) user=\(user) dbname=\(name) sslmode=disable")
    settings.searchPath = [try await database.query("SELECT current_schema::text")[0].value(0)]
    return settings
}
