public import ArgumentParser
import Foundation
public import PostgreSQL

/// Where the database is.
public struct DatabaseOptions: ParsableArguments, Sendable {
    @Option(help: "PostgreSQL connection string, without a password; BATON_POSTGRESQL_URL if not given.")
    var database: String?

    @Option(help: "File with the password; BATON_POSTGRESQL_PASSWORD_FILE if not given.")
    var passwordFile: String?

    @Option(help: "The schema; BATON_POSTGRESQL_SCHEMA or 'baton' if not given.")
    var schema: String?

    /// The schema that is meant.
    public var schemaName: String { schema ?? environment("BATON_POSTGRESQL_SCHEMA") ?? "baton" }

    /// Whether it is said where the database is.
    public var isGiven: Bool { database != nil || environment("BATON_POSTGRESQL_URL") != nil }

    /// Made by the parser.
    public init() {}

    /// Runs `body` with connections to the database, and closes them.
    public func with<Value: Sendable>(
        _ body: @Sendable (Database) async throws -> Value
    ) async throws -> Value {
        try refusePassword(
            in: database, of: "--database", instead: "set BATON_POSTGRESQL_URL, or name a file with --password-file")
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
            do {
                return try await body(pool)
            } catch let error as PostgreSQLError where error.sqlState == "42501" {
                throw NotAllowed(server: error.serverFailure?.message ?? "-")
            }
        }
    }
}

/// The database refused what the person's role may not do.
public struct NotAllowed: Error, CustomStringConvertible {
    let server: String

    /// What happened and whom to ask.
    public var description: String {
        """
        your database role may not do this (\(server)), so it was not done. Reading needs membership in baton_reader, \
        acting in baton_operator, proposing a catalog in baton_catalog, approving one in baton_catalog_approval: log in \
        as such a role, or ask an administrator
        """
    }
}

/// The environment variable `name`; nil when it is not set or empty.
public func environment(_ name: String) -> String? {
    ProcessInfo.processInfo.environment[name].flatMap { $0.isEmpty ? nil : $0 }
}
