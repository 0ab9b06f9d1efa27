import FoundationEssentials
import PostgreSQL
import Sagas
import Workers

/// Which status of which system is meant.
package struct MirrorKey: Sendable, Hashable {
    package var opportunity: String
    package var target: String
    package var object: String

    package init(opportunity: String, target: String, object: String) {
        self.opportunity = opportunity
        self.target = target
        self.object = object
    }

    /// The key of what `status` says about one contract: each contract has an object of its own.
    package init(_ status: Status, opportunity: String, contract: String) {
        self.init(opportunity: opportunity, target: status.target, object: "\(status.object)/\(contract)")
    }
}

/// A status that a worker has just begun to own.
package struct TakenMirror: Sendable {
    package var key: MirrorKey
    /// The contract; empty where it is not known.
    package var contract: String
    /// What people have to decide about it, and what holds nothing up.
    package var questions: [OpenQuestion]
    package var token: Int64
    package var sourceVersion: Int64
    package var wanted: String
    package var attempts: Int
    package var correlationID: String
    package var since: Date
    /// When the opportunity's waiting handoff is tried again.
    package var nextTry: Date?

    package init(
        key: MirrorKey, contract: String, questions: [OpenQuestion], token: Int64, sourceVersion: Int64,
        wanted: String, attempts: Int, correlationID: String, since: Date, nextTry: Date? = nil
    ) {
        self.key = key
        self.contract = contract
        self.questions = questions
        self.token = token
        self.sourceVersion = sourceVersion
        self.wanted = wanted
        self.attempts = attempts
        self.correlationID = correlationID
        self.since = since
        self.nextTry = nextTry
    }
}

/// How writing a status ended.
package struct MirrorOutcome: Sendable {
    package enum Result: Sendable, Equatable {
        /// The system says it now.
        case written
        /// Tried again after this; counted when the attempt failed.
        case waiting(for: Duration, isAttempt: Bool, reason: String)
        /// The system will not say it: people are told once for each status, with its own words, and it is tried again
        /// after this.
        case refused(for: Duration, reason: String, said: String? = nil)
    }

    package var mirror: TakenMirror
    package var result: Result
}

/// What must be published once a status is settled.
package struct SettledMirror: Sendable {
    package var tickets: [Ticket]
    package var incident: UUID?

    package init(tickets: [Ticket] = [], incident: UUID? = nil) {
        self.tickets = tickets
        self.incident = incident
    }
}

/// Taking and settling statuses: the same lease, token and sweeper as handoffs have.
struct MirrorTransactions: Sendable {
    let database: Database
    let limits: TimeLimits
    let queue: String

    private static let take = Statement(
        "take_mirrors",
        """
        WITH mine AS (
            SELECT m.opportunity, m.target, m.object FROM mirrors m
            JOIN unnest($1::text[], $2::text[], $3::text[]) AS w(opportunity, target, object)
                ON m.opportunity = w.opportunity AND m.target = w.target AND m.object = w.object
            WHERE m.opportunity = ANY($1::text[]) AND m.state = 'ready' AND m.queue = $4
                AND NOT EXISTS (SELECT FROM pauses p WHERE p.kind = 'queue' AND p.name = $4)
            ORDER BY m.opportunity, m.target, m.object FOR UPDATE OF m
        )
        UPDATE mirrors m SET state = 'running', token = m.token + 1,
            due_at = clock(clock_timestamp()) + $5::bigint * interval '1 millisecond'
        FROM mine WHERE m.opportunity = mine.opportunity AND m.target = mine.target AND m.object = mine.object
        RETURNING m.opportunity, m.target, m.object, m.token, m.source_version, m.wanted, m.attempts, m.correlation_id,
            m.since, m.next_try, m.contract
        """)

    /// Behind `take`: whoever opens or closes one of them waits for the status's row, and has it told again.
    private static let questions = Statement(
        "open_questions",
        """
        SELECT h.opportunity, h.contract, h.version, i.class FROM handoffs h
        JOIN incidents i ON i.handoff_id = h.id AND i.state <> 'closed' AND i.class IN \(IncidentClass.lackingBases)
        WHERE h.opportunity = ANY($1::text[]) AND h.state = 'behind' ORDER BY h.version
        """)

    private static let settle = Statement(
        "settle_mirrors",
        """
        UPDATE mirrors m SET
            written_version = CASE WHEN w.written THEN w.version ELSE m.written_version END,
            state = CASE WHEN NOT w.written THEN 'waiting' WHEN m.source_version > w.version THEN 'ready'
                ELSE 'idle' END,
            due_at = CASE WHEN NOT w.written THEN clock(clock_timestamp()) + w.wait_ms * interval '1 millisecond'
                WHEN m.source_version > w.version
                    THEN clock(clock_timestamp()) + $9::bigint * interval '1 millisecond' END,
            attempts = CASE WHEN w.written THEN 0 ELSE m.attempts + w.failures END,
            last_error = w.reason, publishes = 0
        FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::boolean[], $7::bigint[],
                $8::integer[], $10::text[])
            AS w(opportunity, target, object, token, version, written, wait_ms, failures, reason)
        WHERE m.opportunity = ANY($1::text[]) AND m.opportunity = w.opportunity AND m.target = w.target
            AND m.object = w.object AND m.token = w.token AND m.state = 'running'
        RETURNING m.opportunity, m.target, m.object, m.queue, m.correlation_id, m.state = 'ready'
        """)

