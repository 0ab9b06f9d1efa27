import Connectors
import Sagas
import Workers

/// All that the systems hold: values, changed by effects only.
package struct TargetWorld: Sendable {
    package struct Customer: Sendable {
        package let id: String
        package let key: String
        let created: CustomerRecord
        package var record: CustomerRecord
    }

    package struct Project: Sendable {
        package let id: String
        package let key: String
        package let record: ProjectRecord
        package var isGone = false
    }

    package struct Schedule: Sendable {
        package let id: String
        package let key: String
        package let record: BillingScheduleRecord
        let finishes: ContinuousClock.Instant
        package var isGone = false
    }

    package struct TaskList: Sendable {
        package let id: String
        package let key: String
        package let project: String
        package let list: TaskListRecord
        package var isGone = false
    }

    package struct Contact: Sendable {
        package let id: String
        package let key: String
        package let customer: String
        package let record: ContactRecord
        package var isGone = false
    }

    package struct Reservation: Sendable {
        package let id: String
        package let key: String
        package let record: DimensionRecord
        package var isGone = false
    }

    package struct Demand: Sendable {
        package let id: String
        package let key: String
        package let project: String
        package let record: DemandRecord
        package var isGone = false
    }

    package struct Activation: Sendable {
        package let id: String
        package let key: String
        package let project: String
        package var isGone = false
    }

    package private(set) var customers: [Customer] = []
    package var contacts: [Contact] = []
    package var reservations: [Reservation] = []
    package var demands: [Demand] = []
    package private(set) var projects: [Project] = []
    package private(set) var schedules: [Schedule] = []
    package private(set) var taskLists: [TaskList] = []
    package private(set) var activations: [Activation] = []
    package private(set) var statuses: [String: HandoffStatus] = [:]
    package private(set) var effects: [MemoryTargets.Effect] = []
    var faults: [TargetFault] = []
    /// Whether customers and schedules are made once a key.
    let hasNativeKeys: Bool
    /// Whether asking for a key finds what it made.
    let isSearchable: Bool

    init(hasNativeKeys: Bool, isSearchable: Bool) {
        self.hasNativeKeys = hasNativeKeys
        self.isSearchable = isSearchable
    }

    mutating func takeFault(_ verb: TargetVerb) -> TargetFault.Effect? {
        guard let place = faults.firstIndex(where: { ($0.verb ?? verb) == verb && $0.count != 0 }) else { return nil }
        if let count = faults[place].count { faults[place].count = count - 1 }
        return faults[place].effect
    }

    mutating func note(_ verb: TargetVerb, _ key: String, _ id: String) {
        effects.append(.init(verb: verb, key: key, id: id))
    }

    /// Six digits, as the sandbox counts.
    static func id(_ prefix: String, _ number: Int) -> String {
        let digits = String(number, radix: 16, uppercase: prefix.first?.isUppercase ?? true)
        return "\(prefix)-" + String(repeating: "0", count: max(0, 6 - digits.count)) + digits
    }

    static func missing(_ id: String) -> TargetRefusal {
        TargetRefusal(status: 404, code: "not_found", text: "\(id) does not exist")
    }
}

/// The ERP: customers and schedules know their keys, projects do not.
extension TargetWorld {
    func customers(key: String) -> [Customer] { isSearchable ? customers.filter { $0.key == key } : [] }
    func project(_ id: String) -> Project? { projects.first { $0.id == id && !$0.isGone } }
    func projects(key: String) -> [Project] {
        isSearchable ? projects.filter { $0.key == key && !$0.isGone } : []
    }
    func schedule(_ id: String) -> Schedule? { schedules.first { $0.id == id && !$0.isGone } }
    func schedules(key: String) -> [Schedule] {
        isSearchable ? schedules.filter { $0.key == key && !$0.isGone } : []
    }

    mutating func create(_ customer: CustomerRecord, key: String) throws -> String {
        if hasNativeKeys, let known = customers.first(where: { $0.key == key }) {
            guard known.created == customer else {
                throw TargetRefusal(status: 409, code: "other_body", text: "key \(key) was used with another body")
            }
            return known.id
        }
        try checkParent(of: customer)
        let id = Self.id("CUS", customers.count + 1)
        customers.append(Customer(id: id, key: key, created: customer, record: customer))
        note(.createCustomer, key, id)
        return id
    }

    mutating func update(_ id: String, to customer: CustomerRecord, key: String) throws {
        guard let place = customers.firstIndex(where: { $0.id == id }) else { throw Self.missing(id) }
        try checkParent(of: customer)
        customers[place].record = customer
        note(.updateCustomer, key, id)
    }

    mutating func create(_ project: ProjectRecord, key: String) throws -> String {
        guard customers.contains(where: { $0.id == project.customerID }) else {
            throw TargetRefusal(status: 422, code: "unknown_customer", text: "\(project.customerID) does not exist")
        }
        guard project.start <= project.end else {
            throw TargetRefusal(status: 422, code: "dates_reversed", text: "it ends before it begins")
        }
        if let number = project.number, projects.contains(where: { $0.record.number == number && !$0.isGone }) {
            throw TargetRefusal(status: 409, code: "duplicate_number", text: "number \(number) is taken")
        }
        let id = Self.id("PRJ", projects.count + 1)
        projects.append(Project(id: id, key: key, record: project))
        note(.createProject, key, id)
        return id
    }

