import Catalogs
import Deals
import Workers

/// All that a catalog says of a deal, and all that is wrong with it, at once: a pure function of both.
///
/// Rules are those that hold on the first day of the contract, whenever it is planned: the same deal and the same catalog
/// give the same answer on every day.
struct Resolution {
    let catalog: Catalog
    let deal: Deal
    /// The day whose rules count.
    let day: CalendarDate
    /// Everything wrong, most important first.
    private(set) var findings: [PlanFinding] = []
    /// The legal entity that sells.
    private(set) var entity: LegalEntity?
    /// When invoices are due.
    private(set) var terms: BillingTerm?
    /// What is carried out, in the order of the sold lines; only of lines about which nothing is wrong.
    private(set) var parts: [Part] = []
    /// How each kind of service is taxed.
    private(set) var taxes: [String: TaxRule] = [:]
    /// When two customers may be the same.
    private(set) var matchRules: MatchRules?
    /// The approvals that the catalog asks for.
    private(set) var approvals: [ApprovalRule] = []
    /// Which rows gave which fields.
    private(set) var sources = Sources()

    private var services: [String: Result<Resolved<Service>, CatalogProblem>] = [:]
    private var layouts: [String: Layout] = [:]
    private var taxProblems: [String: CatalogProblem] = [:]

    /// A service that is to be carried out for a sold line.
    struct Part {
        /// The line's place in the deal, from 0.
        let place: Int
        let line: Deal.Line
        let service: Service
        let template: ProjectTemplate?
        /// Its share of the line's price.
        let price: Money
        /// How it is billed, where that is not how the line was sold.
        let billing: Deal.Billing?
        let dimensions: [String: String]
        let rateCard: RateCard?

        /// How it is billed.
        var billedBy: Deal.Billing { billing ?? line.billing }
    }

    /// What the catalog says of a service at the entity, whichever line sells it.
    private struct Layout {
        var template: Resolved<ProjectTemplate>?
        var dimensions: Resolved<[String: String]>?
        var problems: [CatalogProblem] = []
    }

    /// Resolves all of `deal`.
    init(of deal: Deal, by catalog: Catalog) {
        self.deal = deal
        self.catalog = catalog
        day = deal.contractPeriod.start
        resolveEntity()
        resolveTerms()
        for place in deal.lines.indices { resolveLine(at: place) }
        checkContacts()
        guard let entity else { return }
        if let rules = catalog.matchRules(entity: entity.code, on: day) {
            matchRules = rules.value
            sources.note(rules.rules, for: "customer.match")
        }
        for rule in catalog.approvals(entity: entity.code, total: deal.total, on: day) {
            approvals.append(rule.value)
            sources.note(rule.rules, for: "approvals")
        }
    }

    /// Leaves a problem of the catalog at a path of the event.
    private mutating func report(_ problem: CatalogProblem, at path: String) {
        findings.append(
            PlanFinding(
                problem.incidentClass, path, problem.text, cure: problem.cure.sentence, owner: problem.owner))
    }

    private mutating func report(
        _ incidentClass: IncidentClass, at path: String, _ text: String, cure: String
    ) {
        findings.append(PlanFinding(incidentClass, path, text, cure: cure))
    }
}

/// Who sells, in what, and when it is paid.
extension Resolution {
    private mutating func resolveEntity() {
        do throws(CatalogProblem) {
            let resolved = try soldBy()
            entity = resolved.value
            sources.note(resolved.rules, for: "legalEntity")
            sources.note(resolved.rules.suffix(1), for: "project.number")
            if resolved.value.partPeriods != nil { sources.note(resolved.rules.suffix(1), for: "billing.partPeriods") }
            try catalog.check(deal.currency, at: resolved.value)
            sources.note(resolved.rules.suffix(1), for: "currency")
        } catch {
            report(error, at: error.incidentClass == .currencyNotEnabled ? "$.data.currency" : entityPath)
        }
    }

    private var entityPath: String {
        deal.legalEntity == nil && deal.contractParty != nil ? "$.data.contractParty" : "$.data.legalEntity"
    }

