import Connectors
import Sagas

/// The project in the ERP, for the customer that the step before made or found.
struct CreateProject: Step {
    static let name = "create-project"
    let target = "ERP"
    let erp: any ERP

    func find(for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> Found {
        guard let id = try await erp.findProject(as: Call(for: attempt)) else { return .absent }
        return .present(Receipt(externalID: id, origin: .created))
    }

    func perform(for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> Receipt {
        let outline = plan.project
        let project = ProjectRecord(
            name: outline.name, customerID: try attempt.externalID(of: CreateCustomer.name),
            legalEntity: outline.legalEntity, currency: outline.currency, contract: plan.contract, number: nil,
            start: outline.start, end: outline.end, manager: outline.manager)
        return Receipt(externalID: try await erp.createProject(project, as: Call(for: attempt)), origin: .created)
    }
}
