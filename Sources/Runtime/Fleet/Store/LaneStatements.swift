import PostgreSQL

/// The lanes of opportunities: their locks, and what closing a version releases.
enum LaneStatements {
    /// A function, so that nobody holds a lane who may not work or act.
    static let lock = Statement("lock_lanes", "SELECT lock_lanes($1::text[])")

    private static let heads = """
        h.id = ANY(ARRAY(
            SELECT DISTINCT ON (b.opportunity) b.id
            FROM (SELECT a.id, a.opportunity, a.contract, a.version, a.base_version, a.state, a.lane_member,
                    min(a.created_at) OVER (PARTITION BY a.opportunity, a.contract) AS arrived
                FROM handoffs a WHERE a.opportunity = ANY($1::text[])) AS b
            WHERE b.state = 'behind' AND b.lane_member AND NOT EXISTS (
                SELECT FROM handoffs o WHERE o.opportunity = b.opportunity AND o.in_lane)
                AND (b.base_version IS NULL OR EXISTS (
                    SELECT FROM handoffs o WHERE o.opportunity = b.opportunity AND o.contract = b.contract
                        AND o.version = b.base_version AND NOT o.open))
            ORDER BY b.opportunity, b.arrived, b.version))
        """

    /// Head of a lane: the contract of the earliest arrival, its lowest version whose base has ended. What is lost, because
    /// its base can never come, is no member of its lane. It stands in line for its ticket where others do.
    private static let advance = Statement(
        "advance_lanes",
        """
        UPDATE handoffs h SET state = 'ready', publishes = 0, since = clock(clock_timestamp()),
            active_since = clock(clock_timestamp()), withheld = line.is_full,
            due_at = clock(clock_timestamp())
                + CASE WHEN line.is_full THEN $4::bigint ELSE $2::bigint END * interval '1 millisecond'
        FROM (SELECT q.queue, \(LineStatements.isFull("q.queue", window: "$3::bigint")) AS is_full
            FROM (SELECT DISTINCT a.queue FROM handoffs a
                WHERE a.opportunity = ANY($1::text[]) AND a.state = 'behind') AS q) AS line
        WHERE h.queue = line.queue AND \(heads)
        RETURNING h.id, h.queue, h.correlation_id, NOT h.withheld
        """)

    /// The command that hands these lanes to their heads.
    static func advancing(_ opportunities: [String], _ limits: TimeLimits) -> Command {
        Command(
            advance, opportunities, limits.ticketLease.milliseconds, Int64(limits.ticketWindow),
            limits.withheldLease.milliseconds)
    }
}

/// The tickets of those that became ready and need not stand in line: columns id, queue, correlation id, whether.
func ticketsOut(_ rows: [Row]) throws -> [Ticket] {
    try rows.compactMap { try $0.value(3, as: Bool.self) ? try Ticket(ofHandoff: $0) : nil }
}
