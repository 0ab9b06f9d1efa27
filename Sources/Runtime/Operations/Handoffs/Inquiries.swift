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
            UNION SELECT handoff_id FROM events WHERE event_id = $1 AND handoff_id IS NOT NULL
            UNION SELECT handoff_id FROM steps WHERE external_id = $1
        )
        SELECT h.id::text, h.opportunity, h.contract, h.version, d.customer, d.total_minor, d.currency, h.state,
            h.queue, h.since, h.cause, s.name, i.owner, h.last_error, h.due_at, h.correlation_id, i.id::text, i.class,
            coalesce(m.written_version = m.source_version, true), h.created_at, h.closed_at,
            coalesce(i.class, h.cause)
        FROM handoffs h JOIN found USING (id) JOIN deals d ON d.handoff_id = h.id
        LEFT JOIN LATERAL (SELECT name FROM steps WHERE handoff_id = h.id AND state <> 'done'
            ORDER BY ordinal LIMIT 1) s ON true
        LEFT JOIN LATERAL (SELECT id, class, owner FROM incidents WHERE handoff_id = h.id AND state <> 'closed'
            ORDER BY blocking DESC, opened_at DESC LIMIT 1) i ON true
        LEFT JOIN mirrors m ON m.opportunity = h.opportunity AND m.target = 'CRM'
        ORDER BY h.created_at, h.version
        """)

    private static let steps = Statement(
        "inquire_steps",
        """
        SELECT handoff_id::text, name, queue, state, attempts, external_id FROM steps
        WHERE handoff_id = ANY($1::text[]::uuid[]) ORDER BY handoff_id, ordinal
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

    /// Finds everything under an opportunity, contract, correlation id, event id, handoff id or a target's own id.
    public func show(_ key: String) async throws -> Inquiry {
        let rows = try await database.query(Self.handoffs, key)
        let ids = try rows.map { try $0.value(0, as: String.self) }
        var steps: [String: [HandoffReport.Step]] = [:]
        for row in try await database.query(Self.steps, ids) {
            steps[try row.value(0, as: String.self), default: []].append(
                HandoffReport.Step(
                    step: try row.value(1, as: String.self), queue: try row.value(2, as: String.self),
                    state: try row.value(3, as: String.self), failedAttempts: Int(try row.value(4, as: Int32.self)),
                    externalID: try row.value(5, as: String?.self)))
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
        return Inquiry(handoffs: try rows.map { try HandoffReport($0, steps: steps, choices: choices) }, events: events)
    }
}

extension HandoffReport {
    init(_ row: Row, steps: [String: [Step]], choices: [String: [Choice]]) throws {
        let id = try row.value(0, as: String.self)
        let state = try row.value(7, as: String.self)
        let queue = try row.value(8, as: String.self)
        self.init(
            handoff: id, opportunity: try row.value(1, as: String.self), contract: try row.value(2, as: String.self),
            version: Int(try row.value(3, as: Int32.self)), customer: try row.value(4, as: String.self),
            totalMinor: try row.value(5, as: Int64.self), currency: try row.value(6, as: String.self), state: state,
            queue: queue, since: try row.value(9, as: Date.self),
            turn: whoseTurn(
                state: state, queue: queue, cause: try row.value(10, as: String?.self),
                step: try row.value(11, as: String?.self), owner: try row.value(12, as: String?.self)),
            lastError: try row.value(13, as: String?.self), nextTry: try row.value(14, as: Date?.self),
            correlationID: try row.value(15, as: String.self), incident: try row.value(16, as: String?.self),
            incidentClass: try row.value(17, as: String?.self), statusWritten: try row.value(18, as: Bool.self),
            lateBecause: LateCause(
                state: state, cause: try row.value(state == "parked" ? 21 : 10, as: String?.self)),
            acceptedAt: try row.value(19, as: Date.self), closedAt: try row.value(20, as: Date?.self),
            steps: steps[id] ?? [], choices: choices[id] ?? [])
    }
}

