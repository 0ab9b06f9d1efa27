import Fleet
import PostgreSQL

/// A migrated schema of one test's own, dropped at its end.
public struct TestSchema: Sendable {
    /// The schema's name.
    public let name: String
    /// Connections of the superuser with this schema alone in the search path.
    public let database: Database

    /// The settings of a connection to the schema.
    public static func settings(schema: String) throws -> DatabaseSettings {
        var settings = try DatabaseSettings(TestServers.postgresql)
        settings.searchPath = [schema]
        return settings
    }

    /// Runs `body` with a schema of its own.
    public static func with<Value: Sendable>(
        _ body: @Sendable (TestSchema) async throws -> Value
    ) async throws -> Value {
        let name = uniqueName("test")
        let database = Database(try settings(schema: name), size: 3)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await database.run() }
            _ = try await Migrator(database: database, schema: name).migrate()
            try await database.script(Self.person)
            let outcome: Result<Value, any Error>
            do {
                outcome = .success(try await body(TestSchema(name: name, database: database)))
            } catch {
                outcome = .failure(error)
            }
            try await database.script("DROP SCHEMA \"\(name)\" CASCADE")
            group.cancelAll()
            return try outcome.get()
        }
    }

    /// Makes the login of a person of support; another test may be doing the same.
    private static let person = """
        DO $$ BEGIN CREATE ROLE \(TestServers.person) LOGIN IN ROLE baton_support;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$
        """

    /// Moves the schema's clock: from now on it is `hours` ahead.
    public func moveClock(byHours hours: Double) async throws {
        try await database.script(
            """
            CREATE OR REPLACE FUNCTION "\(name)".clock(at timestamptz) RETURNS timestamptz LANGUAGE sql STABLE AS
                'SELECT at + interval ''\(hours) hours''';
            """)
    }
}
