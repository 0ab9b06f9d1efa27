import PostgreSQL

/// The line in which ready handoffs stand for their tickets: of each queue only a window of them is out.
///
/// What has begun goes before what has not, then the oldest goes first: so a short wait does not cost a place.
enum LineStatements {
    /// Whether the line of `queue` is full, or others stand in it already; `window` is the number of tickets that may be out.
    static func isFull(_ queue: String, window: String) -> String {
        """
        ((SELECT count(*) FROM (SELECT FROM handoffs o WHERE o.state = 'ready' AND o.queue = \(queue) AND NOT o.withheld
            LIMIT \(window)) AS tickets_out) >= \(window)
            OR EXISTS (SELECT FROM handoffs x WHERE x.state = 'ready' AND x.queue = \(queue) AND x.withheld))
        """
    }

    /// Lets the next go in every queue, as far as its window has room. Who looks at each queue in turn, and not at each
    /// row, so that what merely stands there costs nothing.
    static let release = Statement(
        "release_tickets",
        """
        WITH RECURSIVE lines (queue) AS (
            (SELECT h.queue FROM handoffs h WHERE h.state = 'ready' ORDER BY h.queue LIMIT 1)
            UNION ALL
            SELECT (SELECT h.queue FROM handoffs h WHERE h.state = 'ready' AND h.queue > l.queue ORDER BY h.queue LIMIT 1)
            FROM lines l WHERE l.queue IS NOT NULL
        ), next AS (
            SELECT n.id FROM lines l CROSS JOIN LATERAL (
                SELECT w.id FROM handoffs w WHERE w.state = 'ready' AND w.queue = l.queue AND w.withheld
                ORDER BY w.begun DESC, w.created_at
                LIMIT greatest($1::bigint - (SELECT count(*) FROM handoffs o
                    WHERE o.state = 'ready' AND o.queue = l.queue AND NOT o.withheld), 0)
                FOR UPDATE SKIP LOCKED) AS n
            WHERE l.queue IS NOT NULL AND l.queue <> ALL (ARRAY(SELECT name FROM pauses WHERE kind = 'queue'))
        )
        UPDATE handoffs h SET withheld = false,
            due_at = clock(clock_timestamp()) + $2::bigint * interval '1 millisecond'
        WHERE h.id = ANY (ARRAY(SELECT n.id FROM next AS n))
        RETURNING h.id, h.queue, h.correlation_id
        """)

    /// What a worker of a queue that has room may look at itself: what stands in line, and what has waited for its ticket
    /// for long enough.
    static let next = Statement(
        "next_in_line",
        """
        SELECT n.id FROM (
            (SELECT h.id, h.begun, h.created_at FROM handoffs h
                WHERE h.state = 'ready' AND h.queue = $1 AND h.withheld
                ORDER BY h.begun DESC, h.created_at LIMIT $2::bigint)
            UNION ALL
            (SELECT h.id, h.begun, h.created_at FROM handoffs h
                WHERE h.state = 'ready' AND h.queue = $1 AND NOT h.withheld
                    AND h.due_at <= clock(now()) + $3::bigint * interval '1 millisecond'
                ORDER BY h.begun DESC, h.created_at LIMIT $2::bigint)) AS n
        WHERE NOT EXISTS (SELECT FROM pauses p WHERE p.kind = 'queue' AND p.name = $1)
        ORDER BY n.begun DESC, n.created_at LIMIT $2::bigint
        """)

    /// How many handoffs and statuses of a queue have a ticket out.
    static let ticketsOut = Statement(
        "tickets_out",
        """
        SELECT (SELECT count(*) FROM handoffs WHERE state = 'ready' AND queue = $1 AND NOT withheld)
            + (SELECT count(*) FROM mirrors WHERE due_at IS NOT NULL AND state = 'ready' AND queue = $1)
        """)

    /// Tickets that did not reach the broker: their rows need not wait until they count as lost. Who holds a row moves it.
    static let hurryHandoffs = Statement(
        "hurry_handoffs",
        """
        UPDATE handoffs SET due_at = clock(now()) WHERE id IN (
            SELECT id FROM handoffs WHERE id = ANY($1::uuid[]) AND state = 'ready' AND NOT withheld
                AND due_at > clock(now())
            ORDER BY id FOR UPDATE SKIP LOCKED)
        """)

    static let hurryMirrors = Statement(
        "hurry_mirrors",
        """
        UPDATE mirrors m SET due_at = clock(now())
        FROM (SELECT k.opportunity, k.target, k.object FROM mirrors k
            JOIN unnest($1::text[], $2::text[], $3::text[]) AS w(opportunity, target, object)
                ON k.opportunity = w.opportunity AND k.target = w.target AND k.object = w.object
            WHERE k.opportunity = ANY($1::text[]) AND k.state = 'ready' AND k.due_at > clock(now())
            ORDER BY k.opportunity, k.target, k.object FOR UPDATE OF k SKIP LOCKED) AS w
        WHERE m.opportunity = w.opportunity AND m.target = w.target AND m.object = w.object
        """)

    /// The broker may have lost what it had confirmed: every ticket that is out is looked at.
    static let hurryAllHandoffs = Statement(
        "hurry_all_handoffs",
        """
        UPDATE handoffs SET due_at = clock(now()) WHERE id IN (
            SELECT id FROM handoffs WHERE state = 'ready' AND NOT withheld AND due_at > clock(now())
            ORDER BY id FOR UPDATE SKIP LOCKED)
        """)

    static let hurryAllMirrors = Statement(
        "hurry_all_mirrors",
        """
        UPDATE mirrors m SET due_at = clock(now())
        FROM (SELECT k.opportunity, k.target, k.object FROM mirrors k
            WHERE k.due_at IS NOT NULL AND k.state = 'ready' AND k.due_at > clock(now())
            ORDER BY k.opportunity, k.target, k.object FOR UPDATE OF k SKIP LOCKED) AS w
        WHERE m.opportunity = w.opportunity AND m.target = w.target AND m.object = w.object
        """)

    static let hurryAllIncidents = Statement(
        "hurry_all_incidents",
        """
        UPDATE incidents SET due_at = clock(now()) WHERE id IN (
            SELECT id FROM incidents WHERE state = 'open' AND due_at > clock(now()) ORDER BY id FOR UPDATE SKIP LOCKED)
        """)

    /// `publishes` counts the tickets that were published again.
    static let countHandoffs = Statement(
        "count_republished_handoffs",
        """
        UPDATE handoffs SET publishes = publishes + 1 WHERE id IN (
            SELECT id FROM handoffs WHERE id = ANY($1::uuid[]) AND state = 'ready' ORDER BY id FOR UPDATE SKIP LOCKED)
        """)

    static let countMirrors = Statement(
        "count_republished_mirrors",
        """
        UPDATE mirrors m SET publishes = m.publishes + 1
        FROM (SELECT k.opportunity, k.target, k.object FROM mirrors k
            JOIN unnest($1::text[], $2::text[], $3::text[]) AS w(opportunity, target, object)
                ON k.opportunity = w.opportunity AND k.target = w.target AND k.object = w.object
            WHERE k.opportunity = ANY($1::text[]) AND k.state = 'ready'
            ORDER BY k.opportunity, k.target, k.object FOR UPDATE OF k SKIP LOCKED) AS w
        WHERE m.opportunity = w.opportunity AND m.target = w.target AND m.object = w.object
        """)
}
