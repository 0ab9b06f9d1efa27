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

    func findCustomers(as call: Call) async throws -> [String] {
        try await ids(at: "/customers?key=\(call.key.asPart)", verb: "find_customer", as: call)
    }

    func hasCustomer(_ id: String, as call: Call) async throws -> Bool {
        try await caller.has("/customers/\(id.asPart)", verb: "get_customer", as: call)
    }

    func createProject(_ project: ProjectRecord, as call: Call) async throws -> String {
        let body = SandboxWire.Project(project, reference: call.key)
        func isDuplicate(_ answer: HTTPAnswer) -> Bool {
            SandboxWire.Problem.details(of: answer)?.code == "duplicate_number"
        }
        let answer = try await caller.send(
            .POST, "/projects", body, verb: "create_project", as: call, accepting: isDuplicate)
        guard isDuplicate(answer) else {
            return try answer.decoded(SandboxWire.Thing.self, from: caller.target).id
        }
        // A worker that was overtaken finds the number taken, by the very project that it was to make.
        if let known = try await leavingDoubt({ try await findProjects(as: call).first }) { return known }
        throw Refused(.targetRefused, "\(caller.target) says that number \(body.number ?? "-") is taken")
    }

    /// What is asked because of a call's answer must not look like that answer when it fails.
    private func leavingDoubt<Value>(_ ask: () async throws -> Value) async throws -> Value {
        do {
            return try await ask()
        } catch let refused as Refused {
            throw Unavailable(.failure, target: caller.target, reason: refused.reason)
        } catch let unavailable as Unavailable {
            throw Unavailable(.failure, target: caller.target, reason: unavailable.reason)
        }
    }

    func findProjects(as call: Call) async throws -> [String] {
        try await ids(at: "/projects?externalReference=\(call.key.asPart)", verb: "find_project", as: call)
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
                .accepted, target: caller.target, retryAfter: SandboxWire.patience, reason: unavailable.reason,
                said: unavailable.said)
        }
    }

    func findBillingSchedule(as call: Call) async throws -> Found {
        guard let schedule = try await schedules(as: call).first else { return .absent }
        switch (schedule.status, schedule.id) {
        case ("active", let id?): return .present(Receipt(externalID: id, origin: .created))
        case ("processing", _): return .unfinished(retryAfter: SandboxWire.patience)
        default:
            throw Unavailable(.failure, target: caller.target, reason: "a schedule with an unknown status")
        }
    }

    func findBillingSchedules(as call: Call) async throws -> [String] {
        let schedules = try await schedules(as: call)
        guard schedules.allSatisfy({ $0.id != nil }) else {
            throw Unavailable(
                .accepted, target: caller.target, retryAfter: SandboxWire.patience,
                reason: "a schedule is not active yet")
        }
        return schedules.compactMap(\.id)
    }

    private func schedules(as call: Call) async throws -> [SandboxWire.ScheduleState] {
        let answer = try await caller.get(
            "/billing-schedules?externalReference=\(call.key.asPart)", verb: "find_billing_schedule", as: call)
        return try answer.decoded(SandboxWire.Items<SandboxWire.ScheduleState>.self, from: caller.target).items
    }

    func hasBillingSchedule(_ id: String, as call: Call) async throws -> Bool {
        try await caller.has("/billing-schedules/\(id.asPart)", verb: "get_billing_schedule", as: call)
    }

    func cancelBillingSchedule(_ id: String, as call: Call) async throws -> Undone {
        try await caller.undo("/billing-schedules/\(id.asPart)", verb: "cancel_billing_schedule", as: call)
    }

    /// The ids of what a list read answers.
    func ids(at path: String, verb: String, as call: Call) async throws -> [String] {
        let answer = try await caller.get(path, verb: verb, as: call)
        return try answer.decoded(SandboxWire.Items<SandboxWire.Thing>.self, from: caller.target).items.map(\.id)
    }
}
