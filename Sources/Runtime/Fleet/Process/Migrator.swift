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
        // An older worker files what it refuses under no deal, and counts no repeats.
        Migration(
            version: 6, name: "cases", sql: String(decoding: PackageResources._006_cases_sql, as: UTF8.self),
            readableBy: 3),
        Migration(
            version: 7, name: "endings", sql: String(decoding: PackageResources._007_endings_sql, as: UTF8.self),
            readableBy: 3),
        // Older workers write by tables, and what they write is right; what people do goes by functions from here on.
        Migration(
            version: 8, name: "people", sql: String(decoding: PackageResources._008_people_sql, as: UTF8.self),
            readableBy: 3),
        // An older worker notes no doubts, and makes no looks.
        Migration(
            version: 9, name: "looks", sql: String(decoding: PackageResources._009_looks_sql, as: UTF8.self),
            readableBy: 3),
        // An older worker takes a known id for a copy, and any document for the signature.
        Migration(
            version: 10, name: "contents", sql: String(decoding: PackageResources._010_contents_sql, as: UTF8.self),
            readableBy: 3),
        // An older worker marks no copies and keeps no target's words; what it writes is right as far as it goes.
        Migration(
            version: 11, name: "dead_letters",
            sql: String(decoding: PackageResources._011_dead_letters_sql, as: UTF8.self), readableBy: 3),
        Migration(
            version: 12, name: "collecting",
            sql: String(decoding: PackageResources._012_collecting_sql, as: UTF8.self), readableBy: 3),
        // An older worker holds no ticket back, and finds what newer ones held back when it falls due.
        Migration(
            version: 13, name: "line", sql: String(decoding: PackageResources._013_line_sql, as: UTF8.self),
            readableBy: 3),
        Migration(
            version: 14, name: "columns", sql: String(decoding: PackageResources._014_columns_sql, as: UTF8.self),
            readableBy: 3),
        // An older worker takes a merged deal for another one.
        Migration(
            version: 15, name: "names", sql: String(decoding: PackageResources._015_names_sql, as: UTF8.self),
            readableBy: 3),
        // What an older worker tells is told of the contract that it works on, and without its questions.
        Migration(
            version: 16, name: "statuses", sql: String(decoding: PackageResources._016_statuses_sql, as: UTF8.self),
            readableBy: 3),
        Migration(
            version: 17, name: "due", sql: String(decoding: PackageResources._017_due_sql, as: UTF8.self), readableBy: 3
        ),
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
    public func migrate() async throws -> [String] { try await migrate(upTo: Self.knownVersion) }

    /// Applies what is missing as far as `last`, as the software did that knew no more.
    package func migrate(upTo last: Int32) async throws -> [String] {
        try await database.script(
            """
            CREATE SCHEMA IF NOT EXISTS \(quoted);
            CREATE TABLE IF NOT EXISTS \(quoted).schema_migrations (
                version integer PRIMARY KEY, name text NOT NULL, readable_by integer NOT NULL,
                applied_at timestamptz NOT NULL DEFAULT clock_timestamp());
            """)
        let applied = try await applyMissing(upTo: last)
        guard last == Self.knownVersion else { return applied }
        try await database.script(
            """
            BEGIN;
            SELECT pg_advisory_xact_lock(hashtextextended('baton migrate', 0));
            SET LOCAL search_path = \(quoted);
            \(String(decoding: PackageResources.restrict_sql, as: UTF8.self))
            COMMIT;
            """)
        return applied
    }

    private var quoted: String {
        "\"\(schema.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\""))\""
    }

    /// How often a migration gives way before it gives up: a minute or more.
    private static let attempts = 200

    /// Workers go on meanwhile, and lock tables in an order of their own: the migration lets go before any of them is
    /// taken to be in a deadlock, and tries anew. Nobody works on a schema that is empty yet: it gets all at once.
    private func applyMissing(upTo last: Int32) async throws -> [String] {
        let wanted = Self.all.prefix { $0.version <= last }
        let before = try await version().current
        var current = before
        var attempt = 1
        while let first = wanted.first(where: { $0.version > current }) {
            let next = current == 0 ? Array(wanted) : [first]
            do throws(PostgreSQLError) {
                try await database.script(next.map(script(of:)).joined())
                attempt = 1
            } catch {
                guard error.isSerialization || error.sqlState == "55P03", attempt < Self.attempts else { throw error }
                attempt += 1
                try await Task.sleep(for: .milliseconds(Int64.random(in: 50...300)))
            }
            current = try await version().current
        }
        return wanted.filter { $0.version > before }.map { "\($0.version) \($0.name)" }
    }

    /// The lock makes two migrators of one schema take turns; the second finds the row and fails whole.
    private func script(of migration: Migration) -> String {
        """
        BEGIN;
        SELECT pg_advisory_xact_lock(hashtextextended('baton migrate', 0));
        SET LOCAL lock_timeout = '500ms';
        INSERT INTO \(quoted).schema_migrations (version, name, readable_by)
            VALUES (\(migration.version), '\(migration.name)', \(migration.readableBy));
        SET LOCAL search_path = \(quoted);
        \(migration.sql.split(separator: ":schema", omittingEmptySubsequences: false).joined(separator: quoted))
        COMMIT;

        """
    }

    private static let openDoors = Statement(
        unprepared: """
            SELECT has_function_privilege('public', 'pg_advisory_lock(bigint)', 'EXECUTE'),
                has_function_privilege('public', 'lo_create(oid)', 'EXECUTE')
            """)

    /// What every login of the database may do that only an administrator can end: a sentence each.
    public func openDoors() async throws -> [String] {
        let row = try await database.query(Self.openDoors)[0]
        let cure = "have an administrator of the database run 'baton migrate' once, or do what Deploy/UPGRADE.md says"
        var sentences: [String] = []
        if try row.value(0, as: Bool.self) {
            sentences.append("every login of this database can hold the lock of a lane: \(cure)")
        }
        if try row.value(1, as: Bool.self) {
            sentences.append("every login of this database can fill its disk with large objects: \(cure)")
        }
        return sentences
    }

    /// Throws unless this software may run on the schema as it is.
    public func check() async throws {
        let found: (current: Int32, readableBy: Int32)
        do {
            found = try await version()
        } catch let error as PostgreSQLError where ["42P01", "3F000", "42501"].contains(error.sqlState) {
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
