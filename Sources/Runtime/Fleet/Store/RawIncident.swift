import FoundationEssentials
import PostgreSQL
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
    package var correlationID: String
    /// Nil where no message stands behind it.
    package var body: [UInt8]?
    /// The message's origin: exchange, routing key, message id and content type.
    package var headers: [String: String]

    package init(
        id: UUID, cause: String, handoff: UUID? = nil, queue: String, incidentClass: IncidentClass, story: String,
        correlationID: String, body: [UInt8]?, headers: [String: String]
    ) {
        self.id = id
        self.cause = cause
        self.handoff = handoff
        self.queue = queue
        self.incidentClass = incidentClass
        self.story = story
        self.correlationID = correlationID
        self.body = body
        self.headers = headers
    }

    /// The copy falls due after `lease`, if whoever writes this could not publish it.
    static func insert(_ incidents: [RawIncident], lease: Duration) throws -> Command {
        Command(
            IntakeStatements.insertIncidents, incidents.map(\.id), incidents.map(\.cause), incidents.map(\.handoff),
            incidents.map(\.queue), incidents.map(\.incidentClass.rawValue),
            incidents.map(\.incidentClass.owner.rawValue), incidents.map(\.story), incidents.map(\.correlationID),
            incidents.map(\.body),
            try incidents.map { JSONText(String(decoding: try JSONEncoder().encode($0.headers), as: UTF8.self)) },
            lease.milliseconds)
    }
}
