-- Messages that were refused or given up become rows by themselves, under a role that can do nothing else.

-- What a target said in its own words, for people alone: in no log, in no header and not in the handoff's row. Whether
-- somebody moved the message back with the broker's own tools, and whether the incident's copy still stands in the
-- dead-letter queue.
ALTER TABLE incidents ADD COLUMN said text, ADD COLUMN moved_by_hand boolean NOT NULL DEFAULT false,
    ADD COLUMN has_copy boolean NOT NULL DEFAULT false;
CREATE INDEX incidents_with_copy ON incidents (queue) WHERE has_copy;
CREATE INDEX incidents_by_body ON incidents (sha256(body)) WHERE body IS NOT NULL AND handoff_id IS NULL;

-- A message becomes an incident, or one more time of the one that it is already. `prefix` is its cause without the round
-- and says which message it is; one that was moved by hand has lost that, and is known by its queue and its bytes. Which
-- round it is, the rows tell. What the message says of how often it was sent, as anybody might, is believed only while
-- a row is being sent: by that one sees that it came back before its sending was noted.
CREATE FUNCTION receive_message(new_id uuid, prefix text, of_queue text, new_class text, new_owner text, new_story text,
    correlation text, new_body bytea, new_headers jsonb, copy_ms bigint, facts jsonb, counts boolean, sent bigint,
    moved boolean)
RETURNS TABLE (incident uuid, is_new boolean)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = :schema, pg_temp AS $$
DECLARE latest incidents; path text := prefix; cause_now text;
BEGIN
    IF moved THEN
        SELECT i.* INTO latest FROM incidents i
        WHERE sha256(i.body) = sha256(new_body) AND i.body = new_body AND i.queue = of_queue
            AND i.handoff_id IS NULL AND i.cause LIKE 'raw/%'
        ORDER BY i.opened_at DESC, i.round DESC LIMIT 1;
        IF FOUND THEN path := regexp_replace(latest.cause, '[0-9]+$', ''); END IF;
    ELSE
        SELECT i.* INTO latest FROM incidents i
        WHERE i.case_id = (SELECT k.case_id FROM incidents k WHERE k.cause = prefix || '0')
            AND left(i.cause, length(prefix)) = prefix
        ORDER BY i.round DESC LIMIT 1;
    END IF;
    cause_now := path || CASE WHEN latest.id IS NULL THEN 0
        WHEN latest.state = 'sending' AND sent = latest.round + 1 THEN latest.round + 1 ELSE latest.round END;
    IF EXISTS (SELECT FROM incidents i WHERE i.id = new_id) THEN new_id := gen_random_uuid(); END IF;
    incident := open_incident(new_id, cause_now, NULL, of_queue, new_class, new_owner, new_story, correlation, new_body,
        new_headers, copy_ms, facts, counts);
    is_new := incident IS NOT NULL;
    IF NOT is_new THEN
        SELECT i.id INTO incident FROM incidents i
        WHERE i.case_id = (SELECT k.case_id FROM incidents k WHERE k.cause = cause_now) ORDER BY i.round DESC LIMIT 1;
    END IF;
    IF moved THEN UPDATE incidents i SET moved_by_hand = true WHERE i.id = incident; END IF;
    RETURN NEXT;
END $$;

-- Whether a message from a dead-letter queue is the copy of this incident: by its bytes or, where a handoff stands
-- behind it, by the ticket that it carries. If so, the copy is out of its queue now.
CREATE FUNCTION take_out_copy(of_incident uuid, copied bytea, ticket uuid) RETURNS boolean
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = :schema, pg_temp AS $$
    WITH taken AS (
        UPDATE incidents i SET has_copy = false
        WHERE i.id = of_incident AND CASE WHEN i.body IS NOT NULL THEN i.body = copied
            WHEN i.handoff_id IS NOT NULL THEN i.handoff_id = ticket ELSE copied = ''::bytea END
        RETURNING i.id)
    SELECT EXISTS (SELECT FROM taken)
$$;

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'baton_collector') THEN
        BEGIN
            CREATE ROLE baton_collector NOLOGIN;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL; -- another migration of this cluster was first
        END;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'baton_dead_letters') THEN
        BEGIN
            CREATE ROLE baton_dead_letters LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE IN ROLE baton_collector;
        EXCEPTION WHEN duplicate_object OR unique_violation OR insufficient_privilege THEN
            NULL; -- made by another migration, or by an administrator where the migrator may not
        END;
    END IF;
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO baton_collector', current_schema());
END $$;

REVOKE ALL ON FUNCTION receive_message(uuid, text, text, text, text, text, text, bytea, jsonb, bigint, jsonb, boolean,
    bigint, boolean), take_out_copy(uuid, bytea, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION receive_message(uuid, text, text, text, text, text, text, bytea, jsonb, bigint, jsonb,
    boolean, bigint, boolean) TO baton_worker, baton_collector, baton_operator;
GRANT EXECUTE ON FUNCTION take_out_copy(uuid, bytea, uuid) TO baton_collector, baton_operator;
GRANT SELECT ON schema_migrations TO baton_collector;
GRANT UPDATE (has_copy, said) ON incidents TO baton_worker;
