import FoundationEssentials
import PostgreSQL
import Sagas

/// A handoff that a worker has just begun to own, with all it needs to go on.
package struct TakenHandoff: Sendable {
    package var id: UUID
    package var token: Int64
    package var takeovers: Int
    package var requeues: Int
    package var opportunity: String
    package var contract: String
    package var version: Int
    package var part: String
    package var correlationID: String
    /// Open for longer than the maximal age.
    package var isTooOld: Bool
    package var kind: Kind
    package var direction: Direction
    package var plan: String?
    /// The canonical deal; loaded only while there is no plan.
    package var deal: String?
    package var steps: [StepRecord]
    /// Of a cancellation: the earlier versions of the contract, which it takes back.
    package var earlier: [EarlierVersion]
    /// The version that this one builds upon; loaded only while there is no plan.
    package var base: EarlierVersion?
    /// How many attempts at planning have failed.
    package var planningAttempts: Int
    /// The target whose look-up failed last while planning.
    package var planningTarget: String?
    /// What people decided, by what was to be decided; loaded only while there is no plan.
    package var choices: [String: String]
    /// The latest signature of the opportunity, as canonical JSON; loaded only while there is no plan.
    package var signature: String?
    /// How the latest signature contradicts the deal that is planned; nil when it does not, or while there is no plan.
    package var contradiction: String?
    /// The hashes that a person has approved or rejected, by gate.
    package var approvals: [Approval]
    /// What stands of the contract below this version, and is left when this one is taken back or changes nothing.
    package var standing: StandingVersion?
    /// Tickets of those who stood next in line, and for whom taking this one made room: to be published.
    package var released: [Ticket] = []

    package init(
        id: UUID, token: Int64, takeovers: Int, requeues: Int, opportunity: String, contract: String, version: Int,
        part: String, correlationID: String, isTooOld: Bool, kind: Kind, direction: Direction, plan: String? = nil,
        deal: String? = nil, steps: [StepRecord], earlier: [EarlierVersion] = [], base: EarlierVersion? = nil,
        planningAttempts: Int = 0, planningTarget: String? = nil, choices: [String: String] = [:],
        signature: String? = nil, contradiction: String? = nil, approvals: [Approval] = []
    ) {
        self.id = id
        self.token = token
        self.takeovers = takeovers
        self.requeues = requeues
        self.opportunity = opportunity
        self.contract = contract
        self.version = version
        self.part = part
        self.correlationID = correlationID
        self.isTooOld = isTooOld
        self.kind = kind
        self.direction = direction
        self.plan = plan
        self.deal = deal
        self.steps = steps
        self.earlier = earlier
        self.base = base
        self.planningAttempts = planningAttempts
        self.planningTarget = planningTarget
        self.choices = choices
        self.signature = signature
        self.contradiction = contradiction
        self.approvals = approvals
    }

    /// What a version is, as stored.
    package enum Kind: String, Sendable {
        case complete, change, cancel
    }

    /// Another version of the same contract.
    package struct EarlierVersion: Sendable {
        package var id: UUID
        package var version: Int
        package var plan: String
        package var steps: [StepRecord]

        package init(id: UUID, version: Int, plan: String, steps: [StepRecord]) {
            self.id = id
            self.version = version
            self.plan = plan
            self.steps = steps
        }
    }

    /// What a person decided at a gate about a plan.
    package struct Approval: Sendable, Equatable {
        package var gate: String
        package var planHash: String
        package var isApproved: Bool

        package init(gate: String, planHash: String, isApproved: Bool) {
            self.gate = gate
            self.planHash = planHash
            self.isApproved = isApproved
        }
    }
}

/// Taking tickets: what is ready in the worker's own queue becomes running, with a new token and a lease.
struct TakeTransactions: Sendable {
    let database: Database
    let limits: TimeLimits
    let queue: String

