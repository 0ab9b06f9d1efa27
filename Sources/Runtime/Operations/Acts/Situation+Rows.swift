import FoundationEssentials
import PostgreSQL

/// The incident was there when it was listed and is not any more: somebody deleted rows.
struct IncidentGone: Error, CustomStringConvertible {
    var description: String { "an incident is no longer in the database, although nothing of ours deletes any" }
}

extension Situation {
    /// Reads the last five results: handoff, incident, steps, last act, words.
    init(_ results: [[Row]]) throws {
        let parts = results.suffix(5).map(\.self)
        guard parts.count == 5, let incident = parts[1].first else { throw IncidentGone() }
        self.incident = Incident(
            state: try incident.decode("state"), resolution: try incident.decode("resolution"),
            closedBy: try incident.decode("closed_by"), closedAt: try incident.decode("closed_at"),
            heldBy: try incident.decode("held_by"), heldBecause: try incident.decode("held_why"),
            heldAt: try incident.decode("held_at"), revision: Int(try incident.decode("revision", as: Int32.self)),
            isBlocking: try incident.decode("blocking"), step: try incident.decode("step"),
            incidentClass: try incident.decode("class"), owner: try incident.decode("owner"),
            hasBody: try incident.decode("has_body"),
            origin: try incident.decode("origin", as: String?.self).map {
                try JSONDecoder().decode([String: String].self, from: Data($0.utf8))
            } ?? [:])
        handoff = try parts[0].first.map { row in
            Handoff(
                opportunity: try row.decode("opportunity"), state: try row.decode("state"),
                kind: try row.decode("kind"), direction: try row.decode("direction"), queue: try row.decode("queue"),
                correlationID: try row.decode("correlation_id"))
        }
        steps = try parts[2].map { row in
            Step(
                handoff: try row.decode("handoff_id"), ordinal: Int(try row.decode("ordinal", as: Int16.self)),
                name: try row.decode("name"), state: try row.decode("state"), isFinal: try row.decode("final"),
                externalID: try row.decode("external_id"))
        }
        lastAct = try parts[3].first.map {
            LastAct(actor: try $0.decode("actor"), act: try $0.decode("act"), at: try $0.decode("at"))
        }
        retry = try parts[4].first?.decode("retry")
        next = try parts[4].first?.decode("next")
    }
}
