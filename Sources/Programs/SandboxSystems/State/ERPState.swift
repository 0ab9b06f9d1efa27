/// What the ERP holds.
struct ERPState: Sendable {
    struct Customer: Sendable {
        let id: String
        let key: String
        /// The hash of what was asked when it was created, which a repetition must match.
        let createdHash: String
        var body: CustomerBody
        var correlationID: String
    }

    struct Project: Sendable {
        let id: String
        let number: String
        let key: String
        let body: ProjectBody
        let correlationID: String
    }

    struct Schedule: Sendable {
        let id: String
        let key: String
        let hash: String
        let body: ScheduleBody
        let correlationID: String
        let finishes: Int64
    }

    private(set) var customers: [String: Customer] = [:]
    var contacts = ContactState()
    var reservations = ReservationState()
    /// Those that are gone too: neither an id nor a schedule's key is ever used again.
    private var projects: [String: Project] = [:]
    private var schedules: [String: Schedule] = [:]
    /// The ids of deleted projects and cancelled schedules.
    private var gone: Set<String> = []
    private var customerByKey: [String: String] = [:]
    private var customersByTrait: [Trait: Set<String>] = [:]
    private var projectsByReference: [String: [String]] = [:]
    private var scheduleByKey: [String: String] = [:]
    private var schedulesByReference: [String: [String]] = [:]
    private var projectsByNumber: [String: [String]] = [:]
    private var schedulesByProject: [String: [String]] = [:]

    /// By what a customer is found: its tax id, its name, or a word of its name.
    private enum Trait: Hashable {
        case taxID(String)
        case name(String)
        case part(String)

        static func all(of body: CustomerBody) -> Set<Trait> {
            var traits: Set<Trait> = [.name(Spelled.name(body.name))]
            if let taxID = body.taxId { traits.insert(.taxID(Spelled.registration(taxID))) }
            for word in Spelled.words(of: body.name) { traits.formUnion(parts(of: word)) }
            return traits
        }

        /// All pieces of up to three letters: each part of the word begins with one of them.
        static func parts(of word: String) -> Set<Trait> {
            let letters = Array(word)
            return Set(
                letters.indices.flatMap { start in
                    (1...3).compactMap { length in
                        start + length <= letters.count ? .part(String(letters[start..<start + length])) : nil
                    }
                })
        }
    }

    var nextCustomerID: String { "CUS-\(hex(customers.count + 1))" }
    var nextProjectID: String { "PRJ-\(hex(projects.count + 1))" }
    var nextScheduleID: String { "BIL-\(hex(schedules.count + 1))" }

    func customer(key: String) -> Customer? {
        customerByKey[key].flatMap { customers[$0] }
    }

    /// The customers that have this tax id, this name and each word of `search` in their name, each where given, oldest
    /// first; of one entity or of all.
    func customers(entity: String?, taxID: String?, name: String?, search: String?) -> [Customer] {
        let exact: [Trait?] = [
            taxID.map { .taxID(Spelled.registration($0)) }, name.map { .name(Spelled.name($0)) },
        ]
        let words = search.map(Spelled.words) ?? []
        let wanted = exact.compactMap(\.self) + words.map { .part(String($0.prefix(3))) }
        let sets = wanted.map { customersByTrait[$0] ?? [] }.sorted { $0.count < $1.count }
        guard var ids = sets.first else { return [] }
        for other in sets.dropFirst() { ids.formIntersection(other) }
        return ids.sorted().compactMap { customers[$0] }.filter { customer in
            let known = Spelled.words(of: customer.body.name)
            return customer.body.entity == entity ?? customer.body.entity
                && words.allSatisfy { word in known.contains { $0.contains(word) } }
        }
    }

    func project(_ id: String) -> Project? {
        gone.contains(id) ? nil : projects[id]
    }

    func projects(reference: String) -> [Project] {
        (projectsByReference[reference] ?? []).compactMap { project($0) }
    }

    /// The projects that were made with this number.
    func projects(number: String) -> [Project] {
        (projectsByNumber[number] ?? []).compactMap { project($0) }
    }

    func schedule(_ id: String) -> Schedule? {
        gone.contains(id) ? nil : schedules[id]
    }

    /// The schedule that was made with `key`, and whether it was cancelled since.
    func schedule(key: String) -> (schedule: Schedule, isGone: Bool)? {
        scheduleByKey[key].flatMap { schedules[$0] }.map { ($0, gone.contains($0.id)) }
    }

    func schedules(reference: String) -> [Schedule] {
        (schedulesByReference[reference] ?? []).compactMap { schedule($0) }
    }

    /// Whether a project has schedules that were not cancelled.
    func hasSchedules(project: String) -> Bool {
        (schedulesByProject[project] ?? []).contains { schedule($0) != nil }
    }

    mutating func keep(_ body: CustomerBody, _ effect: Effect) {
        if var known = customers[effect.id] {
            for trait in Trait.all(of: known.body) { customersByTrait[trait]?.remove(effect.id) }
            known.body = body
            known.correlationID = effect.correlationId
            customers[effect.id] = known
        } else {
            customers[effect.id] = Customer(
                id: effect.id, key: effect.key, createdHash: effect.hash, body: body,
                correlationID: effect.correlationId)
            customerByKey[effect.key] = effect.id
        }
        for trait in Trait.all(of: body) { customersByTrait[trait, default: []].insert(effect.id) }
    }

    mutating func keep(_ body: ProjectBody, _ effect: Effect) {
        let number = body.number ?? "P-\(projects.count + 1)"
        projects[effect.id] = Project(
            id: effect.id, number: number, key: effect.key, body: body, correlationID: effect.correlationId)
        projectsByNumber[number, default: []].append(effect.id)
        projectsByReference[body.externalReference ?? effect.key, default: []].append(effect.id)
    }

    mutating func keep(_ body: ScheduleBody, _ effect: Effect) {
        schedules[effect.id] = Schedule(
            id: effect.id, key: effect.key, hash: effect.hash, body: body, correlationID: effect.correlationId,
            finishes: effect.finishes ?? 0)
        scheduleByKey[effect.key] = effect.id
        schedulesByReference[body.externalReference ?? effect.key, default: []].append(effect.id)
        schedulesByProject[body.projectId.uppercased(), default: []].append(effect.id)
    }

    mutating func remove(_ effect: Effect) {
        switch effect.verb {
        case .deleteContact: contacts.remove(effect)
        case .releaseDimensions: reservations.remove(effect)
        default: gone.insert(effect.id)
        }
    }
}

/// Six hexadecimal digits in capitals, so that the case of an id's letters can matter.
func hex(_ number: Int) -> String {
    let digits = String(number, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, 6 - digits.count)) + digits
}
