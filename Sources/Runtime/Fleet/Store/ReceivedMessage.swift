import FoundationEssentials
import PostgreSQL
import Workers

/// A message that was refused or given up, on its way to become an incident.
package struct ReceivedMessage: Sendable, Equatable {
    /// What it becomes; its cause lacks the round, which the rows tell.
    package var incident: RawIncident
    /// How often people have sent it, as the message itself says.
    package var timesSent: Int64
    /// Whether it was moved with the broker's own tools, so that only queue and bytes tell which message it is.
    package var wasMoved: Bool

    package init(_ incident: RawIncident, timesSent: Int64 = 0, wasMoved: Bool = false) {
        self.incident = incident
        self.timesSent = timesSent
        self.wasMoved = wasMoved
    }
}

/// What a message became.
package struct Reception: Sendable, Equatable {
    /// Its incident.
    package var incident: UUID
    /// Whether the incident was opened for it; else it is one more time of the same.
    package var isNew: Bool

    package init(incident: UUID, isNew: Bool) {
        self.incident = incident
        self.isNew = isNew
    }
}

/// Receiving messages: the same for workers, for the collector and for support.
package enum Receiving {
    /// In the order of their causes, as everybody locks them.
    private static let receiveStatement = Statement(
        "receive_messages",
        """
        SELECT r.asked, r.incident, r.is_new FROM (
            SELECT w.id AS asked, f.incident, f.is_new
            FROM (SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
                    $8::bytea[], $9::jsonb[], $11::jsonb[], $12::boolean[], $13::bigint[], $14::boolean[])
                AS u(id, prefix, queue, class, owner, story, correlation_id, body, headers, facts, counts, sent, moved)
                ORDER BY u.prefix) AS w
            CROSS JOIN LATERAL receive_message(w.id, w.prefix, w.queue, w.class, w.owner, w.story, w.correlation_id,
                w.body, w.headers, $10::bigint, w.facts, w.counts, w.sent, w.moved) AS f
            OFFSET 0) AS r
        """)

    private static let originStatement = Statement(
        "origin_of_body",
        """
        SELECT headers::text FROM incidents
        WHERE sha256(body) = sha256($1::bytea) AND body = $1 AND queue = $2 AND handoff_id IS NULL AND cause LIKE 'raw/%'
            AND headers ->> 'exchange' = 'deals'
        ORDER BY opened_at DESC, id LIMIT 1
        """)

    /// Commits `messages` together, and what other systems shall say of them; where `copyAfter` is given, the copy of each
    /// new incident falls due after it.
    package static func receive(
        _ messages: [ReceivedMessage], copyAfter: Duration?, in database: Database
    ) async throws -> [Reception] {
        let incidents = messages.map(\.incident)
        let command = Command(
            receiveStatement, incidents.map(\.id), incidents.map(\.cause), incidents.map(\.queue),
            incidents.map(\.incidentClass.rawValue), incidents.map(\.incidentClass.owner.rawValue),
            incidents.map(\.story), incidents.map(\.correlationID), incidents.map(\.body),
            try incidents.map { JSONText(String(decoding: try JSONEncoder().encode($0.headers), as: UTF8.self)) },
            copyAfter?.milliseconds, try incidents.map { try StoredFacts($0.facts).json },
            incidents.map(\.countsRepeat), messages.map(\.timesSent), messages.map(\.wasMoved))
        let rows = try await database.pipeline(
            [command, RawIncident.wantStatuses(of: incidents)].compactMap(\.self))[0]
        var receptions: [UUID: Reception] = [:]
        for row in rows {
            receptions[try row.value(0, as: UUID.self)] = Reception(
                incident: try row.value(1, as: UUID.self), isNew: try row.value(2, as: Bool.self))
        }
        return try messages.map { message in
            guard let reception = receptions[message.incident.id] else {
                throw Unanswered(queue: message.incident.queue)
            }
            return reception
        }
    }

    /// Where a message with these bytes came from, when it was refused in `queue` under a publisher's key; nil where none
    /// was.
    package static func origin(
        ofBody body: [UInt8], in queue: String, of database: Database
    ) async throws -> [String: String]? {
        guard let row = try await database.query(originStatement, body, queue).first,
            let text = try row.value(0, as: String?.self)
        else { return nil }
        return try JSONDecoder().decode([String: String].self, from: Data(text.utf8))
    }

    private struct Unanswered: Error, CustomStringConvertible {
        let queue: String
        var description: String { "the database did not say what a message of \(queue) became" }
    }
}
