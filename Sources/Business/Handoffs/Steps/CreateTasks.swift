import Connectors
import Sagas

/// A part of the delivery structure in the PSA, under the ERP project's id: one phase of it or, in a plan without
/// phases, a task for each newly sold line.
struct CreateTasks: Step {
    static let name = "create-tasks"
    var phase: PhaseRecord?
    let target = "PSA"
    let psa: any PSA

    /// The phase's code: each phase is a call of its own, so that one that fails does not repeat those before it.
    var instance: String { phase?.code ?? "" }

    func looksFirst(for plan: HandoffPlan) -> Bool { true }

    func find(for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> Found {
        try await findAll(for: plan, on: attempt).first.map(Found.present) ?? .absent
    }

    func findAll(for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> [Receipt] {
        let project = try attempt.externalID(of: CreateProject.name)
        return try await psa.findTaskLists(project: project, as: Call(for: attempt))
            .map { Receipt(externalID: $0, origin: .created) }
    }

    func find(_ externalID: String, for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> Found {
        let project = try attempt.externalID(of: CreateProject.name)
        guard try await psa.hasTasks(externalID, project: project, as: Call(for: attempt)) else { return .absent }
        return .present(Receipt(externalID: externalID, origin: .created))
    }

    func perform(for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> Receipt {
        let project = try attempt.externalID(of: CreateProject.name)
        let id = try await psa.createTasks(
            phase.map(TaskListRecord.phase) ?? .lines(plan.tasks), project: project, as: Call(for: attempt))
        return Receipt(externalID: id, origin: .created)
    }

    func compensate(_ receipt: Receipt, for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> Undone {
        let project = try attempt.externalID(of: CreateProject.name)
        return try await psa.deleteTasks(receipt.externalID, project: project, as: Call(for: attempt))
    }
}
