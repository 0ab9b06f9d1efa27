public import Deals
public import Workers

/// Which system owns a field: what another system says about it is not taken over.
public struct RecordOwner: CatalogRow {
    /// ``CatalogTable/recordOwners``.
    public static let table = CatalogTable.recordOwners
    /// What stands for every field.
    public static let anyField = "*"

    /// What the field is of.
    public let domain: Domain
    /// The field, or `*` for every one that no other row names.
    public let field: String
    /// The system whose word counts.
    public let system: System
    /// The team that answers for it.
    public let owner: IncidentClass.Owner
    /// The first day on which it holds.
    public let validFrom: CalendarDate
    /// The last day on which it holds.
    public let validTo: CalendarDate?

    /// What systems keep records of.
    public enum Domain: String, Sendable, Codable, Hashable, CaseIterable {
        /// Customers.
        case accounts
        /// People at customers.
        case contacts
        /// Projects.
        case projects
        /// Agreements.
        case contracts
        /// Prices of work.
        case rates
        /// People who deliver.
        case resources
        /// Hours worked.
        case time
        /// Money spent.
        case expenses
        /// Invoices.
        case invoices
        /// When revenue is recognised.
        case revenueEvents = "revenue_events"
    }

    /// A kind of system.
    public enum System: String, Sendable, Codable, Hashable, CaseIterable {
        /// Where sales are made.
        case crm
        /// Where customers, billing and revenue are kept.
        case erp
        /// Where projects are kept.
        case psa
        /// Where master data is kept.
        case mdm
        /// Where contracts are kept.
        case contracts
        /// Where employees are kept.
        case hr
        /// Where expenses are claimed.
        case expenses
    }

    /// Describes an owner.
    public init(
        domain: Domain, field: String = RecordOwner.anyField, system: System, owner: IncidentClass.Owner,
        validFrom: CalendarDate, validTo: CalendarDate? = nil
    ) {
        self.domain = domain
        self.field = field
        self.system = system
        self.owner = owner
        self.validFrom = validFrom
        self.validTo = validTo
    }

    /// Domain and field.
    public var subject: String { "\(domain.rawValue)/\(field)" }
}
