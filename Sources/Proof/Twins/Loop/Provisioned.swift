import FoundationEssentials
import Handoffs
import Sagas
import Workers

/// A saga whose plans have what a catalog adds to them, and otherwise as it was.
struct Provisioned<Inner: Saga>: Saga where Inner.Plan == HandoffPlan {
    static var name: String { Inner.name }
    static var planningQueue: Queue { Inner.planningQueue }
    let inner: Inner
    let provisioning: HandoffPlan.Provisioning

    func plan(
        _ deal: String, for handoff: UUID, upon base: Base<HandoffPlan>?, on attempt: PlanningAttempt
    ) async throws -> HandoffPlan {
        var plan = try await inner.plan(deal, for: handoff, upon: base, on: attempt)
        plan.provisioning = provisioning
        return plan
    }

    func stages(for plan: HandoffPlan) -> [Stage<HandoffPlan>] { inner.stages(for: plan) }

    func status(of standing: Standing, plan: HandoffPlan?) -> Status? { inner.status(of: standing, plan: plan) }
}
