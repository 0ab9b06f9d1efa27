import FoundationEssentials
import PostgreSQL
import Workers

/// What a sweep found due. Any number of workers may sweep: rows that another holds are skipped.
package struct Swept: Sendable {
    /// A row that was ready already: its ticket is lost, or stands in a long queue.
    package struct Overdue: Sendable {
        package var ticket: Ticket
        /// For how long it has been due: the longer, the surer its ticket is lost, since a queue keeps its order.
        package var age: Duration

        package init(ticket: Ticket, age: Duration) {
            self.ticket = ticket
            self.age = age
        }
    }

    /// Tickets that go out now: of rows that were made ready and stand in no line, and of the next in line.
    package var tickets: [Ticket]
    package var overdue: [Overdue]
    package var incidents: [IncidentCopy]

    package init(tickets: [Ticket] = [], overdue: [Overdue] = [], incidents: [IncidentCopy] = []) {
        self.tickets = tickets
        self.overdue = overdue
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

    /// What was not ready stands in line now, whose release comes next. What was stays as it is: its ticket is published
    /// again where it is lost, and looked at again later where it is not.
    private static let handoffs = Statement(
        "sweep_handoffs",
        """
        WITH held AS (
            SELECT id, state, clock(now()) - due_at AS age FROM handoffs
            WHERE state IN ('running', 'waiting') AND due_at <= clock(now())
            ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED
        ), out AS (
            SELECT id, state, clock(now()) - due_at AS age FROM handoffs
            WHERE $4::boolean AND state = 'ready' AND NOT withheld AND due_at <= clock(now())
                AND queue <> ALL (ARRAY(SELECT name FROM pauses WHERE kind = 'queue'))
            ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED
        ), due AS (SELECT * FROM held UNION ALL SELECT * FROM out)
        UPDATE handoffs h SET state = 'ready', cause = NULL,
            takeovers = h.takeovers + (due.state = 'running')::integer,
            publishes = CASE WHEN due.state = 'ready' THEN h.publishes ELSE 0 END, withheld = due.state <> 'ready',
            due_at = clock(clock_timestamp())
                + CASE WHEN due.state = 'ready' THEN $2::bigint ELSE $3::bigint END * interval '1 millisecond'
        FROM due WHERE h.id = due.id
        RETURNING h.id, h.queue, h.correlation_id, due.state = 'ready', (extract(epoch FROM due.age) * 1000)::bigint
        """)

    private static let mirrors = Statement(
        "sweep_mirrors",
        """
        WITH due AS (
            SELECT opportunity, target, object, state, clock(now()) - due_at AS age FROM mirrors
            WHERE due_at <= clock(now()) ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED
        )
        UPDATE mirrors m SET state = 'ready',
            publishes = CASE WHEN due.state = 'ready' THEN m.publishes ELSE 0 END,
            due_at = clock(clock_timestamp()) + $2::bigint * interval '1 millisecond'
        FROM due WHERE m.opportunity = due.opportunity AND m.target = due.target AND m.object = due.object
        RETURNING m.opportunity, m.target, m.object, m.queue, m.correlation_id, due.state = 'ready',
            (extract(epoch FROM due.age) * 1000)::bigint
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

    /// Change orders whose base has not come: people are told, and the lane stays free for it. Their statuses are locked
    /// in the order in which everybody does.
    static let missingBases = Statement(
        "missing_bases",
        """
        WITH due AS (
            SELECT id FROM handoffs WHERE state = 'behind' AND due_at <= clock(now())
            ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED
        ), told AS (
            UPDATE handoffs h SET due_at = NULL FROM due WHERE h.id = due.id
            RETURNING h.id, h.queue, h.correlation_id, h.version, h.base_version, h.opportunity
        )
        INSERT INTO incidents (id, cause, handoff_id, queue, class, owner, blocking, story, correlation_id, due_at,
            opened_at)
        SELECT gen_random_uuid(), 'base/' || id, id, queue, 'base_missing', $2, false,
            'version ' || version || ' changes version ' || base_version || ', which has not arrived', correlation_id,
            clock(clock_timestamp()), clock(clock_timestamp())
        FROM told ORDER BY opportunity ON CONFLICT (cause) DO NOTHING
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
        UPDATE incidents i SET has_copy = true,
            due_at = CASE WHEN i.revision = w.revision AND i.state = 'open' THEN NULL ELSE i.due_at END
        FROM unnest($1::uuid[], $2::integer[]) AS w(id, revision)
        WHERE i.id = ANY($1::uuid[]) AND i.id = w.id
        """)

    /// Makes ready whatever is due, and lets the next in line go. Who is not `publishing` leaves what is due for a message
    /// as it is: whoever can publish finds it due, or works on it without a ticket.
    func sweep(publishing: Bool) async throws -> Swept {
        let lease = limits.ticketLease.milliseconds
        var commands = [
            Command(Self.handoffs, Self.batch, lease, limits.withheldLease.milliseconds, publishing),
            Command(Self.missingBases, Self.batch, IncidentClass.baseMissing.owner.rawValue),
            Command(
                SignatureStatements.unmatched, Self.batch, IncidentClass.signatureUnmatched.rawValue, planningQueue,
                IncidentClass.signatureUnmatched.owner.rawValue),
        ]
        if publishing {
            commands += [
                Command(LineStatements.release, Int64(limits.ticketWindow), lease),
                Command(Self.mirrors, Self.batch, lease), Command(Self.incidents, Self.batch, lease),
            ]
        }
        let rows = try await database.pipeline(commands)
        guard publishing else { return Swept() }
        var swept = Swept(tickets: try rows[3].map(Ticket.init(ofHandoff:)))
        for row in rows[0] where try row.value(3, as: Bool.self) {
            swept.overdue.append(
                .init(ticket: try Ticket(ofHandoff: row), age: .milliseconds(try row.value(4, as: Int64.self))))
        }
        for row in rows[4] {
            let ticket = try Ticket(ofMirror: row)
            if try row.value(5, as: Bool.self) {
                swept.overdue.append(.init(ticket: ticket, age: .milliseconds(try row.value(6, as: Int64.self))))
            } else {
                swept.tickets.append(ticket)
            }
        }
        swept.incidents = try await copies(of: try rows[5].map { try $0.value(0, as: UUID.self) })
        return swept
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

    /// Notes that the copies stand in the dead-letter queue; another falls due where somebody acted meanwhile.
    func markCopied(_ copies: [IncidentCopy]) async throws {
        _ = try await database.query(Self.copied, copies.map(\.id), copies.map { Int32($0.revision) })
    }
}
