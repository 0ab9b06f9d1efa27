public import Deals

extension Catalog {
    /// The service or package with `code`; one that is unknown, retired or not held on `day` is a problem.
    public func service(_ code: String, on day: CalendarDate) throws(CatalogProblem) -> Resolved<Service> {
        switch index.services.row(code, on: day) {
        case .found(let service) where service.status == .active: return resolved(service)
        case .found(let service):
            throw CatalogProblem(
                .serviceUnknown, owner: service.owner, "the service \(code) is retired in catalog \(version)",
                cure: service.replacement.map { "sell \($0) in its place" } ?? "sell another service")
        case .lacking(let lack):
            throw CatalogProblem(
                .serviceUnknown, "the service \(code) \(lack.words(on: day, in: version))",
                cure: "add the code to services.yml and publish it, or correct the line in the CRM")
        }
    }

    /// The template that carries `service` out; nil for a service without one, a problem for one that is retired.
    public func template(
        for service: Service, on day: CalendarDate
    ) throws(CatalogProblem) -> Resolved<ProjectTemplate>? {
        guard let code = service.template else { return nil }
        switch index.templates.row(code, on: day) {
        case .found(let template) where template.status == .active: return resolved(template)
        case .found(let template):
            throw CatalogProblem(
                .templateRetired, owner: template.owner,
                "the template \(code) of service \(service.code) is retired in catalog \(version)",
                cure: template.replacement.map { "give the service the template \($0), which replaces it" }
                    ?? "give the service another template; no replacement is declared")
        case .lacking(let lack):
            throw CatalogProblem(
                .templateRetired,
                "the template \(code) of service \(service.code) \(lack.words(on: day, in: version))",
                cure: "add the template to templates.yml, or give the service another one")
        }
    }

    /// What `service` is carried out as, each part with its exact share of `price`: a package's parts in order, and the
    /// parts of packages in it; itself for a service.
    public func parts(
        of service: Resolved<Service>, price: Money, on day: CalendarDate
    ) throws(CatalogProblem) -> [SoldPart] {
        try parts(SoldPart(service.value, price: price, billing: nil, rules: service.rules), on: day, within: [])
    }

    private func parts(
        _ sold: SoldPart, on day: CalendarDate, within packages: [String]
    ) throws(CatalogProblem) -> [SoldPart] {
        guard sold.service.isPackage else { return [sold] }
        guard !packages.contains(sold.service.code) else {
            throw CatalogProblem(
                .serviceUnknown, owner: sold.service.owner,
                "the package \(sold.service.code) contains itself in catalog \(version)",
                cure: "take it out of its own components in services.yml")
        }
        var parts: [SoldPart] = []
        var (share, given): (Int64, Int64) = (0, 0)
        for component in sold.service.components {
            let service = try service(component.service, on: day)
            // Cumulative, so that the parts sum to the price whatever the shares are.
            share += Int64(component.shareBasisPoints)
            let upTo = Int64(Int128(sold.price.minorUnits) * Int128(share) / 10_000)
            let part = SoldPart(
                service.value, price: Money(minorUnits: upTo - given, currency: sold.price.currency),
                billing: component.billing ?? sold.billing, rules: sold.rules + service.rules)
            given = upTo
            parts += try self.parts(part, on: day, within: packages + [sold.service.code])
        }
        return parts
    }

    /// The rates of `code` at an entity and in a currency; a gap or an overlap in its validity is a problem.
    public func rateCard(
        code: String, entity: String, currency: Currency, on day: CalendarDate
    ) throws(CatalogProblem) -> Resolved<RateCard> {
        switch index.rateCards.row("\(code)/\(entity)/\(currency)", on: day) {
        case .found(let card): return resolved(card)
        case .lacking(let lack):
            throw CatalogProblem(
                .rateCardMissing, owner: .finance,
                "the rate card \(code) of entity \(entity) in \(currency) \(lack.words(on: day, in: version))",
                cure: "make its rows in rate-cards.yml follow one another without gap or overlap, and publish them")
        }
    }

    func resolved<Row: CatalogRow>(_ row: Row) -> Resolved<Row> {
        Resolved(value: row, rules: [RuleUsed(row, of: version)])
    }
}

/// A service that is to be carried out, with its share of what was sold.
public struct SoldPart: Sendable, Hashable {
    /// The service.
    public let service: Service
    /// Its share of the price.
    public let price: Money
    /// How it is billed; nil for the way in which the line was sold.
    public let billing: Deal.Billing?
    /// The rows upon which it rests: the sold service, packages within it, this service.
    public let rules: [RuleUsed]

    init(_ service: Service, price: Money, billing: Deal.Billing?, rules: [RuleUsed]) {
        self.service = service
        self.price = price
        self.billing = billing
        self.rules = rules
    }
}
