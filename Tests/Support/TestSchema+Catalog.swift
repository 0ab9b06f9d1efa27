public import Catalogs
import Operations
public import PostgreSQL

/// What people do with the catalog.
extension TestSchema {
    /// Runs `body` with a connection of `role`.
    public func with<Value: Sendable>(
        role: String, _ body: @Sendable (Database) async throws -> Value
    ) async throws -> Value {
        var settings = try DatabaseSettings(TestServers.postgresql.replacing("//postgres@", with: "//\(role)@"))
        settings.searchPath = [name]
        let database = Database(settings, size: 1)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await database.run() }
            defer { group.cancelAll() }
            return try await body(database)
        }
    }

    /// Proposes `catalog` as what comes after `before`, as `role`.
    public func propose(
        _ catalog: Catalog, after before: Catalog?, as role: String = "baton_catalog_editor"
    ) async throws {
        let changes = try CatalogDifference(from: before?.tables, to: catalog.tables).rows.map {
            CatalogChange(table: $0.table.rawValue, row: $0.row, before: $0.before, after: $0.after)
        }
        try await with(role: role) { database in
            _ = try await CatalogActs(database: database).propose(
                body: catalog.body, version: catalog.version, note: "for a test", changes: changes)
        }
    }

    /// Approves `catalog`, as `role`.
    public func approve(_ catalog: Catalog, as role: String = "baton_catalog_approver") async throws {
        try await with(role: role) { database in
            _ = try await CatalogActs(database: database).approve(version: catalog.version, why: nil)
        }
    }

    /// Puts `catalog` into force in place of the one that is, as the two people do whom it takes.
    public func putInForce(_ catalog: Catalog) async throws {
        let before = try await CatalogActs(database: database).active()
        try await propose(catalog, after: try before.map { try Catalog(body: $0.body) })
        try await approve(catalog)
    }
}
