import Deals
import Workers

extension Route: WrittenRow {
    static let what = "a route"
    static let keys = ["entity", "erp", "psa", "crm"]

    init(_ row: YAMLRow) {
        self.init(
            entity: row.code("entity"), erp: Target(row, "erp"), psa: Target(row, "psa"), crm: Target(row, "crm"),
            owner: row.choice("owner"), validFrom: row.date("validFrom"), validTo: row.optionalDate("validTo"))
    }
}

extension Route.Target {
    fileprivate init(_ row: YAMLRow, _ key: String) {
        let target = row.row(key, allowing: ["adapter", "base"])
        self.init(adapter: target?.code("adapter") ?? "", base: target?.code("base") ?? "")
    }
}

extension StepMode: WrittenRow {
    static let what = "a step mode"
    static let keys = ["entity", "step", "mode"]

    init(_ row: YAMLRow) {
        self.init(
            entity: row.code("entity", allowing: [StepMode.anyEntity]), step: row.code("step"),
            mode: row.choice("mode"), owner: row.choice("owner"), validFrom: row.date("validFrom"),
            validTo: row.optionalDate("validTo"))
    }
}

extension IncidentContact: WrittenRow {
    static let what = "an incident contact"
    static let keys = ["class", "entity", "team", "contact"]

    init(_ row: YAMLRow) {
        self.init(
            incidentClass: row.choice("class", rule: "one of the classes in Queues/incidents.yml"),
            entity: row.code("entity", allowing: [IncidentContact.anyEntity]),
            team: row.text("team"), contact: row.text("contact"), owner: row.choice("owner"),
            validFrom: row.date("validFrom"), validTo: row.optionalDate("validTo"))
    }
}

extension RecordOwner: WrittenRow {
    static let what = "a record owner"
    static let keys = ["domain", "field", "system"]

    init(_ row: YAMLRow) {
        self.init(
            domain: row.choice("domain"), field: row.code("field", allowing: [RecordOwner.anyField]),
            system: row.choice("system"), owner: row.choice("owner"), validFrom: row.date("validFrom"),
            validTo: row.optionalDate("validTo"))
    }
}

extension SourceRule: WrittenRow {
    static let what = "a source rule"
    static let keys = ["source", "recurringAmounts", "documents"]

    init(_ row: YAMLRow) {
        self.init(
            source: row.code("source", allowing: [SourceRule.anySource]),
            recurringAmounts: row.has("recurringAmounts") ? row.choice("recurringAmounts") : nil,
            documents: row.has("documents") ? row.choice("documents") : nil, owner: row.choice("owner"),
            validFrom: row.date("validFrom"), validTo: row.optionalDate("validTo"))
    }
}
