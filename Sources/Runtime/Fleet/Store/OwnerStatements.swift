import PostgreSQL

/// The statements of an owner's write, in the order in which a transaction runs them. Each looks only at handoffs
/// that the writer still owns; the first locks them, sorted, so that the answer cannot change before the last.
enum OwnerStatements {
    static let lockLanes = Statement(
        "lock_lanes",
        """
        SELECT pg_advisory_xact_lock(lane) FROM (
            SELECT DISTINCT hashtextextended(opportunity, 0) AS lane FROM unnest($1::text[]) AS l(opportunity) ORDER BY 1
        ) AS lanes
        """)

    static let lockOwned = Statement(
        "lock_owned",
        """
        SELECT h.id FROM handoffs h JOIN unnest($1::uuid[], $2::bigint[]) AS w(id, token) ON h.id = w.id
        WHERE h.id = ANY($1::uuid[]) AND h.token = w.token AND h.state = 'running'
        ORDER BY h.id FOR UPDATE OF h
        """)

    static let insertPlans = Statement(
        "insert_plans",
        """
        INSERT INTO plans (handoff_id, hash, body)
        SELECT w.id, w.hash, w.body
        FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[]) AS w(id, token, hash, body)
        JOIN handoffs h ON h.id = w.id AND h.token = w.token AND h.state = 'running'
        """)

    static let insertSteps = Statement(
        "insert_steps",
        """
        INSERT INTO steps (handoff_id, ordinal, name, queue, final, key, state)
        SELECT w.id, w.ordinal, w.name, w.queue, w.final, w.key, 'planned'
        FROM unnest($1::uuid[], $2::bigint[], $3::smallint[], $4::text[], $5::text[], $6::boolean[], $7::text[])
            AS w(id, token, ordinal, name, queue, final, key)
        JOIN handoffs h ON h.id = w.id AND h.token = w.token AND h.state = 'running'
        """)

    static let changeSteps = Statement(
        "change_steps",
        """
        UPDATE steps s SET state = w.state, attempts = s.attempts + w.failures,
            settled_at = CASE WHEN w.settles_ms IS NULL THEN s.settled_at
                ELSE clock(clock_timestamp()) + w.settles_ms * interval '1 millisecond' END,
            external_id = coalesce(w.external_id, s.external_id),
            receipt = coalesce(w.receipt, s.receipt)
        FROM unnest($1::uuid[], $2::bigint[], $3::smallint[], $4::text[], $5::integer[], $6::bigint[], $7::text[],
            $8::jsonb[]) AS w(id, token, ordinal, state, failures, settles_ms, external_id, receipt)
        JOIN handoffs h ON h.id = w.id AND h.token = w.token AND h.state = 'running'
        WHERE s.handoff_id = w.id AND s.ordinal = w.ordinal
        """)

    static let settleClaims = Statement(
        "settle_claims",
        """
        UPDATE claims c SET external_id = w.external_id, content_hash = w.content_hash
        FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
            AS w(id, token, target, thing, natural_key, external_id, content_hash)
        JOIN handoffs h ON h.id = w.id AND h.token = w.token AND h.state = 'running'
        WHERE c.target = w.target AND c.thing = w.thing AND c.natural_key = w.natural_key
        """)

    static let appendJournal = Statement(
        "append_journal",
        """
        INSERT INTO journal (handoff_id, entry)
        SELECT w.id, w.entry
        FROM unnest($1::uuid[], $2::bigint[], $3::text[]) WITH ORDINALITY AS w(id, token, entry, place)
        JOIN handoffs h ON h.id = w.id AND h.token = w.token AND h.state = 'running'
        ORDER BY w.place
        """)

