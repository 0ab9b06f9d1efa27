/// One of the systems that the sandbox stands in for.
enum SystemName: String, Codable, Sendable, CaseIterable {
    case crm, erp, psa
}

/// What a request asks of a system; stored in the log and named in fault rules.
enum Verb: String, Codable, Sendable, CaseIterable {
    case createCustomer = "create_customer"
    case updateCustomer = "update_customer"
    case getCustomer = "get_customer"
    case findCustomers = "find_customers"
    case createProject = "create_project"
    case findProjects = "find_projects"
    case getProject = "get_project"
    case deleteProject = "delete_project"
    case createBillingSchedule = "create_billing_schedule"
    case findBillingSchedules = "find_billing_schedules"
    case getBillingSchedule = "get_billing_schedule"
    case cancelBillingSchedule = "cancel_billing_schedule"
    case createTasks = "create_tasks"
    case findTasks = "find_tasks"
    case getTasks = "get_tasks"
    case deleteTasks = "delete_tasks"
    case activateProject = "activate_project"
    case getActivation = "get_activation"
    case deactivateProject = "deactivate_project"
    case writeHandoff = "write_handoff"
    case getHandoff = "get_handoff"
    case getHandoffHistory = "get_handoff_history"

    var system: SystemName {
        switch self {
        case .createCustomer, .updateCustomer, .getCustomer, .findCustomers, .createProject, .findProjects,
            .getProject, .deleteProject, .createBillingSchedule, .findBillingSchedules, .getBillingSchedule,
            .cancelBillingSchedule:
            .erp
        case .createTasks, .findTasks, .getTasks, .deleteTasks, .activateProject, .getActivation,
            .deactivateProject:
            .psa
        case .writeHandoff, .getHandoff, .getHandoffHistory: .crm
        }
    }
}
