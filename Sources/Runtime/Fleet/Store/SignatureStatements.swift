import PostgreSQL
import Workers

/// The statements about signed documents and the deals that wait for them; those of intake run under the lane locks.
enum SignatureStatements {
    static let known = Statement(
        "known_signatures",
        """
        SELECT envelope, opportunity, state <> 'joined', handoff_id, sow_hash, state = 'alerted'
        FROM signatures WHERE opportunity = \(IntakeStatements.named)
        UNION
        SELECT envelope, opportunity, state <> 'joined', handoff_id, sow_hash, state = 'alerted'
        FROM signatures WHERE envelope = ANY($2::text[])
        """)

    static let unsignedDeals = Statement(
        "unsigned_deals",
        """
        SELECT opportunity, contract, version, source, event_id, correlation_id, kind, base_version, body, content_hash,
            customer, total_minor, currency, sow_hash, status, any_document
        FROM unsigned_deals WHERE opportunity = ANY($1::text[]) AND state = 'kept' ORDER BY opportunity, contract
        """)

    /// Without a handoff it waits, and falls due when a person is to be told. An envelope is known once: where another
    /// opportunity's intake was faster, this one adds nothing.
    static let insertSignatures = Statement(
        "insert_signatures",
        """
        INSERT INTO signatures (envelope, opportunity, sow_hash, signed_at, source, event_id, correlation_id, body,
            handoff_id, state, due_at, received_at)
        SELECT w.envelope, w.opportunity, w.sow_hash, w.signed_at, w.source, w.event_id, w.correlation_id, w.body,
            w.handoff, CASE WHEN w.handoff IS NULL THEN 'waiting' ELSE 'joined' END,
            CASE WHEN w.handoff IS NULL THEN now.at + $10::bigint * interval '1 millisecond' END, now.at
        FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::text[], $6::text[], $7::text[], $8::text[],
                $9::uuid[])
                AS w(envelope, opportunity, sow_hash, signed_at, source, event_id, correlation_id, body, handoff),
            (SELECT clock(clock_timestamp()) AS at) AS now
        ON CONFLICT (envelope) DO NOTHING
        """)

    /// Waits for a sweeper that is just telling people.
    static let joinSignatures = Statement(
        "join_signatures",
        """
        UPDATE signatures s SET state = 'joined', handoff_id = w.handoff, due_at = NULL
        FROM unnest($1::text[], $2::uuid[]) AS w(opportunity, handoff)
        WHERE s.opportunity = w.opportunity AND s.state <> 'joined'
        """)

    /// After `join_signatures`, so that what the sweeper has just told is seen.
    static let closeUnmatched = Statement(
        "close_unmatched_signatures",
        """
        UPDATE incidents i SET state = 'closed', resolution = 'deal arrived', closed_by = acting_person(),
            why = 'a deal of the opportunity arrived', due_at = NULL, closed_at = clock(clock_timestamp())
        FROM signatures s
        WHERE s.opportunity = ANY($1::text[]) AND i.state = 'open'
            AND (i.cause = 'signature/' || s.envelope
                OR i.class = 'sow_mismatch' AND i.handoff_id IS NULL AND starts_with(i.cause, 'sow/' || s.envelope || '/'))
        """)

    /// A person is told of these now, and need not be told again that they wait.
    static let tell = Statement(
        "tell_signatures",
        "UPDATE signatures SET state = 'alerted', due_at = NULL WHERE envelope = ANY($1::text[]) AND state = 'waiting'")

    /// The latest version of a contract wins; the same version may say more than it said.
    static let keepUnsigned = Statement(
        "keep_unsigned_deals",
        """
        INSERT INTO unsigned_deals AS u (opportunity, contract, version, source, event_id, correlation_id, kind,
            base_version, body, content_hash, customer, total_minor, currency, sow_hash, status, any_document, state,
            kept_at)
        SELECT w.*, 'kept', clock(clock_timestamp())
        FROM unnest($1::text[], $2::text[], $3::integer[], $4::text[], $5::text[], $6::text[], $7::text[], $8::integer[],
            $9::text[], $10::text[], $11::text[], $12::bigint[], $13::text[], $14::text[], $15::jsonb[],
            $16::boolean[]) AS w
        ON CONFLICT (opportunity, contract) DO UPDATE SET version = excluded.version, source = excluded.source,
            event_id = excluded.event_id, correlation_id = excluded.correlation_id, kind = excluded.kind,
            base_version = excluded.base_version, body = excluded.body, content_hash = excluded.content_hash,
            customer = excluded.customer, total_minor = excluded.total_minor, currency = excluded.currency,
            sow_hash = excluded.sow_hash, status = excluded.status, state = excluded.state, kept_at = excluded.kept_at,
            any_document = excluded.any_document, handoff_id = NULL
        WHERE excluded.version >= u.version
        """)

    /// What the signature made of the deals that waited for it; a deal without a handoff was overtaken meanwhile.
    static let settleUnsigned = Statement(
        "settle_unsigned_deals",
        """
        UPDATE unsigned_deals u SET handoff_id = w.handoff,
            state = CASE WHEN w.handoff IS NULL THEN 'dropped' ELSE 'begun' END
        FROM unnest($1::text[], $2::text[], $3::uuid[]) AS w(opportunity, contract, handoff)
        WHERE u.opportunity = w.opportunity AND u.contract = w.contract AND u.state = 'kept'
        """)

