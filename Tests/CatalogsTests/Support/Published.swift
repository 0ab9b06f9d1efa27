import Catalogs
import Operations
import PostgreSQL
import Support

/// A schema with people who may change the catalog.
struct CatalogDesk {
    static let editor = "baton_catalog_editor"
    static let approver = "baton_catalog_approver"
    /// Who owns the tables has every role's rights.
    static let owner = "postgres"

    let schema: TestSchema

    static func with(_ body: @Sendable (CatalogDesk) async throws -> Void) async throws {
        try await TestSchema.with { try await body(CatalogDesk(schema: $0)) }
    }

    /// Runs `body` with a connection of `role`.
    func with<Value: Sendable>(
        _ role: String, _ body: @Sendable (Database) async throws -> Value
    ) async throws -> Value {
        try await schema.with(role: role, body)
    }

    /// Proposes `catalog` as `role`.
    func propose(_ catalog: Catalog, after before: Catalog? = nil, as role: String = editor) async throws {
        try await schema.propose(catalog, after: before, as: role)
    }

    /// Approves `catalog` as `role`.
    func approve(_ catalog: Catalog, as role: String = approver) async throws {
        try await schema.approve(catalog, as: role)
    }

    /// The SQLSTATE with which `role` fails at `sql`; nil where it succeeds.
    func refusal(of role: String, _ sql: String) async throws -> String? {
        do {
            try await with(role) { _ = try await $0.query(Statement(unprepared: sql)) }
            return nil
        } catch let error as PostgreSQLError {
            return error.sqlState
        }
    }

    /// What `role` was granted in the schema, as `object: PRIVILEGE`.
    func grants(of role: String) async throws -> Set<String> {
        let rows = try await schema.database.query(
            Statement(
                unprepared: """
                    SELECT g.object || ': ' || a.privilege_type FROM (
                        SELECT 'schema' AS object, nspacl AS acl FROM pg_namespace WHERE nspname = current_schema()
                        UNION ALL SELECT relname, relacl FROM pg_class WHERE relnamespace = current_schema()::regnamespace
                        UNION ALL SELECT c.relname || '.' || t.attname, t.attacl FROM pg_attribute t
                            JOIN pg_class c ON c.oid = t.attrelid WHERE relnamespace = current_schema()::regnamespace
                        -- A function without an entry is PUBLIC's to execute.
                        UNION ALL SELECT proname, coalesce(proacl, acldefault('f', proowner)) FROM pg_proc
                            WHERE pronamespace = current_schema()::regnamespace
                    ) g, aclexplode(g.acl) a
                    WHERE CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END = '\(role)'
                    """))
        return Set(try rows.map { try $0.value(0, as: String.self) })
    }

    /// The single value of a query's first row, as text.
    func value(_ sql: String) async throws -> String? {
        try await schema.database.query(Statement(unprepared: "SELECT (\(sql))::text")).first?
            .value(0, as: String?.self)
    }
}
