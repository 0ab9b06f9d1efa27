import FoundationEssentials
import PostgreSQL
import Workers

/// What a sweep found due. Any number of workers may sweep: rows that another holds are skipped.
package struct Swept: Sendable {
    /// A row that was made ready, and why its ticket is wanted.
    package struct Due: Sendable {
        package var ticket: Ticket
        /// It was ready already: its ticket may be lost, or may stand in a long queue.
        package var wasReady: Bool
        /// How often its ticket had been published before.
        package var publishes: Int

        package init(ticket: Ticket, wasReady: Bool, publishes: Int) {
            self.ticket = ticket
            self.wasReady = wasReady
            self.publishes = publishes
        }
    }

    package var due: [Due]
    package var incidents: [IncidentCopy]

    package init(due: [Due] = [], incidents: [IncidentCopy] = []) {
        self.due = due
        self.incidents = incidents
    }
}

/// An open incident whose copy in the dead-letter queue is not confirmed yet.
package struct IncidentCopy: Sendable {
    package var id: UUID
    package var revision: Int
    package var queue: String
    package var incidentClass: String
    package var story: String
    package var step: String?
    package var attempts: Int
    package var handoff: UUID?
    package var correlationID: String
    package var body: [UInt8]?

    package init(
        id: UUID, revision: Int, queue: String, incidentClass: String, story: String, step: String? = nil,
        attempts: Int, handoff: UUID? = nil, correlationID: String, body: [UInt8]? = nil
    ) {
        self.id = id
        self.revision = revision
        self.queue = queue
        self.incidentClass = incidentClass
        self.story = story
        self.step = step
        self.attempts = attempts
        self.handoff = handoff
        self.correlationID = correlationID
        self.body = body
    }
}

/// The only place that compares due times: it turns what is due into what is ready.
struct SweepTransactions: Sendable {
    let database: Database
    let limits: TimeLimits
    /// The queue of deal events, whose dead letters show what nothing else stands for.
    let planningQueue: String
    /// How many rows of a kind one sweep moves.
    static let batch: Int32 = 1000

    private static let handoffs = Statement(
        "sweep_handoffs",
        """
        WITH due AS (
            SELECT id, state, publishes FROM handoffs
            WHERE open AND state IN ('ready', 'running', 'waiting') AND due_at <= clock(now())
                AND (state <> 'ready' OR queue <> ALL (ARRAY(SELECT name FROM pauses WHERE kind = 'queue')))
            ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED
        )
        UPDATE handoffs h SET state = 'ready', cause = NULL,
            takeovers = h.takeovers + (due.state = 'running')::integer,
            publishes = CASE WHEN due.state = 'ready' THEN h.publishes + 1 ELSE 0 END,
            due_at = clock(clock_timestamp()) + least($3::bigint * interval '1 millisecond',
                $2::bigint * interval '1 millisecond'
                    * power(2, CASE WHEN due.state = 'ready' THEN least(h.publishes + 1, 20) ELSE 0 END))
        FROM due WHERE h.id = due.id
        RETURNING h.id, h.queue, h.correlation_id, due.state = 'ready', due.publishes
        """)

    private static let mirrors = Statement(
        "sweep_mirrors",
        """
        WITH due AS (
            SELECT opportunity, target, object, state, publishes FROM mirrors
            WHERE due_at <= clock(now()) ORDER BY opportunity, target, object LIMIT $1 FOR UPDATE SKIP LOCKED
        )
        UPDATE mirrors m SET state = 'ready',
            publishes = CASE WHEN due.state = 'ready' THEN m.publishes + 1 ELSE 0 END,
            due_at = clock(clock_timestamp()) + least($3::bigint * interval '1 millisecond',
                $2::bigint * interval '1 millisecond'
                    * power(2, CASE WHEN due.state = 'ready' THEN least(m.publishes + 1, 20) ELSE 0 END))
        FROM due WHERE m.opportunity = due.opportunity AND m.target = due.target AND m.object = due.object
        RETURNING m.opportunity, m.target, m.object, m.queue, m.correlation_id, due.state = 'ready', due.publishes
        """)

    private static let incidents = Statement(
        "sweep_incidents",
        """
        WITH due AS (
            SELECT id FROM incidents WHERE state = 'open' AND due_at <= clock(now())
            ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED
        )
        UPDATE incidents i SET due_at = clock(clock_timestamp()) + $2::bigint * interval '1 millisecond'
        FROM due WHERE i.id = due.id
        RETURNING i.id
        """)

