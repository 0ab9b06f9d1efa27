/// The tables of the reference data; each has a file of the catalog's folder, and its name is stored.
public enum CatalogTable: String, Sendable, Codable, CaseIterable, CodingKeyRepresentable {
    /// What is sold.
    case services
    /// Of which phases and tasks a project is made.
    case templates
    /// The company's legal entities.
    case entities
    /// Which legal entity sells.
    case entityRules = "entity-rules"
    /// Which financial dimensions an entity books a practice under.
    case dimensions
    /// How a sale is taxed.
    case taxRules = "tax-rules"
    /// When an invoice is due.
    case billingTerms = "billing-terms"
    /// What an hour costs.
    case rateCards = "rate-cards"
    /// When two customers may be the same.
    case matchRules = "match-rules"
    /// Which systems an entity works with.
    case routes
    /// Which steps run by themselves.
    case stepModes = "step-modes"
    /// What needs an approval.
    case approvals
    /// Whom an incident goes to.
    case incidentContacts = "incident-contacts"
    /// Which system owns which field.
    case recordOwners = "record-owners"
    /// Which stages of a sale start a handoff.
    case triggers
    /// How a source's events are read.
    case sourceRules = "source-rules"

    /// The table's file in the catalog's folder.
    public var file: String { "\(rawValue).yml" }
}
