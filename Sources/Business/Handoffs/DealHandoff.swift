import Catalogs
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

    private let steps: HandoffSteps
    private let planning: Planning

    /// Works through these ports and plans by the catalog in force; `now` only dates what is announced.
    public init(
        catalogs: any CatalogSource, erp: any ERP, psa: any PSA, tax: any Tax, numbers: any Numbers,
        announcements: any Announcements, now: @escaping @Sendable () -> Timestamp
    ) {
        steps = HandoffSteps(erp: erp, psa: psa, numbers: numbers, announcements: announcements, now: now)
        planning = Planning(catalogs: catalogs, erp: erp, psa: psa, tax: tax)
    }

    /// Plans the deal by what holds and exists now, also where it was parked or waited: no earlier plan is applied. Refuses
    /// with all findings what cannot be planned, and a deal that was stored by a version whose deals this one cannot read.
    public func plan(
        _ deal: String, for handoff: UUID, upon base: Base<HandoffPlan>?, on attempt: PlanningAttempt
    ) async throws -> HandoffPlan {
        let stored: Deal
        do {
            stored = try Deal(canonicalBytes: Array(deal.utf8))
        } catch {
            throw error.refused
        }
        return try await planning.plan(stored, handoff: handoff, upon: base, on: attempt)
    }

    /// The steps of the plan, which ``HandoffSteps`` lists.
    public func stages(for plan: HandoffPlan) -> [Stage<HandoffPlan>] { steps.stages(for: plan) }

    /// What the CRM shall say about an opportunity that stands so.
    public static func status(of standing: Standing) -> Status? { ReadinessStatus(of: standing).map(\.status) }

    /// What the CRM shall say about the opportunity.
    public func status(of standing: Standing, plan: HandoffPlan?) -> Status? {
        Self.status(of: standing)
    }
}
