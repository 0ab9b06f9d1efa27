/// The `data` of `deal.updated.v1`, member by member; what is not named here is dropped (and never stored).
enum DealReader {
    /// The largest whole number that every JSON reader keeps exact.
    static let maximalAmount: Int64 = 9_007_199_254_740_991
    static let maximalMilestones = 2000
    static let versions: ClosedRange<Int64> = 1...2_147_483_647

    /// The one rule here that the schema cannot state.
    static let notBelowVersion = "is not lower than the version"

    static func read(_ json: JSON, with reader: inout SchemaReader) -> Deal? {
        let before = reader.findings.count + reader.omitted
        guard let members = reader.members(json) else { return nil }
        let opportunity = reader.member("opportunity", of: members) { $1.text($0, .opportunity) }
        let contract = reader.member("contract", of: members) { $1.text($0, .contract) }
        let version = reader.member("version", of: members) { $1.integer($0, versions) }
        let base = reader.optional("baseVersion", of: members) { $1.integer($0, versions) }
        if let version, let base, base >= version {
            reader.report(
                notBelowVersion, cure: "Name the version that this one changes, which is lower.", at: "baseVersion")
        }
        let stage = reader.member("stage", of: members) { $1.text($0, .text64) }
        let link = reader.optional("link", of: members) { $1.text($0, .link) }
        let approval = reader.optional("approval", of: members, approval)
        let owner = reader.optional("deliveryOwner", of: members, person)
        let entity = reader.member("legalEntity", of: members) { $1.text($0, .entity) }
        let currency = reader.member("currency", of: members) {
            $1.word($0, "the code of an active ISO 4217 currency", Currency.init)
        }
        let customer = reader.member("customer", of: members, customer)
        let period = reader.member("contractPeriod", of: members, period)
        let total = reader.member("totalMinor", of: members) { $1.integer($0, 0...maximalAmount) }
        let lines = reader.member("lines", of: members, lines)
        let milestones = reader.optional("milestones", of: members, milestones)
        let terms = reader.member("paymentTermsDays", of: members) { $1.integer($0, 0...365) }
        // An optional part that is there and wrong leaves a finding and no value.
        guard reader.findings.count + reader.omitted == before, let opportunity, let contract, let version, let stage,
            let entity, let currency, let customer, let period, let total, let lines, let terms
        else { return nil }
        return Deal(
            opportunity: opportunity, contract: contract, version: Int(version), baseVersion: base.map(Int.init),
            stage: stage,
            link: link, approval: approval, deliveryOwner: owner, legalEntity: entity, currency: currency,
            customer: customer,
            contractPeriod: period, totalMinor: total, lines: lines, milestones: milestones ?? [],
            paymentTermsDays: Int(terms))
    }

    /// What names the deal, from data that may be wrong elsewhere.
    static func key(in json: JSON?) -> Deal.Key? {
        guard case .object(let members) = json else { return nil }
        var reader = SchemaReader(limits: .standard)
        guard let opportunity = reader.member("opportunity", of: members, { $1.text($0, .opportunity) }),
            let contract = reader.member("contract", of: members, { $1.text($0, .contract) }),
            let version = reader.member("version", of: members, { $1.integer($0, versions) })
        else { return nil }
        return Deal.Key(opportunity: opportunity, contract: contract, version: Int(version))
    }

    private static func approval(_ json: JSON, _ reader: inout SchemaReader) -> Deal.Approval? {
        guard let members = reader.members(json) else { return nil }
        return Deal.Approval(
            status: reader.optional("status", of: members) { $1.text($0, .text64) },
            approver: reader.optional("approver", of: members) { $1.text($0, .text200) },
            approvedAt: reader.optional("approvedAt", of: members) { $1.timestamp($0) })
    }

    private static func person(_ json: JSON, _ reader: inout SchemaReader) -> Deal.Person? {
        guard let members = reader.members(json) else { return nil }
        let name = reader.member("name", of: members) { $1.text($0, .text200) }
        let email = reader.member("email", of: members) { $1.text($0, .email) }
        guard let name, let email else { return nil }
        return Deal.Person(name: name, email: email)
    }

    private static func customer(_ json: JSON, _ reader: inout SchemaReader) -> Deal.Customer? {
        guard let members = reader.members(json) else { return nil }
        let name = reader.member("name", of: members) { $1.text($0, .text200) }
        let taxId = reader.optional("taxId", of: members) { $1.text($0, .text64) }
        let email = reader.optional("email", of: members) { $1.text($0, .email) }
        let country = reader.member("country", of: members) { $1.text($0, .country) }
        guard let name, let country else { return nil }
        return Deal.Customer(name: name, taxId: taxId, email: email, country: country)
    }

    private static func period(_ json: JSON, _ reader: inout SchemaReader) -> Deal.Period? {
        guard let members = reader.members(json) else { return nil }
        let start = reader.member("start", of: members) { $1.date($0) }
        let end = reader.member("end", of: members) { $1.date($0) }
        guard let start, let end else { return nil }
        return Deal.Period(start: start, end: end)
    }

    private static func lines(_ json: JSON, _ reader: inout SchemaReader) -> [Deal.Line]? {
        if case .array([]) = json { reader.report("has no line", cure: "Send at least one sold line.") }
        return reader.items(json, line)
    }

    private static func line(_ json: JSON, _ reader: inout SchemaReader) -> Deal.Line? {
        guard let members = reader.members(json) else { return nil }
        let number = reader.member("number", of: members) { $1.integer($0, 1...999_999) }
        let service = reader.member("service", of: members) { $1.text($0, .service) }
        let description = reader.member("description", of: members) { $1.text($0, .text500) }
        let amount = reader.member("amountMinor", of: members) { $1.integer($0, 0...maximalAmount) }
        let billing = reader.member("billing", of: members, billing)
        guard let number, let service, let description, let amount, let billing else { return nil }
        return Deal.Line(
            number: Int(number), service: service, description: description, amountMinor: amount, billing: billing)
    }

    private static func billing(_ json: JSON, _ reader: inout SchemaReader) -> Deal.Billing? {
        guard let members = reader.members(json) else { return nil }
        let isFixedFee: Bool? = reader.member("model", of: members) {
            $1.word($0, "fixed_fee or milestone") { text in
                text.isExactly("fixed_fee") ? true : text.isExactly("milestone") ? false : nil
            }
        }
        guard let isFixedFee else { return nil }
        guard isFixedFee else { return .milestone }
        let installments = reader.member("installments", of: members) { $1.integer($0, 1...120) }
        return installments.map { .fixedFee(installments: Int($0)) }
    }

    private static func milestones(_ json: JSON, _ reader: inout SchemaReader) -> [Deal.Milestone]? {
        if case .array(let items) = json, items.count > maximalMilestones {
            reader.report("has over \(maximalMilestones) milestones", cure: "Split the deal.")
            return nil
        }
        return reader.items(json, milestone)
    }

    private static func milestone(_ json: JSON, _ reader: inout SchemaReader) -> Deal.Milestone? {
        guard let members = reader.members(json) else { return nil }
        let line = reader.member("line", of: members) { $1.integer($0, 1...999_999) }
        let name = reader.member("name", of: members) { $1.text($0, .text200) }
        let due = reader.member("due", of: members) { $1.date($0) }
        let amount = reader.member("amountMinor", of: members) { $1.integer($0, 0...maximalAmount) }
        guard let line, let name, let due, let amount else { return nil }
        return Deal.Milestone(line: Int(line), name: name, due: due, amountMinor: amount)
    }
}
