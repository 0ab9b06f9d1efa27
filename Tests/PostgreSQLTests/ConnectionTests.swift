import Foundation
import Testing

@testable import PostgreSQL

@Suite struct ConnectionTests {
    @Test("a terminated backend fails what ran there, and the next query works", .timeLimit(.minutes(1)))
    func terminated() async throws {
        try await withDatabase(size: 1) { database in
            let error = try await failure {
                try await database.query("SELECT pg_terminate_backend(pg_backend_pid()), pg_sleep(10)")
            }
            #expect(error.sqlState == "57P01")
            #expect(error.isConnectionLoss && error.isTransient)
            #expect(try await database.query("SELECT 1::int8")[0].value(0) == 1)
        }
    }

    @Test("P3 a connection that dies in the middle of a long pipeline ends it", .timeLimit(.minutes(1)))
    func diesInPipeline() async throws {
        try await withDatabase(size: 1) { database in
            var commands = (0..<500).map { _ in Command("SELECT repeat('x', 1000)") }
            commands.insert(Command("SELECT pg_terminate_backend(pg_backend_pid())"), at: 250)
            let error = try await failure { try await database.pipeline(commands) }
            #expect(error.isConnectionLoss, "\(error)")
            #expect(try await database.query("SELECT 1::int8")[0].value(0) == 1)
        }
    }

    @Test("an idle connection that was terminated is replaced before anyone notices", .timeLimit(.minutes(1)))
    func terminatedWhileIdle() async throws {
        let other = Database(try DatabaseSettings(serverAddress()), size: 1)
        try await withRunning(other) {
            let label = "idle-" + UUID().uuidString
            try await withDatabase(size: 2, { $0.applicationName = label }) { database in
                for _ in 0..<5 {
                    let backend = try await database.query("SELECT pg_backend_pid()")[0].value(0, as: Int.self)
                    try await other.query("SELECT pg_terminate_backend($1::int)", Int32(backend))
                    // A successor is only made once the loss was noticed.
                    try await eventually("the connection has a successor") {
                        let rows = try await other.query(
                            "SELECT 1 FROM pg_stat_activity WHERE application_name = $1 AND pid <> $2", label, backend)
                        return await database.status().open == 2 && rows.count == 2
                    }
                    try await database.query("SELECT 1")
                }
            }
        }
    }

