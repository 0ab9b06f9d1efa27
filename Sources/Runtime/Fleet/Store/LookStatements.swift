import PostgreSQL

/// The statements of looks at what was once in doubt.
enum LookStatements {
    /// Written with the doubt, in the owner's transaction; it sleeps until the handoff has closed. A doubt that comes
    /// again after its looks were made wakes them once more.
    static let noteDoubts = Statement(
        "note_doubts",
        """
        INSERT INTO looks AS l (handoff_id, ordinal, round, queue, state, after_ms, created_at)
        SELECT DISTINCT s.handoff_id, s.ordinal, 1, s.queue, 'waiting', $5::bigint, clock(now())
        FROM unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::smallint[]) AS w(id, token, step_handoff, ordinal)
        \(OwnerStatements.owned)
        JOIN steps s ON s.handoff_id = w.step_handoff AND s.ordinal = w.ordinal
        ORDER BY 1, 2
        ON CONFLICT (handoff_id, ordinal, round) DO UPDATE
            SET state = 'waiting', due_at = NULL, outcome = NULL, closed_at = NULL, attempts = 0
            WHERE l.state = 'done'
        """)

    /// A cancellation of the contract takes back what is looked at: its end wakes the look again. One whose row somebody
    /// writes may be ending in this moment, and then nobody would wake what is put off: such a look is taken, and put off
    /// under the lane's lock when its outcome is written.
    static let putOff = Statement(
        "put_looks_off",
        """
        WITH cancelled AS MATERIALIZED (
            SELECT e.id FROM looks d JOIN handoffs e ON e.id = d.handoff_id
            JOIN handoffs c ON c.opportunity = e.opportunity AND c.contract = e.contract AND c.kind = 'cancel'
                AND c.version > e.version AND c.open
            WHERE d.queue = $1 AND d.due_at <= clock(now())
            ORDER BY c.id FOR SHARE OF c SKIP LOCKED
        )
        UPDATE looks l SET state = 'waiting', due_at = NULL FROM cancelled
        WHERE l.queue = $1 AND l.due_at <= clock(now()) AND l.handoff_id = cancelled.id
        """)

    static let take = Statement(
        "take_looks",
        """
        WITH due AS (
            SELECT handoff_id, ordinal, round FROM looks
            WHERE queue = $1 AND due_at <= clock(now())
                AND NOT EXISTS (SELECT FROM pauses p WHERE p.kind = 'queue' AND p.name = $1)
            ORDER BY due_at LIMIT $2 FOR UPDATE SKIP LOCKED
        ), taken AS (
            UPDATE looks l SET state = 'running', token = l.token + 1,
                due_at = clock(clock_timestamp()) + $3::bigint * interval '1 millisecond'
            FROM due d WHERE l.handoff_id = d.handoff_id AND l.ordinal = d.ordinal AND l.round = d.round
            RETURNING l.handoff_id, l.ordinal, l.round, l.token, l.attempts
        )
        SELECT t.handoff_id, t.ordinal, t.round, t.token, t.attempts, s.name, s.key, h.opportunity, h.correlation_id,
            p.body
        FROM taken t JOIN handoffs h ON h.id = t.handoff_id JOIN plans p ON p.handoff_id = t.handoff_id
        JOIN steps s ON s.handoff_id = t.handoff_id AND s.ordinal = t.ordinal
        """)

    static let receipts = Statement(
        "look_receipts",
        """
        SELECT handoff_id, name, receipt FROM steps WHERE handoff_id = ANY($1::uuid[]) AND receipt IS NOT NULL
        """)

    static let lockHandoff = Statement("look_handoff", "SELECT FROM handoffs WHERE id = $1 FOR UPDATE")

    static let lock = Statement(
        "lock_look",
        """
        SELECT l.removals, EXISTS (SELECT FROM handoffs e JOIN handoffs c ON c.opportunity = e.opportunity
            AND c.contract = e.contract AND c.kind = 'cancel' AND c.version > e.version AND c.open
            WHERE e.id = l.handoff_id)
        FROM looks l WHERE l.handoff_id = $1 AND l.ordinal = $2 AND l.round = $3 AND l.token = $4
            AND l.state = 'running' FOR UPDATE OF l
        """)

