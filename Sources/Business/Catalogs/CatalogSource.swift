/// Where the catalog in force comes from.
public protocol CatalogSource: Sendable {
    /// The catalog in force; nil where none was published yet.
    func current() async throws -> Catalog?
}
