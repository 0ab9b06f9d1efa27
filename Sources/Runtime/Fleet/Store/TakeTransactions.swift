import FoundationEssentials
import PostgreSQL
import Sagas

/// A handoff that a worker has just begun to own, with all it needs to go on.
struct TakenHandoff: Sendable {
    var id: UUID
    var token: Int64
    var takeovers: Int
    var requeues: Int
    var opportunity: String
    var contract: String
    var version: Int
    var part: String
    var correlationID: String
    /// Open for longer than the maximal age.
    var isTooOld: Bool
    var plan: String?
    /// The canonical deal; loaded only while there is no plan.
    var deal: String?
    var steps: [StepRecord]
}

/// Taking tickets: what is ready in the worker's own queue becomes running, with a new token and a lease.
struct TakeTransactions: Sendable {
    let database: Database
    let limits: TimeLimits
    let queue: String

    private static let take = Statement(
        "take",
        """
        WITH mine AS (
            SELECT id FROM handoffs WHERE id = ANY($1::uuid[]) AND state = 'ready' AND queue = $2
            ORDER BY id FOR UPDATE
        )
        UPDATE handoffs h SET state = 'running', token = h.token + 1, cause = NULL,
            due_at = clock(clock_timestamp()) + $3::bigint * interval '1 millisecond'
        FROM mine WHERE h.id = mine.id
        RETURNING h.id, h.token, h.takeovers, h.requeues, h.opportunity, h.contract, h.version, h.part,
            h.correlation_id, clock(now()) - h.created_at > $4::bigint * interval '1 millisecond' AS too_old
        """)

    private static let plans = Statement(
        "taken_plans", "SELECT handoff_id, body FROM plans WHERE handoff_id = ANY($1::uuid[])")

    private static let deals = Statement(
        "taken_deals",
        """
        SELECT handoff_id, body FROM deals
        WHERE handoff_id = ANY($1::uuid[])
            AND NOT EXISTS (SELECT FROM plans p WHERE p.handoff_id = deals.handoff_id)
        """)

    private static let steps = Statement(
        "taken_steps",
        """
        SELECT handoff_id, ordinal, name, queue, state, attempts,
            coalesce(settled_at <= clock(now()), true) AS settled, receipt
        FROM steps WHERE handoff_id = ANY($1::uuid[]) ORDER BY handoff_id, ordinal
        """)

    /// Takes those of `ids` that are ready in this queue; nil for each that is not.
    func take(_ ids: [UUID]) async throws -> [TakenHandoff?] {
        let results = try await database.pipeline([
            Command(Self.take, ids, queue, limits.lease.milliseconds, limits.maximalAge.milliseconds),
            Command(Self.plans, ids), Command(Self.deals, ids), Command(Self.steps, ids),
        ])
        var taken: [UUID: TakenHandoff] = [:]
        for row in results[0] { try taken.add(row) }
        for row in results[1] { taken[try row.value(0, as: UUID.self)]?.plan = try row.value(1, as: String.self) }
        for row in results[2] { taken[try row.value(0, as: UUID.self)]?.deal = try row.value(1, as: String.self) }
        for row in results[3] { taken[try row.value(0, as: UUID.self)]?.steps.append(try StepRecord(row)) }
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
            correlationID: try row.value(8, as: String.self), isTooOld: try row.value(9, as: Bool.self), steps: [])
        self[handoff.id] = handoff
    }
}

extension StepRecord {
    init(_ row: Row) throws {
        let state = try row.value(4, as: String.self)
        guard let known = State(rawValue: state) else { throw StoreError.unknownState(state) }
        self.init(
            ordinal: Int(try row.value(1, as: Int16.self)), label: try row.value(2, as: String.self),
            queue: try row.value(3, as: String.self), state: known, attempts: Int(try row.value(5, as: Int32.self)),
            isSettled: try row.value(6, as: Bool.self),
            receipt: try row.value(7, as: JSONText?.self).map { try Receipt(json: $0.text) })
    }
}

/// What the store holds and this version of the software cannot read.
enum StoreError: Error, CustomStringConvertible {
    case unknownState(String)

    var description: String {
        switch self {
        case .unknownState(let state):
            "a step is in state '\(state)', which this version does not know: run the version that wrote it"
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
