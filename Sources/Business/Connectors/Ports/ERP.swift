import Sagas

/// The system of customers, projects and billing.
///
/// Every verb may be called again with the same key; `create…` then finds what it did. All throw `Refused` when the
/// target surely did nothing and never will, `Unavailable` when it is to be tried again.
///
/// An inverse takes a thing by its id. What is not there any more is `undone`, what cannot be taken back for ever `kept`;
/// any other refusal is of class `undoRefused`. It wants last made, first undone: a target may refuse another order.
public protocol ERP: CustomerMaster {
    /// Creates a customer and returns its id.
    func createCustomer(_ customer: CustomerRecord, as call: Call) async throws -> String
    /// Replaces all that the ERP knows of a customer.
    func updateCustomer(_ id: String, to customer: CustomerRecord, as call: Call) async throws
    /// The id of the customer that was created with the call's key.
    func findCustomer(as call: Call) async throws -> String?

    /// Whether there is a customer with this id, whoever made it.
    func hasCustomer(_ id: String, as call: Call) async throws -> Bool

    /// Creates a contact of a customer and returns its id.
    func createContact(_ contact: ContactRecord, customer: String, as call: Call) async throws -> String
    /// The id of the customer's contact that was created with the call's key.
    func findContact(customer: String, as call: Call) async throws -> String?
    /// The ids of a customer's contacts in this role with this e-mail address or, without one, this name, oldest first.
    func findContacts(like contact: ContactRecord, customer: String, as call: Call) async throws -> [String]
    /// Whether a customer has a contact with this id, whoever made it.
    func hasContact(_ id: String, customer: String, as call: Call) async throws -> Bool
    /// The inverse of `createContact`: deletes a contact.
    func deleteContact(_ id: String, customer: String, as call: Call) async throws -> Undone

    /// Reserves dimensions for a project that is to come and returns the reservation's id; refuses as
    /// `dimensionInvalid` what does not go together.
    func reserveDimensions(_ dimensions: DimensionRecord, as call: Call) async throws -> String
    /// The id of the reservation that was made with the call's key.
    func findReservation(as call: Call) async throws -> String?
    /// Whether there is a reservation with this id, whoever made it.
    func hasReservation(_ id: String, as call: Call) async throws -> Bool
    /// The inverse of `reserveDimensions`: releases them.
    func releaseDimensions(_ id: String, as call: Call) async throws -> Undone

    /// Creates a project and returns its id.
    func createProject(_ project: ProjectRecord, as call: Call) async throws -> String
    /// The id of the project that was created with the call's key.
    func findProject(as call: Call) async throws -> String?
    /// Whether there is a project with this id, whoever made it.
    func hasProject(_ id: String, as call: Call) async throws -> Bool
    /// The inverse of `createProject`: deletes a project.
    func deleteProject(_ id: String, as call: Call) async throws -> Undone

    /// Creates a billing schedule and returns its id; throws `Unavailable` with `.accepted` while the ERP works on it.
    func createBillingSchedule(_ schedule: BillingScheduleRecord, as call: Call) async throws -> String
    /// What became of the billing schedule that was asked for with the call's key.
    func findBillingSchedule(as call: Call) async throws -> Found
    /// Whether there is a billing schedule with this id, whoever made it.
    func hasBillingSchedule(_ id: String, as call: Call) async throws -> Bool
    /// The inverse of `createBillingSchedule`: cancels a schedule; throws `Unavailable` with `.accepted` while the ERP
    /// still works on it.
    func cancelBillingSchedule(_ id: String, as call: Call) async throws -> Undone
}
