import Connectors
import FoundationEssentials
import Sagas
import Workers

/// A saga whose planning asks the ERP before it plans, and otherwise as it was.
struct AskingFirst<Inner: Saga>: Saga {
    static var name: String { Inner.name }
    static var planningQueue: Queue { Inner.planningQueue }
    let inner: Inner
    let erp: any ERP

    func plan(
        _ deal: String, for handoff: UUID, upon base: Base<Inner.Plan>?, on attempt: PlanningAttempt
    ) async throws -> Inner.Plan {
        let call = Call(key: handoff.uuidString, correlationID: attempt.correlationID, deadline: attempt.deadline)
        _ = try await erp.findCustomers(as: call)
        return try await inner.plan(deal, for: handoff, upon: base, on: attempt)
    }

    func stages(for plan: Inner.Plan) -> [Stage<Inner.Plan>] { inner.stages(for: plan) }

    func status(of standing: Standing, plan: Inner.Plan?) -> Status? { inner.status(of: standing, plan: plan) }
}