    /// Change orders whose base has not come: people are told, and the lane stays free for it.
    private static let missingBases = Statement(
        "missing_bases",
        """
        WITH due AS (
            SELECT id FROM handoffs WHERE open AND state = 'behind' AND due_at <= clock(now())
            ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED
        ), told AS (
            UPDATE handoffs h SET due_at = NULL FROM due WHERE h.id = due.id
            RETURNING h.id, h.queue, h.correlation_id, h.version, h.base_version
        )
        INSERT INTO incidents (id, cause, handoff_id, queue, class, owner, blocking, story, correlation_id, due_at,
            opened_at)
        SELECT gen_random_uuid(), 'base/' || id, id, queue, 'base_missing', $2, false,
            'version ' || version || ' changes version ' || base_version || ', which has not arrived', correlation_id,
            clock(clock_timestamp()), clock(clock_timestamp())
        FROM told ON CONFLICT (cause) DO NOTHING
        """)

    private static let copies = Statement(
        "incident_copies",
        """
        SELECT i.id, i.revision, i.queue, i.class, i.story, i.step, coalesce(s.attempts, 0), i.handoff_id,
            i.correlation_id, i.body
        FROM incidents i LEFT JOIN steps s ON s.handoff_id = i.handoff_id AND s.name = i.step
        WHERE i.id = ANY($1::uuid[]) AND i.state = 'open'
        """)

    private static let copied = Statement(
        "incident_copied",
        """
        UPDATE incidents i SET due_at = NULL
        FROM unnest($1::uuid[], $2::integer[]) AS w(id, revision)
        WHERE i.id = ANY($1::uuid[]) AND i.id = w.id AND i.revision = w.revision AND i.state = 'open'
        """)

    private static let readyRows = Statement(
        "ready_rows",
        """
        SELECT (SELECT count(*) FROM handoffs WHERE open AND state = 'ready' AND queue = $1)
            + (SELECT count(*) FROM mirrors WHERE due_at IS NOT NULL AND state = 'ready' AND queue = $1)
        """)

    /// Makes ready whatever is due.
    func sweep() async throws -> Swept {
        let lease = limits.ticketLease.milliseconds
        let longest = limits.longestTicketLease.milliseconds
        let rows = try await database.pipeline([
            Command(Self.handoffs, Self.batch, lease, longest), Command(Self.mirrors, Self.batch, lease, longest),
            Command(Self.missingBases, Self.batch, IncidentClass.baseMissing.owner.rawValue),
            Command(
                SignatureStatements.unmatched, Self.batch, IncidentClass.signatureUnmatched.rawValue, planningQueue,
                IncidentClass.signatureUnmatched.owner.rawValue),
            Command(Self.incidents, Self.batch, lease),
        ])
        var swept = Swept()
        for row in rows[0] {
            swept.due.append(
                .init(
                    ticket: try Ticket(ofHandoff: row),
                    wasReady: try row.value(3, as: Bool.self), publishes: Int(try row.value(4, as: Int32.self))))
        }
        for row in rows[1] {
            swept.due.append(
                .init(
                    ticket: try Ticket(ofMirror: row),
                    wasReady: try row.value(5, as: Bool.self), publishes: Int(try row.value(6, as: Int32.self))))
        }
        swept.incidents = try await copies(of: try rows[4].map { try $0.value(0, as: UUID.self) })
        return swept
    }

    /// How many rows wait for a worker of `queue` to take their tickets.
    func readyRows(in queue: String) async throws -> Int {
        let rows = try await database.query(Self.readyRows, queue)
        return Int(try rows[0].value(0, as: Int64.self))
    }

    /// What the dead-letter queue shall show of these incidents, as far as they are open.
    func copies(of incidents: [UUID]) async throws -> [IncidentCopy] {
        guard !incidents.isEmpty else { return [] }
        return try await database.query(Self.copies, incidents).map { row in
            IncidentCopy(
                id: try row.value(0, as: UUID.self), revision: Int(try row.value(1, as: Int32.self)),
                queue: try row.value(2, as: String.self), incidentClass: try row.value(3, as: String.self),
                story: try row.value(4, as: String.self), step: try row.value(5, as: String?.self),
                attempts: Int(try row.value(6, as: Int32.self)), handoff: try row.value(7, as: UUID?.self),
                correlationID: try row.value(8, as: String.self), body: try row.value(9, as: [UInt8]?.self))
        }
    }

    /// Notes that the copies stand in the dead-letter queue, unless somebody acted on the incident meanwhile.
    func markCopied(_ copies: [IncidentCopy]) async throws {
        _ = try await database.query(Self.copied, copies.map(\.id), copies.map { Int32($0.revision) })
    }
}
