import PostgreSQL

/// The lanes of opportunities: their locks, and what closing a version releases.
package enum LaneStatements {
    package static let lock = Statement(
        "lock_lanes",
        """
        SELECT pg_advisory_xact_lock(lane) FROM (
            SELECT DISTINCT hashtextextended(opportunity, 0) AS lane FROM unnest($1::text[]) AS l(opportunity) ORDER BY 1
        ) AS lanes
        """)

    /// Head of a lane: the contract of the earliest arrival, its lowest version whose base has ended.
    package static let advance = Statement(
        "advance_lanes",
        """
        UPDATE handoffs h SET state = 'ready', publishes = 0, since = clock(clock_timestamp()),
            active_since = clock(clock_timestamp()),
            due_at = clock(clock_timestamp()) + $2::bigint * interval '1 millisecond'
        WHERE h.id = ANY(ARRAY(
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
        RETURNING h.id, h.queue, h.correlation_id
        """)
}
