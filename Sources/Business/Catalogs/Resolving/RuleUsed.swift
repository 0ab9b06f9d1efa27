public import Deals

/// A row upon which an answer rests.
public struct RuleUsed: Codable, Sendable, Hashable, CustomStringConvertible {
    /// Its table.
    public let table: CatalogTable
    /// Its id there: subject and first day.
    public let row: String
    /// The first day on which it holds.
    public let validFrom: CalendarDate
    /// The last day on which it holds.
    public let validTo: CalendarDate?
    /// The version of the catalog.
    public let catalog: String

    init(_ row: some CatalogRow, of catalog: String) {
        table = type(of: row).table
        self.row = row.id
        validFrom = row.validFrom
        validTo = row.validTo
        self.catalog = catalog
    }

    /// Table, row and catalog version.
    public var description: String { "\(table.rawValue) \(row) (catalog \(catalog))" }
}

/// An answer of the catalog with the rows upon which it rests.
public struct Resolved<Value: Sendable>: Sendable {
    /// The answer.
    public let value: Value
    /// The rows, at least one.
    public let rules: [RuleUsed]

    /// The answer in another form, resting on the same rows.
    func map<Other: Sendable>(_ transform: (Value) -> Other) -> Resolved<Other> {
        Resolved<Other>(value: transform(value), rules: rules)
    }
}
