/// A request body that says what is to be written.
protocol AskedBody: Codable, Sendable {
    /// The key of the request where the header gives none.
    var externalReference: String? { get }
    /// Refuses what no target would take.
    func check() throws(Refusal)
}

struct CustomerBody: AskedBody {
    var externalReference: String?
    var name: String
    var entity: String
    var taxId: String?
    var email: String?
    var country: String?
    var parentId: String?
    var archived: Bool?

    func check() throws(Refusal) {
        try Refusal.require(name, "name")
        try Refusal.require(entity, "entity")
    }
}

struct ProjectBody: AskedBody {
    var externalReference: String?
    var name: String
    var customerId: String
    var entity: String
    var currency: String
    var contract: String
    var number: String?
    var startDate: String
    var endDate: String
    var manager: String

    func check() throws(Refusal) {
        try Refusal.require(name, "name")
        try Refusal.require(customerId, "customerId")
        try Refusal.require(currency, "currency")
        // Both are yyyy-mm-dd, which sorts as text.
        guard startDate <= endDate else {
            throw Refusal(.unprocessableContent, "dates_reversed", "endDate lies before startDate")
        }
    }
}

struct ScheduleLine: Codable, Sendable {
    var number: Int
    var dueDate: String
    var amountMinor: Int64
    var text: String
}

struct ScheduleBody: AskedBody {
    var externalReference: String?
    var projectId: String
    var customerId: String
    var currency: String
    var lines: [ScheduleLine]

    func check() throws(Refusal) {
        try Refusal.require(projectId, "projectId")
        try Refusal.require(currency, "currency")
        guard !lines.isEmpty else {
            throw Refusal(.unprocessableContent, "no_lines", "a billing schedule needs at least one line")
        }
    }
}

/// The body of a write whose path says all: it may be missing.
struct BareBody: AskedBody {
    var externalReference: String?

    func check() throws(Refusal) {}
}

struct HandoffBody: AskedBody {
    var externalReference: String?
    var contract: String?
    var state: String
    var waitingOn: String?
    var since: String
    var nextTry: String?
    var projectId: String?
    var customerId: String?
    var scheduleId: String?
    var attention: String?
    var sourceVersion: Int64

    func check() throws(Refusal) {
        try Refusal.require(state, "state")
    }
}