    /// Whoever is taken makes room in the window: the next in line of the same queue get their tickets with it.
    private static let take = Statement(
        "take",
        """
        WITH mine AS (
            SELECT id, withheld FROM handoffs WHERE id = ANY($1::uuid[]) AND state = 'ready' AND queue = $2
                AND NOT EXISTS (SELECT FROM pauses p WHERE p.kind = 'queue' AND p.name = $2)
            ORDER BY id FOR UPDATE
        ), taken AS (
            UPDATE handoffs h SET state = 'running', token = h.token + 1, cause = NULL, withheld = false,
                due_at = clock(clock_timestamp()) + $3::bigint * interval '1 millisecond'
            FROM mine WHERE h.id = mine.id
            RETURNING h.id, h.token, h.takeovers, h.requeues, h.opportunity, h.contract, h.version, h.part,
                h.correlation_id, clock(now()) - h.active_since > $4::bigint * interval '1 millisecond' AS too_old,
                h.kind, h.direction, h.planning_attempts, h.planning_target
        ), released AS (
            UPDATE handoffs h SET withheld = false,
                due_at = clock(clock_timestamp()) + $6::bigint * interval '1 millisecond'
            WHERE h.id = ANY(ARRAY(
                SELECT n.id FROM handoffs n
                WHERE n.state = 'ready' AND n.queue = $2 AND n.withheld AND n.id <> ALL($1::uuid[])
                ORDER BY n.begun DESC, n.created_at
                LIMIT (SELECT CASE WHEN count(*) = 0 THEN 0 ELSE greatest($5::bigint + count(*) FILTER (WHERE NOT withheld)
                    - (SELECT count(*) FROM handoffs o WHERE o.state = 'ready' AND o.queue = $2 AND NOT o.withheld), 0)
                    END FROM mine)
                FOR UPDATE SKIP LOCKED))
            RETURNING h.id, h.queue, h.correlation_id
        )
        SELECT *, NULL::text FROM taken
        UNION ALL
        SELECT id, 0, 0, 0, '', '', 0, '', correlation_id, false, '', '', 0, NULL, queue FROM released
        """)

    /// What was signed last of handoff `h` with deal `d`: of its own text rather than of another one at the same moment, of a
    /// text rather than of none, and never of a text that is another deal's of the opportunity.
    static func signed(columns: String) -> String {
        """
        SELECT \(columns) FROM signatures l
        WHERE l.opportunity = h.opportunity AND (l.sow_hash IS NULL OR l.sow_hash = d.sow_hash
            OR NOT EXISTS (SELECT FROM handoffs o JOIN deals e ON e.handoff_id = o.id
                WHERE o.opportunity = h.opportunity AND o.id <> h.id AND e.sow_hash = l.sow_hash)
            AND NOT EXISTS (SELECT FROM unsigned_deals u
                WHERE u.opportunity = h.opportunity AND u.state = 'kept' AND u.sow_hash = l.sow_hash))
        ORDER BY l.sow_hash IS NULL, l.signed_at DESC, l.sow_hash IS NOT DISTINCT FROM d.sow_hash DESC, l.envelope DESC
        LIMIT 1
        """
    }

    private static let plans = Statement(
        "taken_plans",
        """
        SELECT p.handoff_id, p.body,
            (SELECT 'envelope ' || s.envelope || ' was signed over the statement of work ' || left(s.sow_hash, 12)
                    || ', and the handoff is planned by ' || left(d.sow_hash, 12)
                FROM deals d, LATERAL (\(signed(columns: "l.envelope, l.sow_hash"))) AS s
                WHERE d.handoff_id = h.id AND d.sow_hash <> s.sow_hash)
        FROM plans p JOIN handoffs h ON h.id = p.handoff_id
        WHERE p.handoff_id = ANY($1::uuid[])
        """)

    private static let deals = Statement(
        "taken_deals",
        """
        SELECT d.handoff_id, d.body,
            (SELECT json_object_agg(c.what, c.value)::text FROM choices c WHERE c.handoff_id = d.handoff_id),
            (\(signed(columns: "l.body")))
        FROM deals d JOIN handoffs h ON h.id = d.handoff_id
        WHERE d.handoff_id = ANY($1::uuid[]) AND NOT EXISTS (SELECT FROM plans p WHERE p.handoff_id = d.handoff_id)
        """)

    private static func stepColumns(attempts: String) -> String {
        """
        s.handoff_id, s.ordinal, s.name, s.queue, s.final, s.key, s.state, \(attempts),
            coalesce(s.settled_at <= clock(now()), true), s.receipt, s.adopt_id
        """
    }

    private static let steps = Statement(
        "taken_steps",
        """
        SELECT \(stepColumns(attempts: "CASE h.direction WHEN 'undo' THEN s.undo_attempts ELSE s.attempts END"))
        FROM steps s JOIN handoffs h ON h.id = s.handoff_id
        WHERE s.handoff_id = ANY($1::uuid[]) ORDER BY s.handoff_id, s.ordinal
        """)

