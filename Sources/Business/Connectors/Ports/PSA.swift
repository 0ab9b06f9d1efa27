/// The system in which projects are staffed and worked on.
///
/// The same contract as ``ERP``: same key, same thing.
public protocol PSA: Sendable {
    /// Creates a project's tasks, all at once, and returns the id of the list.
    func createTasks(_ tasks: [TaskRecord], project: String, as call: Call) async throws -> String
    /// The id of the task list that was created with the call's key.
    func findTasks(project: String, as call: Call) async throws -> String?

    /// Opens a project for work and returns the id of its activation.
    func activateProject(_ project: String, as call: Call) async throws -> String
    /// The id of the project's activation.
    func findActivation(of project: String, as call: Call) async throws -> String?
}
