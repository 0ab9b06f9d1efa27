import HTTPTypes
import Hummingbird

extension Desk {
    /// Puts every system's verbs under their paths.
    func addSystems(to router: Router<SandboxContext>) {
        let schedules = BillingSchedules(delay: settings.billingDelay)
        on(router, .post, "/erp/customers", .createCustomer, Customers.create)
        on(router, .get, "/erp/customers", .findCustomers, Customers.find)
        on(router, .get, "/erp/customers/{id}", .getCustomer, Customers.get)
        on(router, .put, "/erp/customers/{id}", .updateCustomer, Customers.update)
        on(router, .post, "/erp/customers/{id}/contacts", .createContact, Contacts.create)
        on(router, .get, "/erp/customers/{id}/contacts", .findContacts, Contacts.find)
        on(router, .get, "/erp/customers/{id}/contacts/{contact}", .getContact, Contacts.get)
        on(router, .delete, "/erp/customers/{id}/contacts/{contact}", .deleteContact, Contacts.delete)
        on(router, .post, "/erp/dimension-reservations", .reserveDimensions, DimensionReservations.reserve)
        on(router, .get, "/erp/dimension-reservations", .findReservations, DimensionReservations.find)
        on(router, .get, "/erp/dimension-reservations/{id}", .getReservation, DimensionReservations.get)
        on(router, .delete, "/erp/dimension-reservations/{id}", .releaseDimensions, DimensionReservations.release)
        on(router, .post, "/erp/projects", .createProject, Projects.create)
        on(router, .get, "/erp/projects", .findProjects, Projects.find)
        on(router, .get, "/erp/projects/{id}", .getProject, Projects.get)
        on(router, .delete, "/erp/projects/{id}", .deleteProject, Projects.delete)
        on(router, .post, "/erp/billing-schedules", .createBillingSchedule, schedules.create)
        on(router, .get, "/erp/billing-schedules", .findBillingSchedules, schedules.find)
        on(router, .get, "/erp/billing-schedules/{id}", .getBillingSchedule, schedules.get)
        on(router, .delete, "/erp/billing-schedules/{id}", .cancelBillingSchedule, schedules.cancel)
        on(router, .post, "/psa/projects/{externalReference}/tasks", .createTasks, TaskLists.create)
        on(router, .get, "/psa/projects/{externalReference}/tasks", .findTasks, TaskLists.find)
        on(router, .get, "/psa/projects/{externalReference}/tasks/{id}", .getTasks, TaskLists.get)
        on(router, .delete, "/psa/projects/{externalReference}/tasks/{id}", .deleteTasks, TaskLists.delete)
        on(router, .post, "/psa/projects/{externalReference}/activation", .activateProject, Activations.create)
        on(router, .get, "/psa/projects/{externalReference}/activation", .getActivation, Activations.get)
        on(router, .delete, "/psa/projects/{externalReference}/activation", .deactivateProject, Activations.delete)
        on(router, .post, "/psa/projects/{externalReference}/demands", .publishDemand, Demands.publish)
        on(router, .get, "/psa/projects/{externalReference}/demands", .findDemands, Demands.find)
        on(router, .get, "/psa/projects/{externalReference}/demands/{id}", .getDemand, Demands.get)
        on(router, .delete, "/psa/projects/{externalReference}/demands/{id}", .withdrawDemand, Demands.withdraw)
        on(router, .post, "/tax/v1/determinations", .determineTax, Determinations.determine)
        on(router, .put, "/crm/opportunities/{id}/handoff", .writeHandoff, HandoffStatuses.write)
        on(router, .get, "/crm/opportunities/{id}/handoff", .getHandoff, HandoffStatuses.get)
        on(router, .get, "/crm/opportunities/{id}/handoff/history", .getHandoffHistory, HandoffStatuses.history)
    }

    private func on(
        _ router: Router<SandboxContext>, _ method: HTTPRequest.Method, _ path: RouterPath, _ verb: Verb,
        _ handler: @escaping Handler
    ) {
        router.on(path, method: method) { request, context in
            try await serve(verb, request, context, by: handler)
        }
    }
}