    /// The versions that cancellations among the taken take back; nothing for any other.
    private static let earlier = Statement(
        "taken_earlier",
        """
        SELECT c.id, e.version, p.body, \(stepColumns(attempts: "s.undo_attempts"))
        FROM handoffs c
        JOIN handoffs e ON e.opportunity = c.opportunity AND e.contract = c.contract AND e.version < c.version
            AND e.kind <> 'cancel'
        JOIN plans p ON p.handoff_id = e.id JOIN steps s ON s.handoff_id = e.id
        WHERE c.id = ANY($1::uuid[]) AND c.kind = 'cancel'
        ORDER BY c.id, e.version, s.ordinal
        """)

    /// The version before: a change order names it, otherwise the last that ended well and stands whole.
    private static let bases = Statement(
        "taken_bases",
        """
        SELECT w.id, b.version, p.body, \(stepColumns(attempts: "s.attempts"))
        FROM (SELECT h.id, (SELECT e.id FROM handoffs e
                WHERE e.opportunity = h.opportunity AND e.contract = h.contract AND e.version < h.version
                    AND e.kind <> 'cancel' AND e.state = 'finished'
                    AND (h.base_version IS NULL OR e.version = h.base_version AND NOT EXISTS (
                        SELECT FROM handoffs n WHERE n.opportunity = h.opportunity AND n.contract = h.contract
                            AND n.version BETWEEN h.base_version + 1 AND h.version - 1 AND n.state = 'finished'
                            AND n.kind <> 'cancel'))
                    AND NOT EXISTS (SELECT FROM steps u WHERE u.handoff_id = e.id
                        AND u.state IN ('undoing', 'undone', 'kept'))
                ORDER BY e.version DESC LIMIT 1) AS base, h.version
            FROM handoffs h WHERE h.id = ANY($1::uuid[]) AND h.kind <> 'cancel' AND h.version > 1
                AND NOT EXISTS (SELECT FROM plans q WHERE q.handoff_id = h.id)) AS w
        JOIN handoffs b ON b.id = w.base JOIN plans p ON p.handoff_id = b.id JOIN steps s ON s.handoff_id = b.id
        ORDER BY w.id, s.ordinal
        """)

    private static let approvals = Statement(
        "taken_approvals",
        """
        SELECT handoff_id, gate, plan_hash, decision = 'approved' FROM approvals WHERE handoff_id = ANY($1::uuid[])
        """)

    /// Takes those of `ids` that are ready in this queue; nil for each that is not.
    func take(_ ids: [UUID]) async throws -> [TakenHandoff?] {
        let results = try await database.pipeline([
            Command(
                Self.take, ids, queue, limits.lease.milliseconds, limits.maximalAge.milliseconds,
                Int64(limits.ticketWindow), limits.ticketLease.milliseconds),
            Command(Self.plans, ids), Command(Self.deals, ids), Command(Self.steps, ids),
            Command(Self.earlier, ids), Command(Self.bases, ids), Command(Self.approvals, ids),
            Command(StandingVersion.below, ids),
        ])
        var taken: [UUID: TakenHandoff] = [:]
        var released: [Ticket] = []
        for row in results[0] {
            if let queue = try row.value(14, as: String?.self) {
                released.append(
                    Ticket(
                        .handoff(try row.value(0, as: UUID.self)), queue: queue,
                        correlationID: try row.value(8, as: String.self)))
            } else {
                try taken.add(row)
            }
        }
        for row in results[1] { try taken[try row.value(0, as: UUID.self)]?.addPlan(row) }
        for row in results[2] { try taken[try row.value(0, as: UUID.self)]?.addDeal(row) }
        for row in results[3] { taken[try row.value(0, as: UUID.self)]?.steps.append(try StepRecord(row)) }
        for row in results[4] { try taken[try row.value(0, as: UUID.self)]?.addEarlier(row) }
        for row in results[5] { try taken[try row.value(0, as: UUID.self)]?.addToBase(row) }
        for row in results[6] {
            taken[try row.value(0, as: UUID.self)]?.approvals.append(
                .init(
                    gate: try row.value(1, as: String.self), planHash: try row.value(2, as: String.self),
                    isApproved: try row.value(3, as: Bool.self)))
        }
        for (id, version) in try StandingVersion.read(results[7]) { taken[id]?.standing = version }
        // The next in line are nobody's in particular: whoever was taken may publish their tickets.
        if let carrier = ids.first(where: { taken[$0] != nil }) { taken[carrier]?.released = released }
        // A doubled ticket in one batch is one handoff: the first gets it, the others find no row.
        return ids.map { taken.removeValue(forKey: $0) }
    }
}