    /// The entity that is named; otherwise the one that sells where the party signs and the region is delivered to. One
    /// that is named must not be another than the rules say.
    private func soldBy() throws(CatalogProblem) -> Resolved<LegalEntity> {
        var derived: Resolved<LegalEntity>?
        if let party = deal.contractParty, let region = deal.deliveryRegion {
            do throws(CatalogProblem) {
                derived = try catalog.entity(party: party, region: region, on: day)
            } catch {
                if deal.legalEntity == nil { throw error }
            }
        }
        guard let code = deal.legalEntity else {
            guard let derived else {
                throw CatalogProblem(
                    .entityUnmapped, "says neither the legal entity nor the party and the region from which it follows",
                    cure: "name the contract party and the delivery region")
            }
            return derived
        }
        let named = try catalog.entity(code, on: day)
        guard let derived, derived.value.code != code else { return named }
        throw CatalogProblem(
            .entityUnmapped,
            """
            is \(code), and by catalog \(catalog.version) it is \(derived.value.code) that sells to this party and region
            """, cure: "leave the legal entity out, or correct the party or the region")
    }

    private mutating func resolveTerms() {
        let path = deal.billingTerms == nil ? "$.data.paymentTermsDays" : "$.data.billingTerms.terms"
        do throws(CatalogProblem) {
            let resolved: Resolved<BillingTerm>
            if let code = deal.billingTerms?.terms {
                resolved = try catalog.terms(code, on: day)
            } else if let days = deal.paymentTermsDays {
                resolved = try catalog.terms(days: days, on: day)
            } else {
                throw CatalogProblem(.termsUnknown, "is missing", cure: "name the billing terms")
            }
            if let days = deal.paymentTermsDays, days != resolved.value.days {
                throw CatalogProblem(
                    .termsUnknown,
                    "is \(resolved.value.code), which is \(resolved.value.days) days, and paymentTermsDays is \(days)",
                    cure: "leave paymentTermsDays out, or name the terms that are meant")
            }
            terms = resolved.value
            sources.note(resolved.rules, for: "billingTerms")
        } catch {
            report(error, at: path)
        }
        guard let delivery = deal.billingTerms?.invoiceDelivery, let entity, !entity.invoiceDelivery.contains(delivery)
        else { return }
        report(
            .termsUnknown, at: "$.data.billingTerms.invoiceDelivery",
            "is \(delivery.rawValue), and \(entity.code) sends no invoices so in catalog \(catalog.version)",
            cure: "Agree on another way, or enable it in entities.yml.")
    }

    /// An invoice by e-mail needs somebody whom it reaches; for every other way an address is nobody's business.
    private mutating func checkContacts() {
        guard deal.billingTerms?.invoiceDelivery == .email else { return }
        let billing = deal.customer.contacts.indices.filter { deal.customer.contacts[$0].role == .billing }
        for place in billing where deal.customer.contacts[place].email == nil {
            report(
                .mandatoryMissing, at: "$.data.customer.contacts[\(place)].email",
                "is missing, and invoices go out by e-mail", cure: "Add the billing contact's e-mail address.")
        }
        if billing.isEmpty, deal.customer.email == nil {
            report(
                .mandatoryMissing, at: "$.data.customer.contacts",
                "names nobody for invoices, which go out by e-mail",
                cure: "Add a billing contact with an e-mail address.")
        }
    }
}

/// What is sold.
extension Resolution {
    private mutating func resolveLine(at place: Int) {
        let line = deal.lines[place]
        let path = "$.data.lines[\(place)]"
        let before = findings.count
        checkDelivery(of: line, at: path)
        do throws(CatalogProblem) {
            let sold = try service(line.service).get()
            check(line, sold.value, at: path)
            let price = Money(minorUnits: line.amountMinor, currency: deal.currency)
            let all = try catalog.parts(of: sold, price: price, on: day)
            var own: [Part] = []
            for part in all {
                if let part = resolve(part, of: line, place, at: path) { own.append(part) }
            }
            guard findings.count == before, !own.isEmpty else { return }
            if line.billing == .milestone, own.contains(where: { $0.billing != nil }) {
                report(
                    .serviceUnknown, at: "\(path).billing.model",
                    "is milestone, and parts of package \(line.service) are billed each in its own way",
                    cure: "Sell the parts, or the package by another billing model.")
            }
            parts += own
        } catch {
            report(error, at: "\(path).service")
        }
    }

    private mutating func service(_ code: String) -> Result<Resolved<Service>, CatalogProblem> {
        if let known = services[code] { return known }
        let result: Result<Resolved<Service>, CatalogProblem>
        do throws(CatalogProblem) {
            result = .success(try catalog.service(code, on: day))
        } catch {
            result = .failure(error)
        }
        services[code] = result
        return result
    }

