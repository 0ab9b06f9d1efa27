public import FoundationEssentials
import PostgreSQL

/// One stored version of the catalog: where it stands, and who did what with it.
public struct CatalogLine: Sendable, Codable, Equatable {
    /// The version.
    public let version: String
    /// `proposed`, `active`, `superseded` or `rejected`.
    public let state: String
    /// Why it was proposed.
    public let note: String
    /// The version that was in force when it was proposed.
    public let base: String?
    /// The PostgreSQL role that proposed it.
    public let proposedBy: String
    /// When.
    public let proposedAt: Date
    /// The PostgreSQL role that approved it.
    public let approvedBy: String?
    /// When.
    public let approvedAt: Date?
    /// How many rows its proposals changed.
    public let changes: Int

    init(_ row: Row) throws {
        version = try row.decode("version")
        state = try row.decode("state")
        note = try row.decode("note")
        base = try row.decode("base")
        proposedBy = try row.decode("proposed_by")
        proposedAt = try row.decode("proposed_at")
        approvedBy = try row.decode("approved_by")
        approvedAt = try row.decode("approved_at")
        changes = Int(try row.decode("changes", as: Int64.self))
    }
}

/// A change of a row as it is kept: who proposed it, when, in which version.
public struct CatalogHistory: Sendable, Codable, Equatable {
    /// The version that changes it.
    public let version: String
    /// What changes.
    public let change: CatalogChange
    /// The PostgreSQL role that proposed it.
    public let actor: String
    /// When.
    public let at: Date

    init(_ row: Row) throws {
        version = try row.decode("version")
        change = CatalogChange(
            table: try row.decode("table_name"), row: try row.decode("row_key"), before: try row.decode("before"),
            after: try row.decode("after"))
        actor = try row.decode("actor")
        at = try row.decode("at")
    }
}