extension [UUID: TakenHandoff] {
    fileprivate mutating func add(_ row: Row) throws {
        let handoff = TakenHandoff(
            id: try row.value(0, as: UUID.self), token: try row.value(1, as: Int64.self),
            takeovers: Int(try row.value(2, as: Int32.self)), requeues: Int(try row.value(3, as: Int32.self)),
            opportunity: try row.value(4, as: String.self), contract: try row.value(5, as: String.self),
            version: Int(try row.value(6, as: Int32.self)), part: try row.value(7, as: String.self),
            correlationID: try row.value(8, as: String.self), isTooOld: try row.value(9, as: Bool.self),
            kind: try row.known(10), direction: try row.known(11), steps: [],
            planningAttempts: Int(try row.value(12, as: Int32.self)),
            planningTarget: try row.value(13, as: String?.self))
        self[handoff.id] = handoff
    }
}

extension TakenHandoff {
    fileprivate mutating func addPlan(_ row: Row) throws {
        plan = try row.value(1, as: String.self)
        contradiction = try row.value(2, as: String?.self)
    }

    fileprivate mutating func addDeal(_ row: Row) throws {
        deal = try row.value(1, as: String.self)
        choices =
            try row.value(2, as: String?.self).map {
                try JSONDecoder().decode([String: String].self, from: Data($0.utf8))
            } ?? [:]
        signature = try row.value(3, as: String?.self)
    }

    fileprivate mutating func addEarlier(_ row: Row) throws {
        let step = try StepRecord(row, from: 3)
        if earlier.last?.id != step.id.handoff { earlier.append(try EarlierVersion(row, of: step)) }
        earlier[earlier.count - 1].steps.append(step)
    }

    fileprivate mutating func addToBase(_ row: Row) throws {
        let step = try StepRecord(row, from: 3)
        if base == nil { base = try EarlierVersion(row, of: step) }
        base?.steps.append(step)
    }
}

extension TakenHandoff.EarlierVersion {
    fileprivate init(_ row: Row, of step: StepRecord) throws {
        self.init(
            id: step.id.handoff, version: Int(try row.value(1, as: Int32.self)),
            plan: try row.value(2, as: String.self),
            steps: [])
    }
}

extension StepRecord {
    /// Reads the step's columns, the first of which is `column`.
    init(_ row: Row, from column: Int = 0) throws {
        self.init(
            id: .init(
                handoff: try row.value(column, as: UUID.self),
                ordinal: Int(try row.value(column + 1, as: Int16.self))),
            label: try row.value(column + 2, as: String.self), queue: try row.value(column + 3, as: String.self),
            isFinal: try row.value(column + 4, as: Bool.self), key: try row.value(column + 5, as: String.self),
            state: try row.known(column + 6), attempts: Int(try row.value(column + 7, as: Int32.self)),
            isSettled: try row.value(column + 8, as: Bool.self),
            receipt: try row.value(column + 9, as: JSONText?.self).map { try Receipt(json: $0.text) },
            adoptID: try row.value(column + 10, as: String?.self))
    }
}

extension Row {
    /// Reads a stored name of a closed list.
    func known<Name: RawRepresentable>(_ column: Int) throws -> Name where Name.RawValue == String {
        let name = try value(column, as: String.self)
        guard let known = Name(rawValue: name) else { throw StoreError.unknown(name, as: "\(Name.self)") }
        return known
    }
}

/// What the store holds and this version of the software cannot read.
enum StoreError: Error, CustomStringConvertible {
    case unknown(String, as: String)

    var description: String {
        switch self {
        case .unknown(let name, let list):
            "the store says '\(name)', which this version's \(list) does not have: run the version that wrote it"
        }
    }
}

extension Receipt {
    var json: String {
        get throws { String(decoding: try JSONEncoder().encode(self), as: UTF8.self) }
    }

    init(json: String) throws {
        self = try JSONDecoder().decode(Receipt.self, from: Data(json.utf8))
    }
}