    private mutating func check(_ line: Deal.Line, _ service: Service, at path: String) {
        if !service.billingModels.contains(line.billing.model) {
            report(
                .serviceUnknown, at: "\(path).billing.model",
                "is \(line.billing.model.rawValue), by which service \(service.code) is not sold in catalog "
                    + catalog.version,
                cure: "Sell it by \(service.billingModels.map(\.rawValue).joined(separator: " or ")).")
        }
        if let model = line.delivery?.model, !service.deliveryModels.contains(model) {
            report(
                .serviceUnknown, at: "\(path).delivery.model",
                "is \(model.rawValue), by which service \(service.code) is not delivered in catalog \(catalog.version)",
                cure: "Have it delivered by \(service.deliveryModels.map(\.rawValue).joined(separator: " or ")).")
        }
    }

    private mutating func checkDelivery(of line: Deal.Line, at path: String) {
        guard let code = line.delivery?.entity else { return }
        do throws(CatalogProblem) {
            sources.note(try catalog.entity(code, on: day).rules, for: "lines[\(line.number)].delivery.entity")
        } catch {
            report(error, at: "\(path).delivery.entity")
        }
    }

    /// What is needed to carry a part out; nil where something is wrong with it.
    private mutating func resolve(_ sold: SoldPart, of line: Deal.Line, _ place: Int, at path: String) -> Part? {
        let before = findings.count
        let layout = layout(of: sold.service)
        for problem in layout.problems { report(problem, at: "\(path).service") }
        if sold.service.billingCode.isEmpty || layout.template?.value.phases.allSatisfy(\.tasks.isEmpty) == true {
            report(
                .serviceUnknown, at: "\(path).service",
                "is carried out as \(sold.service.code), which has no task or no billing code in catalog "
                    + catalog.version,
                cure: "Give the service a billing code and a template with tasks.")
        }
        let billing = sold.billing
        if let model = billing?.model, !sold.service.billingModels.contains(model) {
            report(
                .serviceUnknown, at: "\(path).service",
                "is a package whose part \(sold.service.code) is billed by \(model.rawValue), which it may not be in "
                    + "catalog \(catalog.version)",
                cure: "Correct the package in services.yml.")
        }
        let card = rateCard(billing ?? line.billing, line, at: path)
        resolveTax(sold.service.taxCategory, at: path)
        guard findings.count == before else { return nil }
        let field = "lines[\(line.number)]"
        sources.note(sold.rules, for: "\(field).billingCode")
        sources.note(layout.template?.rules ?? [], for: "\(field).template")
        sources.note(layout.dimensions?.rules ?? [], for: "\(field).dimensions")
        return Part(
            place: place, line: line, service: sold.service, template: layout.template?.value, price: sold.price,
            billing: billing, dimensions: layout.dimensions?.value ?? [:], rateCard: card)
    }

    private mutating func layout(of service: Service) -> Layout {
        if let known = layouts[service.code] { return known }
        var layout = Layout()
        do throws(CatalogProblem) {
            layout.template = try catalog.template(for: service, on: day)
        } catch {
            layout.problems.append(error)
        }
        if let entity {
            do throws(CatalogProblem) {
                layout.dimensions = try catalog.dimensions(entity: entity, service: service, on: day)
            } catch {
                layout.problems.append(error)
            }
        }
        layouts[service.code] = layout
        return layout
    }

    private mutating func rateCard(_ billing: Deal.Billing, _ line: Deal.Line, at path: String) -> RateCard? {
        guard case .timeAndMaterials(let code) = billing, let entity else { return nil }
        do throws(CatalogProblem) {
            let card = try catalog.rateCard(code: code, entity: entity.code, currency: deal.currency, on: day)
            sources.note(card.rules, for: "lines[\(line.number)].rateCard")
            return card.value
        } catch {
            findings.append(
                PlanFinding(
                    error.incidentClass, "\(path).billing.rateCard", "of line \(line.number): \(error.text)",
                    cure: error.cure.sentence, owner: error.owner))
            return nil
        }
    }

    private mutating func resolveTax(_ category: String, at path: String) {
        guard let entity, taxes[category] == nil, taxProblems[category] == nil else { return }
        do throws(CatalogProblem) {
            let rule = try catalog.tax(seller: entity.code, customer: deal.customer, category: category, on: day)
            taxes[category] = rule.value
            sources.note(rule.rules, for: "tax.\(category)")
        } catch {
            taxProblems[category] = error
            report(
                error,
                at: error.incidentClass == .taxProfileMissing ? "$.data.customer.taxRegistrations" : "\(path).service")
        }
    }
}

extension String {
    /// As a sentence of its own.
    fileprivate var sentence: String {
        let whole = prefix(1).uppercased() + dropFirst()
        return whole.hasSuffix(".") ? whole : whole + "."
    }
}
