import Sagas

/// The system that holds customers, projects and billing.
///
/// Every verb throws `Refused` when the effect surely was not and never will be made, and anything else when it is in
/// doubt; a `find` asks for what an earlier call with the same key did, and changes nothing.
public protocol ERP: Sendable {
    /// Makes the customer and answers its id; the same key again answers the same id.
    func createCustomer(_ customer: CustomerRecord, as call: Call) async throws -> String
    /// Makes the customer `id` what `customer` says.
    func updateCustomer(_ id: String, to customer: CustomerRecord, as call: Call) async throws
    /// The id of the customer that was made under the call's key.
    func findCustomer(as call: Call) async throws -> String?
    /// Makes the project and answers its id.
    func createProject(_ project: ProjectRecord, as call: Call) async throws -> String
    /// The id of the project that was made under the call's key.
    func findProject(as call: Call) async throws -> String?
    /// Makes the billing schedule and answers its id; throws `Unavailable(.accepted)` when it is made later.
    func createBillingSchedule(_ schedule: BillingScheduleRecord, as call: Call) async throws -> String
    /// Whether the billing schedule under the call's key is there, is being made, or is not there.
    func findBillingSchedule(as call: Call) async throws -> Found
}
