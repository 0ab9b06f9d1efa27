import Connectors
import Sagas

/// The billing schedule in the ERP, which accepts it at once and makes it later.
struct CreateBillingSchedule: Step {
    static let name = "create-billing-schedule"
    let target = "ERP"
    let erp: any ERP

    func find(for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> Found {
        try await erp.findBillingSchedule(as: Call(for: attempt))
    }

    func find(_ externalID: String, for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> Found {
        guard try await erp.hasBillingSchedule(externalID, as: Call(for: attempt)) else { return .absent }
        return .present(Receipt(externalID: externalID, origin: .created))
    }

    func perform(for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> Receipt {
        let schedule = BillingScheduleRecord(
            projectID: try attempt.externalID(of: CreateProject.name),
            customerID: try attempt.externalID(of: CreateCustomer.name), currency: plan.project.currency,
            lines: plan.schedule)
        let id = try await erp.createBillingSchedule(schedule, as: Call(for: attempt))
        return Receipt(externalID: id, origin: .created)
    }

    func compensate(_ receipt: Receipt, for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> Undone {
        try await erp.cancelBillingSchedule(receipt.externalID, as: Call(for: attempt))
    }
}
