import PostgreSQL

/// The statements of intake, in the order in which its transaction runs them, under the lane locks.
enum IntakeStatements {
    static let knownEvents = Statement(
        "known_events",
        """
        SELECT e.source, e.event_id, e.outcome, e.reason, e.handoff_id, e.correlation_id
        FROM events e JOIN unnest($1::text[], $2::text[]) AS w(source, event_id)
            ON e.source = w.source AND e.event_id = w.event_id
        """)

    static let knownVersions = Statement(
        "known_versions",
        """
        SELECT opportunity, id, contract, version, content_hash, correlation_id, state NOT IN ('behind', 'scheduled')
        FROM handoffs WHERE opportunity = ANY($1::text[]) AND part = '' ORDER BY contract, version
        """)

    static let countCopies = Statement(
        "count_copies",
        """
        UPDATE events e SET copies = e.copies + w.copies
        FROM (SELECT source, event_id, count(*)::integer AS copies
            FROM unnest($1::text[], $2::text[]) AS u(source, event_id) GROUP BY 1, 2) AS w
        WHERE e.source = w.source AND e.event_id = w.event_id
        """)

    static let insertHandoffs = Statement(
        "insert_handoffs",
        """
        INSERT INTO handoffs (id, saga, opportunity, contract, version, kind, content_hash, correlation_id, state,
            queue, since, created_at)
        SELECT w.id, $7, w.opportunity, w.contract, w.version, 'complete', w.content_hash, w.correlation_id, 'behind',
            $8, now.at, now.at
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::integer[], $5::text[], $6::text[])
                AS w(id, opportunity, contract, version, content_hash, correlation_id),
            (SELECT clock(clock_timestamp()) AS at) AS now
        """)

    static let insertDeals = Statement(
        "insert_deals",
        """
        INSERT INTO deals (handoff_id, body, customer, total_minor, currency)
        SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[], $5::text[])
        """)

    static let insertIncidents = Statement(
        "insert_intake_incidents",
        """
        INSERT INTO incidents (id, cause, handoff_id, queue, class, owner, blocking, story, correlation_id, body,
            headers, due_at, opened_at)
        SELECT w.id, w.cause, w.handoff, w.queue, w.class, w.owner, false, w.story, w.correlation_id, w.body, w.headers,
            now.at + $11::bigint * interval '1 millisecond', now.at
        FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                $9::bytea[], $10::jsonb[])
                AS w(id, cause, handoff, queue, class, owner, story, correlation_id, body, headers),
            (SELECT clock(clock_timestamp()) AS at) AS now
        ON CONFLICT (cause) DO NOTHING
        RETURNING id
        """)

    static let insertEvents = Statement(
        "insert_events",
        """
        INSERT INTO events (source, event_id, content_hash, outcome, reason, correlation_id, opportunity, contract,
            version, handoff_id, incident_id, received_at)
        SELECT w.*, clock(clock_timestamp())
        FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
            $9::integer[], $10::uuid[], $11::uuid[]) AS w
        """)

    static let appendJournal = Statement(
        "append_intake_journal",
        "INSERT INTO journal (handoff_id, entry) SELECT * FROM unnest($1::uuid[], $2::text[])")

    static let wantStatuses = Statement(
        "want_intake_statuses",
        """
        INSERT INTO mirrors AS m
            (opportunity, target, object, correlation_id, source_version, wanted, since, state, queue, due_at)
        SELECT DISTINCT ON (w.opportunity, w.target, w.object) w.opportunity, w.target, w.object, w.correlation_id, 1,
            w.wanted, clock(now()), 'ready', w.queue, clock(now()) + $7::bigint * interval '1 millisecond'
        FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
            AS w(opportunity, target, object, queue, wanted, correlation_id)
        ORDER BY w.opportunity, w.target, w.object
        ON CONFLICT (opportunity, target, object) DO NOTHING
        RETURNING opportunity, target, object, queue, correlation_id, true
        """)
}
