import Foundation
import Testing

@testable import PostgreSQL

private let password = "tr0ub4dor"

private func everything(_ value: Any) -> String {
    var text = "\(value) \(String(reflecting: value)) "
    dump(value, to: &text)
    return text
}

@Suite struct SecrecyTests {
    @Test("TLS lets in the right name only, and the right authority only", .timeLimit(.minutes(1)))
    func verifiedByName() async throws {
        try await PrivateServer.with { server in
            func connect(host: String, _ more: String) async throws -> Bool {
                var settings = try DatabaseSettings(
                    server.address(host: host, more), password: Secret(password))
                settings.acquireTimeout = .seconds(5)
                let database = Database(settings, size: 1)
                return try await withRunning(database) {
                    try await database.query("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")[0].value(0)
                }
            }
            let verified = "sslmode=verify-full sslrootcert=\(server.folder)/ca.crt"
            #expect(try await connect(host: "localhost", verified))
            for (host, more) in [
                ("127.0.0.1", verified), ("localhost", "sslmode=verify-full sslrootcert=\(server.folder)/server.crt"),
            ] {
                let settings = try DatabaseSettings(server.address(host: host, more), password: Secret(password))
                let error = try await failure { try await Database(settings).script("SELECT 1") }
                #expect(error.isConnectionLoss)
                #expect("\(error)".contains("certificate"), "\(error)")
            }
            // Large answers over TLS: what OpenSSL holds back, `poll` does not see.
            let settings = try DatabaseSettings(server.address(host: "localhost", verified), password: Secret(password))
            let database = Database(settings, size: 1)
            try await withRunning(database) {
                for size in stride(from: 1_000, to: 200_000, by: 7_777) {
                    let text = try await database.query("SELECT repeat('x', $1)", Int32(size))[0].value(
                        0, as: String.self)
                    #expect(text.utf8.count == size)
                }
            }
        }
    }

    @Test("a password is in no description and in no error", .timeLimit(.minutes(1)))
    func noPassword() async throws {
        try await PrivateServer.with { server in
            let wrong = "hunter2-" + UUID().uuidString
            for address in [
                "postgresql://postgres:\(wrong)@127.0.0.1:\(server.port)/postgres",
                server.address(host: "127.0.0.1", "password=\(wrong)"),
            ] {
                let settings = try DatabaseSettings(address)
                #expect(settings.password?.value == wrong)
                #expect(!everything(settings).contains(wrong))
                let error = try await failure { try await Database(settings).script("SELECT 1") }
                #expect("\(error)".contains("authentication failed"), "\(error)")
                #expect(!everything(error).contains(wrong))
            }
            let malformed = try await failure { _ = try DatabaseSettings("postgresql://postgres:\(wrong)@[::1") }
            guard case .configuration = malformed else { return #expect(Bool(false), "\(malformed)") }
            #expect(!everything(malformed).contains(wrong))
        }
    }

    @Test("a password comes from a file without its line break", .timeLimit(.minutes(1)))
    func passwordFile() async throws {
        let path = NSTemporaryDirectory() + UUID().uuidString
        try Data("s3cret word\n".utf8).write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        #expect(try Secret(contentsOfFile: path).value == "s3cret word")
        let missing = try await failure { _ = try Secret(contentsOfFile: path + "-missing") }
        #expect("\(missing)".contains("-missing"))
    }

    @Test("what the server quotes of a row or a value is in no description", .timeLimit(.minutes(1)))
    func noValues() async throws {
        try await withDatabase { database in
            try await database.script("CREATE TABLE people (name text PRIMARY KEY, age int CHECK (age > 0))")
            let insert = Statement("insert", "INSERT INTO people VALUES ($1, $2)")
            try await database.query(insert, "Alice Secret", 5)
            let errors = [
                try await failure { try await database.query(insert, "Alice Secret", 5) },
                try await failure { try await database.query(insert, "Bob Secret", -5) },
                try await failure { try await database.query("SELECT $1::text::int", "Carol Secret") },
                try await failure { try await database.query("SELECT $1::text::jsonb", "Dave Secret") },
                try await failure { try await database.query("SELECT $1", JSONText("Eve Secret")) },
            ]
            #expect(errors.map(\.sqlState) == ["23505", "23514", "22P02", "22P02", "22P02"])
            for error in errors {
                #expect(!everything(error).contains("Secret"), "\(error)")
                #expect(!error.isTransient)
            }
            #expect(errors[0].serverFailure?.detail?.contains("Alice Secret") == true)
            #expect(errors[1].serverFailure?.constraint == "people_age_check")
        }
    }

    @Test("SQLSTATE decides what is tried again")
    func classes() {
        func error(_ state: String) -> PostgreSQLError {
            .server(
                ServerFailure(sqlState: state, message: "", detail: nil, constraint: nil, table: nil, column: nil),
                command: nil)
        }
        for state in ["40001", "40P01"] { #expect(error(state).isSerialization && error(state).isTransient) }
        for state in ["08006", "57P01", "57P02", "57P03", "53300"] {
            #expect(error(state).isConnectionLoss && error(state).isTransient)
        }
        for state in ["55P03", "57014"] { #expect(error(state).isTransient && !error(state).isConnectionLoss) }
        for state in ["22P02", "23502", "23514", "42P01", "42501"] { #expect(!error(state).isTransient) }
    }
}
