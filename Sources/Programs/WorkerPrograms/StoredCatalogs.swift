public import Catalogs
import Operations
public import PostgreSQL

/// The catalog in force, as PostgreSQL has it: the version is asked for at most once in a while, the data read only when
/// it changed.
public actor StoredCatalogs: CatalogSource {
    private let acts: CatalogActs
    private let refresh: Duration
    private let now: @Sendable () -> ContinuousClock.Instant
    private var catalog: Catalog?
    private var askedAt: ContinuousClock.Instant?

    /// Reads through `database`, and asks again when `refresh` is over.
    public init(
        database: Database, refresh: Duration,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { ContinuousClock.now }
    ) {
        acts = CatalogActs(database: database)
        self.refresh = refresh
        self.now = now
    }

    /// The catalog in force; nil where none was approved yet. Throws where the database does not answer.
    public func current() async throws -> Catalog? {
        let at = now()
        // Only what was found is kept: without a catalog a deal is refused or planned by simpler rules, so each asks.
        if let catalog, let askedAt, at < askedAt + refresh { return catalog }
        let version = try await acts.activeVersion()
        if let version, version != catalog?.version {
            guard let body = try await acts.body(of: version) else { throw MissingCatalog(version: version) }
            catalog = try Catalog(body: body, approvedAs: version)
        } else if version == nil {
            catalog = nil
        }
        askedAt = at
        return catalog
    }
}

/// A version is in force whose data is not there, which the database does not allow.
struct MissingCatalog: Error, CustomStringConvertible {
    let version: String
    var description: String { "catalog \(version) is in force and has no body: was its row removed by hand?" }
}