    static let wantStatuses = Statement(
        "want_statuses",
        """
        INSERT INTO mirrors AS m
            (opportunity, target, object, correlation_id, source_version, wanted, since, state, queue, due_at)
        SELECT h.opportunity, w.target, w.object, h.correlation_id, 1, w.wanted, clock(now()), 'ready', w.queue,
            clock(now()) + $7::bigint * interval '1 millisecond'
        FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[])
            AS w(id, token, target, object, queue, wanted)
        JOIN handoffs h ON h.id = w.id AND h.token = w.token AND h.state = 'running'
        ORDER BY h.opportunity
        ON CONFLICT (opportunity, target, object) DO UPDATE SET
            wanted = excluded.wanted, since = excluded.since, source_version = m.source_version + 1, correlation_id = excluded.correlation_id,
            state = CASE WHEN m.state = 'idle' THEN 'ready' ELSE m.state END,
            due_at = CASE WHEN m.state = 'idle' THEN excluded.due_at ELSE m.due_at END,
            attempts = CASE WHEN m.state = 'idle' THEN 0 ELSE m.attempts END,
            publishes = CASE WHEN m.state = 'idle' THEN 0 ELSE m.publishes END
        WHERE m.wanted <> excluded.wanted
        RETURNING opportunity, target, object, queue, correlation_id,
            state = 'ready' AND due_at = clock(now()) + $7::bigint * interval '1 millisecond' AS needs_ticket
        """)

    /// Due a ticket lease later: the writer publishes the copy itself, and the sweeper only if that was lost.
    static let openIncidents = Statement(
        "open_incidents",
        """
        INSERT INTO incidents (id, cause, handoff_id, step, direction, queue, class, owner, blocking, story,
            correlation_id, due_at, opened_at)
        SELECT w.incident, w.cause, w.id, w.step, 'do', w.queue, w.class, w.owner, true, w.story, h.correlation_id,
            now.at + $10::bigint * interval '1 millisecond', now.at
        FROM unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                $9::text[]) AS w(id, token, incident, cause, step, queue, class, owner, story)
        CROSS JOIN (SELECT clock(clock_timestamp()) AS at) AS now
        JOIN handoffs h ON h.id = w.id AND h.token = w.token AND h.state = 'running'
        ON CONFLICT (cause) DO NOTHING
        """)

    static let moveHandoffs = Statement(
        "move_handoffs",
        """
        UPDATE handoffs h SET state = w.state, queue = w.queue, cause = w.cause,
            last_error = CASE WHEN w.progress THEN w.error ELSE coalesce(w.error, h.last_error) END,
            since = CASE WHEN h.queue = w.queue AND w.state IN ('running', 'ready') THEN h.since ELSE now.at END,
            due_at = CASE w.state
                WHEN 'ready' THEN now.at + $9::bigint * interval '1 millisecond'
                WHEN 'running' THEN greatest(h.due_at, now.at + w.wait_ms * interval '1 millisecond')
                WHEN 'waiting' THEN greatest(now.at + w.wait_ms * interval '1 millisecond',
                    (SELECT max(s.settled_at) FROM steps s WHERE s.handoff_id = h.id AND s.state = 'intent'))
                END,
            takeovers = CASE WHEN w.progress THEN 0 ELSE h.takeovers END,
            publishes = 0,
            closed_at = CASE WHEN w.state = 'finished' THEN now.at END
        FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[],
                $8::boolean[]) AS w(id, token, state, queue, cause, error, wait_ms, progress),
            (SELECT clock(clock_timestamp()) AS at) AS now
        WHERE h.id = ANY($1::uuid[]) AND h.id = w.id AND h.token = w.token AND h.state = 'running'
        """)

    /// Head of a lane: the contract of the earliest arrival, its lowest version.
    static let advanceLanes = Statement(
        "advance_lanes",
        """
        UPDATE handoffs h SET state = 'ready', publishes = 0, since = clock(clock_timestamp()),
            due_at = clock(clock_timestamp()) + $2::bigint * interval '1 millisecond'
        WHERE h.id = ANY(ARRAY(
            SELECT DISTINCT ON (b.opportunity) b.id
            FROM (SELECT a.id, a.opportunity, a.version, a.state, a.lane_member,
                    min(a.created_at) OVER (PARTITION BY a.opportunity, a.contract) AS arrived
                FROM handoffs a WHERE a.opportunity = ANY($1::text[])) AS b
            WHERE b.state = 'behind' AND b.lane_member AND NOT EXISTS (
                SELECT FROM handoffs o WHERE o.opportunity = b.opportunity AND o.in_lane)
            ORDER BY b.opportunity, b.arrived, b.version))
        RETURNING h.id, h.queue, h.correlation_id
        """)
}
