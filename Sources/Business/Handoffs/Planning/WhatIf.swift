import Catalogs
import Deals
import FoundationEssentials

/// What another catalog would have made of deals: each planned by both, with nobody asked and nothing changed.
public struct WhatIf: Sendable, Codable, Equatable {
    /// The version of the catalog in force; nil where none is.
    public let before: String?
    /// The version of the other one.
    public let after: String
    /// How many deals were planned by both.
    public let deals: Int
    /// How many of them have a project: by the one in force, and by the other.
    public let projects: Pair<Int>
    /// How many schedule lines they have.
    public let lines: Pair<Int>
    /// What is billed, for each legal entity and currency.
    public let money: [Money]
    /// What is sold under each treatment of tax, for each legal entity and currency.
    public let taxed: [Taxed]
    /// The deals that the other catalog carries out differently, or not at all.
    public let changes: [Change]

    /// What something is by the catalog in force, and by the other.
    public struct Pair<Value: Sendable & Codable & Equatable>: Sendable, Codable, Equatable {
        /// By the one in force.
        public let before: Value
        /// By the other.
        public let after: Value
    }

    /// What an entity bills in a currency, in minor units.
    public struct Money: Sendable, Codable, Equatable {
        /// The legal entity.
        public let legalEntity: String
        /// ISO 4217.
        public let currency: String
        /// How much, in minor units.
        public let minorUnits: Pair<Int64>
    }

    /// What an entity sells in a currency under a treatment of tax, in minor units.
    public struct Taxed: Sendable, Codable, Equatable {
        /// The legal entity.
        public let legalEntity: String
        /// ISO 4217.
        public let currency: String
        /// The treatment by the catalog, such as `EU-REVERSE`.
        public let treatment: String
        /// How much, in minor units.
        public let minorUnits: Pair<Int64>
    }

    /// One deal that is carried out differently.
    public struct Change: Sendable, Codable, Equatable {
        /// Opportunity, contract and version.
        public let deal: String
        /// What is different, such as `legal entity` or `schedule`.
        public let what: [String]
        /// The legal entity; nil where there is no plan.
        public let legalEntity: Pair<String?>
        /// What is billed under which code, in minor units.
        public let billed: Pair<[String: Int64]>
        /// What only the other catalog finds wrong.
        public let newFindings: [PlanFinding]
    }

    /// Plans each of `deals` by the catalog in force, or none, and by the other.
    public init(deals: [Deal], before: Catalog?, after: Catalog) {
        var changes: [Change] = []
        var (old, new) = (Sums(), Sums())
        for deal in deals {
            let (planned, other) = (Self.outline(of: deal, by: before), Self.outline(of: deal, by: after))
            if let plan = planned.plan { old.add(plan) }
            if let plan = other.plan { new.add(plan) }
            if let change = Change(of: deal, planned, other) { changes.append(change) }
        }
        self.before = before?.version
        self.after = after.version
        self.deals = deals.count
        projects = Pair(before: old.projects, after: new.projects)
        lines = Pair(before: old.lines, after: new.lines)
        money = Self.pairs(old.money, new.money).map { account, amounts in
            Money(legalEntity: account[0], currency: account[1], minorUnits: amounts)
        }
        taxed = Self.pairs(old.taxed, new.taxed).map { account, amounts in
            Taxed(legalEntity: account[0], currency: account[1], treatment: account[2], minorUnits: amounts)
        }
        self.changes = changes
    }

    /// A deal's plan, or everything because of which there is none.
    fileprivate typealias Outcome = (plan: HandoffPlan?, findings: [PlanFinding])

    private static func outline(of deal: Deal, by catalog: Catalog?) -> Outcome {
        do {
            let planned = try Planning.offlinePlan(of: deal, by: catalog)
            return (planned, [])
        } catch {
            return (nil, error.findings)
        }
    }

    /// Both sums of each account, in the order of the accounts' names.
    private static func pairs(_ old: [[String]: Int64], _ new: [[String]: Int64]) -> [([String], Pair<Int64>)] {
        Set(old.keys).union(new.keys).sorted { $0.lexicographicallyPrecedes($1) }
            .map { ($0, Pair(before: old[$0] ?? 0, after: new[$0] ?? 0)) }
    }

    fileprivate static func total(of plan: HandoffPlan) -> Int64 { plan.schedule.reduce(0) { $0 + $1.amountMinor } }
}

/// What all deals together come to by one catalog.
private struct Sums {
    var (projects, lines) = (0, 0)
    /// By legal entity and currency.
    var money: [[String]: Int64] = [:]
    /// By legal entity, currency and treatment.
    var taxed: [[String]: Int64] = [:]

    mutating func add(_ plan: HandoffPlan) {
        projects += 1
        lines += plan.schedule.count
        let account = [plan.project.legalEntity, plan.project.currency]
        money[account] = Self.sum(money[account] ?? 0, WhatIf.total(of: plan))
        guard let enrichment = plan.enrichment else { return }
        let treatments = Dictionary(uniqueKeysWithValues: enrichment.taxes.map { ($0.category, $0.treatment) })
        for part in enrichment.components {
            guard let treatment = treatments[part.taxCategory] else { continue }
            taxed[account + [treatment]] = Self.sum(taxed[account + [treatment]] ?? 0, part.amountMinor)
        }
    }

    /// A thousand of the largest deals are beyond 64 bits: then it stays at the largest sum.
    private static func sum(_ one: Int64, _ other: Int64) -> Int64 {
        let (sum, isTooLarge) = one.addingReportingOverflow(other)
        return isTooLarge ? .max : sum
    }
}

extension WhatIf.Change {
    /// Nil where both catalogs do the same.
    fileprivate init?(of deal: Deal, _ old: WhatIf.Outcome, _ new: WhatIf.Outcome) {
        var what: [String] = []
        func compare<Value: Equatable>(_ name: String, _ value: (HandoffPlan) -> Value) {
            if let old = old.plan, let new = new.plan, value(old) != value(new) { what.append(name) }
        }
        if (old.plan == nil) != (new.plan == nil) { what.append("project") }
        compare("legal entity") { $0.project.legalEntity }
        compare("total") { WhatIf.total(of: $0) }
        compare("schedule") { $0.schedule }
        compare("billing and margin codes") { plan in
            plan.enrichment?.components.map { [$0.billingCode, $0.marginCode, "\($0.amountMinor)"] }
        }
        compare("project number") { $0.provisioning?.numberPattern }
        compare("rate cards") { plan in plan.enrichment?.components.map(\.rateCard) }
        compare("phases and tasks") { $0.provisioning?.phases }
        compare("dimensions") { $0.provisioning?.dimensions }
        compare("billing terms") { $0.enrichment?.terms }
        compare("tax treatment") { plan in plan.enrichment?.taxes.map { [$0.category, $0.treatment] } }
        compare("approvals") { $0.enrichment?.approvals }
        let newFindings = new.findings.filter { finding in
            !old.findings.contains { $0.path == finding.path && $0.incidentClass == finding.incidentClass }
        }
        guard !what.isEmpty || !newFindings.isEmpty else { return nil }
        self.init(
            deal: "\(deal.key)", what: what,
            legalEntity: WhatIf.Pair(before: old.plan?.project.legalEntity, after: new.plan?.project.legalEntity),
            billed: WhatIf.Pair(before: Self.billed(old.plan), after: Self.billed(new.plan)), newFindings: newFindings)
    }

    private static func billed(_ plan: HandoffPlan?) -> [String: Int64] {
        (plan?.enrichment?.components ?? []).reduce(into: [:]) { $0[$1.billingCode, default: 0] += $1.amountMinor }
    }
}
