import Connectors
import Sagas

/// The delivery structure in the PSA: a task for each newly sold line, under the ERP project's id.
struct CreateTasks: Step {
    static let name = "create-tasks"
    let target = "PSA"
    let psa: any PSA

    func find(for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> Found {
        let project = try attempt.externalID(of: CreateProject.name)
        guard let id = try await psa.findTasks(project: project, as: Call(for: attempt)) else { return .absent }
        return .present(Receipt(externalID: id, origin: .created))
    }

    func find(_ externalID: String, for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> Found {
        let project = try attempt.externalID(of: CreateProject.name)
        guard try await psa.hasTasks(externalID, project: project, as: Call(for: attempt)) else { return .absent }
        return .present(Receipt(externalID: externalID, origin: .created))
    }

    func perform(for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> Receipt {
        let project = try attempt.externalID(of: CreateProject.name)
        let id = try await psa.createTasks(.lines(plan.tasks), project: project, as: Call(for: attempt))
        return Receipt(externalID: id, origin: .created)
    }

    func compensate(_ receipt: Receipt, for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> Undone {
        let project = try attempt.externalID(of: CreateProject.name)
        return try await psa.deleteTasks(receipt.externalID, project: project, as: Call(for: attempt))
    }
}
