import Connectors
import Sagas
import Workers

/// What lies between a worker and a target's answer.
package protocol CallGate: Sendable {
    /// Makes one call: `send` is what the target does with it.
    func call<Value: Sendable>(
        _ verb: TargetVerb, as call: Call, to targets: MemoryTargets, _ send: @escaping @Sendable () throws -> Value
    ) async throws -> Value
}

/// A way to the targets on which nothing happens but that a call may be late.
package struct DirectGate: CallGate {
    package init() {}

    package func call<Value: Sendable>(
        _ verb: TargetVerb, as call: Call, to targets: MemoryTargets, _ send: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try targets.checkDeadline(of: call, verb)
        return try send()
    }
}

/// Calls to one of the systems, in the words of the ports.
struct MemoryCaller: Sendable {
    let targets: MemoryTargets
    let gate: any CallGate

    func call<Value: Sendable>(
        _ verb: TargetVerb, as call: Call,
        _ act: @escaping @Sendable (inout TargetWorld, ContinuousClock.Instant) throws -> Value
    ) async throws -> Value {
        do {
            return try await gate.call(verb, as: call, to: targets) { [targets] in try targets.answer(verb, act) }
        } catch let refusal as TargetRefusal {
            throw refusal.refused(by: verb.target, isInverse: verb.isInverse)
        }
    }

    /// What is not there any more counts as taken back; what is invoiced stays.
    func undo(
        _ verb: TargetVerb, as call: Call,
        _ act: @escaping @Sendable (inout TargetWorld, ContinuousClock.Instant) throws -> Bool
    ) async throws -> Undone {
        let isDone: Bool
        do {
            isDone = try await gate.call(verb, as: call, to: targets) { [targets] in try targets.answer(verb, act) }
        } catch let refusal as TargetRefusal where refusal.status == 404 {
            return .undone
        } catch let refusal as TargetRefusal where refusal.code == "already_invoiced" {
            return .kept(because: "\(verb.target) says \(refusal.code)", owner: .finance)
        } catch let refusal as TargetRefusal {
            throw refusal.refused(by: verb.target, isInverse: true)
        }
        guard isDone else { throw MemoryERP.stillProcessing }
        return .undone
    }
}

/// The ERP in memory.
package struct MemoryERP: ERP {
    let caller: MemoryCaller
    private let targets: MemoryTargets
    /// How long an accepted schedule usually needs to become active.
    static let patience = Duration.milliseconds(250)
    static let stillProcessing = Unavailable(
        .accepted, target: "ERP", retryAfter: patience, reason: "the ERP still works on it")

    package init(_ targets: MemoryTargets, through gate: any CallGate) {
        self.targets = targets
        caller = MemoryCaller(targets: targets, gate: gate)
    }

    package func createCustomer(_ customer: CustomerRecord, as call: Call) async throws -> String {
        try await caller.call(.createCustomer, as: call) { world, _ in try world.create(customer, key: call.key) }
    }

    package func updateCustomer(_ id: String, to customer: CustomerRecord, as call: Call) async throws {
        try await caller.call(.updateCustomer, as: call) { world, _ in
            try world.update(id, to: customer, key: call.key)
        }
    }

    package func findCustomers(as call: Call) async throws -> [String] {
        try await caller.call(.findCustomer, as: call) { world, _ in world.customers(key: call.key).map(\.id) }
    }

    package func hasCustomer(_ id: String, as call: Call) async throws -> Bool {
        try await caller.call(.hasCustomer, as: call) { world, _ in world.customers.contains { $0.id == id } }
    }

    package func createProject(_ project: ProjectRecord, as call: Call) async throws -> String {
        do {
            return try await caller.call(.createProject, as: call) { world, _ in
                try world.create(project, key: call.key)
            }
        } catch let refused as Refused where project.number != nil {
            // A worker that was overtaken finds the number taken, by the very project that it was to make.
            guard let known = try await findProjects(as: call).first else { throw refused }
            return known
        }
    }

    package func findProjects(as call: Call) async throws -> [String] {
        try await caller.call(.findProject, as: call) { world, _ in world.projects(key: call.key).map(\.id) }
    }

    package func hasProject(_ id: String, as call: Call) async throws -> Bool {
        try await caller.call(.hasProject, as: call) { world, _ in world.project(id) != nil }
    }

    package func deleteProject(_ id: String, as call: Call) async throws -> Undone {
        try await caller.undo(.deleteProject, as: call) { world, _ in
            try world.deleteProject(id, key: call.key)
            return true
        }
    }

    package func createBillingSchedule(_ schedule: BillingScheduleRecord, as call: Call) async throws -> String {
        let delay = targets.billingDelay
        let id = try await caller.call(.createBillingSchedule, as: call) { world, now in
            try world.create(schedule, key: call.key, at: now, delay: delay)
        }
        guard let id else { throw Self.stillProcessing }
        return id
    }

    package func findBillingSchedule(as call: Call) async throws -> Found {
        try await caller.call(.findBillingSchedule, as: call) { world, now in
            guard let schedule = world.schedules(key: call.key).first else { return .absent }
            guard schedule.finishes <= now else { return .unfinished(retryAfter: Self.patience) }
            return .present(Receipt(externalID: schedule.id, origin: .created))
        }
    }

    package func findBillingSchedules(as call: Call) async throws -> [String] {
        try await caller.call(.findBillingSchedule, as: call) { world, now in
            let schedules = world.schedules(key: call.key)
            guard schedules.allSatisfy({ $0.finishes <= now }) else { throw Self.stillProcessing }
            return schedules.map(\.id)
        }
    }

    package func hasBillingSchedule(_ id: String, as call: Call) async throws -> Bool {
        try await caller.call(.hasBillingSchedule, as: call) { world, _ in world.schedule(id) != nil }
    }

    package func cancelBillingSchedule(_ id: String, as call: Call) async throws -> Undone {
        try await caller.undo(.cancelBillingSchedule, as: call) { world, now in
            try world.cancelSchedule(id, key: call.key, at: now)
        }
    }
}

