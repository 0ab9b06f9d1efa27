/// All rows of a catalog, by table.
public struct CatalogTables: Codable, Sendable, Hashable {
    /// What is sold.
    public var services: [Service] = []
    /// Of which phases and tasks a project is made.
    public var templates: [ProjectTemplate] = []
    /// The company's legal entities.
    public var entities: [LegalEntity] = []
    /// Which legal entity sells.
    public var entityRules: [EntityRule] = []
    /// Which financial dimensions an entity books a practice under.
    public var dimensions: [DimensionRule] = []
    /// How a sale is taxed.
    public var taxRules: [TaxRule] = []
    /// When an invoice is due.
    public var billingTerms: [BillingTerm] = []
    /// What an hour costs.
    public var rateCards: [RateCard] = []
    /// When two customers may be the same.
    public var matchRules: [MatchRules] = []
    /// Which systems an entity works with.
    public var routes: [Route] = []
    /// Which steps run by themselves.
    public var stepModes: [StepMode] = []
    /// What needs an approval.
    public var approvals: [ApprovalRule] = []
    /// Whom an incident goes to.
    public var incidentContacts: [IncidentContact] = []
    /// Which system owns which field.
    public var recordOwners: [RecordOwner] = []
    /// Which stages of a sale start a handoff.
    public var triggers: [TriggerRule] = []
    /// Written only where there are any: a catalog of before there were these keeps its version.
    private var writtenSourceRules: [SourceRule]?

    /// How a source's events are read.
    public var sourceRules: [SourceRule] {
        get { writtenSourceRules ?? [] }
        set { writtenSourceRules = newValue.isEmpty ? nil : newValue }
    }

    /// No rows.
    public init() {}

    private enum CodingKeys: String, CodingKey {
        case services, templates, entities, entityRules, dimensions, taxRules, billingTerms, rateCards, matchRules
        case routes, stepModes, approvals, incidentContacts, recordOwners, triggers
        case writtenSourceRules = "sourceRules"
    }

    /// The rows of `table`.
    public func rows(of table: CatalogTable) -> [any CatalogRow] {
        switch table {
        case .services: services
        case .templates: templates
        case .entities: entities
        case .entityRules: entityRules
        case .dimensions: dimensions
        case .taxRules: taxRules
        case .billingTerms: billingTerms
        case .rateCards: rateCards
        case .matchRules: matchRules
        case .routes: routes
        case .stepModes: stepModes
        case .approvals: approvals
        case .incidentContacts: incidentContacts
        case .recordOwners: recordOwners
        case .triggers: triggers
        case .sourceRules: sourceRules
        }
    }

    /// The same rows in the one order that does not depend on how they were written down.
    var sorted: CatalogTables {
        var tables = self
        tables.services.sort(by: <)
        tables.templates.sort(by: <)
        tables.entities.sort(by: <)
        tables.entityRules.sort(by: <)
        tables.dimensions.sort(by: <)
        tables.taxRules.sort(by: <)
        tables.billingTerms.sort(by: <)
        tables.rateCards.sort(by: <)
        tables.matchRules.sort(by: <)
        tables.routes.sort(by: <)
        tables.stepModes.sort(by: <)
        tables.approvals.sort(by: <)
        tables.incidentContacts.sort(by: <)
        tables.recordOwners.sort(by: <)
        tables.triggers.sort(by: <)
        tables.sourceRules.sort(by: <)
        return tables
    }
}

/// By subject, byte for byte, then by the first day.
private func < <Row: CatalogRow>(left: Row, right: Row) -> Bool {
    left.subject == right.subject
        ? left.validFrom < right.validFrom : left.subject.utf8.lexicographicallyPrecedes(right.subject.utf8)
}
