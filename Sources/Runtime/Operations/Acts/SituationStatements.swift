import PostgreSQL

/// The statements that read a situation; behind `lock`, what they read is true until the transaction ends.
enum SituationStatements {
    /// Locks the incident's lane, its handoff and itself, in this order.
    static let lock = Statement("lock_incident", "SELECT lock_incident($1)")

    static let incident = Statement(
        "situation_incident",
        """
        SELECT i.state, i.resolution, i.closed_by, i.closed_at, i.held_by, i.held_why, i.held_at, i.revision, i.blocking,
            i.step, i.class, i.owner, i.body IS NOT NULL AS has_body, i.headers::text AS origin
        FROM incidents i WHERE i.id = $1
        """)

    static let handoff = Statement(
        "situation_handoff",
        "SELECT opportunity, state, kind, direction, queue, correlation_id FROM handoffs WHERE id = $1")

    /// A handoff's own steps and, for a cancellation, those of every version that it undoes; last first.
    static let steps = Statement(
        "situation_steps",
        """
        SELECT s.handoff_id, s.ordinal, s.name, s.state, s.final, s.external_id, s.attempts, s.kept_because,
            \(StepOrigin.sql) AS came_to_be
        FROM handoffs me
        JOIN handoffs h ON h.opportunity = me.opportunity AND h.contract = me.contract
            AND (h.id = me.id OR me.kind = 'cancel' AND h.version < me.version)
        JOIN steps s ON s.handoff_id = h.id
        WHERE me.id = $1 ORDER BY h.version DESC, h.id, s.ordinal DESC
        """)

    static let lastAct = Statement(
        "situation_last_act", "SELECT actor, act, at FROM acts WHERE incident_id = $1 ORDER BY id DESC LIMIT 1")

    static let words = Statement(
        "situation_words",
        """
        SELECT c.retry, c.next FROM incidents i JOIN incident_classes c ON c.class = i.class WHERE i.id = $1
        """)
}
