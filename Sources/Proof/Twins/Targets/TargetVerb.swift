/// What a call asks of a target.
package enum TargetVerb: String, Sendable, CaseIterable {
    case createCustomer = "create_customer"
    case updateCustomer = "update_customer"
    case findCustomer = "find_customer"
    case hasCustomer = "get_customer"
    case findCustomers = "find_customers"
    case createContact = "create_contact"
    case findContact = "find_contact"
    case hasContact = "get_contact"
    case deleteContact = "delete_contact"
    case reserveDimensions = "reserve_dimensions"
    case findReservation = "find_reservation"
    case hasReservation = "get_reservation"
    case releaseDimensions = "release_dimensions"
    case createProject = "create_project"
    case findProject = "find_project"
    case hasProject = "get_project"
    case deleteProject = "delete_project"
    case createBillingSchedule = "create_billing_schedule"
    case findBillingSchedule = "find_billing_schedule"
    case hasBillingSchedule = "get_billing_schedule"
    case cancelBillingSchedule = "cancel_billing_schedule"
    case createTasks = "create_tasks"
    case findTasks = "find_tasks"
    case hasTasks = "get_tasks"
    case deleteTasks = "delete_tasks"
    case activateProject = "activate_project"
    case findActivation = "find_activation"
    case deactivateProject = "deactivate_project"
    case publishDemand = "publish_demand"
    case findDemand = "find_demand"
    case hasDemand = "get_demand"
    case withdrawDemand = "withdraw_demand"
    case determineTax = "determine_tax"
    case writeHandoff = "write_handoff"

    /// The system that is called.
    package var target: String {
        switch self {
        case .createTasks, .findTasks, .hasTasks, .deleteTasks, .activateProject, .findActivation, .deactivateProject,
            .publishDemand, .findDemand, .hasDemand, .withdrawDemand:
            "PSA"
        case .determineTax: "Tax"
        case .writeHandoff: "CRM"
        default: "ERP"
        }
    }

    /// Whether it changes something.
    package var isWrite: Bool {
        switch self {
        case .findCustomer, .hasCustomer, .findCustomers, .findContact, .hasContact, .findReservation, .hasReservation,
            .findDemand, .hasDemand, .determineTax, .findProject, .hasProject, .findBillingSchedule,
            .hasBillingSchedule,
            .findTasks, .hasTasks, .findActivation:
            false
        default: true
        }
    }

    /// Whether it takes an effect back.
    package var isInverse: Bool {
        switch self {
        case .deleteContact, .releaseDimensions, .deleteProject, .cancelBillingSchedule, .deleteTasks,
            .deactivateProject, .withdrawDemand:
            true
        default: false
        }
    }
}

/// What a target does wrong with calls that fit.
package struct TargetFault: Sendable {
    /// How such a call ends.
    package enum Effect: Sendable, Equatable {
        /// 429, not done.
        case throttle(retryAfter: Duration)
        /// 500, not done.
        case error
        /// Not done, and no answer.
        case timeoutBefore
        /// Done, and no answer.
        case timeoutAfter
        /// Done, and whoever called is dead.
        case kill
        /// 422, not done; `already_invoiced` stands for what cannot be taken back any more.
        case refuse(code: String, text: String)
    }

    /// Which calls fit; nil for all.
    package var verb: TargetVerb?
    package var effect: Effect
    /// How many calls it still hits; nil for all.
    package var count: Int?

    package init(_ verb: TargetVerb?, _ effect: Effect, count: Int? = nil) {
        self.verb = verb
        self.effect = effect
        self.count = count
    }
}
