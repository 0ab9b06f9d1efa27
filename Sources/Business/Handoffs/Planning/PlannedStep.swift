import Connectors
import FoundationEssentials
import Sagas

/// A step that can say, before anything is done, which call it will make.
protocol PlannedStep: Step where Subject == HandoffPlan {
    /// What the step will ask its target for.
    func act(for plan: HandoffPlan) -> PlannedAct
}

/// What a step asks its target for, by the ports' name for it.
struct PlannedAct {
    let verb: String
    var isWrite = true
    let asks: PlannedCall.Asks
    var unless: String?

    /// Links a thing that is there.
    static func link(_ verb: String, _ id: String) -> PlannedAct {
        PlannedAct(verb: verb, isWrite: false, asks: .fields(["id": .text(id)]))
    }
}

extension PlannedCall {
    /// Every call of a plan, in the order of its steps.
    static func all(of plan: HandoffPlan, in stages: [Stage<HandoffPlan>]) -> [PlannedCall] {
        stages.flatMap { stage in
            stage.steps.map { step in
                guard let planned = step as? any PlannedStep else {
                    preconditionFailure("step \(step.label) does not say what it will do")
                }
                let act = planned.act(for: plan)
                let key =
                    step.claim(for: plan)?.key
                    ?? StepKey.of(
                        opportunity: plan.opportunity, contract: plan.contract, version: plan.version,
                        label: step.label)
                return PlannedCall(
                    step: step.label, queue: stage.queue.name, target: step.target, verb: act.verb,
                    key: ContentHash.of([key]), isWrite: act.isWrite, isFinal: stage.isFinal, unless: act.unless,
                    asks: act.asks)
            }
        }
    }

    /// The id that an earlier step brings.
    static func id(of step: String) -> Asks { .text("{\(step)}") }

    /// The same call for people and programs that tax registrations do not concern.
    var withoutTaxIDs: PlannedCall {
        guard case .fields(var fields) = asks, fields["taxID"] != nil else { return self }
        fields["taxID"] = .text("(not shown)")
        return PlannedCall(
            step: step, queue: queue, target: target, verb: verb, key: key, isWrite: isWrite, isFinal: isFinal,
            unless: unless, asks: .fields(fields))
    }
}

extension PlannedCall.Asks {
    /// The same fields and these.
    fileprivate func with(_ more: [String: Self]) -> Self {
        guard case .fields(let fields) = self else { return self }
        return .fields(fields.merging(more) { _, new in new })
    }
}

extension CreateParentCustomer: PlannedStep {
    func act(for plan: HandoffPlan) -> PlannedAct {
        if let id = plan.provisioning?.linkedParentID { return .link("get_customer", id) }
        return PlannedAct(
            verb: "create_customer", asks: PlannedCall.Asks(plan.provisioning?.parent),
            unless: "another deal has made it by then")
    }
}

extension CreateCustomer: PlannedStep {
    func act(for plan: HandoffPlan) -> PlannedAct {
        if let id = plan.provisioning?.linkedCustomerID { return .link("get_customer", id) }
        let record = PlannedCall.Asks(plan.customer)
        return PlannedAct(
            verb: "create_customer",
            asks: plan.hasParentStep
                ? record.with(["parentID": PlannedCall.id(of: CreateParentCustomer.name)]) : record,
            unless: "another deal has made it by then")
    }
}

extension CreateContact: PlannedStep {
    func act(for plan: HandoffPlan) -> PlannedAct {
        PlannedAct(
            verb: "create_contact",
            asks: PlannedCall.Asks(contact).with(["customer": PlannedCall.id(of: CreateCustomer.name)]),
            unless: "the customer has this contact")
    }
}

extension ReserveDimensions: PlannedStep {
    func act(for plan: HandoffPlan) -> PlannedAct {
        PlannedAct(verb: "reserve_dimensions", asks: PlannedCall.Asks(dimensions))
    }
}

extension CreateProject: PlannedStep {
    func act(for plan: HandoffPlan) -> PlannedAct {
        if let id = plan.base?.projectID { return .link("get_project", id) }
        let record = Self.record(
            of: plan, customer: "{\(CreateCustomer.name)}", number: plan.provisioning?.numberPattern)
        return PlannedAct(verb: "create_project", asks: PlannedCall.Asks(record))
    }
}

extension CreateTasks: PlannedStep {
    func act(for plan: HandoffPlan) -> PlannedAct {
        let project = ["project": PlannedCall.id(of: CreateProject.name)]
        guard let phase else {
            return PlannedAct(
                verb: "create_tasks",
                asks: .fields(["tasks": .list(plan.tasks.map { PlannedCall.Asks($0) })]).with(project))
        }
        return PlannedAct(verb: "create_tasks", asks: PlannedCall.Asks(phase).with(project))
    }
}

extension CreateBillingSchedule: PlannedStep {
    func act(for plan: HandoffPlan) -> PlannedAct {
        let record = Self.record(
            of: plan, project: "{\(CreateProject.name)}", customer: "{\(CreateCustomer.name)}")
        return PlannedAct(verb: "create_billing_schedule", asks: PlannedCall.Asks(record))
    }
}

extension EndBillingSchedule: PlannedStep {
    func act(for plan: HandoffPlan) -> PlannedAct {
        PlannedAct(verb: "cancel_billing_schedule", asks: .fields(["id": .text(instance)]))
    }
}

extension ActivateProject: PlannedStep {
    func act(for plan: HandoffPlan) -> PlannedAct {
        PlannedAct(verb: "activate_project", asks: .fields(["project": PlannedCall.id(of: CreateProject.name)]))
    }
}

extension PublishDemand: PlannedStep {
    func act(for plan: HandoffPlan) -> PlannedAct {
        PlannedAct(
            verb: "publish_demand",
            asks: PlannedCall.Asks(demand).with(["project": PlannedCall.id(of: CreateProject.name)]))
    }
}

extension AnnounceHandoff: PlannedStep {
    func act(for plan: HandoffPlan) -> PlannedAct {
        PlannedAct(verb: "announce", asks: .fields(["handoff": .text(plan.handoff)]))
    }
}
