import Sagas

/// The sandbox's PSA: no idempotency for tasks and demands, and ids that change their case between a write's answer and a read.
struct SandboxPSA: PSA {
    private let caller: HTTPCaller

    /// Speaks to the sandbox at `base`, such as `http://127.0.0.1:8090`.
    init(base: String, connections: HTTPConnections) {
        caller = SandboxWire.caller("PSA", base: base, path: "/psa/projects", connections: connections)
    }

    func createTasks(_ list: TaskListRecord, project: String, as call: Call) async throws -> String {
        let body = SandboxWire.TaskList(list)
        let path = "/\(project.asPart)/tasks"
        let answer = try await caller.send(.POST, path, body, verb: "create_tasks", as: call)
        return Self.asRead(try answer.decoded(SandboxWire.Thing.self, from: caller.target).id)
    }

    func findTaskLists(project: String, as call: Call) async throws -> [String] {
        try await ids(at: "/\(project.asPart)/tasks?key=\(call.key.asPart)", verb: "find_tasks", as: call)
    }

    func hasTasks(_ id: String, project: String, as call: Call) async throws -> Bool {
        try await caller.has("/\(project.asPart)/tasks/\(id.asPart)", verb: "get_tasks", as: call)
    }

    func deleteTasks(_ id: String, project: String, as call: Call) async throws -> Undone {
        try await caller.undo("/\(project.asPart)/tasks/\(id.asPart)", verb: "delete_tasks", as: call)
    }

    func activateProject(_ project: String, as call: Call) async throws -> String {
        let path = "/\(project.asPart)/activation"
        let answer = try await caller.send(
            .POST, path, SandboxWire.Nothing(), verb: "activate_project", as: call)
        return Self.asRead(try answer.decoded(SandboxWire.Thing.self, from: caller.target).id)
    }

    func findActivation(of project: String, as call: Call) async throws -> String? {
        let path = "/\(project.asPart)/activation"
        let answer = try await caller.get(path, verb: "find_activation", as: call, accepting: SandboxWire.isMissing)
        if SandboxWire.isMissing(answer) { return nil }
        return Self.asRead(try answer.decoded(SandboxWire.Thing.self, from: caller.target).id)
    }

    func deactivateProject(_ project: String, as call: Call) async throws -> Undone {
        try await caller.undo("/\(project.asPart)/activation", verb: "deactivate_project", as: call)
    }

    func publishDemand(_ demand: DemandRecord, project: String, as call: Call) async throws -> String {
        let body = SandboxWire.Demand(demand)
        let path = "/\(project.asPart)/demands"
        let answer = try await caller.send(.POST, path, body, verb: "publish_demand", as: call)
        return Self.asRead(try answer.decoded(SandboxWire.Thing.self, from: caller.target).id)
    }

    func findDemands(project: String, as call: Call) async throws -> [String] {
        try await ids(at: "/\(project.asPart)/demands?key=\(call.key.asPart)", verb: "find_demand", as: call)
    }

    func hasDemand(_ id: String, project: String, as call: Call) async throws -> Bool {
        try await caller.has("/\(project.asPart)/demands/\(id.asPart)", verb: "get_demand", as: call)
    }

    func withdrawDemand(_ id: String, project: String, as call: Call) async throws -> Undone {
        try await caller.undo("/\(project.asPart)/demands/\(id.asPart)", verb: "withdraw_demand", as: call)
    }

    private func ids(at path: String, verb: String, as call: Call) async throws -> [String] {
        let answer = try await caller.get(path, verb: verb, as: call)
        let found = try answer.decoded(SandboxWire.Items<SandboxWire.Thing>.self, from: caller.target)
        return found.items.map { Self.asRead($0.id) }
    }

    /// Reads give ids in small letters; what writes answer is brought into the same form, so that ids can be compared.
    private static func asRead(_ id: String) -> String { id.lowercased() }
}
