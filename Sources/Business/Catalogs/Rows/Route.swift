public import Deals
public import Workers

/// With which systems an entity works.
public struct Route: CatalogRow {
    /// ``CatalogTable/routes``.
    public static let table = CatalogTable.routes

    /// The code of the legal entity.
    public let entity: String
    /// Where customers, billing and revenue are kept.
    public let erp: Target
    /// Where projects are kept.
    public let psa: Target
    /// Where the sale was made.
    public let crm: Target
    /// The team that answers for it.
    public let owner: IncidentClass.Owner
    /// The first day on which it holds.
    public let validFrom: CalendarDate
    /// The last day on which it holds.
    public let validTo: CalendarDate?

    /// A system and the account of the company there.
    public struct Target: Codable, Sendable, Hashable {
        /// The name of the adapter that speaks to it.
        public let adapter: String
        /// The name of the worker's setting that says where it is.
        public let base: String

        /// Names a system.
        public init(adapter: String, base: String) {
            self.adapter = adapter
            self.base = base
        }
    }

    /// Describes a route.
    public init(
        entity: String, erp: Target, psa: Target, crm: Target, owner: IncidentClass.Owner = .support,
        validFrom: CalendarDate, validTo: CalendarDate? = nil
    ) {
        self.entity = entity
        self.erp = erp
        self.psa = psa
        self.crm = crm
        self.owner = owner
        self.validFrom = validFrom
        self.validTo = validTo
    }

    /// The entity.
    public var subject: String { entity }
}
