/// The system in which delivery is planned and staffed.
public protocol PSA: Sendable {
    /// Makes all tasks of the project `project` in one call and answers the id of the first.
    func createTasks(_ tasks: [TaskRecord], project: String, as call: Call) async throws -> String
    /// The id of the first task that was made for the project under the call's key.
    func findTasks(project: String, as call: Call) async throws -> String?
    /// Opens the project for staffing and work, and answers the activation's id.
    func activateProject(_ project: String, as call: Call) async throws -> String
    /// The id of the project's activation.
    func findActivation(project: String, as call: Call) async throws -> String?
}
