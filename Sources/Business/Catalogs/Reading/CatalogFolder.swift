/// A folder of reference data as people write it: one file a table, checked whole.
public struct CatalogFolder: Sendable {
    /// What the folder says.
    public let catalog: Catalog

    /// Reads the folder at `path`; throws ``CatalogFaults`` with everything that is wrong, in every file, at once.
    ///
    /// `steps` are the names that step modes may have; without them these are not compared.
    public init(at path: String, steps: [String]? = nil) throws {
        let written = WrittenTables(in: path)
        written.checkDates()
        written.checkReferences(steps: steps)
        written.checkCycles()
        guard written.faults.isEmpty else { throw CatalogFaults(written.faults) }
        catalog = try Catalog(written.tables)
    }
}

/// All tables as they are written, with their lines.
struct WrittenTables {
    let services: LocatedTable<Service>
    let templates: LocatedTable<ProjectTemplate>
    let entities: LocatedTable<LegalEntity>
    let entityRules: LocatedTable<EntityRule>
    let dimensions: LocatedTable<DimensionRule>
    let taxRules: LocatedTable<TaxRule>
    let billingTerms: LocatedTable<BillingTerm>
    let rateCards: LocatedTable<RateCard>
    let matchRules: LocatedTable<MatchRules>
    let routes: LocatedTable<Route>
    let stepModes: LocatedTable<StepMode>
    let approvals: LocatedTable<ApprovalRule>
    let incidentContacts: LocatedTable<IncidentContact>
    let recordOwners: LocatedTable<RecordOwner>
    let triggers: LocatedTable<TriggerRule>
    let sourceRules: LocatedTable<SourceRule>

    init(in folder: String) {
        services = LocatedTable(in: folder)
        templates = LocatedTable(in: folder)
        entities = LocatedTable(in: folder)
        entityRules = LocatedTable(in: folder)
        dimensions = LocatedTable(in: folder)
        taxRules = LocatedTable(in: folder)
        billingTerms = LocatedTable(in: folder)
        rateCards = LocatedTable(in: folder)
        matchRules = LocatedTable(in: folder)
        routes = LocatedTable(in: folder)
        stepModes = LocatedTable(in: folder)
        approvals = LocatedTable(in: folder)
        incidentContacts = LocatedTable(in: folder)
        recordOwners = LocatedTable(in: folder)
        triggers = LocatedTable(in: folder)
        sourceRules = LocatedTable(in: folder, isOptional: true)
    }

    private var files: [YAMLFile] {
        [
            services.file, templates.file, entities.file, entityRules.file, dimensions.file, taxRules.file,
            billingTerms.file, rateCards.file, matchRules.file, routes.file, stepModes.file, approvals.file,
            incidentContacts.file, recordOwners.file, triggers.file, sourceRules.file,
        ]
    }

    var faults: [CatalogFault] { files.flatMap(\.faults) }

    var tables: CatalogTables {
        var tables = CatalogTables()
        tables.services = services.rows.map(\.row)
        tables.templates = templates.rows.map(\.row)
        tables.entities = entities.rows.map(\.row)
        tables.entityRules = entityRules.rows.map(\.row)
        tables.dimensions = dimensions.rows.map(\.row)
        tables.taxRules = taxRules.rows.map(\.row)
        tables.billingTerms = billingTerms.rows.map(\.row)
        tables.rateCards = rateCards.rows.map(\.row)
        tables.matchRules = matchRules.rows.map(\.row)
        tables.routes = routes.rows.map(\.row)
        tables.stepModes = stepModes.rows.map(\.row)
        tables.approvals = approvals.rows.map(\.row)
        tables.incidentContacts = incidentContacts.rows.map(\.row)
        tables.recordOwners = recordOwners.rows.map(\.row)
        tables.triggers = triggers.rows.map(\.row)
        tables.sourceRules = sourceRules.rows.map(\.row)
        return tables
    }
}
