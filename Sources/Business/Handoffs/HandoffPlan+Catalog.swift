import Catalogs
import Connectors
import Deals
import FoundationEssentials
import Sagas
import Workers

extension HandoffPlan {
    /// Plans a deal about which nothing is wrong by a catalog and by what others said: a pure function of these.
    init(
        for deal: Deal, handoff: UUID, upon base: Base<HandoffPlan>?, by resolution: Resolution, _ lookUps: LookUps
    ) throws {
        if let refused = resolution.findings.refused { throw refused }
        guard let entity = resolution.entity, let terms = resolution.terms else {
            throw Refused(.unknown, "the catalog was resolved without findings, entity or terms")
        }
        let partPeriods = entity.partPeriods ?? .byDays
        try self.init(
            for: deal, handoff: handoff, upon: base, soldBy: entity.code,
            billed: try Self.billed(deal, resolution.parts, partPeriods))
        let parts = newlySold(resolution.parts)
        provisioning = provisioning(of: deal, entity: entity, parts, resolution, lookUps)
        enrichment = Enrichment(
            planHash: Self.planHash(
                of: deal, catalog: resolution.catalog.version, partPeriods, lookUps, upon: self.base),
            catalogVersion: resolution.catalog.version, day: resolution.day,
            components: resolution.parts.map(Component.init),
            terms: Terms(code: terms.code, days: terms.days, endOfMonth: terms.endOfMonth),
            taxes: resolution.taxes.sorted { $0.key < $1.key }.map { category, rule in
                TaxTreatment(
                    category: category, treatment: rule.treatment, determined: lookUps.taxes[category])
            },
            approvals: resolution.approvals.map {
                Approval(gate: $0.gate, role: $0.role, aboveMinor: $0.aboveMinor)
            },
            lookUps: lookUps, sources: resolution.sources.all)
    }

    /// Names what a plan is made from: what is sold, the catalog, the rule for part periods, which may be the software's own
    /// where the catalog says none, what others said, and what stands already.
    static func planHash(
        of deal: Deal, catalog: String, _ partPeriods: PartPeriods, _ lookUps: LookUps, upon base: Standing? = nil
    ) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var text = "\(deal.contentHash)\n\(catalog)\nbilling.partPeriods \(partPeriods.rawValue)\n"
        do {
            text += String(decoding: try encoder.encode(lookUps), as: UTF8.self)
            if let base { text += "\n" + String(decoding: try encoder.encode(base), as: UTF8.self) }
        } catch {
            preconditionFailure("look-ups and bases are texts and numbers, and are no JSON: \(error)")
        }
        return ContentHash.of([text])
    }

    /// The schedule of what is carried out: parts of a package with a billing of their own are billed by it, what is left
    /// of the line as the line was sold.
    private static func billed(
        _ deal: Deal, _ parts: [Resolution.Part], _ partPeriods: PartPeriods
    ) throws -> [ScheduleLine] {
        guard parts.contains(where: { $0.billing != nil }) else {
            return try BillingSchedule.lines(for: deal, partPeriods: partPeriods)
        }
        var lines: [Deal.Line] = []
        for own in Dictionary(grouping: parts, by: \.place).sorted(by: { $0.key < $1.key }).map(\.value) {
            let line = own[0].line
            func add(_ amount: Int64, _ billing: Deal.Billing) {
                lines.append(
                    Deal.Line(
                        number: line.number, service: line.service, description: line.description, amountMinor: amount,
                        billing: billing))
            }
            let together = own.filter { $0.billing == nil }
            if !together.isEmpty { add(together.reduce(0) { $0 + $1.price.minorUnits }, line.billing) }
            for part in own { if let billing = part.billing { add(part.price.minorUnits, billing) } }
        }
        let asBilled = Deal(
            opportunity: deal.opportunity, contract: deal.contract, version: deal.version, stage: deal.stage,
            currency: deal.currency, customer: deal.customer, contractPeriod: deal.contractPeriod,
            totalMinor: deal.totalMinor, lines: lines, milestones: deal.milestones)
        return try BillingSchedule.lines(for: asBilled, partPeriods: partPeriods)
    }

    /// Those parts whose lines no version before has made tasks for.
    private func newlySold(_ parts: [Resolution.Part]) -> [Resolution.Part] {
        let lines = Set(tasks.map(\.line))
        return parts.filter { lines.contains("\($0.line.number)") }
    }
}

