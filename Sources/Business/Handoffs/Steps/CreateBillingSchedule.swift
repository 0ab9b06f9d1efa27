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

    func findAll(for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> [Receipt] {
        try await erp.findBillingSchedules(as: Call(for: attempt)).map { Receipt(externalID: $0, origin: .created) }
    }

    func find(_ externalID: String, for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> Found {
        guard try await erp.hasBillingSchedule(externalID, as: Call(for: attempt)) else { return .absent }
        return .present(Receipt(externalID: externalID, origin: .created))
    }

    func perform(for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> Receipt {
        let schedule = Self.record(
            of: plan, project: try attempt.externalID(of: CreateProject.name),
            customer: try attempt.externalID(of: CreateCustomer.name))
        let id = try await erp.createBillingSchedule(schedule, as: Call(for: attempt))
        return Receipt(externalID: id, origin: .created)
    }

    /// What the ERP is asked for.
    static func record(of plan: HandoffPlan, project: String, customer: String) -> BillingScheduleRecord {
        BillingScheduleRecord(
            projectID: project, customerID: customer, currency: plan.project.currency, lines: plan.schedule)
    }

    func compensate(_ receipt: Receipt, for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> Undone {
        try await erp.cancelBillingSchedule(receipt.externalID, as: Call(for: attempt))
    }
}
