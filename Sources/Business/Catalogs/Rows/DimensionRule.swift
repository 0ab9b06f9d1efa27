public import Deals
public import Workers

/// Under which financial dimensions an entity books a practice's work.
public struct DimensionRule: CatalogRow {
    /// ``CatalogTable/dimensions``.
    public static let table = CatalogTable.dimensions

    /// The code of the legal entity.
    public let entity: String
    /// The practice, as services name it.
    public let practice: String
    /// The code of each dimension, by the dimension's name; `costCentre` is always one of them.
    public let dimensions: [String: String]
    /// The team that answers for it.
    public let owner: IncidentClass.Owner
    /// The first day on which it holds.
    public let validFrom: CalendarDate
    /// The last day on which it holds.
    public let validTo: CalendarDate?

    /// Describes a rule.
    public init(
        entity: String, practice: String, dimensions: [String: String], owner: IncidentClass.Owner = .finance,
        validFrom: CalendarDate, validTo: CalendarDate? = nil
    ) {
        self.entity = entity
        self.practice = practice
        self.dimensions = dimensions
        self.owner = owner
        self.validFrom = validFrom
        self.validTo = validTo
    }

    /// Entity and practice.
    public var subject: String { "\(entity)/\(practice)" }
}
