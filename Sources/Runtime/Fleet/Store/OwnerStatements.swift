import PostgreSQL

/// The statements of an owner's write, in the order in which a transaction runs them. Each looks only at handoffs
/// that the writer still owns; the first locks them, sorted, so that the answer cannot change before the last.
enum OwnerStatements {
    /// Those handoffs of `w` that the writer still owns. Their ids `$1` say what is read, whatever else stands there.
    static let owned =
        "JOIN handoffs h ON h.id = ANY($1::uuid[]) AND h.id = w.id AND h.token = w.token AND h.state = 'running'"

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
        \(owned)
        """)

    static let insertSteps = Statement(
        "insert_steps",
        """
        INSERT INTO steps (handoff_id, ordinal, name, queue, final, key, state)
        SELECT w.id, w.ordinal, w.name, w.queue, w.final, w.key, 'planned'
        FROM unnest($1::uuid[], $2::bigint[], $3::smallint[], $4::text[], $5::text[], $6::boolean[], $7::text[])
            AS w(id, token, ordinal, name, queue, final, key)
        \(owned)
        """)

    /// Steps of the handoff itself, or of the earlier versions that it takes back.
    static let changeSteps = Statement(
        "change_steps",
        """
        UPDATE steps s SET state = w.state,
            attempts = s.attempts + CASE WHEN w.backwards THEN 0 ELSE w.failures END,
            undo_attempts = s.undo_attempts + CASE WHEN w.backwards THEN w.failures ELSE 0 END,
            settled_at = CASE WHEN w.settles_ms IS NULL THEN s.settled_at
                ELSE clock(clock_timestamp()) + w.settles_ms * interval '1 millisecond' END,
            external_id = coalesce(w.external_id, s.external_id),
            receipt = coalesce(w.receipt, s.receipt),
            adopt_id = CASE WHEN w.ends_adoption THEN NULL ELSE s.adopt_id END,
            kept_because = w.kept_because, kept_owner = w.kept_owner
        FROM unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::smallint[], $5::text[], $6::integer[], $7::bigint[],
            $8::text[], $9::jsonb[], $10::text[], $11::text[], $12::boolean[],
            $13::boolean[])
            AS w(id, token, step_handoff, ordinal, state, failures, settles_ms, external_id, receipt, kept_because,
                kept_owner, ends_adoption, backwards)
        \(owned)
        WHERE s.handoff_id = ANY($3::uuid[]) AND s.handoff_id = w.step_handoff AND s.ordinal = w.ordinal
        """)

    /// A claim that came to nothing is free at once.
    static let settleClaims = Statement(
        "settle_claims",
        """
        UPDATE claims c SET external_id = coalesce(w.external_id, c.external_id),
            content_hash = CASE WHEN w.external_id IS NULL THEN c.content_hash ELSE w.content_hash END,
            settled_at = CASE WHEN w.external_id IS NULL THEN clock(now()) ELSE c.settled_at END
        FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
            AS w(id, token, target, thing, natural_key, external_id, content_hash, holder)
        \(owned)
        WHERE c.target = ANY($3::text[]) AND c.thing = ANY($4::text[]) AND c.natural_key = ANY($5::text[])
            AND c.target = w.target AND c.thing = w.thing AND c.natural_key = w.natural_key
            AND CASE WHEN w.external_id IS NULL THEN c.external_id IS NULL AND c.holder = w.holder
                ELSE (c.external_id, c.content_hash) IS DISTINCT FROM (w.external_id, w.content_hash) END
        """)

    static let appendJournal = Statement(
        "append_journal",
        """
        INSERT INTO journal (handoff_id, entry)
        SELECT w.id, w.entry
        FROM unnest($1::uuid[], $2::bigint[], $3::text[]) WITH ORDINALITY AS w(id, token, entry, place)
        \(owned)
        ORDER BY w.place
        """)

    /// A status that says the same is told again only where its time of the next try is worth telling anew.
    static let wantStatuses = Statement(
        "want_statuses",
        """
        INSERT INTO mirrors AS m
            (opportunity, contract, target, object, correlation_id, source_version, wanted, since, state, queue, due_at,
                next_try)
        SELECT h.opportunity, h.contract, w.target, w.object || '/' || h.contract, h.correlation_id, 1, w.wanted,
            clock(now()), 'ready', w.queue, clock(now()) + $7::bigint * interval '1 millisecond',
            clock(now()) + w.wait_ms * interval '1 millisecond'
        FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $9::bigint[])
            AS w(id, token, target, object, queue, wanted, wait_ms)
        \(owned)
        ORDER BY h.opportunity
        ON CONFLICT (opportunity, target, object) DO UPDATE SET
            wanted = excluded.wanted, next_try = excluded.next_try,
            since = CASE WHEN m.wanted <> excluded.wanted THEN excluded.since ELSE m.since END,
            source_version = m.source_version + 1, correlation_id = excluded.correlation_id,
            state = CASE WHEN m.state = 'idle' THEN 'ready' ELSE m.state END,
            due_at = CASE WHEN m.state = 'idle' THEN excluded.due_at ELSE m.due_at END,
            attempts = CASE WHEN m.state = 'idle' THEN 0 ELSE m.attempts END,
            publishes = CASE WHEN m.state = 'idle' THEN 0 ELSE m.publishes END
        WHERE m.wanted <> excluded.wanted OR m.opportunity = ANY($8::text[])
        RETURNING opportunity, target, object, queue, correlation_id,
            state = 'ready' AND due_at = clock(now()) + $7::bigint * interval '1 millisecond' AS needs_ticket
        """)

    /// Due a ticket lease later: the writer publishes the copy itself, and the sweeper only if that was lost. A failure
    /// that was requeued and comes back stays the case that it was.
    static let openIncidents = Statement(
        "open_incidents",
        """
        INSERT INTO incidents (id, cause, handoff_id, step, direction, queue, class, owner, blocking, story,
            said, correlation_id, due_at, opened_at, round, case_id)
        SELECT w.incident, w.cause, w.id, w.step, w.direction, w.queue, w.class, w.owner, w.blocking, w.story,
            w.said, h.correlation_id, now.at + $12::bigint * interval '1 millisecond', now.at, h.requeues,
            (SELECT p.case_id FROM incidents p WHERE p.handoff_id = w.id AND p.step IS NOT DISTINCT FROM w.step
                AND p.direction = w.direction AND p.blocking ORDER BY p.opened_at DESC, p.id LIMIT 1)
        FROM unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                $9::text[], $10::text[], $11::boolean[], $13::text[])
                AS w(id, token, incident, cause, step, direction, queue, class, owner, story, blocking, said)
        CROSS JOIN (SELECT clock(clock_timestamp()) AS at) AS now
        \(owned)
        ON CONFLICT (cause) DO NOTHING
        """)

    /// What could not be taken back and somebody has to deal with: told when the handoff closes.
    static let openResidues = Statement(
        "open_residues",
        """
        INSERT INTO incidents (id, cause, handoff_id, step, direction, queue, class, owner, blocking, story,
            correlation_id, due_at, opened_at, round)
        SELECT gen_random_uuid(), 'residue/' || w.id || '/' || s.key, w.id, s.name, 'undo', s.queue, 'residue',
            s.kept_owner, false, s.kept_because, h.correlation_id, now.at, now.at, h.requeues
        FROM unnest($1::uuid[], $2::bigint[]) AS w(id, token)
        CROSS JOIN (SELECT clock(clock_timestamp()) AS at) AS now
        \(owned)
        JOIN handoffs e ON e.opportunity = h.opportunity AND e.contract = h.contract
            AND (e.id = h.id OR h.kind = 'cancel' AND e.version < h.version)
        JOIN steps s ON s.handoff_id = e.id AND s.state = 'kept' AND s.kept_owner IS NOT NULL
        ON CONFLICT (cause) DO NOTHING
        """)

    /// A wait for an approval that was given meanwhile is none; waiting for a person makes no handoff old. Who becomes ready
    /// where the line is full stands in it.
    static let moveHandoffs = Statement(
        "move_handoffs",
        """
        UPDATE handoffs h SET state = w.state, queue = w.queue, cause = w.cause, direction = w.direction,
            last_error = CASE WHEN w.progress THEN w.error ELSE coalesce(w.error, h.last_error) END,
            since = CASE WHEN h.queue = w.queue AND w.state IN ('running', 'ready') THEN h.since ELSE now.at END,
            due_at = CASE w.state
                WHEN 'ready' THEN now.at
                    + CASE WHEN line.is_full THEN $17::bigint ELSE $11::bigint END * interval '1 millisecond'
                WHEN 'running' THEN now.at + w.wait_ms * interval '1 millisecond'
                WHEN 'waiting' THEN greatest(now.at + w.wait_ms * interval '1 millisecond',
                    (SELECT s.settled_at FROM steps s WHERE s.handoff_id = w.step_handoff
                        AND s.ordinal = w.step_ordinal AND s.state IN ('intent', 'undoing')))
                END,
            takeovers = CASE WHEN w.progress THEN 0 ELSE h.takeovers END,
            planning_attempts = h.planning_attempts + w.planning_failures,
            planning_target = coalesce(w.planning_target, h.planning_target),
            troubled_since = CASE WHEN w.state IN ('waiting', 'parked')
                    THEN coalesce(CASE WHEN NOT w.progress THEN h.troubled_since END, now.at)
                WHEN NOT w.progress THEN h.troubled_since END,
            active_since = CASE WHEN w.cause = 'paused' OR w.cause LIKE 'approval:%' THEN now.at
                ELSE h.active_since END,
            publishes = 0, withheld = w.state = 'ready' AND line.is_full, begun = h.begun OR w.begins,
            closed_at = CASE WHEN w.state IN ('finished', 'compensated') THEN now.at END
        FROM (SELECT u.id, u.token, u.queue, u.error, u.wait_ms, u.progress, u.direction, u.step_handoff,
                u.step_ordinal, u.planning_failures, u.planning_target, u.begins,
                CASE WHEN a.decision IS NULL THEN u.state ELSE 'ready' END AS state,
                CASE WHEN a.decision IS NULL THEN u.cause END AS cause
            FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[],
                $8::boolean[], $9::text[], $10::uuid[], $13::smallint[], $14::integer[], $15::text[],
                $18::boolean[])
                AS u(id, token, state, queue, cause, error, wait_ms, progress, direction, step_handoff, step_ordinal,
                    planning_failures, planning_target, begins)
            LEFT JOIN approvals a ON a.handoff_id = u.id AND u.state = 'waiting'
                AND u.cause = 'approval:' || a.gate || ':' || a.plan_hash) AS w,
            (SELECT clock(clock_timestamp()) AS at) AS now,
            (SELECT q.queue, \(LineStatements.isFull("q.queue", window: "$16::bigint")) AS is_full
                FROM (SELECT DISTINCT d.queue FROM unnest($4::text[]) AS d(queue)) AS q) AS line
        WHERE h.id = ANY($12::uuid[]) AND h.id = w.id AND h.token = w.token AND h.state = 'running'
            AND line.queue = w.queue
        RETURNING h.id, h.queue, h.correlation_id, h.state = 'ready' AND NOT h.withheld
        """)
}
