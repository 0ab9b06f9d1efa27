import PostgreSQL

/// Brings a schema to the version that this software knows; run by the migrator role, which owns the tables.
public struct Migrator: Sendable {
    /// One numbered file of SQL, applied once and in a transaction of its own.
    struct Migration: Sendable {
        let version: Int32
        let name: String
        let sql: String
        /// The oldest software whose workers still run on the schema after this migration.
        let readableBy: Int32
    }

    /// In order. A migration expands; what an older version needs is contracted only when that version is gone.
    static let all: [Migration] = [
        Migration(
            version: 1, name: "handoffs",
            sql: String(decoding: PackageResources._001_handoffs_sql, as: UTF8.self), readableBy: 1),
        Migration(
            version: 2, name: "roles", sql: String(decoding: PackageResources._002_roles_sql, as: UTF8.self),
            readableBy: 1),
        Migration(
            version: 3, name: "failures", sql: String(decoding: PackageResources._003_failures_sql, as: UTF8.self),
            // An older worker would go forwards with what is being undone.
            readableBy: 3),
        Migration(
            version: 4, name: "catalog", sql: String(decoding: PackageResources._004_catalog_sql, as: UTF8.self),
            readableBy: 3),
        // An older worker plans without choices and knows no signatures; what it does is right as far as it goes.
        Migration(
            version: 5, name: "planning", sql: String(decoding: PackageResources._005_planning_sql, as: UTF8.self),
            readableBy: 3),
    ]

    /// The schema version that this software was built for.
    public static var knownVersion: Int32 { all.last?.version ?? 0 }

    private let database: Database
    private let schema: String

    /// Migrates `schema` in `database`.
    public init(database: Database, schema: String) {
        self.database = database
        self.schema = schema
    }

    private static let applied = Statement(
        unprepared: "SELECT coalesce(max(version), 0), coalesce(max(readable_by), 0) FROM schema_migrations")

    /// Applies what is missing and answers the names of what was applied.
    public func migrate() async throws -> [String] {
        let quoted = "\"\(schema.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\""))\""
        try await database.script(
            """
            CREATE SCHEMA IF NOT EXISTS \(quoted);
            CREATE TABLE IF NOT EXISTS \(quoted).schema_migrations (
                version integer PRIMARY KEY, name text NOT NULL, readable_by integer NOT NULL,
                applied_at timestamptz NOT NULL DEFAULT clock_timestamp());
            """)
        var names: [String] = []
        let current = try await version().current
        for migration in Self.all where migration.version > current {
            // The lock makes two migrators of one schema take turns; the second finds the row and fails whole.
            try await database.script(
                """
                BEGIN;
                SELECT pg_advisory_xact_lock(hashtextextended('baton migrate', 0));
                INSERT INTO \(quoted).schema_migrations (version, name, readable_by)
                    VALUES (\(migration.version), '\(migration.name)', \(migration.readableBy));
                SET LOCAL search_path = \(quoted);
                \(migration.sql.split(separator: ":schema", omittingEmptySubsequences: false).joined(separator: quoted))
                COMMIT;
                """)
            names.append("\(migration.version) \(migration.name)")
        }
        return names
    }

    /// Throws unless this software may run on the schema as it is.
    public func check() async throws {
        let found: (current: Int32, readableBy: Int32)
        do {
            found = try await version()
        } catch let error as PostgreSQLError where error.sqlState == "42P01" || error.sqlState == "3F000" {
            throw SchemaMismatch.missing(schema: schema)
        }
        if found.current < Self.knownVersion {
            throw SchemaMismatch.tooOld(schema: schema, found: found.current, known: Self.knownVersion)
        }
        if found.readableBy > Self.knownVersion {
            throw SchemaMismatch.tooNew(schema: schema, found: found.current, known: Self.knownVersion)
        }
    }

    private func version() async throws -> (current: Int32, readableBy: Int32) {
        let row = try await database.query(Self.applied)[0]
        return (try row.value(0, as: Int32.self), try row.value(1, as: Int32.self))
    }
}

/// Why a worker refuses a schema.
public enum SchemaMismatch: Error, Equatable, CustomStringConvertible {
    /// Nothing was migrated yet.
    case missing(schema: String)
    /// The schema lacks what this version needs.
    case tooOld(schema: String, found: Int32, known: Int32)
    /// The schema was changed in a way that this version cannot read.
    case tooNew(schema: String, found: Int32, known: Int32)

    /// What is wrong and what to do.
    public var description: String {
        switch self {
        case .missing(let schema): "schema \(schema) is empty or not visible: run 'baton migrate'"
        case .tooOld(let schema, let found, let known):
            "schema \(schema) is at version \(found), this worker needs \(known): run 'baton migrate'"
        case .tooNew(let schema, let found, let known):
            "schema \(schema) is at version \(found), this worker knows \(known): run a newer worker"
        }
    }
}
