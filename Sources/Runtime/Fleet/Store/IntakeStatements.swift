import PostgreSQL

/// The statements of intake, in the order in which its transaction runs them, under the lane locks.
enum IntakeStatements {
    static let knownEvents = Statement(
        "known_events",
        """
        SELECT e.source, e.event_id, e.outcome, e.reason, e.handoff_id, e.correlation_id, e.content_hash
        FROM events e JOIN unnest($1::text[], $2::text[]) AS w(source, event_id)
            ON e.source = w.source AND e.event_id = w.event_id
        WHERE e.source = ANY($1::text[]) AND e.event_id = ANY($2::text[])
        ORDER BY e.received_at
        """)

    /// The opportunities of $1, and those that are called so too.
    static let named = """
        ANY(ARRAY(SELECT unnest($1::text[]) UNION
            SELECT n.opportunity FROM opportunity_names n WHERE n.name = ANY($1::text[])))
        """

    static let knownVersions = Statement(
        "known_versions",
        """
        SELECT h.opportunity, h.id, h.contract, h.version, h.content_hash, h.correlation_id,
            h.state NOT IN ('behind', 'scheduled'), h.kind, h.open, d.sow_hash
        FROM handoffs h LEFT JOIN deals d ON d.handoff_id = h.id
        WHERE h.opportunity = \(named) AND h.part = '' ORDER BY h.contract, h.version
        """)

    /// What else these opportunities are called, and which of them wait for a signature.
    static let knownNames = Statement(
        "known_names",
        """
        SELECT name, opportunity FROM opportunity_names WHERE name = ANY($1::text[])
        UNION ALL
        SELECT DISTINCT opportunity, NULL FROM unsigned_deals WHERE opportunity = \(named) AND state = 'kept'
        """)

    static let insertNames = Statement(
        "insert_names",
        """
        INSERT INTO opportunity_names (name, opportunity, since)
        SELECT w.name, w.opportunity, clock(clock_timestamp()) FROM unnest($1::text[], $2::text[]) AS w(name, opportunity)
        ON CONFLICT (name) DO NOTHING
        """)

    static let countCopies = Statement(
        "count_copies",
        """
        UPDATE events e SET copies = e.copies + w.copies
        FROM (SELECT source, event_id, content_hash, outcome, count(*)::integer AS copies
            FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS u(source, event_id, content_hash, outcome)
            GROUP BY 1, 2, 3, 4) AS w
        WHERE e.source = ANY($1::text[]) AND e.event_id = ANY($2::text[]) AND e.source = w.source
            AND e.event_id = w.event_id AND e.content_hash = w.content_hash AND e.outcome = w.outcome
        """)

    /// A change order whose base is not there yet falls due when a person is to be told. In the order in which everybody
    /// locks the statuses that this has told again.
    static let insertHandoffs = Statement(
        "insert_handoffs",
        """
        INSERT INTO handoffs (id, saga, opportunity, contract, version, kind, base_version, content_hash,
            correlation_id, state, queue, since, created_at, due_at)
        SELECT w.id, $7, w.opportunity, w.contract, w.version, w.kind, w.base, w.content_hash, w.correlation_id,
            'behind', $8, now.at, now.at,
            CASE WHEN w.base IS NOT NULL AND NOT EXISTS (SELECT FROM handoffs b WHERE b.opportunity = w.opportunity
                AND b.contract = w.contract AND b.version = w.base)
                THEN now.at + $11::bigint * interval '1 millisecond' END
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::integer[], $5::text[], $6::text[], $9::text[],
                $10::integer[])
                AS w(id, opportunity, contract, version, content_hash, correlation_id, kind, base),
            (SELECT clock(clock_timestamp()) AS at) AS now
        ORDER BY w.opportunity
        """)

    /// Locks what a cancellation or a superseding version may close, so that its owner's next write is either before or
    /// finds it closed.
    static let lockEarlier = Statement(
        "lock_earlier",
        """
        SELECT h.id FROM handoffs h JOIN unnest($1::text[], $2::text[], $3::integer[]) AS w(opportunity, contract, version)
            ON h.opportunity = w.opportunity AND h.contract = w.contract AND h.version < w.version
        WHERE h.opportunity = ANY($1::text[]) AND h.open ORDER BY h.id FOR UPDATE OF h
        """)

