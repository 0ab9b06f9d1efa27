-- Who acts, and what an act may change. People change nothing by tables: each act is one function, which checks what it
-- relies on, changes it, and leaves the act and the journal's entry.

-- The only place that says who acts.
CREATE FUNCTION acting_person() RETURNS text LANGUAGE sql STABLE AS 'SELECT session_user::text';
DO $$
DECLARE older regprocedure;
BEGIN
    FOREACH older IN ARRAY ARRAY['chain_journal()', 'stamp_incident()', 'stamp_choice()', 'stamp_catalog()',
        'accept_catalog_change()']::regprocedure[]
    LOOP
        EXECUTE replace(pg_get_functiondef(older), 'session_user', format('%I.acting_person()', current_schema()));
    END LOOP;
END $$;
ALTER TABLE acts ALTER actor SET DEFAULT acting_person();
ALTER TABLE pauses ALTER actor SET DEFAULT acting_person();
ALTER TABLE approvals ALTER decided_by SET DEFAULT acting_person();

-- The id that follows the deal everywhere; null for what concerns none, such as a pause.
ALTER TABLE acts ADD COLUMN correlation_id text;

-- The broker's login that published the event, where the broker vouches for it; null where the publisher does not say.
ALTER TABLE events ADD COLUMN publisher text;
-- A publisher may be named as a person is: it is then the same one, and does not approve what it asked for.
ALTER TABLE approvals ADD CONSTRAINT decided_by_another CHECK ('publisher:' || decided_by <> requester);
-- By it one finds who sent an event again.
CREATE INDEX incidents_sent_again ON incidents ((headers ->> 'event_id')) WHERE resolution = 'requeued' AND handoff_id IS NULL;

