/// What a version of the catalog changes in one row, against what was in force when it was proposed.
public struct CatalogChange: Sendable, Codable, Equatable {
    /// The row's table.
    public let table: String
    /// The row's id in its table.
    public let row: String
    /// The row as it was; nil for one that is new.
    public let before: String?
    /// The row as it becomes; nil for one that is gone.
    public let after: String?

    /// Describes a change.
    public init(table: String, row: String, before: String?, after: String?) {
        self.table = table
        self.row = row
        self.before = before
        self.after = after
    }
}
