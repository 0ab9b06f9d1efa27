import FoundationEssentials
import PostgreSQL

/// Answers what became of a deal, an event or a thing at a target.
public struct Inquiries: Sendable {
    let database: Database

    /// Reads through `database`, whose role needs no more than to read.
    public init(database: Database) {
        self.database = database
    }

    private static let handoffs = Statement(
        "inquire_handoffs",
        """
        WITH found AS (
            SELECT id FROM handoffs WHERE opportunity = $1 OR contract = $1 OR correlation_id = $1 OR id::text = $1
            UNION SELECT k.id FROM handoffs k JOIN opportunity_names n ON k.opportunity = n.opportunity WHERE n.name = $1
            UNION SELECT handoff_id FROM events WHERE event_id = $1 AND handoff_id IS NOT NULL
            UNION SELECT handoff_id FROM steps WHERE external_id = $1
            UNION SELECT handoff_id FROM incidents WHERE $1 IN (id::text, case_id::text) AND handoff_id IS NOT NULL
        )
        SELECT h.id::text, h.opportunity, h.contract, h.version, d.customer, d.total_minor, d.currency, h.state,
            h.queue, CASE WHEN h.state IN ('waiting', 'parked') THEN coalesce(h.troubled_since, h.since) ELSE h.since END,
            h.cause, s.name, i.owner, h.last_error, h.due_at, h.correlation_id, i.case_id::text, i.class,
            coalesce(m.written_version = m.source_version, true), h.created_at, h.closed_at,
            coalesce(i.class, h.cause), h.base_version
        FROM handoffs h JOIN found USING (id) JOIN deals d ON d.handoff_id = h.id
        LEFT JOIN LATERAL (SELECT name FROM steps WHERE handoff_id = h.id AND state <> 'done'
            ORDER BY ordinal LIMIT 1) s ON true
        LEFT JOIN LATERAL (SELECT case_id, class, owner FROM incidents WHERE handoff_id = h.id AND state <> 'closed'
            ORDER BY blocking DESC, opened_at DESC LIMIT 1) i ON true
        LEFT JOIN mirrors m ON m.opportunity = h.opportunity AND m.contract = h.contract AND m.target = 'CRM'
        ORDER BY h.created_at, h.version
        """)

    private static let steps = Statement(
        "inquire_steps",
        """
        SELECT s.handoff_id::text, s.name, s.queue, s.state, s.attempts, s.external_id, \(StepOrigin.sql) FROM steps s
        WHERE s.handoff_id = ANY($1::text[]::uuid[]) ORDER BY s.handoff_id, s.ordinal
        """)

    private static let choices = Statement(
        "inquire_choices",
        """
        SELECT handoff_id::text, what, value, decided_by, decided_at, why FROM choices
        WHERE handoff_id = ANY($1::text[]::uuid[]) ORDER BY handoff_id, what
        """)

    private static let events = Statement(
        "inquire_events",
        """
        SELECT source, event_id, outcome, reason, copies, handoff_id::text FROM events
        WHERE event_id = $1 OR correlation_id = $1 OR handoff_id::text = ANY($2::text[]) ORDER BY received_at
        """)

    /// Finds everything under an opportunity, contract, correlation id, event id, handoff id, incident's id or a target's
    /// own id: also what was refused before any handoff stood for it.
    public func show(_ key: String) async throws -> Inquiry {
        let rows = try await database.query(Self.handoffs, key)
        let ids = try rows.map { try $0.value(0, as: String.self) }
        var steps: [String: [HandoffReport.Step]] = [:]
        for row in try await database.query(Self.steps, ids) {
            steps[try row.value(0, as: String.self), default: []].append(
                HandoffReport.Step(
                    step: try row.value(1, as: String.self), queue: try row.value(2, as: String.self),
                    state: try row.value(3, as: String.self), failedAttempts: Int(try row.value(4, as: Int32.self)),
                    externalID: try row.value(5, as: String?.self), cameToBe: try row.value(6, as: String?.self)))
        }
        var choices: [String: [HandoffReport.Choice]] = [:]
        for row in try await database.query(Self.choices, ids) {
            choices[try row.value(0, as: String.self), default: []].append(
                HandoffReport.Choice(
                    what: try row.value(1, as: String.self), value: try row.value(2, as: String.self),
                    by: try row.value(3, as: String.self), at: try row.value(4, as: Date.self),
                    why: try row.value(5, as: String.self)))
        }
        let events = try await database.query(Self.events, key, ids).map { row in
            EventReport(
                source: try row.value(0, as: String.self), event: try row.value(1, as: String.self),
                outcome: try row.value(2, as: String.self), reason: try row.value(3, as: String?.self),
                copies: Int(try row.value(4, as: Int32.self)), handoff: try row.value(5, as: String?.self))
        }
        let pauses = try await Pauses(database: database).all()
        let others = try await IncidentInquiries(database: database).refused(under: key).filter { $0.handoff == nil }
        return Inquiry(
            handoffs: try rows.map { try HandoffReport($0, steps: steps, choices: choices, pauses: pauses) },
            events: events,
            refused: others.filter(\.holdsUp), incidents: others.filter { !$0.holdsUp })
    }
}

extension HandoffReport {
    init(_ row: Row, steps: [String: [Step]], choices: [String: [Choice]], pauses: [Pauses.Pause]) throws {
        let id = try row.value(0, as: String.self)
        let state = try row.value(7, as: String.self)
        let incidentClass = try row.value(17, as: String?.self)
        let lacksBase = lacksItsBase(incidentClass)
        let owner = try row.value(12, as: String?.self)
        let cause = try row.value(10, as: String?.self)
        let parkedBecause = try row.value(21, as: String?.self)
        let queue = try row.value(8, as: String.self)
        self.init(
            handoff: id, opportunity: try row.value(1, as: String.self), contract: try row.value(2, as: String.self),
            version: Int(try row.value(3, as: Int32.self)), customer: try row.value(4, as: String.self),
            totalMinor: try row.value(5, as: Int64.self), currency: try row.value(6, as: String.self), state: state,
            queue: queue, since: try row.value(9, as: Date.self),
            turn: whoseTurn(
                state: state, queue: queue, cause: cause, step: try row.value(11, as: String?.self),
                owner: state == "parked" || lacksBase ? owner : nil,
                base: try row.value(22, as: Int32?.self).map(Int.init),
                isBaseLost: incidentClass == "base_stale"),
            lastError: try row.value(13, as: String?.self), nextTry: try row.value(14, as: Date?.self),
            correlationID: try row.value(15, as: String.self), incident: try row.value(16, as: String?.self),
            incidentClass: incidentClass, incidentOwner: owner,
            statusWritten: try row.value(18, as: Bool.self),
            lateBecause: LateCause(
                state: lacksBase ? "parked" : state,
                cause: state == "waiting" ? cause : parkedBecause),
            pauses: cause == "paused" ? pauses : [],
            acceptedAt: try row.value(19, as: Date.self), closedAt: try row.value(20, as: Date?.self),
            steps: steps[id] ?? [], choices: choices[id] ?? [])
    }
}
