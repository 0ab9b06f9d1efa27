import Connectors
import Deals
import Sagas
import Workers

/// The steps of a plan, in order: the one list by which a handoff is carried out and by which it is said what it will do.
struct HandoffSteps: Sendable {
    let erp: any ERP
    let psa: any PSA
    let numbers: any Numbers
    let announcements: any Announcements
    let now: @Sendable () -> Timestamp

    /// Customer, contacts, dimensions, project and its phases or tasks; the billing schedule; then, past the point of no
    /// return, activation, whom the project needs, and announcement. A later version goes on with the project, which is
    /// active already.
    func stages(for plan: HandoffPlan) -> [Stage<HandoffPlan>] {
        [
            Stage(.projectProvisioning, customerSteps(for: plan) + projectSteps(for: plan)),
            Stage(
                .billingSchedules,
                [CreateBillingSchedule(erp: erp)]
                    + plan.endingScheduleIDs.map { EndBillingSchedule(instance: $0, erp: erp) }),
            Stage(.statusFeedback, isFinal: true, finalSteps(for: plan)),
        ]
    }

    private func customerSteps(for plan: HandoffPlan) -> [any Step<HandoffPlan>] {
        let parent: [any Step<HandoffPlan>] = plan.hasParentStep ? [CreateParentCustomer(erp: erp)] : []
        let contacts = (plan.provisioning?.contacts ?? []).map { CreateContact(contact: $0, erp: erp) }
        return parent + [CreateCustomer(erp: erp)] + contacts
    }

    private func projectSteps(for plan: HandoffPlan) -> [any Step<HandoffPlan>] {
        let dimensions: [any Step<HandoffPlan>] =
            plan.provisioning?.dimensions.map { [ReserveDimensions(dimensions: $0, erp: erp)] } ?? []
        let phases = (plan.provisioning?.phases ?? []).map { CreateTasks(phase: $0, psa: psa) }
        let tasks = phases.isEmpty && !plan.tasks.isEmpty ? [CreateTasks(psa: psa)] : phases
        return dimensions + [CreateProject(erp: erp, numbers: numbers)] + tasks
    }

    /// Nobody is asked for before the project is open for work.
    private func finalSteps(for plan: HandoffPlan) -> [any Step<HandoffPlan>] {
        let activation: [any Step<HandoffPlan>] = plan.base == nil ? [ActivateProject(psa: psa)] : []
        let demands = (plan.provisioning?.demands ?? []).map { PublishDemand(demand: $0, psa: psa) }
        return activation + demands + [AnnounceHandoff(announcements: announcements, now: now)]
    }
}
