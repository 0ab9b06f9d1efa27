import Fleet
import PostgreSQL
import Workers

/// The statements that look at incidents and change nothing.
enum IncidentStatements {
    /// Every incident that matches, with what is known of it. A round is its place in its case; `passed` and `tried`
    /// are about what happened after it was sent.
    private static let matching = """
        WITH facts AS (
            SELECT i.id, i.case_id, i.cause, i.class, i.owner, i.story, i.blocking, i.queue, i.step, i.handoff_id,
                i.correlation_id, i.state, i.resolution, i.closed_by, i.closed_at, i.why, i.revision, i.opened_at,
                i.held_by, i.held_why, i.held_at, coalesce(h.opportunity, i.opportunity) AS opportunity,
                coalesce(h.contract, i.contract) AS contract, coalesce(h.version, i.version) AS version,
                h.state AS handoff_state, coalesce(d.customer, i.customer) AS customer,
                coalesce(d.total_minor, i.total_minor) AS total_minor, coalesce(d.currency, i.currency) AS currency,
                i.event_source, i.event_id, i.findings::text AS findings, i.repeats, i.last_seen, i.since,
                i.blocking OR i.class IN \(IncidentClass.lackingBases) OR i.handoff_id IS NULL AND i.cause LIKE 'raw/%' AS holds_up,
                coalesce(i.handoff_id::text, i.opportunity || '/' || i.contract || '/' || i.version, i.case_id::text)
                    AS counted_as, c.round, nullif(c.rounds, c.round) AS newest_round,
                i.state = 'closed' AND i.resolution IS DISTINCT FROM 'undo' AND CASE
                    WHEN i.handoff_id IS NULL THEN EXISTS (SELECT FROM events e
                        WHERE e.source = coalesce(i.headers ->> 'event_source', i.event_source)
                            AND e.event_id = coalesce(i.headers ->> 'event_id', i.event_id))
                    WHEN i.step IS NULL THEN EXISTS (SELECT FROM journal j
                        WHERE j.handoff_id = i.handoff_id AND j.at > i.closed_at
                            AND j.entry::jsonb ->> 'what' IN ('planned', 'done', 'found', 'handed over', 'undone', 'kept'))
                    ELSE EXISTS (SELECT FROM handoffs e JOIN steps s ON s.handoff_id = e.id
                        WHERE s.name = i.step AND (e.id = h.id OR h.kind = 'cancel' AND e.opportunity = h.opportunity
                            AND e.contract = h.contract AND e.version < h.version)
                        AND (s.state IN ('undone', 'kept', 'skipped')
                            OR s.state = 'done' AND i.direction IS DISTINCT FROM 'undo'))
                    END AS passed,
                i.state = 'closed' AND (h.state = 'running' OR EXISTS (SELECT FROM journal j
                    WHERE j.handoff_id = i.handoff_id AND j.at > i.closed_at AND j.entry::jsonb ->> 'what' IN
                        ('intent', 'absent', 'waiting', 'done', 'found', 'handed over', 'undo intent', 'undone', 'found undone',
                        'kept', 'not undone yet'))) AS tried
            FROM incidents i
            LEFT JOIN handoffs h ON h.id = i.handoff_id
            LEFT JOIN deals d ON d.handoff_id = i.handoff_id
            CROSS JOIN LATERAL (
                SELECT count(*) AS rounds, count(*) FILTER (WHERE (n.opened_at, n.id) <= (i.opened_at, i.id)) AS round
                FROM incidents n WHERE n.case_id = i.case_id) AS c
            WHERE ($1::uuid[] IS NULL OR i.id = ANY($1)) AND ($2::text <> 'open' OR i.state = 'open')
                AND ($3::text IS NULL OR i.queue = $3) AND ($4::text IS NULL OR i.class = $4)
                AND ($5::text IS NULL OR i.owner = $5)
                AND ($6::text IS NULL OR $6 IN (h.opportunity, h.contract, i.correlation_id, i.opportunity, i.contract,
                    i.event_id) OR coalesce(h.opportunity, i.opportunity)
                    = (SELECT n.opportunity FROM opportunity_names n WHERE n.name = $6))
                AND ($7::text IS NULL OR position($7 IN coalesce(d.customer_folded, i.customer_folded,
                    lower(coalesce(d.customer, i.customer)))) > 0)
                AND ($8::bigint IS NULL OR i.since <= clock(now()) - $8 * interval '1 millisecond')
                AND ($9::bigint IS NULL OR i.opened_at >= clock(now()) - $9 * interval '1 millisecond')
                AND ($10::text IS NULL OR coalesce(d.currency, i.currency) = $10)
                AND ($11::bigint IS NULL OR coalesce(d.total_minor, i.total_minor) >= $11)
                AND ($12::bigint IS NULL OR coalesce(d.total_minor, i.total_minor) <= $12)
                AND (NOT $13::boolean OR i.held_by IS NULL)
                AND ($15::text IS NULL OR split_part(i.step, '/', 1) = split_part($15, '/', 1)
                    AND (i.step = $15 OR position('/' IN $15) = 0))
        ), matching AS (
            SELECT *, state = 'sending' OR state = 'closed' AND newest_round IS NULL AND NOT passed
                AND resolution IN ('requeued', 'undo', 'adopted', 'kept')
                AND coalesce(handoff_state, '') NOT IN ('finished', 'compensated', 'stopped', 'discarded', 'stale')
                AS is_pending
            FROM facts
        )
        """

