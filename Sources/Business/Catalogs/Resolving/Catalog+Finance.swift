public import Deals

extension Catalog {
    /// The legal entity with `code`.
    public func entity(_ code: String, on day: CalendarDate) throws(CatalogProblem) -> Resolved<LegalEntity> {
        switch index.entities.row(code, on: day) {
        case .found(let entity): return resolved(entity)
        case .lacking(let lack):
            throw CatalogProblem(
                .entityUnmapped, owner: .finance, "the legal entity \(code) \(lack.words(on: day, in: version))",
                cure: "add it to entities.yml and publish it, or name another entity in the contract")
        }
    }

    /// The legal entity that sells where `party` signs and `region` is delivered to; no rule or more than one is a
    /// problem of finance, never a guess.
    public func entity(
        party: String, region: String, on day: CalendarDate
    ) throws(CatalogProblem) -> Resolved<LegalEntity> {
        let matching = (index.entityRules[party] ?? []).filter {
            ($0.region == region || $0.region == EntityRule.anyRegion) && $0.holds(on: day)
        }
        guard let rule = matching.first else {
            throw CatalogProblem(
                .entityUnmapped, owner: .finance,
                """
                no rule of catalog \(version) says which legal entity sells where \(party) signs and \(region) is \
                delivered to on \(day)
                """,
                cure: "add the rule to entity-rules.yml and publish it, or correct party and region in the contract")
        }
        guard matching.count == 1 else {
            throw CatalogProblem(
                .entityUnmapped, owner: .finance,
                """
                \(matching.count) rules of catalog \(version) say which legal entity sells where \(party) signs and \
                \(region) is delivered to on \(day): \(matching.map(\.id).joined(separator: ", "))
                """,
                cure: "leave one of them in entity-rules.yml and publish it")
        }
        let entity = try entity(rule.entity, on: day)
        return Resolved(value: entity.value, rules: [RuleUsed(rule, of: version)] + entity.rules)
    }

    /// Refuses a currency in which `entity` may not sell.
    public func check(_ currency: Currency, at entity: LegalEntity) throws(CatalogProblem) {
        guard !entity.currencies.contains(currency) else { return }
        throw CatalogProblem(
            .currencyNotEnabled, owner: .finance,
            """
            the legal entity \(entity.code) does not sell in \(currency) in catalog \(version), only in \
            \(entity.currencies.map(\.code).joined(separator: ", "))
            """,
            cure: "enable the currency in entities.yml and in the ERP, or correct the contract")
    }

    /// The billing term with `code`.
    public func terms(_ code: String, on day: CalendarDate) throws(CatalogProblem) -> Resolved<BillingTerm> {
        switch index.billingTerms.row(code, on: day) {
        case .found(let term): return resolved(term)
        case .lacking(let lack): throw unknownTerms("the billing term \(code) \(lack.words(on: day, in: version))")
        }
    }

    /// The billing term of so many days from the invoice, for a contract that names days and no term.
    public func terms(days: Int, on day: CalendarDate) throws(CatalogProblem) -> Resolved<BillingTerm> {
        let term = tables.billingTerms.first { $0.days == days && !$0.endOfMonth && $0.holds(on: day) }
        guard let term else {
            throw unknownTerms("no billing term of catalog \(version) is \(days) days from the invoice on \(day)")
        }
        return resolved(term)
    }

    private func unknownTerms(_ text: String) -> CatalogProblem {
        CatalogProblem(
            .termsUnknown, owner: .finance, text,
            cure: "add the term to billing-terms.yml and publish it, or correct the terms in the contract")
    }

    /// How `category` is taxed when `seller` sells to a country and region: the rule that names most of it.
    public func tax(
        seller: String, country: String, region: String? = nil, category: String, on day: CalendarDate
    ) throws(CatalogProblem) -> Resolved<TaxRule> {
        let places = [region.map { "\(country)/\($0)" }, "\(country)/", "\(TaxRule.anyCountry)/"].compactMap(\.self)
        var last = Lack.unknown
        for place in places {
            switch index.taxRules.row("\(seller)/\(place)/\(category)", on: day) {
            case .found(let rule): return resolved(rule)
            case .lacking(.unknown): continue
            case .lacking(.several(let rows)):
                last = .several(rows)
                throw noTax(seller, country, category, last, day)
            case .lacking(let lack): if last == .unknown { last = lack }
            }
        }
        throw noTax(seller, country, category, last, day)
    }

    private func noTax(
        _ seller: String, _ country: String, _ category: String, _ lack: Lack, _ day: CalendarDate
    ) -> CatalogProblem {
        CatalogProblem(
            .taxUnknown, owner: .finance,
            """
            the tax rule for \(category) sold by \(seller) to \(country) \(lack.words(on: day, in: version))
            """,
            cure: "the tax team adds the rule to tax-rules.yml and publishes it")
    }

    /// How `category` is taxed when `seller` sells to `customer`, who has to be registered where the rule says so.
    public func tax(
        seller: String, customer: Deal.Customer, category: String, on day: CalendarDate
    ) throws(CatalogProblem) -> Resolved<TaxRule> {
        let rule = try tax(
            seller: seller, country: customer.country, region: customer.taxRegion, category: category, on: day)
        let isRegistered =
            customer.taxId != nil || customer.taxRegistrations.contains { $0.country == customer.country }
        guard !rule.value.requiresRegistration || isRegistered else {
            throw CatalogProblem(
                .taxProfileMissing, owner: .finance,
                """
                the treatment \(rule.value.treatment) needs the customer's tax registration in \(customer.country) \
                (\(rule.value.id) of catalog \(version)), and the deal has none
                """,
                cure: "add the registration to the customer in the CRM and publish the deal with a higher version")
        }
        return rule
    }

    /// The financial dimensions, by name, under which an entity books a service; a combination that the entity's ledger
    /// does not take is a problem.
    public func dimensions(
        entity: LegalEntity, service: Service, on day: CalendarDate
    ) throws(CatalogProblem) -> Resolved<[String: String]> {
        switch index.dimensions.row("\(entity.code)/\(service.practice)", on: day) {
        case .lacking(let lack):
            throw CatalogProblem(
                .dimensionInvalid, owner: .finance,
                """
                the financial dimensions of practice \(service.practice) at \(entity.code) \
                \(lack.words(on: day, in: version))
                """,
                cure: "add the practice to dimensions.yml and publish it")
        case .found(let rule):
            try check(rule.dimensions, at: entity)
            return Resolved(value: rule.dimensions, rules: [RuleUsed(rule, of: version)])
        }
    }

    /// Refuses a combination of financial dimensions that the ledger of `entity` does not take.
    public func check(_ dimensions: [String: String], at entity: LegalEntity) throws(CatalogProblem) {
        guard !entity.combinations.contains(dimensions) else { return }
        throw CatalogProblem(
            .dimensionInvalid, owner: .finance,
            """
            the ledger of \(entity.code) does not take the combination \(combinationText(dimensions)) in catalog \
            \(version)
            """,
            cure: "allow the combination in entities.yml and in the ERP, or correct dimensions.yml")
    }
}

/// A combination of dimensions as people read it.
func combinationText(_ dimensions: [String: String]) -> String {
    dimensions.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
}
