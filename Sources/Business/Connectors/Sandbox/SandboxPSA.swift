import Workers

/// The sandbox's PSA: no idempotency for tasks, and ids that change their case between a write's answer and a read.
public struct SandboxPSA: PSA {
    private let caller: HTTPCaller

    /// Speaks through `sandbox`.
    public init(_ sandbox: SandboxCaller) {
        caller = sandbox.caller("PSA", path: "/psa/projects")
    }

    public func createTasks(_ tasks: [TaskRecord], project: String, as call: Call) async throws -> String {
        // Two posts would append the tasks twice: only a key that is not there yet is posted.
        if let known = try await findTasks(project: project, as: call) { return known }
        let body = SandboxWire.TaskList(tasks)
        let answer = try await caller.send(.POST, "/\(project.asPart)/tasks", body, verb: "create_tasks", as: call)
        return try first(of: try answer.decoded(SandboxWire.FoundTasks.self, from: caller.target))
    }

    public func findTasks(project: String, as call: Call) async throws -> String? {
        let path = "/\(project.asPart)/tasks?key=\(call.key.asPart)"
        let answer = try await caller.get(path, verb: "find_tasks", as: call)
        let found = try answer.decoded(SandboxWire.Items<SandboxWire.FoundTasks>.self, from: caller.target)
        return try found.items.first.map(first(of:))
    }

    public func activateProject(_ project: String, as call: Call) async throws -> String {
        let path = "/\(project.asPart)/activation"
        let answer = try await caller.send(
            .POST, path, SandboxWire.Nothing(), verb: "activate_project", as: call)
        return Self.asRead(try answer.decoded(SandboxWire.Thing.self, from: caller.target).id)
    }

    public func findActivation(project: String, as call: Call) async throws -> String? {
        let path = "/\(project.asPart)/activation"
        let answer = try await caller.get(path, verb: "find_activation", as: call) { $0.status == 404 }
        if answer.status == 404 { return nil }
        return Self.asRead(try answer.decoded(SandboxWire.Thing.self, from: caller.target).id)
    }

    private func first(of list: SandboxWire.FoundTasks) throws -> String {
        guard let task = list.tasks.first else {
            throw Unavailable(.failure, target: caller.target, reason: "a task list without tasks")
        }
        return Self.asRead(task.id)
    }

    /// Reads give ids in small letters; what writes answer is brought into the same form, so that ids can be compared.
    private static func asRead(_ id: String) -> String { id.lowercased() }
}
