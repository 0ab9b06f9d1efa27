import PostgreSQL

/// The statements of acts on handoffs and on what is paused.
enum HandoffStatements {
    static let withPrefix = Statement(
        "handoffs_with_prefix", "SELECT id FROM handoffs WHERE id BETWEEN $1 AND $2 ORDER BY id LIMIT 2")

    static let lock = Statement(
        "lock_one_handoff",
        """
        SELECT h.state, h.direction, h.cause, (SELECT e.source FROM events e
            WHERE e.handoff_id = h.id AND e.outcome = 'accepted' ORDER BY e.received_at LIMIT 1) AS requester,
            session_user::text AS actor, EXISTS (SELECT FROM plans p WHERE p.handoff_id = h.id) AS planned
        FROM handoffs h WHERE h.id = $1 FOR UPDATE OF h
        """)

    static let lockBlockingIncident = Statement(
        "lock_blocking_incident",
        """
        SELECT id, held_by, held_why FROM incidents WHERE handoff_id = $1 AND state = 'open' AND blocking FOR UPDATE
        """)

    static let steps = Statement(
        "steps_to_adopt", "SELECT ordinal, name, state FROM steps WHERE handoff_id = $1 ORDER BY ordinal")

    /// Another handoff's step that made the same thing, unless the thing is one that deals share.
    static let makerOf = Statement(
        "maker_of",
        """
        SELECT handoff_id FROM steps WHERE $3 IN (external_id, adopt_id) AND name = $2 AND handoff_id <> $1
            AND NOT EXISTS (SELECT FROM claims WHERE external_id = $3) LIMIT 1
        """)

    static let adopt = Statement(
        "adopt", "UPDATE steps SET adopt_id = $3, attempts = 0 WHERE handoff_id = $1 AND ordinal = $2")

    /// A later choice takes the place of an earlier one.
    static let choose = Statement(
        "choose",
        """
        INSERT INTO choices (handoff_id, what, value, why) VALUES ($1, $2, $3, $4)
        ON CONFLICT (handoff_id, what) DO UPDATE SET value = excluded.value, why = excluded.why
        """)

    static let decide = Statement(
        "decide_approval",
        """
        INSERT INTO approvals (handoff_id, gate, plan_hash, requester, decision) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT DO NOTHING
        RETURNING decided_by
        """)

    static let decision = Statement(
        "approval_decision",
        """
        SELECT decided_by, decision, decided_at FROM approvals WHERE handoff_id = $1 AND gate = $2 AND plan_hash = $3
        """)

    static let wake = Statement(
        "wake_handoff",
        """
        UPDATE handoffs SET state = 'ready', cause = NULL, since = now.at, active_since = now.at, publishes = 0,
            due_at = now.at + $2::bigint * interval '1 millisecond'
        FROM (SELECT clock(clock_timestamp()) AS at) AS now WHERE id = $1 AND state = 'waiting'
        RETURNING id, queue, correlation_id
        """)

    static let pause = Statement(
        "pause",
        "INSERT INTO pauses (kind, name, why) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING name")

    static let pauses = Statement("pauses", "SELECT kind, name, actor, why, at FROM pauses ORDER BY kind, name")

    static let resume = Statement("resume", "DELETE FROM pauses WHERE kind = $1 AND name = $2 RETURNING name")

    /// In the order of ids, as sweepers and workers lock; what they hold moves without this.
    static let wakeQueue = Statement(
        "wake_queue",
        """
        UPDATE handoffs SET due_at = clock(now()) WHERE id IN (
            SELECT id FROM handoffs WHERE open AND state = 'ready' AND queue = $1 ORDER BY id FOR UPDATE SKIP LOCKED)
        """)

    static let wakePaused = Statement(
        "wake_paused",
        """
        UPDATE handoffs SET due_at = clock(now()) WHERE id IN (
            SELECT id FROM handoffs WHERE open AND state = 'waiting' AND cause = 'paused'
            ORDER BY id FOR UPDATE SKIP LOCKED)
        """)
}
