/// The `data` of a deal's event, member by member; what its contract does not name is dropped (and never stored).
enum DealReader {
    /// The largest whole number that every JSON reader keeps exact.
    static let maximalAmount: Int64 = 9_007_199_254_740_991
    static let maximalMilestones = 2000
    static let maximalContacts = 50
    static let maximalTaxRegistrations = 50
    static let maximalDemands = 500
    static let versions: ClosedRange<Int64> = 1...2_147_483_647

    /// The rules here that the schema cannot state.
    static let notBelowVersion = "is not lower than the version"
    static let demandedTwice = "has the role, skill, location and start of an earlier demand"
    static let registeredTwice = "has the country of an earlier registration"

    /// Nil where a part is wrong, or one is missing without which there is no deal; what else is missing, is left with
    /// `reader` alone.
    static func read(_ json: JSON, with reader: inout SchemaReader) -> Deal? {
        let before = reader.mistakes
        guard let members = reader.members(json) else { return nil }
        let key = key(of: members, &reader)
        let base = base(of: members, below: key?.version, &reader)
        let stage = reader.member("stage", of: members) { $1.text($0, .text64) }
        let link = reader.optional("link", of: members) { $1.text($0, .link) }
        let approval = reader.group("approval", of: members, .inV2, approval)
        let owner = reader.member("deliveryOwner", of: members, .inV2, person)
        let manager = reader.member("projectManager", of: members, .sinceV2, person)
        let entity = reader.member("legalEntity", of: members, .inV1) { $1.text($0, .entity) }
        let party = reader.member("contractParty", of: members, .sinceV2) { $1.text($0, .text200) }
        let region = reader.member("deliveryRegion", of: members, .sinceV2) { $1.text($0, .text64) }
        let type = reader.member("contractType", of: members, .sinceV2) { $1.text($0, .text64) }
        let sowHash = reader.member("sowHash", of: members, .sinceV2) { $1.text($0, .sha256) }
        let currency = reader.member("currency", of: members) {
            $1.word($0, "the code of an active ISO 4217 currency", Currency.init)
        }
        let customer = reader.group("customer", of: members, .always, customer)
        let period = reader.member("contractPeriod", of: members, .always, period)
        let total = reader.member("totalMinor", of: members) { $1.amount($0) }
        let lines = reader.member("lines", of: members, .always, lines)
        let milestones = reader.optional("milestones", of: members, milestones)
        let pricing = reader.member("pricing", of: members, .neverSinceV2, pricing)
        let days = reader.member("paymentTermsDays", of: members, .inV1) { $1.integer($0, 0...365) }
        let terms = reader.group("billingTerms", of: members, .sinceV2, billingTerms)
        let demands = reader.member("resourceDemand", of: members, .neverSinceV2, demands)
        let planHash =
            reader.contract == .stored ? reader.optional("planHash", of: members) { $1.text($0, .sha256) } : nil
        // A part that is there and wrong leaves a finding and no value, also where a deal could do without it. Nor is it
        // checked whether amounts add up to milestones of which one is incomplete.
        guard reader.mistakes == before, milestones != nil || members.first(named: "milestones") == nil, let key,
            let stage, let currency, let customer, let period, let total,
            let lines
        else { return nil }
        var deal = Deal(
            opportunity: key.opportunity, contract: key.contract, version: key.version, baseVersion: base,
            stage: stage, link: link, approval: approval, deliveryOwner: owner, projectManager: manager,
            legalEntity: entity, contractParty: party, deliveryRegion: region, contractType: type, sowHash: sowHash,
            currency: currency, customer: customer, contractPeriod: period, totalMinor: total, lines: lines,
            milestones: milestones ?? [], pricing: pricing, paymentTermsDays: days.map(Int.init),
            billingTerms: terms, resourceDemand: demands ?? [])
        deal.expectedPlanHash = planHash
        return deal
    }

    /// What names the deal, from data that may be wrong elsewhere.
    static func key(in json: JSON?) -> Deal.Key? {
        guard case .object(let members) = json else { return nil }
        var reader = SchemaReader(limits: .standard)
        return key(of: members, &reader)
    }

    private static func key(of members: [JSON.Member], _ reader: inout SchemaReader) -> Deal.Key? {
        let opportunity = reader.member("opportunity", of: members) { $1.text($0, .opportunity) }
        let contract = reader.member("contract", of: members) { $1.text($0, .contract) }
        let version = reader.member("version", of: members) { $1.integer($0, versions) }
        guard let opportunity, let contract, let version else { return nil }
        return Deal.Key(opportunity: opportunity, contract: contract, version: Int(version))
    }

    private static func base(
        of members: [JSON.Member], below version: Int?, _ reader: inout SchemaReader
    ) -> Int? {
        let base = reader.optional("baseVersion", of: members) { $1.integer($0, versions) }
        if let version, let base, base >= version {
            reader.report(
                notBelowVersion, cure: "Name the version that this one changes, which is lower.", at: "baseVersion")
        }
        return base.map(Int.init)
    }

    private static func approval(_ json: JSON, _ reader: inout SchemaReader) -> Deal.Approval? {
        guard let members = reader.members(json) else { return nil }
        return Deal.Approval(
            status: reader.member("status", of: members, .inV2) { $1.text($0, .text64) },
            approver: reader.member("approver", of: members, .inV2) { $1.text($0, .text200) },
            approvedAt: reader.member("approvedAt", of: members, .inV2) { $1.timestamp($0) })
    }

    private static func person(_ json: JSON, _ reader: inout SchemaReader) -> Deal.Person? {
        guard let members = reader.members(json) else { return nil }
        let name = reader.member("name", of: members) { $1.text($0, .text200) }
        let email = reader.member("email", of: members) { $1.text($0, .email) }
        guard let name, let email else { return nil }
        return Deal.Person(name: name, email: email)
    }

    private static func period(_ json: JSON, _ reader: inout SchemaReader) -> Deal.Period? {
        guard let members = reader.members(json) else { return nil }
        let start = reader.member("start", of: members) { $1.date($0) }
        let end = reader.member("end", of: members) { $1.date($0) }
        guard let start, let end else { return nil }
        return Deal.Period(start: start, end: end)
    }
}
