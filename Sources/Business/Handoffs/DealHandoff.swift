import Connectors
import Deals
import FoundationEssentials
import Sagas
import Workers

/// A sold deal becomes a billable project: customer, project and tasks, billing schedule, activation, announcement.
public struct DealHandoff: Saga {
    /// The stored name.
    public static let name = "deal-handoff"
    /// Planning is the first stage's work.
    public static let planningQueue = Queue.dealEvents

    /// The step whose end makes a project ready.
    public static let projectReadyStep = CreateTasks.name
    /// The step whose receipt names the project.
    public static let projectStep = CreateProject.name

    private let erp: any ERP
    private let psa: any PSA
    private let announcements: any Announcements
    private let now: @Sendable () -> Timestamp

    /// Works through these ports; `now` only dates what is announced.
    public init(
        erp: any ERP, psa: any PSA, announcements: any Announcements, now: @escaping @Sendable () -> Timestamp
    ) {
        self.erp = erp
        self.psa = psa
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

    /// Customer, project and tasks; the billing schedule; then, past the point of no return, activation and announcement.
    /// A later version goes on with the project, which is active already.
    public func stages(for plan: HandoffPlan) -> [Stage<HandoffPlan>] {
        let tasks: [any Step<HandoffPlan>] = plan.tasks.isEmpty ? [] : [CreateTasks(psa: psa)]
        let activation: [any Step<HandoffPlan>] = plan.base == nil ? [ActivateProject(psa: psa)] : []
        return [
            Stage(.projectProvisioning, [CreateCustomer(erp: erp), CreateProject(erp: erp)] + tasks),
            Stage(
                .billingSchedules,
                [CreateBillingSchedule(erp: erp)]
                    + plan.endingScheduleIDs.map { EndBillingSchedule(instance: $0, erp: erp) }),
            Stage(
                .statusFeedback, isFinal: true,
                activation + [AnnounceHandoff(announcements: announcements, now: now)]),
        ]
    }

    /// What the CRM shall say about the opportunity.
    public func status(of standing: Standing, plan: HandoffPlan?) -> Status? {
        ReadinessStatus(of: standing).map(\.status)
    }
}
