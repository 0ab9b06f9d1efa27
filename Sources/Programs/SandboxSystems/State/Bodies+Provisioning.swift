struct ContactBody: AskedBody {
    var externalReference: String?
    var role: String
    var name: String
    var email: String?

    func check() throws(Refusal) {
        try Refusal.require(role, "role")
        try Refusal.require(name, "name")
    }
}

struct DimensionsBody: AskedBody {
    var externalReference: String?
    var entity: String
    var costCentre: String
    var dimensions: [String: String]
    var projectReference: String

    /// A cost centre whose code begins with an entity's, such as `DE01-4100`, is that entity's alone.
    func check() throws(Refusal) {
        try Refusal.require(entity, "entity")
        try Refusal.require(projectReference, "projectReference")
        let start = costCentre.prefix { $0 != "-" }
        let isSomeEntity =
            start.count == 4 && start.prefix(2).allSatisfy(\.isLetter) && start.suffix(2).allSatisfy(\.isNumber)
        guard !costCentre.isEmpty, !isSomeEntity || start == entity else {
            throw Refusal(
                .unprocessableContent, "invalid_combination",
                "cost centre \(costCentre) is not one of entity \(entity)")
        }
        for (name, value) in dimensions.sorted(by: { $0.key < $1.key }) where value.isEmpty {
            throw Refusal(.unprocessableContent, "invalid_combination", "dimension \(name) has no value")
        }
    }
}

struct PhaseHeading: Codable, Sendable {
    var code: String
    var name: String
    var template: String?
    var templateVersion: Int?
}

struct TaskLine: Codable, Sendable {
    var line: String
    var code: String
    var name: String
    var parent: String?
    var billingCode: String?
}

struct TaskListBody: AskedBody {
    var externalReference: String?
    var phase: PhaseHeading?
    var tasks: [TaskLine]

    func check() throws(Refusal) {
        guard !tasks.isEmpty else {
            throw Refusal(.unprocessableContent, "no_tasks", "a task list needs at least one task")
        }
        if let phase { try Refusal.require(phase.code, "phase.code") }
        var known: Set<String> = []
        for task in tasks {
            if let parent = task.parent, !known.contains(parent) {
                throw Refusal(
                    .unprocessableContent, "unknown_parent", "there is no task \(parent) before \(task.code)")
            }
            known.insert(task.code)
        }
    }
}

struct DemandBody: AskedBody {
    var externalReference: String?
    var role: String
    var skill: String
    var location: String
    var startDate: String
    var hours: Int?

    func check() throws(Refusal) {
        try Refusal.require(role, "role")
        try Refusal.require(skill, "skill")
        try Refusal.require(location, "location")
        try Refusal.require(startDate, "startDate")
    }
}