    private static let nothing = Statement("nothing_said", "SELECT 1 WHERE false")

    /// What a system would not say it says now.
    private static let closeRefusals = Statement(
        "close_status_refusals",
        """
        UPDATE incidents i SET state = 'closed', resolution = 'written', closed_by = acting_person(), due_at = NULL,
            closed_at = clock(clock_timestamp())
        FROM unnest($1::text[]) AS w(cause)
        WHERE i.class = 'status_refused' AND i.state = 'open' AND left(i.cause, length(w.cause)) = w.cause
        """)

    /// Takes those statuses that are ready; nil for each that is not.
    func take(_ keys: [MirrorKey]) async throws -> [TakenMirror?] {
        let rows = try await database.pipeline([
            Command(
                Self.take, keys.map(\.opportunity), keys.map(\.target), keys.map(\.object), queue,
                limits.lease.milliseconds),
            Command(Self.questions, keys.map(\.opportunity)),
        ])
        var questions: [[String]: [OpenQuestion]] = [:]
        for row in rows[1] {
            questions[[try row.value(0, as: String.self), try row.value(1, as: String.self)], default: []].append(
                OpenQuestion(version: Int(try row.value(2, as: Int32.self)), incidentClass: try row.known(3)))
        }
        var taken: [MirrorKey: TakenMirror] = [:]
        for row in rows[0] {
            let key = MirrorKey(
                opportunity: try row.value(0, as: String.self), target: try row.value(1, as: String.self),
                object: try row.value(2, as: String.self))
            let contract = try row.value(10, as: String.self)
            taken[key] = TakenMirror(
                key: key, contract: contract, questions: questions[[key.opportunity, contract]] ?? [],
                token: try row.value(3, as: Int64.self), sourceVersion: try row.value(4, as: Int64.self),
                wanted: try row.value(5, as: String.self), attempts: Int(try row.value(6, as: Int32.self)),
                correlationID: try row.value(7, as: String.self), since: try row.value(8, as: Date.self),
                nextTry: try row.value(9, as: Date?.self))
        }
        return keys.map { taken.removeValue(forKey: $0) }
    }

    /// Commits how the writes ended.
    func settle(_ outcomes: [MirrorOutcome]) async throws -> [SettledMirror] {
        let flat = outcomes.map { outcome -> (written: Bool, wait: Int64, failures: Int32, reason: String?) in
            switch outcome.result {
            case .written: (true, 0, 0, nil)
            case .waiting(let wait, let isAttempt, let reason): (false, wait.milliseconds, isAttempt ? 1 : 0, reason)
            case .refused(let wait, let reason, _): (false, wait.milliseconds, 1, reason)
            }
        }
        let mirrors = outcomes.map(\.mirror)
        let refusals = outcomes.map { outcome in refusal(outcome) }
        let rows = try await database.pipeline([
            Command(
                Self.settle, mirrors.map(\.key.opportunity), mirrors.map(\.key.target), mirrors.map(\.key.object),
                mirrors.map(\.token), mirrors.map(\.sourceVersion), flat.map(\.written), flat.map(\.wait),
                flat.map(\.failures), limits.ticketLease.milliseconds, flat.map(\.reason)),
            try RawIncident.insert(refusals.compactMap { $0 }, lease: limits.ticketLease),
            RawIncident.keepWords(of: refusals.compactMap { $0 }) ?? Command(Self.nothing),
            Command(
                Self.closeRefusals, outcomes.filter { $0.result == .written }.map { Self.causes(of: $0.mirror.key) }),
        ])
        let opened = Set(try rows[1].map { try $0.value(0, as: UUID.self) })
        var answers = refusals.map { refusal in
            SettledMirror(incident: refusal.flatMap { opened.contains($0.id) ? $0.id : nil })
        }
        if !answers.isEmpty { answers[0].tickets = try mirrorTickets(rows[0]) }
        return answers
    }

    /// With what the causes of a status's incidents begin.
    private static func causes(of key: MirrorKey) -> String {
        "mirror/\(key.target)/\(key.object)/\(key.opportunity)/"
    }

    private func refusal(_ outcome: MirrorOutcome) -> RawIncident? {
        guard case .refused(_, let reason, let said) = outcome.result else { return nil }
        let key = outcome.mirror.key
        var facts = DealFacts()
        facts.opportunity = key.opportunity
        facts.contract = outcome.mirror.contract.isEmpty ? nil : outcome.mirror.contract
        return RawIncident(
            id: UUID(),
            cause: Self.causes(of: key) + "\(outcome.mirror.sourceVersion)",
            handoff: nil, queue: queue, incidentClass: .statusRefused, story: reason,
            said: said, correlationID: outcome.mirror.correlationID, body: nil, headers: [:], facts: facts)
    }
}
