public import Deals

extension Catalog {
    /// With which systems an entity works on `day`.
    public func route(entity: String, on day: CalendarDate) throws(CatalogProblem) -> Resolved<Route> {
        switch index.routes.row(entity, on: day) {
        case .found(let route): return resolved(route)
        case .lacking(let lack):
            throw CatalogProblem(
                .entityUnmapped, owner: .finance,
                "the route of entity \(entity) \(lack.words(on: day, in: version))",
                cure: "say in routes.yml with which ERP, PSA and CRM the entity works, and publish it")
        }
    }

    /// How a step runs at an entity; nil where no row says anything, which means by itself.
    public func mode(step: String, entity: String, on day: CalendarDate) -> Resolved<StepMode.Mode>? {
        row(index.stepModes, ["\(entity)/\(step)", "\(StepMode.anyEntity)/\(step)"], on: day)?.map(\.mode)
    }

    /// The approvals that a deal of an entity needs for its total: one a gate at most, and the entity's own row comes
    /// before the one for all.
    public func approvals(entity: String, total: Money, on day: CalendarDate) -> [Resolved<ApprovalRule>] {
        Set(tables.approvals.map(\.gate)).sorted().compactMap { gate in
            let subjects = [entity, ApprovalRule.anyEntity].map { "\(gate)/\($0)/\(total.currency)" }
            guard let rule = row(index.approvals, subjects, on: day) else { return nil }
            return total.minorUnits > rule.value.aboveMinor ? rule : nil
        }
    }

    /// Which system owns a field; a domain that no row names is a problem.
    public func recordOwner(
        domain: RecordOwner.Domain, field: String, on day: CalendarDate
    ) throws(CatalogProblem) -> Resolved<RecordOwner.System> {
        let subjects = [field, RecordOwner.anyField].map { "\(domain.rawValue)/\($0)" }
        guard let owner = row(index.recordOwners, subjects, on: day) else {
            throw CatalogProblem(
                .catalogMissing, "no row of catalog \(version) says which system owns \(domain.rawValue) on \(day)",
                cure: "add the domain to record-owners.yml and publish it")
        }
        return owner.map(\.system)
    }

    /// When two customers of an entity may be the same; nil where no row says it.
    public func matchRules(entity: String, on day: CalendarDate) -> Resolved<MatchRules>? {
        row(index.matchRules, [entity, "*"], on: day)
    }

    /// Which stages start a handoff on `day`; nil where no row says anything.
    public func triggerStages(on day: CalendarDate) throws(TriggerStages.Problem) -> TriggerStages? {
        let rules = tables.triggers.filter { $0.holds(on: day) }
        guard !rules.isEmpty else { return nil }
        let setting = rules.map { "\($0.source)=\($0.stages.joined(separator: ","))" }.joined(separator: ";")
        return try TriggerStages(parsing: setting)
    }

    /// How each source's events are read on `day`.
    public func sourcePolicies(on day: CalendarDate) -> SourcePolicies {
        let rules = tables.sourceRules.filter { $0.holds(on: day) }
        let others = rules.first { $0.source == SourceRule.anySource }?.policy ?? .standard
        return SourcePolicies(
            Dictionary(rules.map { ($0.source, $0.policy) }, uniquingKeysWith: { first, _ in first }), others: others)
    }

    /// The row of the first subject that has one on `day`.
    private func row<Row>(_ index: RowIndex<Row>, _ subjects: [String], on day: CalendarDate) -> Resolved<Row>? {
        for subject in subjects {
            if case .found(let row) = index.row(subject, on: day) { return resolved(row) }
        }
        return nil
    }
}