extension Inquiries {
    private static let list = Statement(
        "list_handoffs",
        """
        SELECT h.id::text, h.opportunity, h.contract, h.version, d.customer, d.total_minor, d.currency, h.state,
            h.queue, p.external_id, h.created_at,
            (SELECT max(e.at) FROM (SELECT min(j.at) AS at FROM journal j WHERE j.handoff_id = h.id
                AND j.entry::jsonb ->> 'what' IN ('done', 'found')
                AND split_part(j.entry::jsonb ->> 'step', '/', 1) = $2 GROUP BY j.entry::jsonb ->> 'step') e
                HAVING count(*) >= (SELECT count(*) FROM steps s
                    WHERE s.handoff_id = h.id AND split_part(s.name, '/', 1) = $2)),
            h.closed_at, h.since, CASE h.state WHEN 'parked' THEN coalesce((SELECT i.class FROM incidents i
                WHERE i.handoff_id = h.id AND i.state <> 'closed' AND i.blocking LIMIT 1), h.cause) ELSE h.cause END
        FROM handoffs h JOIN deals d ON d.handoff_id = h.id
        LEFT JOIN steps p ON p.handoff_id = h.id AND p.name = $3
        WHERE NOT $4 OR h.open AND h.state IN ('waiting', 'parked')
        ORDER BY CASE WHEN $4 THEN h.since END, h.created_at DESC, h.id LIMIT $1
        """)

    /// The newest handoffs or, of those that wait or are parked, the ones that have for longest. `readyStep` is the step
    /// whose end, in all its instances, makes a project ready, `projectStep` the one whose id names it.
    public func list(
        limit: Int, lateOnly: Bool = false, readyStep: String, projectStep: String
    ) async throws -> [HandoffLine] {
        try await database.query(Self.list, Int64(limit), readyStep, projectStep, lateOnly).map { row in
            let acceptedAt = try row.value(10, as: Date.self)
            let state = try row.value(7, as: String.self)
            return HandoffLine(
                handoff: try row.value(0, as: String.self), opportunity: try row.value(1, as: String.self),
                contract: try row.value(2, as: String.self), version: Int(try row.value(3, as: Int32.self)),
                customer: try row.value(4, as: String.self), totalMinor: try row.value(5, as: Int64.self),
                currency: try row.value(6, as: String.self), state: state,
                lateBecause: LateCause(state: state, cause: try row.value(14, as: String?.self)),
                since: try row.value(13, as: Date.self),
                queue: try row.value(8, as: String.self), projectID: try row.value(9, as: String?.self),
                acceptedAt: acceptedAt,
                secondsToProjectReady: try row.value(11, as: Date?.self).map { $0.timeIntervalSince(acceptedAt) },
                closedAt: try row.value(12, as: Date?.self))
        }
    }
}

/// One handoff in a list.
public struct HandoffLine: Sendable, Codable, Equatable {
    /// The handoff's id.
    public let handoff: String
    /// The opportunity.
    public let opportunity: String
    /// The contract.
    public let contract: String
    /// The contract's version.
    public let version: Int
    /// The customer's name.
    public let customer: String
    /// What the deal is worth, in minor units of `currency`.
    public let totalMinor: Int64
    /// ISO 4217 code.
    public let currency: String
    /// The stored state.
    public let state: String
    /// Why it does not go on, if it waits or is parked.
    public let lateBecause: LateCause?
    /// Since when it stands so.
    public let since: Date
    /// The queue whose workers have it, or had it last.
    public let queue: String
    /// The project's id in the ERP, once it is there.
    public let projectID: String?
    /// When the deal was accepted.
    public let acceptedAt: Date
    /// From then until the project was ready, in seconds.
    public let secondsToProjectReady: Double?
    /// When the handoff closed.
    public let closedAt: Date?
}
