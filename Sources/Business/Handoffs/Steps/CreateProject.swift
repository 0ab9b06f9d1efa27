import Catalogs
import Connectors
import Deals
import Sagas
import Workers

/// The project in the ERP, for the customer that the step before made or found; a later version of a contract goes on
/// with the project that its first version made.
struct CreateProject: Step {
    static let name = "create-project"
    let target = "ERP"
    let erp: any ERP
    let numbers: any Numbers

    func looksFirst(for plan: HandoffPlan) -> Bool { true }

    func look(for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> Found {
        guard let known = plan.base?.projectID else { return try await find(for: plan, on: attempt) }
        guard try await erp.hasProject(known, as: Call(for: attempt)) else {
            throw Refused(.baseUnusable, "project \(known) of the version before is not there any more")
        }
        return .present(Receipt(externalID: known, origin: .linked))
    }

    func find(for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> Found {
        if plan.base != nil { return .absent }
        return try await findAll(for: plan, on: attempt).first.map(Found.present) ?? .absent
    }

    func findAll(for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> [Receipt] {
        if plan.base != nil { return [] }
        return try await erp.findProjects(as: Call(for: attempt))
            .map { Receipt(externalID: $0, origin: .created) }
    }

    func find(_ externalID: String, for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> Found {
        guard try await erp.hasProject(externalID, as: Call(for: attempt)) else { return .absent }
        return .present(Receipt(externalID: externalID, origin: .created))
    }

    func perform(for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> Receipt {
        let project = Self.record(
            of: plan, customer: try attempt.externalID(of: CreateCustomer.name),
            number: try await number(for: plan, on: attempt))
        return Receipt(externalID: try await erp.createProject(project, as: Call(for: attempt)), origin: .created)
    }

    /// What the ERP is asked for.
    static func record(of plan: HandoffPlan, customer: String, number: String?) -> ProjectRecord {
        let outline = plan.project
        return ProjectRecord(
            name: outline.name, customerID: customer, legalEntity: outline.legalEntity, currency: outline.currency,
            contract: plan.contract, number: number, start: outline.start, end: outline.end, manager: outline.manager)
    }

    /// The project's number, where the company gives it: the same at every try.
    private func number(for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> String? {
        guard let provisioning = plan.provisioning, let series = provisioning.numberSeries else { return nil }
        let text = provisioning.numberPattern ?? ""
        guard let pattern = NumberingPattern(text), let start = CalendarDate(plan.project.start) else {
            throw Refused(.unknown, "'\(text)' is no way of writing a project's number from \(plan.project.start) on")
        }
        return pattern.number(
            year: start.year, sequence: try await numbers.draw(from: series, for: attempt.key))
    }

    func compensate(_ receipt: Receipt, for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> Undone {
        try await erp.deleteProject(receipt.externalID, as: Call(for: attempt))
    }
}
