-- A status is one contract's, not its opportunity's; and a change order whose base can never come is said so at once.

-- All at once, so that whoever is in the way costs one short wait and not the work that is done by then: workers hold
-- handoffs when they come for a status.
LOCK TABLE handoffs, incidents IN SHARE ROW EXCLUSIVE MODE;
LOCK TABLE mirrors IN ACCESS EXCLUSIVE MODE;

-- Older workers know no contract, and name none in the object: the row is named for them, here and when it is new.
ALTER TABLE mirrors ADD COLUMN contract text NOT NULL DEFAULT '';

-- The contract that an older worker means: the one of the handoff for which it writes.
CREATE FUNCTION told_contract(of_opportunity text, followed_by text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = :schema, pg_temp AS $$
    SELECT coalesce(
        (SELECT h.contract FROM handoffs h WHERE h.opportunity = of_opportunity AND h.correlation_id = followed_by
            ORDER BY (h.state = 'running') DESC, h.since DESC LIMIT 1),
        (SELECT h.contract FROM handoffs h WHERE h.opportunity = of_opportunity ORDER BY h.since DESC LIMIT 1), '')
$$;

-- All of them, so that a later version of a contract goes on where its status stands. Tickets that are out name the old
-- object: what is ready is due.
UPDATE mirrors m SET contract = told.contract, object = m.object || '/' || told.contract,
    due_at = CASE m.state WHEN 'ready' THEN clock(now()) ELSE m.due_at END
FROM (SELECT k.opportunity, k.target, k.object, told_contract(k.opportunity, k.correlation_id) AS contract
    FROM mirrors k) AS told
WHERE m.opportunity = told.opportunity AND m.target = told.target AND m.object = told.object;

-- A status that its system refused is found by the name of its cause.
UPDATE incidents i SET cause = 'mirror/' || m.target || '/' || m.object || '/' || m.opportunity || '/'
    || substring(i.cause FROM length(before.prefix) + 1)
FROM mirrors m, LATERAL (SELECT 'mirror/' || m.target || '/' || left(m.object, -length(m.contract) - 1) || '/'
    || m.opportunity || '/' AS prefix) AS before
WHERE i.class = 'status_refused' AND starts_with(i.cause, before.prefix);

CREATE FUNCTION name_contract() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = :schema, pg_temp AS $$
BEGIN
    NEW.contract := told_contract(NEW.opportunity, NEW.correlation_id);
    NEW.object := NEW.object || '/' || NEW.contract;
    RETURN NEW;
END $$;
CREATE TRIGGER name_contract BEFORE INSERT ON mirrors FOR EACH ROW
    WHEN (NEW.contract = '' AND position('/' IN NEW.object) = 0) EXECUTE FUNCTION name_contract();

-- A status begins above all that its system was told of the opportunity: an older worker tells of the opportunity as a
-- whole, and the system drops what is not newer.
CREATE FUNCTION begin_above() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = :schema, pg_temp AS $$
BEGIN
    SELECT coalesce(max(m.source_version), 0) + 1 INTO NEW.source_version FROM mirrors m
        WHERE m.opportunity = NEW.opportunity AND m.target = NEW.target;
    RETURN NEW;
END $$;
CREATE TRIGGER begin_above BEFORE INSERT ON mirrors FOR EACH ROW EXECUTE FUNCTION begin_above();

-- What another system shall say once a deal is given up: only behind that act, in its transaction. The sweeper publishes
-- the ticket.
CREATE OR REPLACE FUNCTION tell_ending(
    given_up uuid, new_target text, new_object text, new_content text, new_queue text
) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = :schema, pg_temp AS $$
DECLARE
    subject incidents;
    concerned handoffs;
BEGIN
    SELECT i.* INTO subject FROM incidents i
        WHERE i.id = given_up AND i.resolution = 'discarded' AND i.xmin = pg_current_xact_id()::xid;
    IF NOT FOUND THEN PERFORM refuse_act(format('incident %s is not being given up', given_up)); END IF;
    SELECT h.* INTO concerned FROM handoffs h WHERE h.id = subject.handoff_id;
    INSERT INTO mirrors AS m
        (opportunity, contract, target, object, correlation_id, source_version, wanted, since, state, queue, due_at)
    SELECT coalesce(concerned.opportunity, n.opportunity, subject.opportunity), c.contract, new_target,
        new_object || '/' || c.contract, subject.correlation_id, 1, new_content, clock(now()), 'ready', new_queue,
        clock(now())
    FROM (SELECT coalesce(concerned.contract, subject.contract) AS contract) AS c
    LEFT JOIN opportunity_names n ON n.name = subject.opportunity
    WHERE c.contract IS NOT NULL
    ON CONFLICT (opportunity, target, object) DO UPDATE SET
        wanted = excluded.wanted, next_try = NULL, since = excluded.since, source_version = m.source_version + 1,
        correlation_id = excluded.correlation_id,
        state = CASE WHEN m.state = 'idle' THEN 'ready' ELSE m.state END,
        due_at = CASE WHEN m.state = 'idle' THEN excluded.due_at ELSE m.due_at END,
        attempts = CASE WHEN m.state = 'idle' THEN 0 ELSE m.attempts END,
        publishes = CASE WHEN m.state = 'idle' THEN 0 ELSE m.publishes END
    WHERE m.wanted <> excluded.wanted;
END $$;

-- Change orders whose base can never come: a later version has begun or ended, or the contract was called off, so whatever
-- came for the base would be stale; and what builds upon such a one. People are told at once; the change order stays behind
-- and holds nothing up: it is no member of its lane any more, which older workers respect too. Whoever begins a version,
-- ends or records one, holds the lane.
CREATE FUNCTION tell_lost_bases(of_opportunity text, of_contract text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = :schema, pg_temp AS $$
DECLARE
    asked uuid[];
BEGIN
    WITH RECURSIVE lost AS (
        SELECT c.id, c.version FROM handoffs c
        WHERE c.opportunity = of_opportunity AND c.contract = of_contract AND c.state = 'behind'
            AND c.base_version IS NOT NULL
            AND NOT EXISTS (SELECT FROM handoffs b WHERE b.opportunity = c.opportunity AND b.contract = c.contract
                AND b.version = c.base_version)
            AND EXISTS (SELECT FROM handoffs n WHERE n.opportunity = c.opportunity AND n.contract = c.contract
                AND n.version > c.base_version AND n.id <> c.id
                AND (n.state NOT IN ('behind', 'scheduled') OR n.kind = 'cancel' AND n.version < c.version))
        UNION
        SELECT c.id, c.version FROM lost l JOIN handoffs c ON c.opportunity = of_opportunity
            AND c.contract = of_contract AND c.base_version = l.version AND c.state = 'behind'
    ), told AS (
        UPDATE handoffs h SET due_at = NULL, lane_member = false FROM lost
        WHERE h.id = lost.id AND NOT EXISTS (SELECT FROM incidents i WHERE i.cause = 'base/stale/' || h.id)
        RETURNING h.id)
    SELECT array_agg(id) INTO asked FROM told;
    IF asked IS NULL THEN RETURN; END IF;
    -- A statement of its own: a sweeper that was just telling that the base is missing has been waited for, and is seen.
    UPDATE incidents i SET state = 'closed', resolution = 'superseded', closed_by = acting_person(), due_at = NULL,
        why = 'its base can no longer come', closed_at = clock(clock_timestamp())
    WHERE i.handoff_id = ANY(asked) AND i.class = 'base_missing' AND i.state = 'open';
    INSERT INTO incidents (id, cause, handoff_id, queue, class, owner, blocking, story, correlation_id, due_at,
        opened_at, round, case_id)
    SELECT gen_random_uuid(), 'base/stale/' || a.id, a.id, a.queue, 'base_stale', 'sales_operations', false,
        'version ' || a.version || ' changes version ' || a.base_version || ', which can no longer come',
        a.correlation_id, now.at, now.at, (p.case_id IS NOT NULL)::integer, p.case_id
    FROM handoffs a CROSS JOIN (SELECT clock(clock_timestamp()) AS at) AS now
    LEFT JOIN incidents p ON p.cause = 'base/' || a.id
    WHERE a.id = ANY(asked)
    ON CONFLICT (cause) DO NOTHING;
END $$;

CREATE FUNCTION tell_stale_bases() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = :schema, pg_temp AS $$
BEGIN
    PERFORM tell_lost_bases(NEW.opportunity, NEW.contract);
    RETURN NULL;
END $$;
CREATE TRIGGER tell_stale_bases_beside_new AFTER INSERT ON handoffs FOR EACH ROW
    WHEN (NEW.kind IN ('change', 'cancel')) EXECUTE FUNCTION tell_stale_bases();
CREATE TRIGGER tell_stale_bases_beside_begun AFTER UPDATE OF state ON handoffs FOR EACH ROW
    WHEN (OLD.state = 'behind' AND NEW.state <> 'behind') EXECUTE FUNCTION tell_stale_bases();

-- What waits for people and holds nothing up is no write of the contract's handoffs: its status is told again, with or
-- without the question.
CREATE FUNCTION tell_question() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = :schema, pg_temp AS $$
BEGIN
    UPDATE mirrors m SET source_version = m.source_version + 1,
        state = CASE m.state WHEN 'idle' THEN 'waiting' ELSE m.state END,
        due_at = CASE m.state WHEN 'idle' THEN clock(clock_timestamp()) ELSE m.due_at END
    FROM handoffs h WHERE h.id = NEW.handoff_id AND m.opportunity = h.opportunity AND m.contract = h.contract;
    RETURN NULL;
END $$;
CREATE TRIGGER tell_new_question AFTER INSERT ON incidents FOR EACH ROW
    WHEN (NEW.class IN ('base_missing', 'base_stale') AND NEW.handoff_id IS NOT NULL) EXECUTE FUNCTION tell_question();
CREATE TRIGGER tell_answered_question AFTER UPDATE OF state ON incidents FOR EACH ROW
    WHEN (NEW.class IN ('base_missing', 'base_stale') AND NEW.handoff_id IS NOT NULL AND NEW.state <> OLD.state)
    EXECUTE FUNCTION tell_question();

-- The trouble of a change order that waits for its base is as old as itself.
CREATE OR REPLACE FUNCTION begin_case() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE raw_round text := substring(NEW.cause FROM '^raw/.*/([0-9]{1,9})$');
BEGIN
    IF NEW.case_id IS NULL AND raw_round IS NOT NULL THEN
        NEW.round := raw_round::integer;
        SELECT i.case_id INTO NEW.case_id FROM incidents i
            WHERE i.cause = left(NEW.cause, -length(raw_round)) || (NEW.round - 1);
    END IF;
    IF NEW.since IS NULL AND (NEW.blocking OR NEW.class IN ('base_missing', 'base_stale')) THEN
        SELECT coalesce(h.troubled_since, CASE h.state WHEN 'behind' THEN h.created_at END) INTO NEW.since
            FROM handoffs h WHERE h.id = NEW.handoff_id;
    END IF;
    NEW.case_id := coalesce(NEW.case_id, NEW.id);
    SELECT least(NEW.since, NEW.opened_at, min(i.since)) INTO NEW.since FROM incidents i WHERE i.case_id = NEW.case_id;
    RETURN NEW;
END $$;

-- Those that were lost before this was known.
SELECT tell_lost_bases(b.opportunity, b.contract) FROM (
    SELECT DISTINCT opportunity, contract FROM handoffs WHERE state = 'behind' AND base_version IS NOT NULL) AS b;

REVOKE ALL ON FUNCTION told_contract(text, text), name_contract(), begin_above(), tell_lost_bases(text, text),
    tell_stale_bases(), tell_question() FROM PUBLIC;
