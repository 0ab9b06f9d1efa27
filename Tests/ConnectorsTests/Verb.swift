import Connectors
import Foundation

/// Every verb of the ports that has an effect, so that one test can run over all of them.
enum Verb: String, CaseIterable, Sendable {
    case createCustomer = "create_customer"
    case updateCustomer = "update_customer"
    case createProject = "create_project"
    case createBillingSchedule = "create_billing_schedule"
    case createTasks = "create_tasks"
    case activateProject = "activate_project"
    case writeHandoff = "write_handoff"

    /// Which of its effects is there, and which verbs have a read-back.
    static let findable: [Verb] = [.createCustomer, .createProject, .createTasks, .activateProject]

    var target: String {
        switch self {
        case .createCustomer, .updateCustomer, .createProject, .createBillingSchedule: "ERP"
        case .createTasks, .activateProject: "PSA"
        case .writeHandoff: "CRM"
        }
    }

    /// What must be there before the verb can be called.
    func prepare(_ targets: Targets) async throws -> Ground {
        let customer = try await targets.erp.createCustomer(Samples.customer(), as: call("ground-customer"))
        let project = try await targets.erp.createProject(
            Samples.project(customer: customer), as: call("ground-project"))
        return Ground(customer: customer, project: project)
    }

    /// Does it, and returns the id of what it made.
    @discardableResult
    func perform(_ targets: Targets, _ ground: Ground, as call: Call) async throws -> String? {
        switch self {
        case .createCustomer:
            return try await targets.erp.createCustomer(Samples.customer(name: "Other"), as: call)
        case .updateCustomer:
            try await targets.erp.updateCustomer(ground.customer, to: Samples.customer(name: "New"), as: call)
            return nil
        case .createProject:
            return try await targets.erp.createProject(Samples.project(customer: ground.customer), as: call)
        case .createBillingSchedule:
            return try await targets.erp.createBillingSchedule(
                Samples.schedule(project: ground.project, customer: ground.customer), as: call)
        case .createTasks:
            return try await targets.psa.createTasks(Samples.tasks, project: ground.project, as: call)
        case .activateProject:
            return try await targets.psa.activateProject(ground.project, as: call)
        case .writeHandoff:
            try await targets.crm.writeHandoff(Samples.status(), opportunity: "006/A", as: call)
            return nil
        }
    }

    /// Looks for what it made.
    func find(_ targets: Targets, _ ground: Ground, as call: Call) async throws -> String? {
        switch self {
        case .createCustomer: try await targets.erp.findCustomer(as: call)
        case .createProject: try await targets.erp.findProject(as: call)
        case .createTasks: try await targets.psa.findTasks(project: ground.project, as: call)
        case .activateProject: try await targets.psa.findActivation(of: ground.project, as: call)
        case .updateCustomer, .createBillingSchedule, .writeHandoff: nil
        }
    }
}

/// What verbs build on.
struct Ground: Sendable {
    let customer: String
    let project: String
}