/// What is made beyond customer, project and schedule.
extension HandoffPlan {
    private func provisioning(
        of deal: Deal, entity: LegalEntity, _ parts: [Resolution.Part], _ resolution: Resolution, _ lookUps: LookUps
    ) -> Provisioning {
        var provisioning = Provisioning(catalogVersion: resolution.catalog.version)
        if case .link(let id) = lookUps.customer { provisioning.linkedCustomerID = id }
        provisioning.nameSimilarity = resolution.matchRules?.nameSimilarity
        provisioning.customerKey = Self.sharedKey(of: customer, country: deal.customer.country)
        if let parent = deal.customer.parent {
            if case .link(let id) = lookUps.parent {
                provisioning.linkedParentID = id
            } else {
                let record = CustomerRecord(
                    name: parent.name, legalEntity: entity.code, taxID: parent.taxId, email: nil,
                    country: parent.country, parentID: nil)
                provisioning.parent = record
                provisioning.parentKey = Self.sharedKey(of: record, country: parent.country)
            }
        }
        provisioning.contacts = deal.customer.contacts.map {
            ContactRecord(role: $0.role.rawValue, name: $0.name, email: $0.email)
        }.uniqued(by: { "\($0.role)|\($0.email ?? $0.name)".lowercased().filter { !$0.isWhitespace } })
        provisioning.phases = Self.phases(of: parts)
        provisioning.templates = parts.compactMap(\.templateUsed).uniqued(by: { $0 })
        let demands = deal.resourceDemand.map {
            DemandRecord(
                role: $0.role, skill: $0.skill, location: $0.location, start: $0.start.description, hours: $0.hours)
        }.uniqued(by: \.who)
        // A complete new version says again whom the ones before it have asked for already.
        let asked = Set((deal.baseVersion == nil ? self.base?.demands ?? [] : []).map(\.who))
        provisioning.demands = demands.filter { !asked.contains($0.who) }
        // The project of a version before has its number and its dimensions.
        guard self.base == nil else { return provisioning }
        provisioning.dimensions = dimensions(of: resolution.parts, entity)
        let isYearly = NumberingPattern(entity.numbering)?.isYearly == true
        provisioning.numberSeries = isYearly ? "\(entity.code)/\(resolution.day.year)" : entity.code
        provisioning.numberPattern = entity.numbering
        return provisioning
    }

    /// Each part's phases in order, under a code that no other line and part shares.
    private static func phases(of parts: [Resolution.Part]) -> [PhaseRecord] {
        var used: Set<String> = []
        func unique(_ code: String) -> String {
            var (candidate, count) = (code, 1)
            while !used.insert(candidate).inserted {
                count += 1
                candidate = "\(code)-\(count)"
            }
            return candidate
        }
        return parts.flatMap { part in
            let line = "\(part.line.number)"
            let stem = unique("\(line)-\(part.service.code)")
            guard let template = part.template else {
                let task = TaskRecord(
                    line: line, code: part.service.code, name: part.service.name, billingCode: part.service.billingCode)
                return [PhaseRecord(code: stem, name: part.service.name, tasks: [task])]
            }
            return template.phases.filter { !$0.tasks.isEmpty }.map { phase in
                PhaseRecord(
                    code: unique("\(stem)-\(phase.code)"), name: "\(part.service.name): \(phase.name)",
                    template: part.templateUsed,
                    tasks: phase.tasks.map { task in
                        TaskRecord(
                            line: line, code: task.code, name: task.name,
                            billingCode: task.billable ? part.service.billingCode : nil)
                    })
            }
        }
    }

    /// A project has one set of dimensions: those of the dearest part, the first of equally dear ones.
    private func dimensions(of parts: [Resolution.Part], _ entity: LegalEntity) -> DimensionRecord? {
        guard let dearest = parts.max(by: { $0.price.minorUnits < $1.price.minorUnits }),
            let first = parts.first(where: { $0.price.minorUnits == dearest.price.minorUnits }),
            let costCentre = first.dimensions["costCentre"]
        else { return nil }
        return DimensionRecord(
            legalEntity: entity.code, costCentre: costCentre,
            values: first.dimensions.filter { $0.key != "costCentre" }, projectReference: contract)
    }
}

extension HandoffPlan.Component {
    init(_ part: Resolution.Part) {
        self.init(
            line: part.line.number, service: part.service.code, name: part.service.name,
            billingCode: part.service.billingCode, marginCode: part.service.marginCode, practice: part.service.practice,
            taxCategory: part.service.taxCategory, template: part.templateUsed, billing: part.billedBy,
            rateCard: part.rateCard?.id,
            amountMinor: part.price.minorUnits, dimensions: part.dimensions)
    }
}

extension Resolution.Part {
    /// The template and its version.
    var templateUsed: TemplateUsed? { template.map { TemplateUsed(code: $0.code, version: $0.version) } }
}

extension DemandRecord {
    /// What tells one demand of a project from every other.
    fileprivate var who: [String] { [role, skill, location, start] }
}

extension Array {
    /// The same without those that share a key with an earlier one.
    fileprivate func uniqued<Key: Hashable>(by key: (Element) -> Key) -> [Element] {
        var seen: Set<Key> = []
        return filter { seen.insert(key($0)).inserted }
    }
}