    /// Of each thing: whether it is what the step left or the shared thing itself, whether something else names it, and
    /// whether people were told of it.
    static let facts = Statement(
        "look_facts",
        """
        SELECT EXISTS (SELECT FROM steps s WHERE s.handoff_id = $1 AND s.ordinal = $2 AND s.external_id = f.id
                AND s.state IN ('intent', 'done', 'undoing', 'kept'))
                OR EXISTS (SELECT FROM claims c JOIN steps s ON s.handoff_id = $1 AND s.ordinal = $2
                    WHERE c.external_id = f.id AND c.holder = s.key),
            EXISTS (SELECT FROM steps s WHERE s.external_id = f.id AND (s.handoff_id, s.ordinal) <> ($1, $2))
                OR EXISTS (SELECT FROM claims c WHERE c.external_id = f.id)
                OR EXISTS (SELECT FROM handoffs h JOIN steps s ON s.handoff_id = h.id
                    WHERE h.opportunity = $4 AND s.adopt_id = f.id)
                OR EXISTS (SELECT FROM handoffs h JOIN choices c ON c.handoff_id = h.id
                    WHERE h.opportunity = $4 AND c.value = f.id)
                OR EXISTS (SELECT FROM handoffs h JOIN plans p ON p.handoff_id = h.id
                    WHERE h.opportunity = $4 AND strpos(p.body, '"' || f.id || '"') > 0),
            EXISTS (SELECT FROM incidents i WHERE i.cause = f.cause)
        FROM unnest($3::text[], $5::text[]) WITH ORDINALITY AS f(id, cause, place) ORDER BY f.place
        """)

    static let wait = Statement(
        "look_waits",
        "UPDATE looks SET state = 'waiting', due_at = NULL WHERE handoff_id = $1 AND ordinal = $2 AND round = $3")

    static let later = Statement(
        "look_later",
        """
        UPDATE looks SET state = 'due', due_at = clock(clock_timestamp()) + $4::bigint * interval '1 millisecond',
            attempts = attempts + $5, last_error = $6
        WHERE handoff_id = $1 AND ordinal = $2 AND round = $3
        """)

    /// What stands in `removals` is never taken up again, by nobody: a removal may come late too.
    static let announce = Statement(
        "announce_removal",
        """
        UPDATE looks SET removals = CASE WHEN $4 = ANY(removals) THEN removals ELSE removals || $4::text END,
            due_at = clock(clock_timestamp()) + $5::bigint * interval '1 millisecond'
        WHERE handoff_id = $1 AND ordinal = $2 AND round = $3
        """)

    static let close = Statement(
        "close_look",
        """
        UPDATE looks SET state = 'done', due_at = NULL, outcome = $4, closed_at = clock(clock_timestamp())
        WHERE handoff_id = $1 AND ordinal = $2 AND round = $3
        """)

    static let next = Statement(
        "next_look",
        """
        INSERT INTO looks AS l (handoff_id, ordinal, round, queue, state, after_ms, due_at, created_at)
        SELECT handoff_id, ordinal, round + 1, queue, 'due', $4::bigint,
            clock(clock_timestamp()) + $4::bigint * interval '1 millisecond', clock(clock_timestamp())
        FROM looks WHERE handoff_id = $1 AND ordinal = $2 AND round = $3
        ON CONFLICT (handoff_id, ordinal, round) DO UPDATE
            SET state = 'due', due_at = excluded.due_at, outcome = NULL, closed_at = NULL, attempts = 0
            WHERE l.state = 'done'
        """)

    static let journal = Statement(
        "journal_look",
        """
        INSERT INTO journal (handoff_id, entry)
        SELECT $1, e.entry FROM unnest($2::text[]) WITH ORDINALITY AS e(entry, place) ORDER BY e.place
        """)

    static let openIncident = Statement(
        "open_look_incident",
        """
        INSERT INTO incidents (id, cause, handoff_id, step, queue, class, owner, blocking, story, correlation_id, due_at,
            opened_at, round)
        SELECT $1, $2, h.id, $4, $5, $6, $7, false, $8, h.correlation_id,
            now.at + $9::bigint * interval '1 millisecond', now.at, h.requeues
        FROM handoffs h CROSS JOIN (SELECT clock(clock_timestamp()) AS at) AS now WHERE h.id = $3
        ON CONFLICT (cause) DO NOTHING
        """)
}
