/// One of the systems that the sandbox stands in for.
enum SystemName: String, Codable, Sendable, CaseIterable {
    case crm, erp, psa, tax
}

/// What a request asks of a system; stored in the log and named in fault rules.
enum Verb: String, Codable, Sendable, CaseIterable {
    case createCustomer = "create_customer"
    case updateCustomer = "update_customer"
    case getCustomer = "get_customer"
    case findCustomers = "find_customers"
    case createContact = "create_contact"
    case findContacts = "find_contacts"
    case getContact = "get_contact"
    case deleteContact = "delete_contact"
    case reserveDimensions = "reserve_dimensions"
    case findReservations = "find_reservations"
    case getReservation = "get_reservation"
    case releaseDimensions = "release_dimensions"
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
    case publishDemand = "publish_demand"
    case findDemands = "find_demands"
    case getDemand = "get_demand"
    case withdrawDemand = "withdraw_demand"
    case determineTax = "determine_tax"
    case writeHandoff = "write_handoff"
    case getHandoff = "get_handoff"
    case getHandoffHistory = "get_handoff_history"

    var system: SystemName {
        switch self {
        case .createCustomer, .updateCustomer, .getCustomer, .findCustomers, .createContact, .findContacts,
            .getContact, .deleteContact, .reserveDimensions, .findReservations, .getReservation, .releaseDimensions,
            .createProject, .findProjects,
            .getProject, .deleteProject, .createBillingSchedule, .findBillingSchedules, .getBillingSchedule,
            .cancelBillingSchedule:
            .erp
        case .createTasks, .findTasks, .getTasks, .deleteTasks, .activateProject, .getActivation,
            .deactivateProject, .publishDemand, .findDemands, .getDemand, .withdrawDemand:
            .psa
        case .determineTax: .tax
        case .writeHandoff, .getHandoff, .getHandoffHistory: .crm
        }
    }
}
