import PostgreSQL

/// The statements that write what a person did. Who it was is PostgreSQL's own `session_user`.
enum ActStatements {
    static let closeIncident = Statement(
        "close_incident",
        """
        UPDATE incidents SET state = 'closed', resolution = $2, closed_by = session_user, why = $3,
            closed_at = clock(clock_timestamp()), due_at = NULL, revision = revision + 1 WHERE id = $1
        """)

    static let beginSending = Statement(
        "begin_sending",
        """
        UPDATE incidents SET state = 'sending', why = $2, revision = revision + 1,
            due_at = clock(clock_timestamp()) + $3::bigint * interval '1 millisecond' WHERE id = $1
        RETURNING body, headers::text, round, correlation_id
        """)

    static let sendingMessage = Statement(
        "sending_message",
        "SELECT body, headers::text, round, correlation_id FROM incidents WHERE id = $1 AND state = 'sending'")

    static let sendingIncidents = Statement(
        "sending_incidents", "SELECT id FROM incidents WHERE state = 'sending' ORDER BY opened_at, id")

    /// The event's identity is kept beside the message's origin: by it one sees later whether the event is known.
    static let closeSent = Statement(
        "close_sent",
        """
        UPDATE incidents SET state = 'closed', resolution = 'requeued', closed_by = session_user,
            closed_at = clock(clock_timestamp()), due_at = NULL, revision = revision + 1,
            headers = coalesce(headers, '{}') || $2::jsonb WHERE id = $1 AND state = 'sending'
        """)

    static let hold = Statement(
        "hold_incident",
        """
        UPDATE incidents SET held_by = session_user, held_why = $2, held_at = clock(clock_timestamp()),
            revision = revision + 1 WHERE id = $1
        """)

    static let release = Statement(
        "release_incident",
        """
        UPDATE incidents SET held_by = NULL, held_why = NULL, held_at = NULL, revision = revision + 1 WHERE id = $1
        """)

    /// A new round: failures, take-overs and age are counted anew from here.
    static let readyHandoff = Statement(
        "ready_handoff",
        """
        UPDATE handoffs SET state = 'ready', direction = $2, cause = NULL, since = now.at, active_since = now.at,
            due_at = now.at + $3::bigint * interval '1 millisecond', requeues = requeues + 1, takeovers = 0,
            publishes = 0, planning_attempts = 0
        FROM (SELECT clock(clock_timestamp()) AS at) AS now WHERE id = $1 AND state IN ('parked', 'waiting')
        RETURNING id, queue, correlation_id
        """)

    /// Of the handoff's own steps and, for a cancellation, of those that it takes back.
    static let resetAttempts = Statement(
        "reset_attempts",
        """
        UPDATE steps s SET attempts = CASE s.state WHEN 'done' THEN s.attempts ELSE 0 END, undo_attempts = 0
        FROM handoffs me JOIN handoffs h ON h.opportunity = me.opportunity AND h.contract = me.contract
            AND (h.id = me.id OR me.kind = 'cancel' AND h.version < me.version)
        WHERE me.id = $1 AND s.handoff_id = h.id AND s.state NOT IN ('undone', 'kept')
            AND (s.attempts > 0 OR s.undo_attempts > 0)
        """)

    static let keepSteps = Statement(
        "keep_steps",
        """
        UPDATE steps SET state = 'kept', kept_because = $2, kept_owner = $3 WHERE handoff_id = $1 AND state = 'done'
        """)

    static let keepStep = Statement(
        "keep_step",
        """
        UPDATE steps SET state = 'kept', kept_because = $3, kept_owner = $4
        WHERE handoff_id = $1 AND ordinal = $2 AND state = 'done'
        """)

    static let discardHandoff = Statement(
        "discard_handoff",
        """
        UPDATE handoffs SET state = 'discarded', cause = NULL, due_at = NULL, since = now.at, closed_at = now.at
        FROM (SELECT clock(clock_timestamp()) AS at) AS now WHERE id = $1 AND state IN ('parked', 'behind')
        """)

    static let journal = Statement("journal_act", "INSERT INTO journal (handoff_id, entry) VALUES ($1, $2)")

    static let record = Statement(
        "record_act",
        "INSERT INTO acts (act, incident_id, handoff_id, why, outcome) VALUES ($1, $2, $3, $4, $5)")
}
