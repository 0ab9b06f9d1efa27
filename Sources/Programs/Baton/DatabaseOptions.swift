import ArgumentParser
import Foundation
import PostgreSQL

/// Where the database is.
struct DatabaseOptions: ParsableArguments {
    @Option(help: "PostgreSQL connection string; BATON_POSTGRESQL_URL if not given.")
    var database: String?

    @Option(help: "File with the password; BATON_POSTGRESQL_PASSWORD_FILE if not given.")
    var passwordFile: String?

    @Option(help: "The schema; BATON_POSTGRESQL_SCHEMA or 'baton' if not given.")
    var schema: String?

    var schemaName: String { schema ?? environment("BATON_POSTGRESQL_SCHEMA") ?? "baton" }

    /// Runs `body` with connections to the database, and closes them.
    func with<Value: Sendable>(_ body: @Sendable (Database) async throws -> Value) async throws -> Value {
        guard let url = database ?? environment("BATON_POSTGRESQL_URL") else {
            throw ValidationError("no database: give --database or set BATON_POSTGRESQL_URL")
        }
        let file = passwordFile ?? environment("BATON_POSTGRESQL_PASSWORD_FILE")
        var settings = try DatabaseSettings(url, password: try file.map { try Secret(contentsOfFile: $0) })
        settings.searchPath = [schemaName]
        settings.applicationName = "baton"
        settings.statementTimeout = .seconds(300)
        settings.answerTimeout = .seconds(330)
        let pool = Database(settings, size: 2)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await pool.run() }
            defer { group.cancelAll() }
            return try await body(pool)
        }
    }
}

/// The environment variable `name`; nil when it is not set or empty.
func environment(_ name: String) -> String? {
    ProcessInfo.processInfo.environment[name].flatMap { $0.isEmpty ? nil : $0 }
}

/// Prints `value` as JSON for programs.
func printJSON(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.dateEncodingStrategy = .iso8601
    print(String(decoding: try encoder.encode(value), as: UTF8.self))
}
