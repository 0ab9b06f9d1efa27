import Deals

extension DealAssembly {
    mutating func lines(_ records: [SourceRecord], _ currency: Currency?) -> JSON? {
        if records.isEmpty { reader.missing(.lines, in: record) }
        var lines: [JSON] = []
        for (index, item) in records.enumerated() { lines.append(line(item, at: index, currency)) }
        return sorted(lines, by: ["number"])
    }

    private mutating func line(_ item: SourceRecord, at index: Int, _ currency: Currency?) -> JSON {
        let periods = meaning(of: item, at: index, currency)
        let service = text(.service, in: item)
        let description = text(.lineDescription, in: item)
        return [
            "number": required(.lineNumber, integer(.lineNumber, in: item), in: item),
            "service": required(.service, service, in: item),
            "description": required(.lineDescription, description, in: item),
            "amountMinor": currency.flatMap {
                required(.amount, minor(.amount, $0, in: item), in: item).flatMap { times(periods, $0, item) }
            },
            "billing": billing(item), "quantity": quantity(item),
            "unitPriceMinor": currency.flatMap { minor(.unitPrice, $0, in: item) }, "delivery": delivery(item),
        ]
    }

    private mutating func billing(_ item: SourceRecord) -> JSON? {
        let models = Deal.Billing.Model.allCases.map(\.rawValue)
        let word = required(.billingModel, reader.word(.billingModel, of: models, in: item), in: item)
        guard let model = word.flatMap(Deal.Billing.Model.init) else { return nil }
        var members: [(String, JSON?)] = [("model", .string(model.rawValue))]
        switch model {
        case .fixedFee:
            members.append(("installments", required(.installments, integer(.installments, in: item), in: item)))
        case .milestone: break
        case .timeAndMaterials: members.append(("rateCard", required(.rateCard, text(.rateCard, in: item), in: item)))
        case .retainer, .subscription, .managedService:
            let frequencies = Deal.Frequency.allCases.map(\.rawValue)
            let every = required(.every, reader.word(.every, of: frequencies, in: item), in: item)
            members.append(("every", every.map(JSON.string)))
        }
        return group(members)
    }

    private mutating func quantity(_ item: SourceRecord) -> JSON? {
        guard let thousandths = reader.thousandths(.quantity, in: item) else { return nil }
        return ["thousandths": .integer(thousandths), "unit": text(.unit, in: item) ?? .string("each")]
    }

    private mutating func delivery(_ item: SourceRecord) -> JSON? {
        let models = Deal.Delivery.Model.allCases.map(\.rawValue)
        let entity = text(.deliveryEntity, in: item)
        let vendor = text(.vendor, in: item)
        let model = reader.word(.deliveryModel, of: models, in: item)
        guard model != nil || entity != nil || vendor != nil else { return nil }
        return [
            "model": required(.deliveryModel, model.map(JSON.string), in: item), "entity": entity, "vendor": vendor,
        ]
    }

    mutating func milestones(_ currency: Currency?) -> JSON {
        var milestones: [JSON] = []
        for item in reader.records(.milestones, in: record) {
            milestones.append([
                "line": required(.milestoneLine, integer(.milestoneLine, in: item), in: item),
                "name": required(.milestoneName, text(.milestoneName, in: item), in: item),
                "due": required(.milestoneDue, day(.milestoneDue, in: item), in: item),
                "amountMinor": currency.flatMap {
                    required(.milestoneAmount, minor(.milestoneAmount, $0, in: item), in: item)
                },
            ])
        }
        return sorted(milestones, by: ["line", "due", "name", "amountMinor"]) ?? .array([])
    }

    mutating func resourceDemand() -> JSON? {
        var demand: [JSON] = []
        for item in reader.records(.resourceDemand, in: record) {
            demand.append([
                "role": required(.demandRole, text(.demandRole, in: item), in: item),
                "skill": required(.demandSkill, text(.demandSkill, in: item), in: item),
                "location": required(.demandLocation, text(.demandLocation, in: item), in: item),
                "start": required(.demandStart, day(.demandStart, in: item), in: item),
                "hours": integer(.demandHours, in: item),
            ])
        }
        return sorted(demand, by: ["role", "skill", "location", "start", "hours"])
    }
}