-- A lane is held by those who work or act, and by nobody else.
CREATE FUNCTION lock_lanes(opportunities text[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = :schema, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(lane) FROM (
        SELECT DISTINCT hashtextextended(opportunity, 0) AS lane FROM unnest(opportunities) AS l(opportunity) ORDER BY 1
    ) AS lanes;
END $$;

-- Head of a lane, as the workers decide on it: the contract of the earliest arrival, its lowest version whose base has
-- ended.
CREATE FUNCTION advance_lanes(opportunities text[], lease_ms bigint)
RETURNS TABLE (id uuid, queue text, correlation_id text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = :schema, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY UPDATE handoffs h SET state = 'ready', publishes = 0, since = clock(clock_timestamp()),
        active_since = clock(clock_timestamp()),
        due_at = clock(clock_timestamp()) + lease_ms * interval '1 millisecond'
    WHERE h.id = ANY(ARRAY(
        SELECT DISTINCT ON (b.opportunity) b.id
        FROM (SELECT a.id, a.opportunity, a.contract, a.version, a.base_version, a.state, a.lane_member,
                min(a.created_at) OVER (PARTITION BY a.opportunity, a.contract) AS arrived
            FROM handoffs a WHERE a.opportunity = ANY(opportunities)) AS b
        WHERE b.state = 'behind' AND b.lane_member AND NOT EXISTS (
            SELECT FROM handoffs o WHERE o.opportunity = b.opportunity AND o.in_lane)
            AND (b.base_version IS NULL OR EXISTS (
                SELECT FROM handoffs o WHERE o.opportunity = b.opportunity AND o.contract = b.contract
                    AND o.version = b.base_version AND NOT o.open))
        ORDER BY b.opportunity, b.arrived, b.version))
    RETURNING h.id, h.queue, h.correlation_id;
END $$;

-- Lane before handoff before incident, as everywhere; what is read after it is true until the transaction ends.
CREATE FUNCTION lock_incident(wanted uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = :schema, pg_temp AS $$
DECLARE concerned handoffs;
BEGIN
    SELECT h.* INTO concerned FROM incidents i JOIN handoffs h ON h.id = i.handoff_id WHERE i.id = wanted;
    IF FOUND THEN
        PERFORM lock_lanes(ARRAY[concerned.opportunity]);
        PERFORM FROM handoffs h WHERE h.id = concerned.id FOR UPDATE;
    END IF;
    PERFORM FROM incidents i WHERE i.id = wanted FOR UPDATE;
END $$;

CREATE FUNCTION lock_handoff(wanted uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = :schema, pg_temp AS $$
BEGIN
    PERFORM FROM handoffs h WHERE h.id = wanted FOR UPDATE;
    PERFORM FROM incidents i WHERE i.handoff_id = wanted AND i.state = 'open' AND i.blocking FOR UPDATE;
END $$;

-- What an act is refused with that the one who asked for it has not seen coming: what is there changed meanwhile, or the
-- act was not decided on by the rules.
CREATE FUNCTION refuse_act(because text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', because USING ERRCODE = 'object_not_in_prerequisite_state';
END $$;

CREATE FUNCTION note_act(
    act_name text, on_incident uuid, on_handoff uuid, reason text, came_to text, followed_by text
) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = :schema, pg_temp AS $$
    INSERT INTO acts (act, incident_id, handoff_id, why, outcome, correlation_id)
    VALUES (act_name, on_incident, on_handoff, reason, came_to, followed_by)
$$;

CREATE FUNCTION note_entry(of_handoff uuid, entry json) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = :schema, pg_temp AS $$
    INSERT INTO journal (handoff_id, entry) SELECT of_handoff, json_strip_nulls(entry)::text WHERE of_handoff IS NOT NULL
$$;

-- What each act on an incident begins with: the locks, the check that it is still as it was seen and nobody keeps it, the
-- act's row and the journal's entry. The answer is the incident.
CREATE FUNCTION begin_act(wanted uuid, seen integer, act_name text, reason text, came_to text, what text)
RETURNS incidents LANGUAGE plpgsql SECURITY DEFINER SET search_path = :schema, pg_temp AS $$
DECLARE subject incidents;
BEGIN
    PERFORM lock_incident(wanted);
    SELECT i.* INTO subject FROM incidents i WHERE i.id = wanted;
    IF subject.state IS DISTINCT FROM 'open' OR subject.revision <> seen THEN
        PERFORM refuse_act(format('incident %s is not as it was at revision %s', wanted, seen));
    END IF;
    IF subject.held_by IS NOT NULL AND act_name NOT IN ('hold', 'release') THEN
        PERFORM refuse_act(format('incident %s is held by %s', wanted, subject.held_by));
    END IF;
    PERFORM note_act(act_name, wanted, subject.handoff_id, reason, came_to, subject.correlation_id);
    IF what IS NOT NULL THEN
        PERFORM note_entry(
            subject.handoff_id, json_build_object('incident', wanted, 'step', subject.step, 'what', what));
    END IF;
    RETURN subject;
END $$;

-- The incident's handoff; refused where it is not parked for this incident, going the way that is meant.
CREATE FUNCTION parked_by(subject incidents) RETURNS handoffs
LANGUAGE plpgsql SECURITY DEFINER SET search_path = :schema, pg_temp AS $$
DECLARE concerned handoffs;
BEGIN
    SELECT h.* INTO concerned FROM handoffs h WHERE h.id = subject.handoff_id;
    IF NOT subject.blocking OR concerned.state IS DISTINCT FROM 'parked' THEN
        PERFORM refuse_act(format('incident %s has no handoff parked', subject.id));
    END IF;
    RETURN concerned;
END $$;

CREATE FUNCTION end_incident(wanted uuid, ended_as text, reason text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = :schema, pg_temp AS $$
    UPDATE incidents SET state = 'closed', resolution = ended_as, closed_by = acting_person(), why = reason,
        closed_at = clock(clock_timestamp()), due_at = NULL, revision = revision + 1 WHERE id = wanted
$$;

-- A new round: failures, take-overs and age are counted anew from here.
CREATE FUNCTION make_ready(of_handoff uuid, way text, lease_ms bigint)
RETURNS TABLE (id uuid, queue text, correlation_id text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = :schema, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY UPDATE handoffs h SET state = 'ready', direction = way, cause = NULL, since = now.at,
        active_since = now.at, due_at = now.at + lease_ms * interval '1 millisecond', requeues = h.requeues + 1,
        takeovers = 0, publishes = 0, planning_attempts = 0
    FROM (SELECT clock(clock_timestamp()) AS at) AS now WHERE h.id = of_handoff AND h.state IN ('parked', 'waiting')
    RETURNING h.id, h.queue, h.correlation_id;
END $$;

-- Of the handoff's own steps and, for a cancellation, of those that it takes back.
CREATE FUNCTION forget_attempts(of_handoff uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = :schema, pg_temp AS $$
    UPDATE steps s SET attempts = CASE s.state WHEN 'done' THEN s.attempts ELSE 0 END, undo_attempts = 0
    FROM handoffs me JOIN handoffs h ON h.opportunity = me.opportunity AND h.contract = me.contract
        AND (h.id = me.id OR me.kind = 'cancel' AND h.version < me.version)
    WHERE me.id = of_handoff AND s.handoff_id = h.id AND s.state NOT IN ('undone', 'kept')
        AND (s.attempts > 0 OR s.undo_attempts > 0)
$$;

-- The acts on incidents. Each says at which revision the incident was seen.

CREATE FUNCTION requeue_handoff(wanted uuid, seen integer, reason text, lease_ms bigint)
RETURNS TABLE (id uuid, queue text, correlation_id text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = :schema, pg_temp AS $$
DECLARE
    subject incidents := begin_act(wanted, seen, 'send', reason, 'sent, not yet tried', 'requeued');
    concerned handoffs := parked_by(subject);
BEGIN
    PERFORM end_incident(wanted, 'requeued', reason);
    PERFORM forget_attempts(concerned.id);
    RETURN QUERY SELECT * FROM make_ready(concerned.id, concerned.direction, lease_ms);
END $$;

CREATE FUNCTION begin_sending(wanted uuid, seen integer, reason text, lease_ms bigint)
RETURNS TABLE (body bytea, headers text, round integer, correlation_id text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = :schema, pg_temp AS $$
#variable_conflict use_column
DECLARE
    subject incidents := begin_act(
        wanted, seen, 'send', reason, 'sent, not yet tried: the broker has the message', NULL);
BEGIN
    IF subject.handoff_id IS NOT NULL OR subject.body IS NULL THEN
        PERFORM refuse_act(format('incident %s has no message of its own', wanted));
    END IF;
    RETURN QUERY UPDATE incidents i SET state = 'sending', why = reason, revision = i.revision + 1,
        due_at = clock(clock_timestamp()) + lease_ms * interval '1 millisecond' WHERE i.id = wanted
    RETURNING i.body, i.headers::text, i.round, i.correlation_id;
END $$;

-- The event's identity is kept beside the message's origin, which nobody changes: by it one sees later whether the event
-- is known, and who asked for what came of it.
CREATE FUNCTION finish_sending(wanted uuid, of_source text, of_event text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = :schema, pg_temp AS $$
DECLARE followed_by text;
BEGIN
    UPDATE incidents i SET state = 'closed', resolution = 'requeued', closed_by = acting_person(),
        closed_at = clock(clock_timestamp()), due_at = NULL, revision = i.revision + 1,
        headers = coalesce(i.headers, '{}')
            || jsonb_strip_nulls(jsonb_build_object('event_source', of_source, 'event_id', of_event))
    WHERE i.id = wanted AND i.state = 'sending' RETURNING i.correlation_id INTO followed_by;
    IF FOUND THEN PERFORM note_act('send', wanted, NULL, NULL, 'confirmed by the broker', followed_by); END IF;
END $$;

CREATE FUNCTION hold_incident(wanted uuid, seen integer, reason text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = :schema, pg_temp AS $$
DECLARE subject incidents := begin_act(wanted, seen, 'hold', reason, 'held', 'held');
BEGIN
    IF subject.held_by IS NOT NULL THEN
        PERFORM refuse_act(format('incident %s is held by %s', wanted, subject.held_by));
    END IF;
    UPDATE incidents i SET held_by = acting_person(), held_why = reason, held_at = clock(clock_timestamp()),
        revision = i.revision + 1 WHERE i.id = wanted;
END $$;

CREATE FUNCTION release_incident(wanted uuid, seen integer, reason text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = :schema, pg_temp AS $$
BEGIN
    PERFORM begin_act(wanted, seen, 'release', reason, 'released', 'released');
    UPDATE incidents i SET held_by = NULL, held_why = NULL, held_at = NULL, revision = i.revision + 1
    WHERE i.id = wanted;
END $$;

-- For what holds no handoff up.
CREATE FUNCTION close_incident(wanted uuid, seen integer, reason text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = :schema, pg_temp AS $$
DECLARE subject incidents := begin_act(wanted, seen, 'discard', reason, 'closed', 'incident closed');
BEGIN
    IF subject.handoff_id IS NOT NULL AND subject.blocking THEN
        PERFORM refuse_act(format('incident %s holds a handoff up', wanted));
    END IF;
    PERFORM end_incident(wanted, 'discarded', reason);
END $$;

-- What exists stays, where that was said; the lane moves on.
CREATE FUNCTION discard_handoff(wanted uuid, seen integer, reason text, keeps boolean, lease_ms bigint)
RETURNS TABLE (id uuid, queue text, correlation_id text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = :schema, pg_temp AS $$
#variable_conflict use_column
DECLARE
    subject incidents := begin_act(wanted, seen, 'discard', reason, 'discarded', 'discarded');
    concerned handoffs;
BEGIN
    SELECT h.* INTO concerned FROM handoffs h WHERE h.id = subject.handoff_id;
    IF concerned.state <> 'behind' OR subject.class NOT IN ('base_missing', 'base_stale') THEN concerned := parked_by(subject); END IF;
    IF concerned.kind = 'cancel' OR concerned.direction = 'undo' THEN
        PERFORM refuse_act(format('handoff %s goes back and cannot be discarded', concerned.id));
    END IF;
    IF EXISTS (SELECT FROM steps s WHERE s.handoff_id = concerned.id AND (s.state IN ('intent', 'undoing')
            OR s.state = 'done' AND NOT keeps)) THEN
        PERFORM refuse_act(format('handoff %s has made something, or may have', concerned.id));
    END IF;
    UPDATE steps s SET state = 'kept', kept_because = coalesce(reason, '-'), kept_owner = subject.owner
        WHERE s.handoff_id = concerned.id AND s.state = 'done';
    UPDATE handoffs h SET state = 'discarded', cause = NULL, due_at = NULL, since = now.at, closed_at = now.at
        FROM (SELECT clock(clock_timestamp()) AS at) AS now WHERE h.id = concerned.id;
    PERFORM end_incident(wanted, 'discarded', reason);
    RETURN QUERY SELECT * FROM advance_lanes(ARRAY[concerned.opportunity], lease_ms);
END $$;

-- What another system shall say once a deal is given up: only behind that act, in its transaction. The sweeper publishes
-- the ticket.
CREATE FUNCTION tell_ending(given_up uuid, new_target text, new_object text, new_content text, new_queue text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = :schema, pg_temp AS $$
DECLARE subject incidents;
BEGIN
    SELECT i.* INTO subject FROM incidents i
        WHERE i.id = given_up AND i.resolution = 'discarded' AND i.xmin = pg_current_xact_id()::xid;
    IF NOT FOUND THEN PERFORM refuse_act(format('incident %s is not being given up', given_up)); END IF;
    INSERT INTO mirrors AS m
        (opportunity, target, object, correlation_id, source_version, wanted, since, state, queue, due_at)
    SELECT coalesce((SELECT h.opportunity FROM handoffs h WHERE h.id = subject.handoff_id), subject.opportunity),
        new_target, new_object, subject.correlation_id, 1, new_content, clock(now()), 'ready', new_queue, clock(now())
    ON CONFLICT (opportunity, target, object) DO UPDATE SET
        wanted = excluded.wanted, next_try = NULL, since = excluded.since, source_version = m.source_version + 1,
        correlation_id = excluded.correlation_id,
        state = CASE WHEN m.state = 'idle' THEN 'ready' ELSE m.state END,
        due_at = CASE WHEN m.state = 'idle' THEN excluded.due_at ELSE m.due_at END,
        attempts = CASE WHEN m.state = 'idle' THEN 0 ELSE m.attempts END,
        publishes = CASE WHEN m.state = 'idle' THEN 0 ELSE m.publishes END
    WHERE m.wanted <> excluded.wanted;
END $$;

CREATE FUNCTION turn_back(wanted uuid, seen integer, reason text, lease_ms bigint)
RETURNS TABLE (id uuid, queue text, correlation_id text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = :schema, pg_temp AS $$
DECLARE
    subject incidents := begin_act(
        wanted, seen, 'discard', reason, 'is being undone, not yet tried', 'turned back');
    concerned handoffs := parked_by(subject);
BEGIN
    IF concerned.kind = 'cancel' OR concerned.direction = 'undo' OR EXISTS (SELECT FROM steps s
            WHERE s.handoff_id = concerned.id AND s.final AND s.state IN ('intent', 'done')) THEN
        PERFORM refuse_act(format('handoff %s does not turn back any more', concerned.id));
    END IF;
    PERFORM end_incident(wanted, 'undo', reason);
    PERFORM forget_attempts(concerned.id);
    RETURN QUERY SELECT * FROM make_ready(concerned.id, 'undo', lease_ms);
END $$;

-- The step whose undoing was refused stays, of this handoff or of one that it takes back; the rest is undone.
CREATE FUNCTION keep_step(
    wanted uuid, seen integer, reason text, of_handoff uuid, at_ordinal smallint, lease_ms bigint
) RETURNS TABLE (id uuid, queue text, correlation_id text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = :schema, pg_temp AS $$
#variable_conflict use_column
DECLARE
    subject incidents := begin_act(
        wanted, seen, 'discard', reason, 'the step is kept, the rest is being undone', 'kept');
    concerned handoffs := parked_by(subject);
BEGIN
    IF concerned.kind <> 'cancel' AND concerned.direction <> 'undo' THEN
        PERFORM refuse_act(format('handoff %s does not go back', concerned.id));
    END IF;
    UPDATE steps s SET state = 'kept', kept_because = coalesce(reason, '-'), kept_owner = subject.owner
    FROM handoffs h
    WHERE s.handoff_id = of_handoff AND s.ordinal = at_ordinal AND s.state = 'done' AND s.name = subject.step
        AND h.id = s.handoff_id AND h.opportunity = concerned.opportunity AND h.contract = concerned.contract
        AND (h.id = concerned.id OR concerned.kind = 'cancel' AND h.version < concerned.version);
    IF NOT FOUND THEN PERFORM refuse_act(format('step %s of %s is nothing to keep', at_ordinal, of_handoff)); END IF;
    PERFORM end_incident(wanted, 'kept', reason);
    PERFORM forget_attempts(concerned.id);
    RETURN QUERY SELECT * FROM make_ready(concerned.id, 'undo', lease_ms);
END $$;

-- The acts on handoffs.

-- The incident that holds the handoff up, if there is one; refused where somebody keeps it.
CREATE FUNCTION free_incident(of_handoff uuid) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = :schema, pg_temp AS $$
DECLARE subject incidents;
BEGIN
    SELECT i.* INTO subject FROM incidents i WHERE i.handoff_id = of_handoff AND i.state = 'open' AND i.blocking;
    IF subject.held_by IS NOT NULL THEN
        PERFORM refuse_act(format('incident %s is held by %s', subject.id, subject.held_by));
    END IF;
    RETURN subject.id;
END $$;

-- What a person made by hand; the worker asks the target for it before that counts. Nothing is done before it, and it is
-- not what another handoff made, unless deals share it.
CREATE FUNCTION adopt_thing(of_handoff uuid, at_ordinal smallint, thing text, reason text, lease_ms bigint)
RETURNS TABLE (id uuid, queue text, correlation_id text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = :schema, pg_temp AS $$
#variable_conflict use_column
DECLARE concerned handoffs; adopting steps; subject uuid;
BEGIN
    PERFORM lock_handoff(of_handoff);
    SELECT h.* INTO concerned FROM handoffs h WHERE h.id = of_handoff;
    SELECT s.* INTO adopting FROM steps s WHERE s.handoff_id = of_handoff AND s.state IN ('planned', 'intent')
        ORDER BY s.ordinal LIMIT 1;
    IF concerned.direction IS DISTINCT FROM 'do' OR concerned.state NOT IN ('parked', 'waiting')
        OR adopting.ordinal IS DISTINCT FROM at_ordinal OR adopting.state <> 'planned' THEN
        PERFORM refuse_act(format('handoff %s does not stand still before step %s', of_handoff, at_ordinal));
    END IF;
    IF EXISTS (SELECT FROM steps s WHERE thing IN (s.external_id, s.adopt_id) AND s.name = adopting.name
            AND s.handoff_id <> of_handoff) AND NOT EXISTS (SELECT FROM claims c WHERE c.external_id = thing) THEN
        PERFORM refuse_act(format('%s is what another handoff made', thing));
    END IF;
    subject := free_incident(of_handoff);
    UPDATE steps s SET adopt_id = thing, attempts = 0 WHERE s.handoff_id = of_handoff AND s.ordinal = at_ordinal;
    PERFORM note_act('adopt', subject, of_handoff, reason, adopting.name || ' ' || thing, concerned.correlation_id);
    PERFORM note_entry(of_handoff, json_build_object(
        'externalID', thing, 'incident', subject, 'step', adopting.name, 'what', 'adoption asked'));
    PERFORM end_incident(subject, 'adopted', reason);
    RETURN QUERY SELECT * FROM make_ready(of_handoff, 'do', lease_ms);
END $$;

-- What planning could not decide; a later choice takes the place of an earlier one.
CREATE FUNCTION choose(of_handoff uuid, what text, chosen text, reason text, lease_ms bigint)
RETURNS TABLE (id uuid, queue text, correlation_id text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = :schema, pg_temp AS $$
#variable_conflict use_column
DECLARE concerned handoffs; subject uuid;
BEGIN
    PERFORM lock_handoff(of_handoff);
    SELECT h.* INTO concerned FROM handoffs h WHERE h.id = of_handoff;
    IF concerned.direction IS DISTINCT FROM 'do' OR concerned.state <> 'parked'
        OR EXISTS (SELECT FROM plans p WHERE p.handoff_id = of_handoff) THEN
        PERFORM refuse_act(format('handoff %s is not parked before its plan', of_handoff));
    END IF;
    subject := free_incident(of_handoff);
    INSERT INTO choices (handoff_id, what, value, why) VALUES (of_handoff, choose.what, chosen, reason)
        ON CONFLICT (handoff_id, what) DO UPDATE SET value = excluded.value, why = excluded.why;
    PERFORM note_act(
        'choose', subject, of_handoff, reason, choose.what || ' ' || chosen, concerned.correlation_id);
    PERFORM note_entry(of_handoff, json_build_object(
        'choice', choose.what, 'externalID', chosen, 'incident', subject, 'what', 'chosen'));
    PERFORM end_incident(subject, 'chosen', reason);
    RETURN QUERY SELECT * FROM make_ready(of_handoff, 'do', lease_ms);
END $$;

-- Who asked for what a handoff does: the login that published its event, by the broker's word or, where the publisher does
-- not give its name, by the account that alone may publish for the source; and whoever sent that event again.
CREATE FUNCTION requesters_of(of_handoff uuid) RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = :schema, pg_temp AS $$
    WITH event AS (
        SELECT e.source, e.event_id, e.publisher FROM events e WHERE e.handoff_id = of_handoff
        ORDER BY e.outcome <> 'accepted', e.received_at LIMIT 1
    )
    SELECT ARRAY['publisher:' || coalesce(e.publisher, e.source)] || ARRAY(
        SELECT DISTINCT i.closed_by FROM incidents i
        WHERE i.resolution = 'requeued' AND i.handoff_id IS NULL AND i.headers ->> 'event_id' = e.event_id
            AND i.headers ->> 'event_source' = e.source ORDER BY 1)
    FROM event e
$$;

-- Gate, hash and requester are what the rows say; who decides is who is logged in, and none of those who asked.
CREATE FUNCTION decide_approval(of_handoff uuid, decided text, reason text, lease_ms bigint)
RETURNS TABLE (id uuid, queue text, correlation_id text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = :schema, pg_temp AS $$
#variable_conflict use_column
DECLARE concerned handoffs; wanted text[]; askers text[];
BEGIN
    PERFORM lock_handoff(of_handoff);
    SELECT h.* INTO concerned FROM handoffs h WHERE h.id = of_handoff;
    wanted := regexp_match(concerned.cause, '^approval:([^:]+):(.+)$');
    IF concerned.state IS DISTINCT FROM 'waiting' OR wanted IS NULL THEN
        PERFORM refuse_act(format('handoff %s waits for no approval', of_handoff));
    END IF;
    askers := coalesce(requesters_of(of_handoff), ARRAY['nobody']);
    IF acting_person() = ANY(askers) OR 'publisher:' || acting_person() = ANY(askers) THEN
        RAISE EXCEPTION '% asked for this, so somebody else has to decide it', acting_person()
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO approvals (handoff_id, gate, plan_hash, requester, decision)
        VALUES (of_handoff, wanted[1], wanted[2], askers[1], decided) ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN PERFORM refuse_act(format('handoff %s was decided on before', of_handoff)); END IF;
    PERFORM note_act(
        CASE decided WHEN 'approved' THEN 'approve' ELSE 'reject' END, NULL, of_handoff, reason,
        wanted[1] || ' ' || decided, concerned.correlation_id);
    PERFORM note_entry(of_handoff, json_build_object('gate', wanted[1], 'plan', wanted[2], 'what', decided));
    RETURN QUERY UPDATE handoffs h SET state = 'ready', cause = NULL, since = now.at, active_since = now.at,
        publishes = 0, due_at = now.at + lease_ms * interval '1 millisecond'
    FROM (SELECT clock(clock_timestamp()) AS at) AS now WHERE h.id = of_handoff
    RETURNING h.id, h.queue, h.correlation_id;
END $$;

-- The acts on the whole fleet.

-- False where it is paused already.
CREATE FUNCTION pause_work(paused_kind text, paused text, reason text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = :schema, pg_temp AS $$
BEGIN
    INSERT INTO pauses (kind, name, why) VALUES (paused_kind, paused, reason) ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN RETURN false; END IF;
    PERFORM note_act('pause', NULL, NULL, reason, paused_kind || ' ' || paused, NULL);
    RETURN true;
END $$;

-- How many handoffs are due now; null where it is not paused. In the order of ids, as sweepers and workers lock; what they
-- hold moves without this.
CREATE FUNCTION resume_work(paused_kind text, paused text, reason text) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = :schema, pg_temp AS $$
DECLARE woken integer;
BEGIN
    DELETE FROM pauses p WHERE p.kind = paused_kind AND p.name = paused;
    IF NOT FOUND THEN RETURN NULL; END IF;
    PERFORM note_act('resume', NULL, NULL, reason, paused_kind || ' ' || paused, NULL);
    UPDATE handoffs SET due_at = clock(now()) WHERE id IN (
        SELECT h.id FROM handoffs h WHERE h.open AND CASE paused_kind
            WHEN 'queue' THEN h.state = 'ready' AND h.queue = paused
            ELSE h.state = 'waiting' AND h.cause = 'paused' END
        ORDER BY h.id FOR UPDATE SKIP LOCKED);
    GET DIAGNOSTICS woken = ROW_COUNT;
    RETURN woken;
END $$;

-- Makes everything due whose tickets or copies were in queues that had to be created anew; answers how many rows.
CREATE FUNCTION wake_queues(lost text[]) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = :schema, pg_temp AS $$
DECLARE woken integer; more integer;
BEGIN
    UPDATE handoffs h SET due_at = clock(now()) WHERE h.open AND h.state = 'ready' AND h.queue = ANY(lost);
    GET DIAGNOSTICS woken = ROW_COUNT;
    UPDATE mirrors m SET due_at = clock(now()) WHERE m.state = 'ready' AND m.queue = ANY(lost);
    GET DIAGNOSTICS more = ROW_COUNT;
    woken := woken + more;
    UPDATE incidents i SET due_at = clock(now()) WHERE i.state = 'open' AND i.queue || '.dead' = ANY(lost);
    GET DIAGNOSTICS more = ROW_COUNT;
    RETURN woken + more;
END $$;

-- Of a catalog that just became what the act says, by who did it.
CREATE FUNCTION record_catalog_act(act_name text, of_version text, reason text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = :schema, pg_temp AS $$
DECLARE subject catalogs;
BEGIN
    SELECT c.* INTO subject FROM catalogs c WHERE c.version = of_version;
    IF (act_name, subject.state) NOT IN (
        ('propose catalog', 'proposed'), ('approve catalog', 'active'), ('reject catalog', 'rejected')) THEN
        PERFORM refuse_act(format('catalog %s is %s', of_version, subject.state));
    END IF;
    PERFORM note_act(act_name, NULL, NULL, reason, CASE act_name
        WHEN 'propose catalog' THEN of_version || ': ' || (SELECT count(*) FROM catalog_changes d
            WHERE d.version = of_version AND d.at >= subject.proposed_at) || ' rows'
        WHEN 'approve catalog' THEN of_version || ' in place of ' || coalesce(subject.base, 'none')
        ELSE of_version END, NULL);
END $$;

-- What is granted to nobody is called by the functions above alone, with their owner's rights.
REVOKE ALL ON FUNCTION acting_person(), lock_lanes(text[]), advance_lanes(text[], bigint), lock_incident(uuid), lock_handoff(uuid),
    refuse_act(text), note_act(text, uuid, uuid, text, text, text), note_entry(uuid, json),
    begin_act(uuid, integer, text, text, text, text), parked_by(incidents), end_incident(uuid, text, text),
    make_ready(uuid, text, bigint), forget_attempts(uuid), requeue_handoff(uuid, integer, text, bigint),
    begin_sending(uuid, integer, text, bigint), finish_sending(uuid, text, text), hold_incident(uuid, integer, text),
    release_incident(uuid, integer, text), close_incident(uuid, integer, text),
    discard_handoff(uuid, integer, text, boolean, bigint), turn_back(uuid, integer, text, bigint),
    tell_ending(uuid, text, text, text, text), keep_step(uuid, integer, text, uuid, smallint, bigint), free_incident(uuid),
    adopt_thing(uuid, smallint, text, text, bigint), choose(uuid, text, text, text, bigint), requesters_of(uuid),
    decide_approval(uuid, text, text, bigint), pause_work(text, text, text), resume_work(text, text, text),
    wake_queues(text[]), record_catalog_act(text, text, text)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION acting_person()
    TO baton_worker, baton_intake, baton_reader, baton_operator, baton_catalog, baton_catalog_approval;
GRANT EXECUTE ON FUNCTION lock_lanes(text[]) TO baton_worker;
GRANT EXECUTE ON FUNCTION lock_incident(uuid), lock_handoff(uuid), requeue_handoff(uuid, integer, text, bigint),
    begin_sending(uuid, integer, text, bigint), finish_sending(uuid, text, text), hold_incident(uuid, integer, text),
    release_incident(uuid, integer, text), close_incident(uuid, integer, text),
    discard_handoff(uuid, integer, text, boolean, bigint), turn_back(uuid, integer, text, bigint),
    tell_ending(uuid, text, text, text, text), keep_step(uuid, integer, text, uuid, smallint, bigint), adopt_thing(uuid, smallint, text, text, bigint),
    choose(uuid, text, text, text, bigint), requesters_of(uuid), decide_approval(uuid, text, text, bigint),
    pause_work(text, text, text), resume_work(text, text, text), wake_queues(text[]) TO baton_operator;
GRANT EXECUTE ON FUNCTION record_catalog_act(text, text, text) TO baton_catalog, baton_catalog_approval;

-- Who collects what was refused may count its repeats.
ALTER FUNCTION open_incident(
    uuid, text, uuid, text, text, text, text, text, bytea, jsonb, bigint, jsonb, boolean)
    SECURITY DEFINER SET search_path = :schema, pg_temp;

-- People read tables, and open incidents about messages that they collect; all else is the functions'.
REVOKE INSERT, UPDATE, DELETE ON handoffs, steps, approvals, acts, choices, pauses, journal FROM baton_operator;
REVOKE UPDATE ON incidents FROM baton_operator;
REVOKE INSERT, UPDATE ON mirrors FROM baton_operator;
REVOKE INSERT ON acts FROM baton_catalog, baton_catalog_approval;

-- A login is one person's: 'baton_support' is what all of them are members of.
DO $$
BEGIN
    ALTER ROLE baton_support NOLOGIN;
EXCEPTION WHEN insufficient_privilege THEN
    NULL; -- an administrator takes the login away here
END $$;
