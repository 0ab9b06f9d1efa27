import Foundation
import PostgreSQL
import Testing

/// A database of the test's own: a fresh schema on the server that the environment names.
func withDatabase<Value: Sendable>(
    size: Int = 2, _ adjust: (inout DatabaseSettings) -> Void = { _ in },
    _ body: (Database) async throws -> Value
) async throws -> Value {
    let schema = "t_" + UUID().uuidString.lowercased().replacing("-", with: "")
    var settings = try DatabaseSettings(serverAddress())
    try await Database(settings).script("CREATE SCHEMA \(schema)")
    settings.searchPath = [schema]
    adjust(&settings)
    let database = Database(settings, size: size)
    let result = try await withRunning(database) { try await body(database) }
    try await Database(DatabaseSettings(serverAddress())).script("DROP SCHEMA \(schema) CASCADE")
    return result
}

/// Keeps the database's connections while `body` runs.
func withRunning<Value: Sendable>(_ database: Database, _ body: () async throws -> Value) async throws -> Value {
    async let _: Void = database.run()
    let result = try await body()
    // Leaving the scope cancels the child task, and so ends `run()`.
    return result
}

struct MissingServer: Error, CustomStringConvertible {
    let description = "set BATON_TEST_POSTGRESQL to postgresql://postgres@127.0.0.1:PORT/postgres"
}

func serverAddress() throws -> String {
    guard let address = ProcessInfo.processInfo.environment["BATON_TEST_POSTGRESQL"] else { throw MissingServer() }
    return address
}

/// Asks again and again until the answer is yes; an error after thirty seconds.
func eventually(_ what: String, _ condition: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(30)
    while ContinuousClock.now < deadline {
        if try await condition() { return }
        try await ContinuousClock().sleep(for: .milliseconds(5))
    }
    throw NeverHappened(what: what)
}

struct NeverHappened: Error {
    let what: String
}

/// The error that `body` throws, which must be one of this module's.
func failure(_ body: () async throws -> Void) async throws -> PostgreSQLError {
    do {
        try await body()
    } catch let error as PostgreSQLError {
        return error
    }
    throw NeverHappened(what: "no error was thrown")
}
