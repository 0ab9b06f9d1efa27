public import Deals
public import Workers

/// Whom an incident of a class goes to at an entity; what the class means stands in `Queues/incidents.yml`.
public struct IncidentContact: CatalogRow {
    /// ``CatalogTable/incidentContacts``.
    public static let table = CatalogTable.incidentContacts
    /// What stands for every entity.
    public static let anyEntity = "*"

    /// The class of incident.
    public let incidentClass: IncidentClass
    /// The code of the legal entity, or `*` for every one that no other row names.
    public let entity: String
    /// Who decides, as people call them.
    public let team: String
    /// How they are reached.
    public let contact: String
    /// The team that answers for it.
    public let owner: IncidentClass.Owner
    /// The first day on which it holds.
    public let validFrom: CalendarDate
    /// The last day on which it holds.
    public let validTo: CalendarDate?

    private enum CodingKeys: String, CodingKey {
        case incidentClass = "class"
        case entity, team, contact, owner, validFrom, validTo
    }

    /// Describes a contact.
    public init(
        incidentClass: IncidentClass, entity: String = IncidentContact.anyEntity, team: String, contact: String,
        owner: IncidentClass.Owner, validFrom: CalendarDate, validTo: CalendarDate? = nil
    ) {
        self.incidentClass = incidentClass
        self.entity = entity
        self.team = team
        self.contact = contact
        self.owner = owner
        self.validFrom = validFrom
        self.validTo = validTo
    }

    /// Class and entity.
    public var subject: String { "\(incidentClass.rawValue)/\(entity)" }
}
