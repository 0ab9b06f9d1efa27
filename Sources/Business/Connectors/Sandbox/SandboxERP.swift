import Sagas
import Workers

/// The sandbox's ERP: customers and schedules with native idempotency, all else found by its reference or key.
struct SandboxERP: ERP {
    let caller: HTTPCaller

    /// Speaks to the sandbox at `base`, such as `http://127.0.0.1:8090`.
    init(base: String, connections: HTTPConnections) {
        caller = SandboxWire.caller("ERP", base: base, path: "/erp", connections: connections)
    }

    func createCustomer(_ customer: CustomerRecord, as call: Call) async throws -> String {
        let body = SandboxWire.Customer(customer)
        let answer = try await caller.send(.POST, "/customers", body, verb: "create_customer", as: call)
        return try answer.decoded(SandboxWire.Thing.self, from: caller.target).id
    }

    func updateCustomer(_ id: String, to customer: CustomerRecord, as call: Call) async throws {
        let body = SandboxWire.Customer(customer)
        let answer = try await caller.send(.PUT, "/customers/\(id.asPart)", body, verb: "update_customer", as: call)
        _ = try answer.decoded(SandboxWire.Thing.self, from: caller.target)
    }

    func findCustomer(as call: Call) async throws -> String? {
        try await ids(at: "/customers?key=\(call.key.asPart)", verb: "find_customer", as: call).first
    }

    func hasCustomer(_ id: String, as call: Call) async throws -> Bool {
        try await caller.has("/customers/\(id.asPart)", verb: "get_customer", as: call)
    }

    func createProject(_ project: ProjectRecord, as call: Call) async throws -> String {
        let body = SandboxWire.Project(project, reference: call.key)
        // Two posts would be two projects.
        let onlyOne = OnlyOne(
            target: caller.target, list: projects,
            create: { try await postProject(body, as: $0) },
            remove: { try await deleteProject($0, as: $1) })
        return try await onlyOne.id(as: call)
    }

    /// A worker that was overtaken finds the number taken, by the very project that it was to make.
    private func postProject(_ body: SandboxWire.Project, as call: Call) async throws {
        func isDuplicate(_ answer: HTTPAnswer) -> Bool {
            SandboxWire.Problem.details(of: answer)?.code == "duplicate_number"
        }
        let answer = try await caller.send(
            .POST, "/projects", body, verb: "create_project", as: call, accepting: isDuplicate)
        guard isDuplicate(answer), try await projects(as: call).isEmpty else { return }
        throw Refused(.targetRefused, "\(caller.target) says that number \(body.number ?? "-") is taken")
    }

    func findProject(as call: Call) async throws -> String? {
        try await projects(as: call).first
    }

    func hasProject(_ id: String, as call: Call) async throws -> Bool {
        try await caller.has("/projects/\(id.asPart)", verb: "get_project", as: call)
    }

    func deleteProject(_ id: String, as call: Call) async throws -> Undone {
        try await caller.undo("/projects/\(id.asPart)", verb: "delete_project", as: call)
    }

    func createBillingSchedule(_ schedule: BillingScheduleRecord, as call: Call) async throws -> String {
        let body = SandboxWire.Schedule(schedule, reference: call.key)
        do {
            let answer = try await caller.send(
                .POST, "/billing-schedules", body, verb: "create_billing_schedule", as: call)
            return try answer.decoded(SandboxWire.Thing.self, from: caller.target).id
        } catch let unavailable as Unavailable where unavailable.cause == .accepted && unavailable.retryAfter == nil {
            throw Unavailable(
                .accepted, target: caller.target, retryAfter: SandboxWire.patience, reason: unavailable.reason)
        }
    }

    func findBillingSchedule(as call: Call) async throws -> Found {
        let answer = try await caller.get(
            "/billing-schedules?externalReference=\(call.key.asPart)", verb: "find_billing_schedule", as: call)
        let found = try answer.decoded(SandboxWire.Items<SandboxWire.ScheduleState>.self, from: caller.target)
        guard let schedule = found.items.first else { return .absent }
        switch (schedule.status, schedule.id) {
        case ("active", let id?): return .present(Receipt(externalID: id, origin: .created))
        case ("processing", _): return .unfinished(retryAfter: SandboxWire.patience)
        default:
            throw Unavailable(.failure, target: caller.target, reason: "a schedule with an unknown status")
        }
    }

    func hasBillingSchedule(_ id: String, as call: Call) async throws -> Bool {
        try await caller.has("/billing-schedules/\(id.asPart)", verb: "get_billing_schedule", as: call)
    }

    func cancelBillingSchedule(_ id: String, as call: Call) async throws -> Undone {
        try await caller.undo("/billing-schedules/\(id.asPart)", verb: "cancel_billing_schedule", as: call)
    }

    /// Those that were made with the call's key, oldest first.
    private func projects(as call: Call) async throws -> [String] {
        try await ids(at: "/projects?externalReference=\(call.key.asPart)", verb: "find_project", as: call)
    }

    /// The ids of what a list read answers.
    func ids(at path: String, verb: String, as call: Call) async throws -> [String] {
        let answer = try await caller.get(path, verb: verb, as: call)
        return try answer.decoded(SandboxWire.Items<SandboxWire.Thing>.self, from: caller.target).items.map(\.id)
    }
}