    @Test("a server that falls silent is given up, and the work goes on elsewhere", .timeLimit(.minutes(1)))
    func silent() async throws {
        let proxy = try FaultyProxy(upstream: try upstreamPort(), fault: .freeze(at: "SELECT 42"))
        defer { proxy.close() }
        try await withDatabase { direct in
            var settings = try await settings(through: proxy, like: direct)
            settings.answerTimeout = .milliseconds(200)
            let database = Database(settings, size: 1)
            try await withRunning(database) {
                let error = try await failure { try await database.query("SELECT 42::int8") }
                guard case .commitUnknown = error else { return #expect(Bool(false), "\(error)") }
                #expect(try await database.query("SELECT 42::int8")[0].value(0) == 42)
            }
        }
    }

    @Test("an idle connection is asked whether it lives, and replaced if it does not", .timeLimit(.minutes(1)))
    func idleCheck() async throws {
        let proxy = try FaultyProxy(upstream: try upstreamPort())
        defer { proxy.close() }
        try await withDatabase { direct in
            var settings = try await settings(through: proxy, like: direct)
            settings.idleCheckInterval = .milliseconds(20)
            settings.answerTimeout = .milliseconds(500)
            let database = Database(settings, size: 1)
            try await withRunning(database) {
                let first = try await database.query("SELECT pg_backend_pid()")[0].value(0, as: Int.self)
                // Many checks pass unharmed before the line goes dead.
                let until = ContinuousClock.now + .milliseconds(200)
                try await eventually("time has passed") { ContinuousClock.now > until }
                #expect(try await database.query("SELECT pg_backend_pid()")[0].value(0) == first)
                // The next bytes that come by themselves are those of a check: a sync message.
                proxy.arm(.freeze(at: "S\0\0\0\u{4}"))
                try await eventually("the connection was given up") { await database.status().open == 0 }
                #expect(proxy.hitCount == 1)
                #expect(try await database.query("SELECT pg_backend_pid()")[0].value(0) != first)
            }
        }
    }

    @Test("hosts that are down, silent or read-only are passed over", .timeLimit(.minutes(1)))
    func severalHosts() async throws {
        try await PrivateServer.with(settings: ["default_transaction_read_only": "on"]) { readOnly in
            let silent = try SilentListener()
            defer { silent.close() }
            let good = try upstreamPort()
            let name = try DatabaseSettings(serverAddress()).keywords["dbname"] ?? "postgres"
            let hosts = [
                "127.0.0.1:\(try unusedPort())", "127.0.0.1:\(silent.port)", "localhost:\(readOnly.port)",
                "127.0.0.1:\(good)",
            ]
            var settings = try DatabaseSettings(
                "postgresql://postgres:tr0ub4dor@\(hosts.joined(separator: ","))/\(name)?target_session_attrs=read-write"
            )
            settings.connectTimeout = .milliseconds(500)
            let database = Database(settings, size: 1)
            try await withRunning(database) {
                let port = try await database.query("SELECT current_setting('port')::int8")[0].value(0, as: Int.self)
                #expect(port == Int(good))
            }
        }
    }

    @Test("the settings of a session arrive", .timeLimit(.minutes(1)))
    func sessionSettings() async throws {
        let adjust: (inout DatabaseSettings) -> Void = { settings in
            settings.searchPath = ["odd \"name\\", "public"]
            settings.statementTimeout = .milliseconds(100)
            settings.lockTimeout = .milliseconds(1_234)
            settings.idleInTransactionTimeout = .milliseconds(200)
            settings.applicationName = "baton-test"
        }
        try await withDatabase(size: 1, adjust) { database in
            func setting(_ name: String) async throws -> String {
                try await database.query("SELECT current_setting($1)", name)[0].value(0)
            }
            #expect(try await setting("search_path") == "\"odd \"\"name\\\",\"public\"")
            #expect(try await setting("lock_timeout") == "1234ms")
            #expect(try await setting("application_name") == "baton-test")
            let slow = try await failure { try await database.query("SELECT pg_sleep(5)") }
            #expect(slow.sqlState == "57014" && slow.isTransient && !slow.isConnectionLoss)
            let forgotten = try await failure {
                try await database.transaction { transaction in
                    try await transaction.query("SELECT 1")
                    try await eventually("the server ends the session") { await database.status().open == 0 }
                    try await transaction.query("SELECT 1")
                }
            }
            #expect(forgotten.isConnectionLoss)
            #expect(!forgotten.mayHaveCommitted)
            try await database.query("SELECT 1")
        }
    }

    @Test("a database that nobody runs refuses in time, and one that has stopped at once", .timeLimit(.minutes(1)))
    func notRunning() async throws {
        var settings = try DatabaseSettings(serverAddress())
        settings.acquireTimeout = .milliseconds(50)
        let database = Database(settings, size: 1)
        let early = try await failure { try await database.query("SELECT 1") }
        guard case .unavailable = early else { return #expect(Bool(false), "\(early)") }
        try await withRunning(database) {
            try await eventually("the connection is there") { await database.status().open == 1 }
        }
        let late = try await failure { try await database.query("SELECT 1") }
        guard case .closed = late else { return #expect(Bool(false), "\(late)") }
    }
}

/// Takes connections and never says a word.
private struct SilentListener {
    let port: UInt16
    private let descriptor: Int32

    init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        port = try listenOnAnyPort(descriptor)
    }

    func close() { _ = Foundation.close(descriptor) }
}