/// The PSA in memory.
package struct MemoryPSA: PSA {
    let caller: MemoryCaller

    package init(_ targets: MemoryTargets, through gate: any CallGate) {
        caller = MemoryCaller(targets: targets, gate: gate)
    }

    package func createTasks(_ list: TaskListRecord, project: String, as call: Call) async throws -> String {
        try await caller.call(.createTasks, as: call) { world, _ in
            try world.create(list, project: project, key: call.key)
        }
    }

    package func findTaskLists(project: String, as call: Call) async throws -> [String] {
        try await caller.call(.findTasks, as: call) { world, _ in
            world.taskLists(key: call.key, project: project).map(\.id)
        }
    }

    package func hasTasks(_ id: String, project: String, as call: Call) async throws -> Bool {
        try await caller.call(.hasTasks, as: call) { world, _ in world.hasTaskList(id, project: project) }
    }

    package func deleteTasks(_ id: String, project: String, as call: Call) async throws -> Undone {
        try await caller.undo(.deleteTasks, as: call) { world, _ in
            try world.deleteTasks(id, project: project, key: call.key)
            return true
        }
    }

    package func activateProject(_ project: String, as call: Call) async throws -> String {
        try await caller.call(.activateProject, as: call) { world, _ in world.activate(project, key: call.key) }
    }

    package func findActivation(of project: String, as call: Call) async throws -> String? {
        try await caller.call(.findActivation, as: call) { world, _ in world.activation(of: project)?.id }
    }

    package func deactivateProject(_ project: String, as call: Call) async throws -> Undone {
        try await caller.undo(.deactivateProject, as: call) { world, _ in
            try world.deactivate(project, key: call.key)
            return true
        }
    }
}

/// The CRM in memory.
package struct MemoryCRM: CRM {
    let caller: MemoryCaller

    package init(_ targets: MemoryTargets, through gate: any CallGate) {
        caller = MemoryCaller(targets: targets, gate: gate)
    }

    package func writeHandoff(_ status: HandoffStatus, opportunity: String, as call: Call) async throws {
        try await caller.call(.writeHandoff, as: call) { world, _ in
            world.write(status, opportunity: opportunity, key: call.key)
        }
    }
}

/// The tax engine in memory: it knows these countries' rates, and taxes every sale at the customer's.
package struct MemoryTax: Tax {
    let caller: MemoryCaller
    private let rates: [String: Int]

    package init(_ targets: MemoryTargets, through gate: any CallGate, rates: [String: Int] = ["DE": 1900]) {
        caller = MemoryCaller(targets: targets, gate: gate)
        self.rates = rates
    }

    package func treatment(of sale: TaxQuestion, as call: Call) async throws -> TaxAnswer {
        try await caller.call(.determineTax, as: call) { [rates] _, _ in
            guard let rate = rates[sale.customerCountry] else {
                throw TargetRefusal(
                    status: 422, code: "unknown_jurisdiction", text: "\(sale.customerCountry) is not in the table")
            }
            return TaxAnswer(treatment: "standard", rateBasisPoints: rate)
        }
    }
}
