import PostgreSQL

/// The statements of acts on handoffs and on what is paused.
enum HandoffStatements {
    static let withPrefix = Statement(
        "handoffs_with_prefix", "SELECT id FROM handoffs WHERE id BETWEEN $1 AND $2 ORDER BY id LIMIT 2")

    /// Locks a handoff and the incident that holds it up; what is read behind it is true until the transaction ends.
    static let lock = Statement("lock_handoff", "SELECT lock_handoff($1)")

    static let situation = Statement(
        "handoff_to_act_on",
        """
        SELECT h.state, h.direction, h.cause, coalesce(requesters_of(h.id), ARRAY['nobody']) AS requesters,
            acting_person() AS actor, EXISTS (SELECT FROM plans p WHERE p.handoff_id = h.id) AS planned
        FROM handoffs h WHERE h.id = $1
        """)

    static let blockingIncident = Statement(
        "blocking_incident",
        "SELECT held_by, held_why FROM incidents WHERE handoff_id = $1 AND state = 'open' AND blocking")

    static let steps = Statement(
        "steps_to_adopt", "SELECT ordinal, name, state FROM steps WHERE handoff_id = $1 ORDER BY ordinal")

    /// Another handoff's step that made the same thing, unless the thing is one that deals share.
    static let makerOf = Statement(
        "maker_of",
        """
        SELECT handoff_id FROM steps WHERE $3 IN (external_id, adopt_id) AND name = $2 AND handoff_id <> $1
            AND NOT EXISTS (SELECT FROM claims WHERE external_id = $3) LIMIT 1
        """)

    /// Whether a later look was to remove the thing: a removal may come late, so it is never taken up again.
    static let isRemoved = Statement(
        "copy_is_removed", "SELECT FROM looks WHERE removals @> ARRAY[$1]::text[] AND removals <> '{}' LIMIT 1")

    static let adopt = Statement(
        "adopt_thing", "SELECT id, queue, correlation_id FROM adopt_thing($1, $2, $3, $4, $5)")

    static let choose = Statement("choose", "SELECT id, queue, correlation_id FROM choose($1, $2, $3, $4, $5)")

    static let decide = Statement(
        "decide_approval", "SELECT id, queue, correlation_id FROM decide_approval($1, $2, $3, $4)")

    static let decision = Statement(
        "approval_decision",
        """
        SELECT decided_by, decision, decided_at FROM approvals WHERE handoff_id = $1 AND gate = $2 AND plan_hash = $3
        """)

    static let pause = Statement("pause_work", "SELECT pause_work($1, $2, $3)")

    static let pauses = Statement("pauses", "SELECT kind, name, actor, why, at FROM pauses ORDER BY kind, name")

    static let resume = Statement("resume_work", "SELECT resume_work($1, $2, $3)")
}
