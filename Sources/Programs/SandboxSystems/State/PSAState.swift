/// What the PSA holds. Its reads give ids in small letters, its answers to writes in capitals.
struct PSAState: Sendable {
    struct TaskList: Sendable {
        let id: String
        let key: String
        let body: TaskListBody
        let correlationID: String
    }

    struct Activation: Sendable {
        let id: String
        let key: String
        let time: String
        let correlationID: String
    }

    struct Demand: Sendable {
        let id: String
        let key: String
        let body: DemandBody
        let correlationID: String
    }

    private var lists: [String: [TaskList]] = [:]
    // Ids are numbers that are never used again, whatever is deleted.
    private var listCount = 0
    private var activationCount = 0
    private var demands: [String: [Demand]] = [:]
    private var demandCount = 0
    private(set) var activations: [String: Activation] = [:]

    var nextTaskListID: String { "tsk-\(hex(listCount + 1))".lowercased() }
    var nextActivationID: String { "act-\(hex(activationCount + 1))".lowercased() }

    var nextDemandID: String { "dem-\(hex(demandCount + 1))".lowercased() }

    /// Whom a project needs, oldest first.
    func demands(of project: String) -> [Demand] { demands[project] ?? [] }

    /// The task lists of a project, oldest first.
    func taskLists(of project: String) -> [TaskList] { lists[project] ?? [] }

    func taskList(_ id: String, of project: String) -> TaskList? {
        taskLists(of: project).first { $0.id == id }
    }

    mutating func keep(_ body: TaskListBody, _ effect: Effect) {
        listCount += 1
        lists[effect.subject ?? "", default: []].append(
            TaskList(id: effect.id, key: effect.key, body: body, correlationID: effect.correlationId))
    }

    mutating func keep(_ body: DemandBody, _ effect: Effect) {
        demandCount += 1
        demands[effect.subject ?? "", default: []].append(
            Demand(id: effect.id, key: effect.key, body: body, correlationID: effect.correlationId))
    }

    mutating func keepActivation(_ effect: Effect) {
        activationCount += 1
        activations[effect.subject ?? ""] = Activation(
            id: effect.id, key: effect.key, time: effect.time, correlationID: effect.correlationId)
    }

    mutating func remove(_ effect: Effect) {
        let project = effect.subject ?? ""
        lists[project]?.removeAll { $0.id == effect.id }
        demands[project]?.removeAll { $0.id == effect.id }
        if activations[project]?.id == effect.id { activations[project] = nil }
    }
}
