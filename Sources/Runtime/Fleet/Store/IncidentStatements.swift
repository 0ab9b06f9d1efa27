import PostgreSQL

/// The statements that open incidents about messages, and close what a deal that was accepted has settled.
enum IncidentStatements {
    /// In the order of their causes, as everybody locks them. A status that a system will not show is filed under the
    /// version that it is about.
    static let open = Statement(
        "open_raw_incidents",
        """
        SELECT o.opened FROM (
            SELECT open_incident(w.id, w.cause, w.handoff, w.queue, w.class, w.owner, w.story, w.correlation_id, w.body,
                w.headers, $11::bigint, CASE w.class WHEN 'status_refused' THEN w.facts || coalesce((
                    SELECT jsonb_build_object('contract', h.contract, 'version', h.version, 'customer', d.customer,
                        'customer_folded', d.customer_folded, 'total_minor', d.total_minor, 'currency', d.currency)
                    FROM handoffs h JOIN deals d ON d.handoff_id = h.id
                    WHERE h.opportunity = w.facts ->> 'opportunity' AND h.correlation_id = w.correlation_id
                        AND h.contract = coalesce(w.facts ->> 'contract', h.contract)
                    ORDER BY h.version DESC LIMIT 1), '{}') ELSE w.facts END, w.counts) AS opened
            FROM (SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::text[], $6::text[],
                    $7::text[], $8::text[], $9::bytea[], $10::jsonb[], $12::jsonb[], $13::boolean[])
                AS u(id, cause, handoff, queue, class, owner, story, correlation_id, body, headers, facts, counts)
                ORDER BY u.cause) AS w
            OFFSET 0) AS o
        WHERE o.opened IS NOT NULL
        """)

    static let keepWords = Statement(
        "keep_words",
        """
        UPDATE incidents i SET said = w.said FROM unnest($1::uuid[], $2::text[]) AS w(id, said)
        WHERE i.id = ANY($1::uuid[]) AND i.id = w.id
        """)

    /// A deal that was refused is somebody's turn, unless a version of its contract runs, or one not below it is known:
    /// that one's own statuses say more. What was merged is told of as the opportunity that it is now. The sweeper
    /// publishes the ticket.
    static let wantStatuses = Statement(
        "want_refused_statuses",
        """
        INSERT INTO mirrors AS m
            (opportunity, contract, target, object, correlation_id, source_version, wanted, since, state, queue, due_at)
        SELECT DISTINCT ON (i.opportunity, w.target, w.object, i.contract) i.opportunity, i.contract,
            w.target, w.object || '/' || i.contract, i.correlation_id, 1, w.wanted, clock(now()), 'ready', w.queue,
            clock(now())
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[]) AS w(id, target, object, queue, wanted)
        JOIN (SELECT r.id, coalesce(n.opportunity, r.opportunity) AS opportunity, r.contract, r.version, r.correlation_id
            FROM incidents r LEFT JOIN opportunity_names n ON n.name = r.opportunity) AS i ON i.id = w.id
        WHERE i.opportunity IS NOT NULL AND i.contract IS NOT NULL AND NOT EXISTS (SELECT FROM handoffs h
            WHERE h.opportunity = i.opportunity AND h.contract = i.contract AND (h.open OR h.version >= i.version))
        ORDER BY i.opportunity, w.target, w.object, i.contract, i.version DESC
        ON CONFLICT (opportunity, target, object) DO UPDATE SET
            wanted = excluded.wanted, next_try = NULL, since = excluded.since,
            source_version = m.source_version + 1, correlation_id = excluded.correlation_id,
            state = CASE WHEN m.state = 'idle' THEN 'ready' ELSE m.state END,
            due_at = CASE WHEN m.state = 'idle' THEN excluded.due_at ELSE m.due_at END,
            attempts = CASE WHEN m.state = 'idle' THEN 0 ELSE m.attempts END,
            publishes = CASE WHEN m.state = 'idle' THEN 0 ELSE m.publishes END
        WHERE m.wanted <> excluded.wanted
        """)

    /// A version that was accepted settles what was refused of its contract before, up to itself. Who spoke in
    /// another's name is still to be looked for.
    static let closeRefused = Statement(
        "close_refused_arrivals",
        """
        UPDATE incidents i SET state = 'closed', resolution = 'superseded', closed_by = acting_person(),
            why = 'version ' || w.version || ' of contract ' || w.contract || ' was accepted', due_at = NULL,
            closed_at = clock(clock_timestamp())
        FROM (SELECT u.opportunity, u.contract, max(u.version) AS version
            FROM unnest($1::text[], $2::text[], $3::integer[]) AS u(opportunity, contract, version) GROUP BY 1, 2) AS w
        WHERE i.opportunity = w.opportunity AND (i.contract IS NULL OR i.contract = w.contract)
            AND (i.version IS NULL OR i.version <= w.version) AND i.state = 'open' AND i.handoff_id IS NULL
            AND i.cause LIKE 'raw/%' AND i.class <> 'source_mismatch'
        """)
}
