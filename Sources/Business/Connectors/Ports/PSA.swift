import Sagas

/// The system in which projects are staffed and worked on.
///
/// The same contract as ``ERP``: all that a key has made is found by it, and the same answers of an inverse.
public protocol PSA: Sendable {
    /// Creates tasks of a project, all at once, and returns the id of the list.
    func createTasks(_ list: TaskListRecord, project: String, as call: Call) async throws -> String
    /// The ids of the task lists that were created with the call's key.
    func findTaskLists(project: String, as call: Call) async throws -> [String]
    /// Whether a project has a task list with this id, whoever made it.
    func hasTasks(_ id: String, project: String, as call: Call) async throws -> Bool
    /// The inverse of `createTasks`: deletes a task list of a project that is not open for work.
    func deleteTasks(_ id: String, project: String, as call: Call) async throws -> Undone

    /// Opens a project for work and returns the id of its activation.
    func activateProject(_ project: String, as call: Call) async throws -> String
    /// The id of the project's activation.
    func findActivation(of project: String, as call: Call) async throws -> String?
    /// The inverse of `activateProject`: closes a project for work.
    func deactivateProject(_ project: String, as call: Call) async throws -> Undone

    /// Publishes whom a project needs and returns the demand's id.
    func publishDemand(_ demand: DemandRecord, project: String, as call: Call) async throws -> String
    /// The ids of the project's demands that were published with the call's key.
    func findDemands(project: String, as call: Call) async throws -> [String]
    /// Whether a project has a demand with this id, whoever made it.
    func hasDemand(_ id: String, project: String, as call: Call) async throws -> Bool
    /// The inverse of `publishDemand`: withdraws a demand.
    func withdrawDemand(_ id: String, project: String, as call: Call) async throws -> Undone
}
