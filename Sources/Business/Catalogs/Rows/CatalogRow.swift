public import Deals
public import Workers

/// One row of reference data: who answers for it, and on which days it holds.
public protocol CatalogRow: Codable, Sendable, Hashable {
    /// The table of which it is a row.
    static var table: CatalogTable { get }
    /// What it is about. Rows of one subject follow one another in time; two never hold on the same day.
    var subject: String { get }
    /// The team that answers for it.
    var owner: IncidentClass.Owner { get }
    /// The first day on which it holds.
    var validFrom: CalendarDate { get }
    /// The last day on which it holds; nil for a row without an end.
    var validTo: CalendarDate? { get }
}

extension CatalogRow {
    /// What tells the row from every other of its table: its subject and its first day.
    public var id: String { "\(subject)@\(validFrom)" }

    /// Whether it holds on `day`.
    public func holds(on day: CalendarDate) -> Bool { validFrom <= day && validTo.map { day <= $0 } ?? true }

    /// The days on which it holds, in words.
    public var days: String { validTo.map { "\(validFrom) to \($0)" } ?? "from \(validFrom)" }
}
