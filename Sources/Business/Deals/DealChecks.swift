import Workers

/// What a schema cannot say of a deal: that its amounts add up, its dates run forward, and somebody approved it.
enum DealChecks {
    struct Mistake {
        let incidentClass: IncidentClass
        let finding: Finding

        init(_ incidentClass: IncidentClass, _ path: String, _ text: String, cure: String) {
            self.init(
                incidentClass, Finding(path: path, owner: incidentClass.owner, text: text, cure: cure))
        }

        init(_ incidentClass: IncidentClass, _ finding: Finding) {
            self.incidentClass = incidentClass
            self.finding = finding
        }
    }

    /// Everything wrong with a deal at a trigger stage, what it lacks first; the first decides its class.
    ///
    /// `missing` is what the reader found to be missing; without it there may be no deal whose amounts could be checked.
    static func findings(on deal: Deal?, missing: [Finding], by contract: DealContract) -> [Mistake] {
        let lacks = missing.map { Mistake(Supply.isApproval($0.path) ? .notApproved : .mandatoryMissing, $0) }
        let others = deal.map { amounts($0, contract) + dates($0) + approval($0) } ?? []
        // Each missing place and all that it lies within, so that two long lists are not compared pair by pair.
        let places = Set(
            missing.flatMap { finding in
                finding.path.indices.filter { finding.path[$0] == "." }.map { String(finding.path[..<$0]) }
                    + [finding.path]
            })
        let all = lacks + others.filter { !places.contains($0.finding.path) }
        let order: [IncidentClass] = [.mandatoryMissing, .amountsDoNotAddUp, .datesReversed, .notApproved]
        return order.flatMap { place in all.filter { $0.incidentClass == place } }
    }

    private static func amounts(_ deal: Deal, _ contract: DealContract) -> [Mistake] {
        var mistakes: [Mistake] = []
        var billing: [Int: Deal.Billing] = [:]
        for (index, line) in deal.lines.enumerated() {
            guard billing.updateValue(line.billing, forKey: line.number) != nil else { continue }
            mistakes.append(
                Mistake(
                    .amountsDoNotAddUp, "$.data.lines[\(index)].number",
                    "is \(line.number), as an earlier line's", cure: "Give each line a number of its own."))
        }
        if let mistake = compare(deal.lines.map(\.amountMinor), with: deal.totalMinor, "lines", deal.currency) {
            mistakes.append(
                Mistake(
                    .amountsDoNotAddUp, "$.data.totalMinor", mistake,
                    cure: "Make the lines' amounts sum to the total."))
        }
        var dues: [Int: [Int64]] = [:]
        for (index, milestone) in deal.milestones.enumerated() {
            dues[milestone.line, default: []].append(milestone.amountMinor)
            guard billing[milestone.line] != .milestone else { continue }
            mistakes.append(
                Mistake(
                    .amountsDoNotAddUp, "$.data.milestones[\(index)].line", "is not the number of a milestone line",
                    cure: "Name a line of this deal whose billing model is milestone."))
        }
        for (index, line) in deal.lines.enumerated() where line.billing == .milestone {
            if dues[line.number] == nil, line.amountMinor > 0 || contract != .v1 {
                mistakes.append(
                    Mistake(
                        .amountsDoNotAddUp, "$.data.lines[\(index)].amountMinor",
                        "is billed by milestones, and line \(line.number) has none: no amounts and no dates",
                        cure: "Add the line's milestones, each with its amount and date."))
            } else if let mistake = compare(
                dues[line.number] ?? [], with: line.amountMinor, "milestones", deal.currency)
            {
                mistakes.append(
                    Mistake(
                        .amountsDoNotAddUp, "$.data.lines[\(index)].amountMinor", mistake,
                        cure: "Make the amounts of the line's milestones sum to the line's amount."))
            }
        }
        return mistakes
    }

    private static func compare(_ parts: [Int64], with whole: Int64, _ name: String, _ currency: Currency) -> String? {
        var sum = Money.zero(currency)
        for part in parts {
            do {
                sum = try sum.adding(Money(minorUnits: part, currency: currency))
            } catch {
                return "is exceeded by the sum of its \(name), which is beyond every limit"
            }
        }
        let expected = Money(minorUnits: whole, currency: currency)
        return sum == expected ? nil : "is \(expected), and its \(name) sum to \(sum)"
    }

    private static func dates(_ deal: Deal) -> [Mistake] {
        guard deal.contractPeriod.end < deal.contractPeriod.start else { return [] }
        return [
            Mistake(
                .datesReversed, "$.data.contractPeriod.end", "is before the period's start",
                cure: "Send the first day as start and the last day as end.")
        ]
    }

    private static func approval(_ deal: Deal) -> [Mistake] {
        var mistakes: [Mistake] = []
        func add(_ path: String, _ text: String, _ cure: String) {
            mistakes.append(Mistake(.notApproved, path, text, cure: cure))
        }
        if deal.approval?.status?.isExactly("approved") != true {
            add("$.data.approval.status", "is not approved", "Have the commercial terms approved.")
        }
        if deal.approval?.approver == nil {
            add("$.data.approval.approver", "is missing: not approved", "Say who approved the commercial terms.")
        }
        if deal.approval?.approvedAt == nil {
            add("$.data.approval.approvedAt", "is missing: not approved", "Say when the terms were approved.")
        }
        if deal.deliveryOwner == nil {
            add("$.data.deliveryOwner", "is missing", "Say who answers for delivery.")
        }
        return mistakes
    }
}
