/// A catalog that is at hand, or none: for planning by one that is not published.
public struct GivenCatalog: CatalogSource {
    private let catalog: Catalog?

    /// Gives `catalog`.
    public init(_ catalog: Catalog?) {
        self.catalog = catalog
    }

    /// The catalog that was given.
    public func current() async throws -> Catalog? { catalog }
}
