import Deals

/// The rows by subject, so that a thousand lines cost a thousand look-ups.
struct CatalogIndex: Sendable {
    let services: RowIndex<Service>
    let templates: RowIndex<ProjectTemplate>
    let entities: RowIndex<LegalEntity>
    let entityRules: [String: [EntityRule]]
    let dimensions: RowIndex<DimensionRule>
    let taxRules: RowIndex<TaxRule>
    let billingTerms: RowIndex<BillingTerm>
    let rateCards: RowIndex<RateCard>
    let matchRules: RowIndex<MatchRules>
    let routes: RowIndex<Route>
    let stepModes: RowIndex<StepMode>
    let approvals: RowIndex<ApprovalRule>
    let incidentContacts: RowIndex<IncidentContact>
    let recordOwners: RowIndex<RecordOwner>

    init(_ tables: CatalogTables) {
        services = RowIndex(tables.services)
        templates = RowIndex(tables.templates)
        entities = RowIndex(tables.entities)
        entityRules = Dictionary(grouping: tables.entityRules, by: \.party)
        dimensions = RowIndex(tables.dimensions)
        taxRules = RowIndex(tables.taxRules)
        billingTerms = RowIndex(tables.billingTerms)
        rateCards = RowIndex(tables.rateCards)
        matchRules = RowIndex(tables.matchRules)
        routes = RowIndex(tables.routes)
        stepModes = RowIndex(tables.stepModes)
        approvals = RowIndex(tables.approvals)
        incidentContacts = RowIndex(tables.incidentContacts)
        recordOwners = RowIndex(tables.recordOwners)
    }
}

/// The rows of one table by subject, in the order of their first days.
struct RowIndex<Row: CatalogRow>: Sendable {
    private let bySubject: [String: [Row]]

    init(_ rows: [Row]) {
        bySubject = Dictionary(grouping: rows, by: \.subject)
    }

    /// The one row of `subject` that holds on `day`, or why there is none.
    func row(_ subject: String, on day: CalendarDate) -> Lookup<Row> {
        let rows = bySubject[subject] ?? []
        let holding = rows.filter { $0.holds(on: day) }
        if let row = holding.first {
            return holding.count == 1 ? .found(row) : .lacking(.several(holding.map(\.id).sorted()))
        }
        guard !rows.isEmpty else { return .lacking(.unknown) }
        let before = rows.compactMap { $0.validTo }.filter { $0 < day }.max()
        let after = rows.map(\.validFrom).filter { $0 > day }.min()
        switch (before, after) {
        case (let before?, let after?): return .lacking(.gap(after: before, before: after))
        case (let before?, nil): return .lacking(.ended(before))
        case (nil, let after?): return .lacking(.begins(after))
        case (nil, nil): return .lacking(.unknown)
        }
    }
}

/// What looking for one row gives.
enum Lookup<Row: CatalogRow>: Sendable {
    case found(Row)
    case lacking(Lack)
}

/// Why no one row answers.
enum Lack: Sendable, Hashable {
    case unknown
    case begins(CalendarDate)
    case ended(CalendarDate)
    case gap(after: CalendarDate, before: CalendarDate)
    case several([String])

    /// The reason as the end of a sentence that begins with what was looked for.
    func words(on day: CalendarDate, in version: String) -> String {
        switch self {
        case .unknown: "is not in catalog \(version)"
        case .begins(let first): "does not hold on \(day): it begins on \(first) in catalog \(version)"
        case .ended(let last): "does not hold on \(day): it ended on \(last) in catalog \(version)"
        case .gap(let last, let first):
            "has a gap on \(day), between \(last) and \(first) in catalog \(version)"
        case .several(let rows):
            "has \(rows.count) rows on \(day) in catalog \(version): \(rows.joined(separator: ", "))"
        }
    }
}
