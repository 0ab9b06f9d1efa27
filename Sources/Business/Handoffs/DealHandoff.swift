import Connectors
import Deals
import FoundationEssentials
import Sagas
import Workers

/// A sold deal becomes a billable project: customer, project and tasks, billing schedule, activation, staffing demand,
/// announcement.
public struct DealHandoff: Saga {
    /// The stored name.
    public static let name = "deal-handoff"
    /// Planning is the first stage's work.
    public static let planningQueue = Queue.dealEvents

    /// The step, of all instances, whose end makes a project ready.
    public static let projectReadyStep = CreateTasks.name
    /// The step whose receipt names the project.
    public static let projectStep = CreateProject.name

    private let erp: any ERP
    private let psa: any PSA
    private let numbers: any Numbers
    private let announcements: any Announcements
    private let now: @Sendable () -> Timestamp

    /// Works through these ports; `now` only dates what is announced.
    public init(
        erp: any ERP, psa: any PSA, numbers: any Numbers, announcements: any Announcements,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.erp = erp
        self.psa = psa
        self.numbers = numbers
        self.announcements = announcements
        self.now = now
    }

    /// Plans the deal; refuses one that was stored by a version whose deals this one cannot read.
    public func plan(
        _ deal: String, for handoff: UUID, upon base: Base<HandoffPlan>?, on attempt: PlanningAttempt
    ) async throws -> HandoffPlan {
        do {
            return try HandoffPlan(for: try Deal(canonicalBytes: Array(deal.utf8)), handoff: handoff, upon: base)
        } catch let rejection as Rejection {
            throw rejection.refused
        }
    }

    /// Customer, contacts, dimensions, project and its phases or tasks; the billing schedule; then, past the point of no
    /// return, activation, whom the project needs, and announcement. A later version goes on with the project, which is
    /// active already.
    public func stages(for plan: HandoffPlan) -> [Stage<HandoffPlan>] {
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

    /// What the CRM shall say about the opportunity.
    public func status(of standing: Standing, plan: HandoffPlan?) -> Status? {
        ReadinessStatus(of: standing).map(\.status)
    }
}
