import Sagas

/// The system of customers, projects and billing.
///
/// All throw `Refused` when the target surely did nothing and never will, `Unavailable` when it is to be tried again, and
/// `NotSent` when the call came too late to be made. Where a target keeps no keys a second call makes a second thing:
/// who creates asks first, and later once more, since a call may take effect after nobody waited for it any more.
/// `find…(as:)` answers the ids of all that calls with that key have made, oldest first.
///
/// An inverse takes a thing by its id. What is not there any more is `undone`, what cannot be taken back for ever `kept`;
/// any other refusal is of class `undoRefused`. It wants last made, first undone: a target may refuse another order.
public protocol ERP: CustomerMaster {
    /// Creates a customer and returns its id.
    func createCustomer(_ customer: CustomerRecord, as call: Call) async throws -> String
    /// Replaces all that the ERP knows of a customer.
    func updateCustomer(_ id: String, to customer: CustomerRecord, as call: Call) async throws
    /// The ids of the customers that were created with the call's key.
    func findCustomers(as call: Call) async throws -> [String]

    /// Whether there is a customer with this id, whoever made it.
    func hasCustomer(_ id: String, as call: Call) async throws -> Bool

    /// Creates a contact of a customer and returns its id.
    func createContact(_ contact: ContactRecord, customer: String, as call: Call) async throws -> String
    /// The ids of the customer's contacts that were created with the call's key.
    func findContacts(customer: String, as call: Call) async throws -> [String]
    /// The ids of a customer's contacts in this role with this e-mail address or, without one, this name, oldest first.
    func findContacts(like contact: ContactRecord, customer: String, as call: Call) async throws -> [String]
    /// Whether a customer has a contact with this id, whoever made it.
    func hasContact(_ id: String, customer: String, as call: Call) async throws -> Bool
    /// The inverse of `createContact`: deletes a contact.
    func deleteContact(_ id: String, customer: String, as call: Call) async throws -> Undone

    /// Reserves dimensions for a project that is to come and returns the reservation's id; refuses as
    /// `dimensionInvalid` what does not go together.
    func reserveDimensions(_ dimensions: DimensionRecord, as call: Call) async throws -> String
    /// The ids of the reservations that were made with the call's key.
    func findReservations(as call: Call) async throws -> [String]
    /// Whether there is a reservation with this id, whoever made it.
    func hasReservation(_ id: String, as call: Call) async throws -> Bool
    /// The inverse of `reserveDimensions`: releases them.
    func releaseDimensions(_ id: String, as call: Call) async throws -> Undone

    /// Creates a project and returns its id.
    func createProject(_ project: ProjectRecord, as call: Call) async throws -> String
    /// The ids of the projects that were created with the call's key.
    func findProjects(as call: Call) async throws -> [String]
    /// Whether there is a project with this id, whoever made it.
    func hasProject(_ id: String, as call: Call) async throws -> Bool
    /// The inverse of `createProject`: deletes a project.
    func deleteProject(_ id: String, as call: Call) async throws -> Undone

    /// Creates a billing schedule and returns its id; throws `Unavailable` with `.accepted` while the ERP works on it.
    func createBillingSchedule(_ schedule: BillingScheduleRecord, as call: Call) async throws -> String
    /// What became of the billing schedule that was asked for with the call's key.
    func findBillingSchedule(as call: Call) async throws -> Found
    /// The ids of all billing schedules that were asked for with the call's key; throws `Unavailable` with `.accepted`
    /// while the ERP still works on one.
    func findBillingSchedules(as call: Call) async throws -> [String]
    /// Whether there is a billing schedule with this id, whoever made it.
    func hasBillingSchedule(_ id: String, as call: Call) async throws -> Bool
    /// The inverse of `createBillingSchedule`: cancels a schedule; throws `Unavailable` with `.accepted` while the ERP
    /// still works on it.
    func cancelBillingSchedule(_ id: String, as call: Call) async throws -> Undone
}
