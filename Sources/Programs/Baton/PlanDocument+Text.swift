import Deals
import Handoffs
import OperatorConsole

extension PlanDocument {
    /// The document as a person reads it.
    var text: String {
        var lines = ["deal         \(opportunity) / \(contract) / version \(version)"]
        lines.append("catalog      \(catalogVersion ?? "none is published")")
        if isOffline { lines.append("asked        nobody: the plan for a customer whom nobody knows") }
        if let planHash { lines.append("plan         \(planHash)") }
        lines += findings.flatMap { finding in
            [
                "finding      \(finding.incidentClass.rawValue): \(finding.path) \(finding.text)",
                "             \(finding.owner.rawValue): \(finding.cure)",
            ]
        }
        if let plan { lines += plan.lines }
        return lines.joined(separator: "\n")
    }
}

extension PlanDocument.Outline {
    fileprivate var lines: [String] {
        let currency = total.currency
        var lines = [
            "customer     \(customer.name): \(Self.words(customer.decision))",
            "entity       \(project.legalEntity)",
            "project      \(project.name), \(project.numberPattern ?? "numbered by the ERP"), \(project.start) to "
                + "\(project.end), led by \(project.manager)",
        ]
        if let parent = customer.parent {
            lines.insert("belongs to   \(parent): \(Self.words(customer.parentDecision))", at: 1)
        }
        if let dimensions = project.dimensions {
            let values = dimensions.values.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
            lines.append("dimensions   " + (["cost centre \(dimensions.costCentre)"] + values).joined(separator: ", "))
        }
        if let terms {
            lines.append(
                "terms        \(terms.code), \(terms.days) days\(terms.endOfMonth ? " from the month's end" : "")")
        }
        lines += taxes.map { tax in
            "tax          \(tax.category): \(tax.treatment)"
                + (tax.determined.map { ", by the tax engine \($0.treatment)" } ?? "")
        }
        lines += components.map { part in
            "component    line \(part.line) \(part.service) (\(part.name)): \(amountText(part.amountMinor, currency)), "
                + "\(part.billing.model.rawValue), billed as \(part.billingCode), margin \(part.marginCode)"
                + (part.template.map { ", template \($0.code) version \($0.version)" } ?? "")
        }
        for phase in phases {
            lines.append("phase        \(phase.code) \(phase.name)")
            lines += phase.tasks.map {
                "  task       \($0.code) \($0.name)\($0.billingCode.map { ", billed as \($0)" } ?? "")"
            }
        }
        lines += contacts.map { "contact      \($0.role): \($0.name)" }
        lines += demands.map { demand in
            "demand       \(demand.role), \(demand.skill), \(demand.location), from \(demand.start)"
                + (demand.hours.map { ", \($0) hours" } ?? "")
        }
        lines += schedule.map { "bill         \($0.dueDate)  \(amountText($0.amountMinor, currency))  \($0.text)" }
        lines.append("total        \(amountText(total.minorUnits, currency))")
        lines += approvals.map {
            "approval     \($0.gate) above \(amountText($0.aboveMinor, currency)): \($0.role), outside of Baton"
        }
        lines += sources.map { "rule         \($0.rule): \($0.fields.joined(separator: ", "))" }
        lines += calls.enumerated().map { place, call in
            "call \(place + 1)\t\(call.target) \(call.verb)\t\(call.step)\tkey \(call.key.prefix(12))"
                + (call.isWrite ? "" : "\treads") + (call.unless.map { "\tunless \($0)" } ?? "")
        }
        return lines
    }

    private static func words(_ decision: CustomerDecision?) -> String {
        switch decision {
        case .create: "is made"
        case .link(let id): "is \(id), which stays as it is"
        case .extend(let id): "is made under this entity; another one has it as \(id)"
        case nil: "is made, if nobody knows it"
        }
    }
}
