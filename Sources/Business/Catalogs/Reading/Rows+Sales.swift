import Deals
import Workers

extension Service: WrittenRow {
    static let what = "a service"
    static let keys = [
        "code", "name", "billingCode", "marginCode", "practice", "taxCategory", "template", "components", "status",
        "replacement", "billingModels", "deliveryModels",
    ]

    init(_ row: YAMLRow) {
        let components = row.rows(
            "components", "a component", allowing: ["service", "shareBasisPoints", "billing"], isOptional: true)
        let before = row.file.faults.count
        self.init(
            code: row.code("code"), name: row.text("name"), billingCode: row.code("billingCode"),
            marginCode: row.code("marginCode"), practice: row.code("practice"), taxCategory: row.code("taxCategory"),
            template: row.optionalCode("template"), components: components.map(Component.init),
            status: row.choice("status", or: .active), replacement: row.optionalCode("replacement"),
            billingModels: row.choices("billingModels"),
            deliveryModels: row.choices("deliveryModels", or: Deal.Delivery.Model.allCases),
            owner: row.choice("owner"), validFrom: row.date("validFrom"), validTo: row.optionalDate("validTo"))
        let shares = self.components.reduce(0) { $0 + $1.shareBasisPoints }
        // A share that could not be read is reported already.
        if isPackage, shares != 10_000, row.file.faults.count == before {
            row.report("the shares of the components sum to \(shares), not to 10000", at: "components")
        }
        if status == .active, replacement != nil {
            row.report("the service is active, so nothing replaces it", at: "replacement")
        }
    }
}

extension Service.Component {
    init(_ row: YAMLRow) {
        let billing =
            row.has("billing") ? row.row("billing", allowing: ["model", "installments", "rateCard", "every"]) : nil
        self.init(
            service: row.code("service"), shareBasisPoints: row.integer("shareBasisPoints", in: 0...10_000),
            billing: billing.map(Deal.Billing.init))
        if self.billing == .milestone {
            row.report("a component is not billed by milestones, which a deal has for whole lines", at: "billing")
        }
    }
}

extension Deal.Billing {
    init(_ row: YAMLRow) {
        let model: Model = row.choice("model")
        switch model {
        case .fixedFee: self = .fixedFee(installments: row.integer("installments", in: 1...1200))
        case .milestone: self = .milestone
        case .timeAndMaterials: self = .timeAndMaterials(rateCard: row.code("rateCard"))
        case .retainer: self = .retainer(every: row.choice("every"))
        case .subscription: self = .subscription(every: row.choice("every"))
        case .managedService: self = .managedService(every: row.choice("every"))
        }
    }
}

extension ProjectTemplate: WrittenRow {
    static let what = "a template"
    static let keys = ["code", "version", "name", "status", "replacement", "phases"]

    init(_ row: YAMLRow) {
        let phases = row.rows("phases", "a phase", allowing: ["code", "name", "startsAfterMonths", "tasks"])
        self.init(
            code: row.code("code"), version: row.integer("version", in: 1...100_000), name: row.text("name"),
            status: row.choice("status", or: .active), replacement: row.optionalCode("replacement"),
            phases: phases.map(Phase.init), owner: row.choice("owner"), validFrom: row.date("validFrom"),
            validTo: row.optionalDate("validTo"))
        if status == .active, replacement != nil {
            row.report("the template is active, so nothing replaces it", at: "replacement")
        }
        var codes: Set<String> = []
        let tasks = phases.flatMap { $0.has("tasks") ? $0.tasks(quietly: true) : [] }
        for part in phases + tasks {
            guard let code = part.mapping["code"]?.string, !codes.insert(code).inserted else { continue }
            part.report("the code \(code) is said twice in this template", at: "code")
        }
    }
}

extension YAMLRow {
    /// The tasks of a phase; `quietly` those that are mappings, whatever is in them.
    fileprivate func tasks(quietly: Bool = false) -> [YAMLRow] {
        guard quietly else { return rows("tasks", "a task", allowing: ["code", "name", "role", "billable"]) }
        return (mapping["tasks"]?.sequence.map(Array.init) ?? []).compactMap { node in
            node.mapping.map { YAMLRow(node: node, mapping: $0, what: "a task", file: file) }
        }
    }
}

extension ProjectTemplate.Phase {
    init(_ row: YAMLRow) {
        self.init(
            code: row.code("code"), name: row.text("name"),
            startsAfterMonths: row.has("startsAfterMonths") ? row.integer("startsAfterMonths", in: 0...120) : 0,
            tasks: row.tasks().map(ProjectTemplate.Task.init))
    }
}

extension ProjectTemplate.Task {
    init(_ row: YAMLRow) {
        self.init(
            code: row.code("code"), name: row.text("name"), role: row.optionalCode("role"),
            billable: row.bool("billable"))
    }
}

extension RateCard: WrittenRow {
    static let what = "a rate card"
    static let keys = ["code", "entity", "currency", "rates"]

    init(_ row: YAMLRow) {
        let rates = row.rows("rates", "a rate", allowing: ["role", "hourMinor"])
        self.init(
            code: row.code("code"), entity: row.code("entity"), currency: row.currency("currency"),
            rates: rates.map {
                Rate(role: $0.code("role"), hourMinor: $0.integer("hourMinor", in: 1...10_000_000_000))
            },
            owner: row.choice("owner"), validFrom: row.date("validFrom"), validTo: row.optionalDate("validTo"))
        var roles: Set<String> = []
        for (rate, written) in zip(self.rates, rates) where !roles.insert(rate.role).inserted {
            written.report("the role \(rate.role) is said twice in this card", at: "role")
        }
    }
}

extension TriggerRule: WrittenRow {
    static let what = "a trigger"
    static let keys = ["source", "stages"]

    init(_ row: YAMLRow) {
        self.init(
            source: row.code("source", allowing: [TriggerRule.anySource]), stages: row.texts("stages"),
            owner: row.choice("owner"), validFrom: row.date("validFrom"), validTo: row.optionalDate("validTo"))
        let setting = "\(source)=\(stages.joined(separator: ","))"
        if stages.contains(where: { $0.contains(",") || $0.contains(";") }) {
            row.report("a stage has no comma and no semicolon", at: "stages")
        } else if !source.isEmpty, !stages.isEmpty {
            do {
                _ = try TriggerStages(parsing: setting)
            } catch {
                row.report(error.description, at: "source")
            }
        }
    }
}
