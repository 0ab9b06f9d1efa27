import Fleet
import FoundationEssentials
import PostgreSQL
import Workers

/// Which deals are listed. What is nil matches everything.
public struct HandoffFilter: Sendable, Equatable {
    /// How many at most.
    public var limit = 100
    /// Only what does not go on: it waits, is parked, was refused, or its base has not come.
    public var isLate = false
    /// An opportunity, contract, event id or correlation id.
    public var deal: String?
    /// A part of the customer's name, in any case.
    public var customer: String?
    /// The stored state, or `rejected`.
    public var state: String?
    /// The team that decides on the open incident.
    public var owner: String?

    /// All deals, the newest first.
    public init() {}
}

extension Inquiries {
    /// A deal whose event was refused is a deal: listed as `rejected` until a version of its contract is accepted.
    private static let list = Statement(
        "list_handoffs",
        """
        WITH listed AS (
            SELECT h.id, h.opportunity, h.contract, h.version, d.customer, d.customer_folded, d.total_minor, d.currency,
                h.state, h.queue, h.created_at, h.closed_at, h.correlation_id, h.id AS handoff,
                CASE WHEN h.state IN ('waiting', 'parked') THEN coalesce(h.troubled_since, h.since)
                    WHEN i.class IN \(IncidentClass.lackingBases) THEN i.since ELSE h.since END AS since,
                CASE WHEN h.state = 'parked' OR i.class IN \(IncidentClass.lackingBases) THEN coalesce(i.class, h.cause)
                    ELSE h.cause END AS cause, i.case_id, i.class, i.owner, NULL::text AS event_id
            FROM handoffs h JOIN deals d ON d.handoff_id = h.id
            LEFT JOIN LATERAL (SELECT k.case_id, k.class, k.owner, k.since FROM incidents k
                WHERE k.handoff_id = h.id AND k.state <> 'closed' AND (k.blocking OR k.class IN \(IncidentClass.lackingBases))
                ORDER BY k.blocking DESC LIMIT 1) i ON true
            UNION ALL
            SELECT r.case_id, coalesce(r.opportunity, '-'), coalesce(r.contract, '-'), coalesce(r.version, 0),
                coalesce(r.customer, ''), r.customer_folded, coalesce(r.total_minor, 0), coalesce(r.currency, 'XXX'),
                'rejected', r.queue, r.since, NULL, r.correlation_id, NULL, r.since, r.class, r.case_id, r.class, r.owner,
                r.event_id
            FROM incidents r
            WHERE r.state <> 'closed' AND r.handoff_id IS NULL AND r.cause LIKE 'raw/%'
                AND (r.opportunity IS NOT NULL OR r.contract IS NOT NULL)
        )
        SELECT h.handoff::text, h.opportunity, h.contract, h.version, h.customer, h.total_minor, h.currency, h.state,
            h.queue, p.external_id, h.created_at,
            (SELECT max(e.at) FROM (SELECT min(j.at) AS at FROM journal j WHERE j.handoff_id = h.handoff
                AND j.entry::jsonb ->> 'what' IN ('done', 'found')
                AND split_part(j.entry::jsonb ->> 'step', '/', 1) = $2 GROUP BY j.entry::jsonb ->> 'step') e
                HAVING count(*) >= (SELECT count(*) FROM steps s
                    WHERE s.handoff_id = h.handoff AND split_part(s.name, '/', 1) = $2)),
            h.closed_at, h.since, h.cause, h.case_id::text, h.class, h.owner
        FROM listed h
        LEFT JOIN steps p ON p.handoff_id = h.handoff AND p.name = $3
        WHERE (NOT $4 OR h.state IN ('waiting', 'parked', 'rejected') OR h.class IN \(IncidentClass.lackingBases))
            AND ($5::text IS NULL OR $5 IN (h.opportunity, h.contract, h.correlation_id, h.event_id)
                OR h.opportunity = (SELECT n.opportunity FROM opportunity_names n WHERE n.name = $5)
                OR EXISTS (SELECT FROM events e WHERE e.event_id = $5 AND e.handoff_id = h.handoff))
            AND ($6::text IS NULL OR position($6 IN coalesce(h.customer_folded, lower(h.customer))) > 0)
            AND ($7::text IS NULL OR h.state = $7) AND ($8::text IS NULL OR h.owner = $8)
        ORDER BY CASE WHEN $4 THEN h.since END, h.created_at DESC, h.id LIMIT $1
        """)

    /// The newest deals that match or, of those that are late, the ones with the longest trouble. `readyStep` is the step
    /// whose end, in all its instances, makes a project ready, `projectStep` the one whose id names it.
    public func list(
        _ filter: HandoffFilter = HandoffFilter(), readyStep: String, projectStep: String
    ) async throws -> [HandoffLine] {
        try await database.query(
            Self.list, Int64(filter.limit), readyStep, projectStep, filter.isLate, filter.deal,
            filter.customer.map(folded), filter.state, filter.owner
        ).map { row in
            let arrivedAt = try row.value(10, as: Date.self)
            let state = try row.value(7, as: String.self)
            let incidentClass = try row.value(16, as: String?.self)
            let isStanding = state == "rejected" || lacksItsBase(incidentClass)
            return HandoffLine(
                handoff: try row.value(0, as: String?.self), opportunity: try row.value(1, as: String.self),
                contract: try row.value(2, as: String.self), version: Int(try row.value(3, as: Int32.self)),
                customer: try row.value(4, as: String.self), totalMinor: try row.value(5, as: Int64.self),
                currency: try row.value(6, as: String.self), state: state,
                lateBecause: LateCause(
                    state: isStanding ? "parked" : state, cause: try row.value(14, as: String?.self)),
                since: try row.value(13, as: Date.self),
                queue: try row.value(8, as: String.self), projectID: try row.value(9, as: String?.self),
                acceptedAt: state == "rejected" ? nil : arrivedAt,
                secondsToProjectReady: try row.value(11, as: Date?.self).map { $0.timeIntervalSince(arrivedAt) },
                closedAt: try row.value(12, as: Date?.self), incident: try row.value(15, as: String?.self),
                incidentClass: incidentClass, owner: try row.value(17, as: String?.self))
        }
    }
}

/// One deal in a list.
public struct HandoffLine: Sendable, Codable, Equatable {
    /// The handoff's id; nil for a deal whose event was refused.
    public let handoff: String?
    /// The opportunity.
    public let opportunity: String
    /// The contract.
    public let contract: String
    /// The contract's version; 0 where it could not be read.
    public let version: Int
    /// The customer's name; empty where there is none.
    public let customer: String
    /// What the deal is worth, in minor units of `currency`.
    public let totalMinor: Int64
    /// ISO 4217 code.
    public let currency: String
    /// The stored state, or `rejected`.
    public let state: String
    /// Why it does not go on, if it waits, is parked or was refused.
    public let lateBecause: LateCause?
    /// Since when it stands so; where it does not go on, since the first failure.
    public let since: Date
    /// The queue whose workers have it, or had it last.
    public let queue: String
    /// The project's id in the ERP, once it is there.
    public let projectID: String?
    /// When the deal was accepted; nil for one that was refused.
    public let acceptedAt: Date?
    /// From then until the project was ready, in seconds.
    public let secondsToProjectReady: Double?
    /// When the handoff closed.
    public let closedAt: Date?
    /// The case of its open incident, if that holds it up.
    public let incident: String?
    /// The incident's class.
    public let incidentClass: String?
    /// The team that decides on the incident.
    public let owner: String?
}
