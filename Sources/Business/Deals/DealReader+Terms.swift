extension DealReader {
    static func pricing(_ json: JSON, _ reader: inout SchemaReader) -> Deal.Pricing? {
        guard let members = reader.members(json) else { return nil }
        let list = reader.optional("priceList", of: members) { $1.text($0, .text64) }
        let discount = reader.optional("discountMinor", of: members) { $1.integer($0, 0...maximalAmount) }
        return Deal.Pricing(priceList: list, discountMinor: discount ?? 0)
    }

    static func billingTerms(_ json: JSON, _ reader: inout SchemaReader) -> Deal.BillingTerms? {
        guard let members = reader.members(json) else { return nil }
        let terms = reader.member("terms", of: members) { $1.text($0, .text64) }
        let delivery = reader.member("invoiceDelivery", of: members) {
            $1.word($0, "email, portal or post", Deal.BillingTerms.InvoiceDelivery.init(exactly:))
        }
        let order = reader.optional("purchaseOrder", of: members) { $1.text($0, .text64) }
        guard let terms, let delivery else { return nil }
        return Deal.BillingTerms(terms: terms, invoiceDelivery: delivery, purchaseOrder: order)
    }

    static func demands(_ json: JSON, _ reader: inout SchemaReader) -> [Deal.ResourceDemand]? {
        var known: Set<[String]> = []
        return reader.items(json, atMost: maximalDemands, "demands") { json, reader in
            guard let members = reader.members(json) else { return nil }
            let role = reader.member("role", of: members) { $1.text($0, .text64) }
            let skill = reader.member("skill", of: members) { $1.text($0, .text64) }
            let location = reader.member("location", of: members) { $1.text($0, .text64) }
            let start = reader.member("start", of: members) { $1.date($0) }
            let hours = reader.optional("hours", of: members) { $1.integer($0, 1...999_999) }
            guard let role, let skill, let location, let start else { return nil }
            if !known.insert([role, skill, location, start.description]).inserted {
                reader.report(demandedTwice, cure: "Add up the hours in one demand.")
            }
            return Deal.ResourceDemand(
                role: role, skill: skill, location: location, start: start, hours: hours.map(Int.init))
        }
    }
}
