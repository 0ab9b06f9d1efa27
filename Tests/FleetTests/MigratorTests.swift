import PostgreSQL
import Support
import Testing

@testable import Fleet

@Suite struct MigratorTests {
    @Test(
        "a worker refuses a schema that is missing, older, or newer than it can read, and runs on one it can",
        .timeLimit(.minutes(1)))
    func check() async throws {
        try await TestSchema.with { schema in
            let migrator = Migrator(database: schema.database, schema: schema.name)
            let known = Migrator.knownVersion
            try await migrator.check()
            try await schema.database.script(
                "INSERT INTO schema_migrations (version, name, readable_by) VALUES (\(known + 1), 'wider', \(known))")
            try await migrator.check()
            try await schema.database.script(
                "INSERT INTO schema_migrations (version, name, readable_by) VALUES (\(known + 2), 'cut', \(known + 1))")
            await #expect(throws: SchemaMismatch.tooNew(schema: schema.name, found: known + 2, known: known)) {
                try await migrator.check()
            }
            try await schema.database.script("DELETE FROM schema_migrations WHERE version >= \(known)")
            await #expect(throws: SchemaMismatch.tooOld(schema: schema.name, found: known - 1, known: known)) {
                try await migrator.check()
            }
            try await schema.database.script("DROP TABLE schema_migrations")
            await #expect(throws: SchemaMismatch.missing(schema: schema.name)) { try await migrator.check() }
        }
    }
}
