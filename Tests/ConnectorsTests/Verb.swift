import Connectors
import Foundation

/// Every verb of the ports that has an effect, so that one test can run over all of them.
enum Verb: String, CaseIterable, Sendable {
    case createCustomer = "create_customer"
    case updateCustomer = "update_customer"
    case createContact = "create_contact"
    case reserveDimensions = "reserve_dimensions"
    case createProject = "create_project"
    case createBillingSchedule = "create_billing_schedule"
    case createTasks = "create_tasks"
    case activateProject = "activate_project"
    case publishDemand = "publish_demand"
    case writeHandoff = "write_handoff"

    /// Which of its effects is there, and which verbs have a read-back.
    static let findable: [Verb] = [
        .createCustomer, .createContact, .reserveDimensions, .createProject, .createTasks, .activateProject,
        .publishDemand,
    ]

    var target: String {
        switch self {
        case .createCustomer, .updateCustomer, .createContact, .reserveDimensions, .createProject,
            .createBillingSchedule:
            "ERP"
        case .createTasks, .activateProject, .publishDemand: "PSA"
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
        case .createContact:
            return try await targets.erp.createContact(Samples.contact, customer: ground.customer, as: call)
        case .reserveDimensions:
            return try await targets.erp.reserveDimensions(Samples.dimensions(), as: call)
        case .createProject:
            return try await targets.erp.createProject(Samples.project(customer: ground.customer), as: call)
        case .createBillingSchedule:
            return try await targets.erp.createBillingSchedule(
                Samples.schedule(project: ground.project, customer: ground.customer), as: call)
        case .createTasks:
            return try await targets.psa.createTasks(.lines(Samples.tasks), project: ground.project, as: call)
        case .activateProject:
            return try await targets.psa.activateProject(ground.project, as: call)
        case .publishDemand:
            return try await targets.psa.publishDemand(Samples.demand, project: ground.project, as: call)
        case .writeHandoff:
            try await targets.crm.writeHandoff(Samples.status(), opportunity: "006/A", as: call)
            return nil
        }
    }

    /// Those at which the targets keep no keys: a second call makes a second thing.
    var isKeyless: Bool { Inverse.ofKeyless.contains { $0.verb == self } }

    /// Looks for what it made.
    func find(_ targets: Targets, _ ground: Ground, as call: Call) async throws -> String? {
        try await findAll(targets, ground, as: call).first
    }

    /// Looks for all that calls with this key made.
    func findAll(_ targets: Targets, _ ground: Ground, as call: Call) async throws -> [String] {
        switch self {
        case .createCustomer: try await targets.erp.findCustomers(as: call)
        case .createContact: try await targets.erp.findContacts(customer: ground.customer, as: call)
        case .reserveDimensions: try await targets.erp.findReservations(as: call)
        case .publishDemand: try await targets.psa.findDemands(project: ground.project, as: call)
        case .createProject: try await targets.erp.findProjects(as: call)
        case .createTasks: try await targets.psa.findTaskLists(project: ground.project, as: call)
        case .activateProject: [try await targets.psa.findActivation(of: ground.project, as: call)].compactMap(\.self)
        case .createBillingSchedule: try await targets.erp.findBillingSchedules(as: call)
        case .updateCustomer, .writeHandoff: []
        }
    }
}

/// What verbs build on.
struct Ground: Sendable {
    let customer: String
    let project: String
}
