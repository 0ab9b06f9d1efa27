import Catalogs
import Operations
import OperatorConsole

/// The catalog in force; nil where none was approved. Throws where it would be read as another than was approved.
func activeCatalog(_ options: DatabaseOptions) async throws -> Catalog? {
    let stored = try await options.with { try await CatalogActs(database: $0).active() }
    return try stored.map { try Catalog(body: $0.body, approvedAs: $0.version) }
}
