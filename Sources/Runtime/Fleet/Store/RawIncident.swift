import FoundationEssentials
import PostgreSQL
import Workers

/// An incident about a message that no handoff stands for, or that contradicts one: the row is the truth, the message
/// in the dead-letter queue is its copy.
struct RawIncident: Sendable, Equatable {
    var id: UUID
    /// Unique for ever: a second copy of an old failure finds its row.
    var cause: String
    var handoff: UUID?
    var queue: String
    var incidentClass: IncidentClass
    var story: String
    var correlationID: String
    var body: [UInt8]
    /// The message's origin: exchange, routing key, message id and content type.
    var headers: [String: String]

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