    /// The event that was ignored until its deal was signed leads to the handoff from now on.
    static let linkEvents = Statement(
        "link_unsigned_events",
        """
        UPDATE events e SET handoff_id = w.handoff
        FROM unnest($1::text[], $2::text[], $3::uuid[], $4::text[]) AS w(source, event_id, handoff, content_hash)
        WHERE e.source = ANY($1::text[]) AND e.event_id = ANY($2::text[]) AND e.source = w.source
            AND e.event_id = w.event_id AND e.content_hash = w.content_hash AND e.outcome = 'ignored'
        """)

    /// Locks what is in its lane, so that a worker that is just taking it or planning it is before this signature or
    /// after it, and what the next statement sees of it is true.
    static let lockSigned = Statement(
        "lock_signed",
        "SELECT id FROM handoffs WHERE opportunity = ANY($1::text[]) AND in_lane ORDER BY id FOR UPDATE")

    /// Who is just planning has not seen the signature, and what is planned from another text must stop: the handoff is
    /// taken anew, and its present owner finds itself replaced. The next one plans by the signature, or asks a person.
    static let interrupt = Statement(
        "interrupt_signed",
        """
        UPDATE handoffs h SET state = 'ready', cause = NULL, publishes = 0,
            due_at = clock(clock_timestamp()) + $3::bigint * interval '1 millisecond'
        WHERE h.opportunity = ANY($1::text[]) AND h.in_lane AND h.kind <> 'cancel' AND h.direction = 'do'
            AND CASE WHEN EXISTS (SELECT FROM plans p WHERE p.handoff_id = h.id)
                THEN h.state IN ('running', 'waiting') AND EXISTS (
                    SELECT FROM deals d JOIN unnest($1::text[], $2::text[]) AS w(opportunity, sow_hash)
                        ON w.opportunity = h.opportunity AND w.sow_hash <> d.sow_hash
                    WHERE d.handoff_id = h.id)
                ELSE h.state = 'running' END
        RETURNING h.id, h.queue, h.correlation_id, true
        """)

    /// What a person was asked about because another text was signed goes on by itself once its own text is what was
    /// signed last, unless a person holds it; failures and age are counted anew, as when a person sends it.
    static let resume = Statement(
        "resume_signed",
        """
        WITH asked AS (
            SELECT h.id, i.id AS incident, s.envelope
            FROM handoffs h JOIN deals d ON d.handoff_id = h.id JOIN incidents i ON i.handoff_id = h.id,
                LATERAL (\(TakeTransactions.signed(columns: "l.envelope, l.sow_hash"))) AS s
            WHERE h.opportunity = ANY($1::text[]) AND h.state = 'parked' AND h.direction = 'do' AND h.kind <> 'cancel'
                AND i.blocking AND i.state = 'open' AND i.class = 'sow_mismatch' AND i.held_by IS NULL
                AND s.sow_hash = d.sow_hash
        ), resumed AS (
            UPDATE handoffs h SET state = 'ready', cause = NULL, since = now.at, active_since = now.at, publishes = 0,
                takeovers = 0, planning_attempts = 0, requeues = h.requeues + 1,
                due_at = now.at + $2::bigint * interval '1 millisecond'
            FROM asked, (SELECT clock(clock_timestamp()) AS at) AS now WHERE h.id = asked.id
            RETURNING h.id, h.queue, h.correlation_id, asked.incident, asked.envelope
        ), forgotten AS (
            UPDATE steps s SET attempts = CASE s.state WHEN 'done' THEN s.attempts ELSE 0 END, undo_attempts = 0
            FROM resumed WHERE s.handoff_id = resumed.id AND s.state NOT IN ('undone', 'kept')
                AND (s.attempts > 0 OR s.undo_attempts > 0)
        ), closed AS (
            UPDATE incidents i SET state = 'closed', resolution = 'signed', closed_by = acting_person(),
                why = 'envelope ' || resumed.envelope || ' is of the text of the deal', due_at = NULL,
                closed_at = clock(clock_timestamp())
            FROM resumed WHERE i.id = resumed.incident
        ), noted AS (
            INSERT INTO journal (handoff_id, entry)
            SELECT id, json_build_object('cause', 'sow_mismatch', 'event', envelope, 'what', 'signed')::text FROM resumed)
        SELECT id, queue, correlation_id, true FROM resumed
        """)

    /// Signatures whose deal has not come: people are told, and nothing is held up.
    static let unmatched = Statement(
        "unmatched_signatures",
        """
        WITH due AS (
            SELECT envelope FROM signatures WHERE state = 'waiting' AND due_at <= clock(now())
            ORDER BY envelope LIMIT $1 FOR UPDATE SKIP LOCKED
        ), told AS (
            UPDATE signatures s SET state = 'alerted', due_at = NULL FROM due WHERE s.envelope = due.envelope
            RETURNING s.envelope, s.opportunity, s.correlation_id
        )
        INSERT INTO incidents (id, cause, queue, class, owner, blocking, story, correlation_id, due_at, opened_at)
        SELECT gen_random_uuid(), 'signature/' || envelope, $3, $2, $4, false,
            'envelope ' || envelope || ' of opportunity ' || opportunity || ' is signed, and ' ||
                CASE WHEN EXISTS (SELECT FROM unsigned_deals u WHERE u.opportunity = told.opportunity AND u.state = 'kept')
                    THEN 'does not say what its text is: the deal waits for the signature of the text that it names'
                    ELSE 'no deal of it has arrived' END,
            correlation_id, clock(clock_timestamp()), clock(clock_timestamp())
        FROM told ON CONFLICT (cause) DO NOTHING
        """)
}
