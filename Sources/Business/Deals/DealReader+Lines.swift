extension DealReader {
    static func lines(_ json: JSON, _ reader: inout SchemaReader) -> [Deal.Line]? {
        if case .array([]) = json { reader.report("has no line", cure: "Send at least one sold line.") }
        return reader.items(json, line)
    }

    private static func line(_ json: JSON, _ reader: inout SchemaReader) -> Deal.Line? {
        guard let members = reader.members(json) else { return nil }
        let number = reader.member("number", of: members) { $1.integer($0, 1...999_999) }
        reader.subject = number.map { "line \($0)" }
        defer { reader.subject = nil }
        let service = reader.member("service", of: members) { $1.text($0, .service) }
        let description = reader.member("description", of: members) { $1.text($0, .text500) }
        let amount = reader.member("amountMinor", of: members) { $1.amount($0) }
        let billing = reader.group("billing", of: members, .always, billing)
        let quantity = reader.member("quantity", of: members, .neverSinceV2, quantity)
        let price = reader.member("unitPriceMinor", of: members, .neverSinceV2) { $1.amount($0) }
        let delivery = reader.member("delivery", of: members, .neverSinceV2, delivery)
        guard let number, let service, let description, let amount, let billing else { return nil }
        return Deal.Line(
            number: Int(number), service: service, description: description, amountMinor: amount, billing: billing,
            quantity: quantity, unitPriceMinor: price, delivery: delivery)
    }

    private static func billing(_ json: JSON, _ reader: inout SchemaReader) -> Deal.Billing? {
        guard let members = reader.members(json) else { return nil }
        let known: [Deal.Billing.Model] =
            reader.contract == .v1 ? [.fixedFee, .milestone] : Deal.Billing.Model.allCases
        let words = known.dropLast().map(\.rawValue).joined(separator: ", ") + " or " + (known.last?.rawValue ?? "")
        let model = reader.member("model", of: members) {
            $1.word($0, words) { text in known.first { text.isExactly($0.rawValue) } }
        }
        switch model {
        case nil: return nil
        case .milestone: return .milestone
        case .fixedFee:
            let installments = reader.member("installments", of: members) { $1.integer($0, 1...120) }
            return installments.map { .fixedFee(installments: Int($0)) }
        case .timeAndMaterials:
            let card = reader.member("rateCard", of: members) { $1.text($0, .text64) }
            return card.map { .timeAndMaterials(rateCard: $0) }
        case .retainer: return every(members, &reader).map { .retainer(every: $0) }
        case .subscription: return every(members, &reader).map { .subscription(every: $0) }
        case .managedService: return every(members, &reader).map { .managedService(every: $0) }
        }
    }

    private static func every(_ members: [JSON.Member], _ reader: inout SchemaReader) -> Deal.Frequency? {
        reader.member("every", of: members) {
            $1.word($0, "monthly, quarterly or yearly", Deal.Frequency.init(exactly:))
        }
    }

    private static func quantity(_ json: JSON, _ reader: inout SchemaReader) -> Deal.Quantity? {
        guard let members = reader.members(json) else { return nil }
        let thousandths = reader.member("thousandths", of: members) { $1.amount($0) }
        let unit = reader.member("unit", of: members) { $1.text($0, .text32) }
        guard let thousandths, let unit else { return nil }
        return Deal.Quantity(thousandths: thousandths, unit: unit)
    }

    private static func delivery(_ json: JSON, _ reader: inout SchemaReader) -> Deal.Delivery? {
        guard let members = reader.members(json) else { return nil }
        let model = reader.member("model", of: members) {
            $1.word($0, "own, subcontractor or partner", Deal.Delivery.Model.init(exactly:))
        }
        let entity = reader.optional("entity", of: members) { $1.text($0, .entity) }
        guard let model else { return nil }
        // Where the company delivers itself, there is no vendor to name.
        guard model != .own else { return Deal.Delivery(model: model, entity: entity) }
        let vendor = reader.member("vendor", of: members) { $1.text($0, .text200) }
        return vendor.map { Deal.Delivery(model: model, entity: entity, vendor: $0) }
    }

    static func milestones(_ json: JSON, _ reader: inout SchemaReader) -> [Deal.Milestone]? {
        reader.items(json, atMost: maximalMilestones, "milestones", milestone)
    }

    private static func milestone(_ json: JSON, _ reader: inout SchemaReader) -> Deal.Milestone? {
        guard let members = reader.members(json) else { return nil }
        let line = reader.member("line", of: members) { $1.integer($0, 1...999_999) }
        reader.subject = line.map { "a milestone of line \($0)" }
        defer { reader.subject = nil }
        let name = reader.member("name", of: members) { $1.text($0, .text200) }
        let due = reader.member("due", of: members) { $1.date($0) }
        let amount = reader.member("amountMinor", of: members) { $1.amount($0) }
        guard let line, let name, let due, let amount else { return nil }
        return Deal.Milestone(line: Int(line), name: name, due: due, amountMinor: amount)
    }
}
