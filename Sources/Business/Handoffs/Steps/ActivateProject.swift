import Connectors
import Sagas

/// The project's activation in the PSA: from now on it can be staffed and worked on.
struct ActivateProject: Step {
    static let name = "activate-project"
    let target = "PSA"
    let psa: any PSA

    func find(for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> Found {
        try await findAll(for: plan, on: attempt).first.map(Found.present) ?? .absent
    }

    /// A project has one activation at the most, whoever asked for it.
    func findAll(for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> [Receipt] {
        let project = try attempt.externalID(of: CreateProject.name)
        let id = try await psa.findActivation(of: project, as: Call(for: attempt))
        return id.map { [Receipt(externalID: $0, origin: .created)] } ?? []
    }

    func find(_ externalID: String, for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> Found {
        let project = try attempt.externalID(of: CreateProject.name)
        let id = try await psa.findActivation(of: project, as: Call(for: attempt))
        return id == externalID ? .present(Receipt(externalID: externalID, origin: .created)) : .absent
    }

    func perform(for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> Receipt {
        let project = try attempt.externalID(of: CreateProject.name)
        return Receipt(externalID: try await psa.activateProject(project, as: Call(for: attempt)), origin: .created)
    }

    func compensate(_ receipt: Receipt, for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> Undone {
        try await psa.deactivateProject(try attempt.externalID(of: CreateProject.name), as: Call(for: attempt))
    }
}
