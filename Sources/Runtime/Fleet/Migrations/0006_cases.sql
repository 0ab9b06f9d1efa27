-- What people look for and count: the deal of a message that was refused, how often it came, since when trouble lasts.

-- As far as the event said it, however wrong the rest of it was; a handoff's incident has the same from its handoff.
ALTER TABLE incidents ADD COLUMN opportunity text, ADD COLUMN contract text, ADD COLUMN version integer,
    ADD COLUMN event_source text, ADD COLUMN event_id text, ADD COLUMN customer text, ADD COLUMN customer_folded text,
    ADD COLUMN total_minor bigint, ADD COLUMN currency text,
-- All that is wrong with it: an array of objects with path, owner, text and cure.
    ADD COLUMN findings jsonb,
-- How often the same message came again, and when it came last.
    ADD COLUMN repeats integer NOT NULL DEFAULT 0, ADD COLUMN last_seen timestamptz,
-- When the trouble began: the first failure of the case, not its last round.
    ADD COLUMN since timestamptz;
UPDATE incidents i SET since = c.since
FROM (SELECT case_id, min(opened_at) AS since FROM incidents GROUP BY case_id) AS c WHERE c.case_id = i.case_id;
ALTER TABLE incidents ALTER since SET NOT NULL;
CREATE INDEX incidents_by_opportunity ON incidents (opportunity) WHERE opportunity IS NOT NULL;
CREATE INDEX incidents_by_contract ON incidents (contract) WHERE contract IS NOT NULL;
CREATE INDEX incidents_by_event ON incidents (event_id) WHERE event_id IS NOT NULL;

-- The customer's name in the form in which it is searched, made by the software: the database folds ASCII alone.
ALTER TABLE deals ADD COLUMN customer_folded text;

-- Since when a handoff has not got on: from its first wait or parking until a step passes.
ALTER TABLE handoffs ADD COLUMN troubled_since timestamptz;
UPDATE handoffs SET troubled_since = since WHERE open AND state IN ('waiting', 'parked');

-- A case is one trouble; each of its rounds is a row, and all of them began when the first failure did.
CREATE OR REPLACE FUNCTION begin_case() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE raw_round text := substring(NEW.cause FROM '^raw/.*/([0-9]{1,9})$');
BEGIN
    IF NEW.case_id IS NULL AND raw_round IS NOT NULL THEN
        NEW.round := raw_round::integer;
        SELECT i.case_id INTO NEW.case_id FROM incidents i
            WHERE i.cause = left(NEW.cause, -length(raw_round)) || (NEW.round - 1);
    END IF;
    IF NEW.since IS NULL AND (NEW.blocking OR NEW.class = 'base_missing') THEN
        SELECT coalesce(h.troubled_since, CASE h.state WHEN 'behind' THEN h.created_at END) INTO NEW.since
            FROM handoffs h WHERE h.id = NEW.handoff_id;
    END IF;
    NEW.case_id := coalesce(NEW.case_id, NEW.id);
    SELECT least(NEW.since, NEW.opened_at, min(i.since)) INTO NEW.since FROM incidents i WHERE i.case_id = NEW.case_id;
    RETURN NEW;
END $$;

-- Opens an incident about a message and answers its id; null where its cause is known. A message that comes again while
-- its case is open is counted there; after a discard, or where it was sent back, it opens the case's next round.
-- `counts` is false for a delivery that was handed out before: it may be the very one that stands there already.
-- `facts` has the columns of the deal by their names, as far as they are known.
CREATE FUNCTION open_incident(new_id uuid, new_cause text, handoff uuid, new_queue text, new_class text, new_owner text,
    new_story text, correlation text, new_body bytea, new_headers jsonb, lease_ms bigint, facts jsonb, counts boolean)
RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
    raw_round text := substring(new_cause FROM '^raw/.*/([0-9]{1,9})$');
    at timestamptz := clock(clock_timestamp());
    cause_now text := new_cause;
    latest incidents;
    opened uuid;
BEGIN
    LOOP
        INSERT INTO incidents (id, cause, handoff_id, queue, class, owner, blocking, story, correlation_id, body, headers,
            due_at, opened_at, opportunity, contract, version, event_source, event_id, customer, customer_folded,
            total_minor, currency, findings, last_seen)
        VALUES (new_id, cause_now, handoff, new_queue, new_class, new_owner, false, new_story, correlation, new_body,
            new_headers, at + lease_ms * interval '1 millisecond', at, facts ->> 'opportunity', facts ->> 'contract',
            (facts ->> 'version')::integer, facts ->> 'event_source', facts ->> 'event_id', facts ->> 'customer',
            facts ->> 'customer_folded', (facts ->> 'total_minor')::bigint, facts ->> 'currency', facts -> 'findings', at)
        ON CONFLICT (cause) DO NOTHING RETURNING id INTO opened;
        IF opened IS NOT NULL OR raw_round IS NULL THEN RETURN opened; END IF;
        SELECT i.* INTO latest FROM incidents i
            WHERE i.case_id = (SELECT k.case_id FROM incidents k WHERE k.cause = cause_now)
            ORDER BY i.round DESC LIMIT 1 FOR UPDATE;
        IF latest.state = 'closed' AND latest.resolution IN ('discarded', 'requeued') THEN
            cause_now := left(new_cause, -length(raw_round)) || (latest.round + 1);
        ELSE
            IF counts THEN
                UPDATE incidents i SET repeats = i.repeats + 1, last_seen = at WHERE i.id = latest.id;
            END IF;
            RETURN NULL;
        END IF;
    END LOOP;
END $$;

REVOKE ALL ON FUNCTION open_incident(uuid, text, uuid, text, text, text, text, text, bytea, jsonb, bigint, jsonb, boolean),
    begin_case() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION open_incident(uuid, text, uuid, text, text, text, text, text, bytea, jsonb, bigint, jsonb, boolean)
    TO baton_worker, baton_operator;
GRANT UPDATE (repeats, last_seen) ON incidents TO baton_worker, baton_operator;
GRANT UPDATE (troubled_since) ON handoffs TO baton_worker, baton_operator;
