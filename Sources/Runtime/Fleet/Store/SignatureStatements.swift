import PostgreSQL
import Workers

/// The statements about signed documents and the deals that wait for them; those of intake run under the lane locks.
enum SignatureStatements {
    static let known = Statement(
        "known_signatures",
        """
        SELECT envelope, opportunity, state <> 'joined', handoff_id FROM signatures WHERE opportunity = ANY($1::text[])
        UNION
        SELECT envelope, opportunity, state <> 'joined', handoff_id FROM signatures WHERE envelope = ANY($2::text[])
        """)

    static let unsignedDeals = Statement(
        "unsigned_deals",
        """
        SELECT opportunity, contract, version, source, event_id, correlation_id, kind, base_version, body, content_hash,
            customer, total_minor, currency, sow_hash, status
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
        UPDATE incidents i SET state = 'closed', resolution = 'deal arrived', closed_by = session_user,
            why = 'a deal of the opportunity arrived', due_at = NULL, closed_at = clock(clock_timestamp())
        FROM signatures s
        WHERE s.opportunity = ANY($1::text[]) AND i.cause = 'signature/' || s.envelope AND i.state = 'open'
        """)

    /// The latest version of a contract wins; the same version may say more than it said.
    static let keepUnsigned = Statement(
        "keep_unsigned_deals",
        """
        INSERT INTO unsigned_deals AS u (opportunity, contract, version, source, event_id, correlation_id, kind,
            base_version, body, content_hash, customer, total_minor, currency, sow_hash, status, state, kept_at)
        SELECT w.*, 'kept', clock(clock_timestamp())
        FROM unnest($1::text[], $2::text[], $3::integer[], $4::text[], $5::text[], $6::text[], $7::text[], $8::integer[],
            $9::text[], $10::text[], $11::text[], $12::bigint[], $13::text[], $14::text[], $15::jsonb[]) AS w
        ON CONFLICT (opportunity, contract) DO UPDATE SET version = excluded.version, source = excluded.source,
            event_id = excluded.event_id, correlation_id = excluded.correlation_id, kind = excluded.kind,
            base_version = excluded.base_version, body = excluded.body, content_hash = excluded.content_hash,
            customer = excluded.customer, total_minor = excluded.total_minor, currency = excluded.currency,
            sow_hash = excluded.sow_hash, status = excluded.status, state = excluded.state, kept_at = excluded.kept_at,
            handoff_id = NULL
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
        FROM unnest($1::text[], $2::text[], $3::uuid[]) AS w(source, event_id, handoff)
        WHERE e.source = w.source AND e.event_id = w.event_id
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
        RETURNING h.id, h.queue, h.correlation_id
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
            'envelope ' || envelope || ' of opportunity ' || opportunity || ' is signed, and no deal of it has arrived',
            correlation_id, clock(clock_timestamp()), clock(clock_timestamp())
        FROM told ON CONFLICT (cause) DO NOTHING
        """)
}