    private static let ofState = """
        FROM matching WHERE CASE $2::text WHEN 'open' THEN state = 'open'
            WHEN 'held' THEN state = 'open' AND held_by IS NOT NULL WHEN 'sent' THEN is_pending
            WHEN 'closed' THEN state = 'closed' AND NOT is_pending ELSE true END
        """

    /// By when the trouble began, which no later round or attempt changes.
    static let list = Statement(
        "list_incidents", "\(matching)\nSELECT * \(ofState) ORDER BY since, opened_at, id LIMIT $14::bigint")

    /// Each deal counts once, however many incidents it has: as held up, where one of them holds it up.
    static let totals = Statement(
        "total_incidents",
        """
        \(matching), counted AS (SELECT * \(ofState) LIMIT $14::bigint)
        SELECT currency, least(sum(total_minor), 9223372036854775807)::bigint, (SELECT count(*) FROM counted), holds_up
        FROM (SELECT DISTINCT ON (counted_as) currency, total_minor, holds_up FROM counted
            ORDER BY counted_as, holds_up DESC, since, opened_at, id) AS deals
        GROUP BY currency, holds_up ORDER BY currency
        """)

    /// The cases that have a round whose id is in the range.
    static let casesWithPrefix = Statement(
        "cases_with_prefix",
        "SELECT DISTINCT case_id FROM incidents WHERE id BETWEEN $1 AND $2 ORDER BY case_id LIMIT 20")

    /// Of each case the round that waits for somebody, or else the last.
    static let currentRounds = Statement(
        "current_rounds",
        """
        SELECT DISTINCT ON (case_id) case_id, id FROM incidents WHERE case_id = ANY($1::uuid[])
        ORDER BY case_id, state <> 'closed' DESC, opened_at DESC, id DESC
        """)

    /// What was refused before any handoff stood for it, by what people ask for.
    static let refusedUnder = Statement(
        "refused_under",
        """
        SELECT id FROM incidents WHERE handoff_id IS NULL AND opportunity = $1
        UNION SELECT i.id FROM incidents i JOIN opportunity_names n ON i.opportunity IN (n.name, n.opportunity)
            WHERE i.handoff_id IS NULL AND $1 IN (n.name, n.opportunity)
        UNION SELECT id FROM incidents WHERE handoff_id IS NULL AND contract = $1
        UNION SELECT id FROM incidents WHERE handoff_id IS NULL AND event_id = $1
        UNION SELECT id FROM incidents WHERE handoff_id IS NULL AND correlation_id = $1
        UNION SELECT id FROM incidents WHERE id::text = $1 OR case_id::text = $1
        """)

    static let ofCase = Statement(
        "incidents_of_case", "SELECT id FROM incidents WHERE case_id = $1 ORDER BY opened_at, id")

    /// What the message of an incident was, and where it came from.
    static let message = Statement(
        "incident_message", "SELECT body, headers::text, octet_length(body) FROM incidents WHERE id = $1")

    static let sightings = Statement(
        "incident_sightings", "SELECT said, moved_by_hand FROM incidents WHERE id = $1")

    static let words = Statement(
        "incident_words", "SELECT owner, what, who, fix_where, next, retry FROM incident_classes WHERE class = $1")

    static let handoff = Statement(
        "incident_handoff",
        """
        SELECT h.state, h.queue, h.direction, h.since, h.cause, h.last_error, h.due_at, h.requeues, h.kind
        FROM handoffs h WHERE h.id = $1
        """)

    static let journal = Statement(
        "incident_journal", "SELECT at, actor, entry FROM journal WHERE handoff_id = $1 ORDER BY seq")
}