    /// A cancellation closes every earlier version that is not past the point of no return. A complete version closes
    /// an earlier one that is parked and never announced a call: it corrects it; and a change order whose base can never
    /// come: it takes its place. Their incidents close with them.
    static let stopEarlier = Statement(
        "stop_earlier",
        """
        WITH stopped AS (
            UPDATE handoffs h SET state = 'stopped', due_at = NULL, cause = NULL, since = clock(clock_timestamp()),
                closed_at = clock(clock_timestamp())
            FROM unnest($1::text[], $2::text[], $3::integer[], $4::boolean[], $5::text[])
                AS w(opportunity, contract, version, cancels, event)
            WHERE h.opportunity = ANY($1::text[]) AND h.opportunity = w.opportunity AND h.contract = w.contract
                AND h.version < w.version AND h.open AND h.kind <> 'cancel'
                AND CASE WHEN w.cancels THEN NOT EXISTS (SELECT FROM steps s WHERE s.handoff_id = h.id AND s.final
                        AND s.state IN ('intent', 'done'))
                    ELSE h.state = 'parked' AND h.direction = 'do' AND NOT EXISTS (SELECT FROM steps s
                        WHERE s.handoff_id = h.id AND s.settled_at IS NOT NULL)
                        OR h.state = 'behind' AND EXISTS (SELECT FROM incidents q WHERE q.handoff_id = h.id
                            AND q.class = 'base_stale' AND q.state = 'open') END
            RETURNING h.id, w.version, w.event, CASE WHEN w.cancels THEN 'cancelled' ELSE 'superseded' END AS because
        ), closed AS (
            UPDATE incidents i SET state = 'closed', resolution = stopped.because, closed_by = acting_person(),
                why = 'version ' || stopped.version || ' of the contract arrived', due_at = NULL,
                closed_at = clock(clock_timestamp())
            FROM stopped WHERE i.handoff_id = stopped.id AND i.state = 'open')
        INSERT INTO journal (handoff_id, entry)
        SELECT id, json_build_object('cause', because, 'event', event, 'what', 'stopped')::text FROM stopped
        """)

    /// Change orders that waited for one of these versions need nobody any more.
    static let baseArrived = Statement(
        "base_arrived",
        """
        UPDATE handoffs h SET due_at = NULL
        FROM unnest($1::text[], $2::text[], $3::integer[]) AS w(opportunity, contract, version)
        WHERE h.opportunity = ANY($1::text[]) AND h.opportunity = w.opportunity AND h.contract = w.contract
            AND h.base_version = w.version AND h.state = 'behind'
        """)

    /// After `base_arrived`, which waits for whoever is just telling people.
    static let closeMissingBases = Statement(
        "close_missing_bases",
        """
        UPDATE incidents i SET state = 'closed', resolution = 'base arrived', closed_by = acting_person(),
            why = 'version ' || w.version || ' of the contract arrived', due_at = NULL,
            closed_at = clock(clock_timestamp())
        FROM unnest($1::text[], $2::text[], $3::integer[]) AS w(opportunity, contract, version)
        JOIN handoffs h ON h.opportunity = w.opportunity AND h.contract = w.contract AND h.base_version = w.version
        WHERE h.opportunity = ANY($1::text[]) AND i.handoff_id = h.id AND i.class = 'base_missing' AND i.state = 'open'
        """)

    static let insertDeals = Statement(
        "insert_deals",
        """
        INSERT INTO deals (handoff_id, body, customer, total_minor, currency, sow_hash, customer_folded)
        SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::text[])
        """)

    /// An id may stand for several events: what says something else under a known id is recorded beside it.
    static let insertEvents = Statement(
        "insert_events",
        """
        INSERT INTO events (source, event_id, content_hash, outcome, reason, correlation_id, opportunity, contract,
            version, handoff_id, incident_id, publisher, received_at)
        SELECT w.*, clock(clock_timestamp())
        FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
            $9::integer[], $10::uuid[], $11::uuid[], $12::text[]) AS w
        ON CONFLICT (source, event_id, content_hash, outcome) DO UPDATE SET reason = excluded.reason,
            handoff_id = excluded.handoff_id
        """)

    static let appendJournal = Statement(
        "append_intake_journal",
        "INSERT INTO journal (handoff_id, entry) SELECT * FROM unnest($1::uuid[], $2::text[])")

    static let wantStatuses = Statement(
        "want_intake_statuses",
        """
        INSERT INTO mirrors AS m
            (opportunity, contract, target, object, correlation_id, source_version, wanted, since, state, queue, due_at)
        SELECT DISTINCT ON (w.opportunity, w.target, w.object, w.contract) w.opportunity, w.contract, w.target,
            w.object || '/' || w.contract, w.correlation_id, 1, w.wanted, clock(now()), 'ready', w.queue,
            clock(now()) + $7::bigint * interval '1 millisecond'
        FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $8::text[])
            AS w(opportunity, target, object, queue, wanted, correlation_id, contract)
        ORDER BY w.opportunity, w.target, w.object, w.contract
        ON CONFLICT (opportunity, target, object) DO NOTHING
        RETURNING opportunity, target, object, queue, correlation_id, true
        """)
}
