/// One thing that was done: a line of the state file.
struct Effect: Sendable {
    /// The line's number, from 1, without gaps.
    var seq: Int
    /// When it was done, ISO 8601 in UTC.
    var time: String
    var verb: Verb
    /// The idempotency key, or the external reference where the request had no key.
    var key: String
    var correlationId: String
    /// The id of the thing, as reads give it.
    var id: String
    /// What the path named: the project of a task list, for instance.
    var subject: String?
    /// When an accepted thing becomes active, in milliseconds since 1970.
    var finishes: Int64?
    /// SHA-256 over what was asked, in canonical form.
    var hash: String
    var asked: Asked
}

/// What was asked, as the request's body said it.
enum Asked: Sendable {
    case customer(CustomerBody)
    case contact(ContactBody)
    case dimensions(DimensionsBody)
    case project(ProjectBody)
    case schedule(ScheduleBody)
    case tasks(TaskListBody)
    case demand(DemandBody)
    case activation(BareBody)
    case removal(BareBody)
    case handoff(HandoffBody)
}

extension Effect: Codable {
    private enum Field: String, CodingKey {
        case seq, time, system, verb, key, correlationId, id, subject, finishes, hash, asked
    }

    init(from decoder: any Decoder) throws {
        let line = try decoder.container(keyedBy: Field.self)
        seq = try line.decode(Int.self, forKey: .seq)
        time = try line.decode(String.self, forKey: .time)
        verb = try line.decode(Verb.self, forKey: .verb)
        key = try line.decode(String.self, forKey: .key)
        correlationId = try line.decode(String.self, forKey: .correlationId)
        id = try line.decode(String.self, forKey: .id)
        subject = try line.decodeIfPresent(String.self, forKey: .subject)
        finishes = try line.decodeIfPresent(Int64.self, forKey: .finishes)
        hash = try line.decode(String.self, forKey: .hash)
        asked =
            switch verb {
            case .createCustomer, .updateCustomer: .customer(try line.decode(CustomerBody.self, forKey: .asked))
            case .createContact: .contact(try line.decode(ContactBody.self, forKey: .asked))
            case .reserveDimensions: .dimensions(try line.decode(DimensionsBody.self, forKey: .asked))
            case .createProject: .project(try line.decode(ProjectBody.self, forKey: .asked))
            case .createBillingSchedule: .schedule(try line.decode(ScheduleBody.self, forKey: .asked))
            case .createTasks: .tasks(try line.decode(TaskListBody.self, forKey: .asked))
            case .publishDemand: .demand(try line.decode(DemandBody.self, forKey: .asked))
            case .activateProject: .activation(try line.decode(BareBody.self, forKey: .asked))
            case .deleteContact, .releaseDimensions, .deleteProject, .cancelBillingSchedule, .deleteTasks,
                .deactivateProject, .withdrawDemand:
                .removal(try line.decode(BareBody.self, forKey: .asked))
            case .writeHandoff: .handoff(try line.decode(HandoffBody.self, forKey: .asked))
            case .getCustomer, .findCustomers, .findContacts, .getContact, .findReservations, .getReservation,
                .findDemands, .getDemand, .determineTax, .findProjects, .getProject, .findBillingSchedules,
                .getBillingSchedule,
                .findTasks, .getTasks, .getActivation, .getHandoff, .getHandoffHistory:
                throw DecodingError.dataCorruptedError(
                    forKey: .verb, in: line, debugDescription: "\(verb.rawValue) has no effect to log")
            }
    }

    func encode(to encoder: any Encoder) throws {
        var line = encoder.container(keyedBy: Field.self)
        try line.encode(seq, forKey: .seq)
        try line.encode(time, forKey: .time)
        try line.encode(verb.system, forKey: .system)
        try line.encode(verb, forKey: .verb)
        try line.encode(key, forKey: .key)
        try line.encode(correlationId, forKey: .correlationId)
        try line.encode(id, forKey: .id)
        try line.encodeIfPresent(subject, forKey: .subject)
        try line.encodeIfPresent(finishes, forKey: .finishes)
        try line.encode(hash, forKey: .hash)
        switch asked {
        case .customer(let body): try line.encode(body, forKey: .asked)
        case .contact(let body): try line.encode(body, forKey: .asked)
        case .dimensions(let body): try line.encode(body, forKey: .asked)
        case .project(let body): try line.encode(body, forKey: .asked)
        case .schedule(let body): try line.encode(body, forKey: .asked)
        case .tasks(let body): try line.encode(body, forKey: .asked)
        case .demand(let body): try line.encode(body, forKey: .asked)
        case .activation(let body), .removal(let body): try line.encode(body, forKey: .asked)
        case .handoff(let body): try line.encode(body, forKey: .asked)
        }
    }
}
