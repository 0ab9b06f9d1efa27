import FoundationEssentials
import PostgreSQL
import Sagas
import Workers

/// An incident about a message that no handoff stands for, or that contradicts one: the row is the truth, the message
/// in the dead-letter queue is its copy.
package struct RawIncident: Sendable, Equatable {
    package var id: UUID
    /// Unique for ever: a second copy of an old failure finds its row.
    package var cause: String
    package var handoff: UUID?
    package var queue: String
    package var incidentClass: IncidentClass
    package var story: String
    /// What a target said in its own words.
    package var said: String?
    package var correlationID: String
    /// Nil where no message stands behind it.
    package var body: [UInt8]?
    /// The message's origin: exchange, routing key, message id and content type.
    package var headers: [String: String]
    /// What is known of the deal; people ask for it by that.
    package var facts: DealFacts
    /// What another system shall say of the deal, unless a version of its own that runs, or a later one, says more.
    package var status: Status?
    /// Whether the message, if it is known, came once more: one that was handed out before may be the known one itself.
    package var countsRepeat: Bool

    package init(
        id: UUID, cause: String, handoff: UUID? = nil, queue: String, incidentClass: IncidentClass, story: String,
        said: String? = nil, correlationID: String, body: [UInt8]?, headers: [String: String],
        facts: DealFacts = DealFacts(),
        status: Status? = nil, countsRepeat: Bool = true
    ) {
        self.id = id
        self.cause = cause
        self.handoff = handoff
        self.queue = queue
        self.incidentClass = incidentClass
        self.story = story
        self.said = said
        self.correlationID = correlationID
        self.body = body
        self.headers = headers
        self.facts = facts
        self.status = status
        self.countsRepeat = countsRepeat
    }

    /// The copy falls due after `lease`, if whoever writes this could not publish it. Answers the ids of those that are new.
    static func insert(_ incidents: [RawIncident], lease: Duration) throws -> Command {
        Command(
            IncidentStatements.open, incidents.map(\.id), incidents.map(\.cause), incidents.map(\.handoff),
            incidents.map(\.queue), incidents.map(\.incidentClass.rawValue),
            incidents.map(\.incidentClass.owner.rawValue), incidents.map(\.story), incidents.map(\.correlationID),
            incidents.map(\.body),
            try incidents.map { JSONText(String(decoding: try JSONEncoder().encode($0.headers), as: UTF8.self)) },
            lease.milliseconds, try incidents.map { try StoredFacts($0.facts).json }, incidents.map(\.countsRepeat))
    }

    /// Keeps what targets said with those that were just opened; nil where none said anything.
    static func keepWords(of incidents: [RawIncident]) -> Command? {
        let said = incidents.filter { $0.said != nil }
        return said.isEmpty ? nil : Command(IncidentStatements.keepWords, said.map(\.id), said.map(\.said))
    }

    /// What other systems shall say of those that were just opened; nil where none has anything to say.
    static func wantStatuses(of incidents: [RawIncident]) -> Command? {
        let told = incidents.compactMap { incident in incident.status.map { (incident.id, $0) } }
        guard !told.isEmpty else { return nil }
        return Command(
            IncidentStatements.wantStatuses, told.map(\.0), told.map(\.1.target), told.map(\.1.object),
            told.map(\.1.queue.name), told.map(\.1.content))
    }
}

/// The facts by the names of their columns.
struct StoredFacts: Encodable {
    private let facts: DealFacts

    init(_ facts: DealFacts) {
        self.facts = facts
    }

    private enum CodingKeys: String, CodingKey {
        case opportunity, contract, version, customer, currency, findings
        case source = "event_source"
        case eventID = "event_id"
        case folded = "customer_folded"
        case totalMinor = "total_minor"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(facts.source, forKey: .source)
        try container.encodeIfPresent(facts.eventID, forKey: .eventID)
        try container.encodeIfPresent(facts.opportunity, forKey: .opportunity)
        try container.encodeIfPresent(facts.contract, forKey: .contract)
        try container.encodeIfPresent(facts.version, forKey: .version)
        try container.encodeIfPresent(facts.customer, forKey: .customer)
        try container.encodeIfPresent(facts.customer.map(folded), forKey: .folded)
        try container.encodeIfPresent(facts.totalMinor, forKey: .totalMinor)
        try container.encodeIfPresent(facts.currency, forKey: .currency)
        if !facts.faults.isEmpty { try container.encode(facts.faults, forKey: .findings) }
    }

    var json: JSONText {
        get throws { JSONText(String(decoding: try JSONEncoder().encode(self), as: UTF8.self)) }
    }
}