    /// What a person makes by hand, without any key of ours.
    mutating func createByHand(_ customer: CustomerRecord, contacts: [ContactRecord]) {
        let id = Self.id("CUS", customers.count + 1)
        customers.append(Customer(id: id, key: "", created: customer, record: customer))
        for contact in contacts {
            self.contacts.append(
                Contact(id: Self.id("CON", self.contacts.count + 1), key: "", customer: id, record: contact))
        }
    }

    /// What a person makes by hand, without any key of ours.
    mutating func createByHand(_ project: ProjectRecord) -> String {
        let id = Self.id("PRJ", projects.count + 1)
        projects.append(Project(id: id, key: "", record: project))
        return id
    }

    mutating func deleteProject(_ id: String, key: String) throws {
        guard let place = projects.firstIndex(where: { $0.id == id && !$0.isGone }) else { throw Self.missing(id) }
        guard !schedules.contains(where: { $0.record.projectID == id && !$0.isGone }) else {
            throw TargetRefusal(status: 409, code: "has_schedules", text: "project \(id) has billing schedules")
        }
        projects[place].isGone = true
        note(.deleteProject, key, id)
    }

    /// The schedule's id once it is active; nil while the ERP works on it.
    mutating func create(
        _ schedule: BillingScheduleRecord, key: String, at now: ContinuousClock.Instant, delay: Duration
    ) throws -> String? {
        if hasNativeKeys, let known = schedules.first(where: { $0.key == key }) {
            guard known.record == schedule else {
                throw TargetRefusal(status: 409, code: "other_body", text: "key \(key) was used with another body")
            }
            guard !known.isGone else {
                throw TargetRefusal(status: 410, code: "cancelled", text: "the schedule of key \(key) was cancelled")
            }
            return known.finishes <= now ? known.id : nil
        }
        guard project(schedule.projectID) != nil else {
            throw TargetRefusal(status: 422, code: "unknown_project", text: "\(schedule.projectID) does not exist")
        }
        guard !schedule.lines.isEmpty else {
            throw TargetRefusal(status: 422, code: "no_lines", text: "there is nothing to bill")
        }
        let id = Self.id("BIL", schedules.count + 1)
        schedules.append(Schedule(id: id, key: key, record: schedule, finishes: now + delay))
        note(.createBillingSchedule, key, id)
        return nil
    }

    /// False while the ERP still works on it.
    mutating func cancelSchedule(_ id: String, key: String, at now: ContinuousClock.Instant) throws -> Bool {
        guard let place = schedules.firstIndex(where: { $0.id == id && !$0.isGone }) else { throw Self.missing(id) }
        guard schedules[place].finishes <= now else { return false }
        schedules[place].isGone = true
        note(.cancelBillingSchedule, key, id)
        return true
    }
}

/// The PSA and the CRM.
extension TargetWorld {
    func taskLists(key: String, project: String) -> [TaskList] {
        isSearchable ? taskLists.filter { $0.key == key && $0.project == project && !$0.isGone } : []
    }

    func hasTaskList(_ id: String, project: String) -> Bool {
        taskLists.contains { $0.id == id.lowercased() && $0.project == project && !$0.isGone }
    }

    func activation(of project: String) -> Activation? {
        activations.first { $0.project == project && !$0.isGone }
    }

    mutating func create(_ list: TaskListRecord, project: String, key: String) throws -> String {
        var known: Set<String> = []
        for task in list.tasks {
            if let parent = task.parent, !known.contains(parent) {
                throw TargetRefusal(status: 422, code: "unknown_parent", text: "no task \(parent) before \(task.code)")
            }
            known.insert(task.code)
        }
        let id = Self.id("tsk", taskLists.count + 1)
        taskLists.append(TaskList(id: id, key: key, project: project, list: list))
        note(.createTasks, key, id)
        return id
    }

    mutating func deleteTasks(_ id: String, project: String, key: String) throws {
        let found = taskLists.firstIndex { $0.id == id.lowercased() && $0.project == project && !$0.isGone }
        guard let found else { throw Self.missing(id) }
        guard activation(of: project) == nil || taskLists.count(where: { $0.project == project && !$0.isGone }) > 1
        else {
            throw TargetRefusal(status: 409, code: "is_active", text: "project \(project) is active")
        }
        taskLists[found].isGone = true
        note(.deleteTasks, key, taskLists[found].id)
    }

    mutating func activate(_ project: String, key: String) -> String {
        if let known = activation(of: project) { return known.id }
        let id = Self.id("act", activations.count + 1)
        activations.append(Activation(id: id, key: key, project: project))
        note(.activateProject, key, id)
        return id
    }

    mutating func deactivate(_ project: String, key: String) throws {
        guard let place = activations.firstIndex(where: { $0.project == project && !$0.isGone }) else {
            throw Self.missing("activation of \(project)")
        }
        activations[place].isGone = true
        note(.deactivateProject, key, activations[place].id)
    }

    /// Where a newer status is there already, that stays.
    mutating func write(_ status: HandoffStatus, opportunity: String, key: String) {
        let name = "\(opportunity)/\(status.contract ?? "")"
        if let known = statuses[name], known.sourceVersion > status.sourceVersion || known == status { return }
        statuses[name] = status
        note(.writeHandoff, key, opportunity)
    }
}
