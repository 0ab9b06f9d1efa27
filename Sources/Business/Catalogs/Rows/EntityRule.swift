public import Deals
public import Workers

/// Which legal entity sells, by the party that signs and the region of delivery.
public struct EntityRule: CatalogRow {
    /// ``CatalogTable/entityRules``.
    public static let table = CatalogTable.entityRules
    /// What stands for every region.
    public static let anyRegion = "*"

    /// The party of the company that signs, in the words of the contract.
    public let party: String
    /// The region of delivery, or `*` for every one.
    public let region: String
    /// The code of the legal entity.
    public let entity: String
    /// The team that answers for it.
    public let owner: IncidentClass.Owner
    /// The first day on which it holds.
    public let validFrom: CalendarDate
    /// The last day on which it holds.
    public let validTo: CalendarDate?

    /// Describes a rule.
    public init(
        party: String, region: String, entity: String, owner: IncidentClass.Owner = .finance,
        validFrom: CalendarDate, validTo: CalendarDate? = nil
    ) {
        self.party = party
        self.region = region
        self.entity = entity
        self.owner = owner
        self.validFrom = validFrom
        self.validTo = validTo
    }

    /// Party and region.
    public var subject: String { "\(party)/\(region)" }
}
