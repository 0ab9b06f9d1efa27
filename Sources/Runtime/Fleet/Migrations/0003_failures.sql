-- Going backwards, waiting as a fleet, and what support does: columns, tables and grants.

-- From here the maximal age is counted: waiting for a person, or behind others, does not make a handoff old.
ALTER TABLE handoffs ADD COLUMN active_since timestamptz NOT NULL DEFAULT clock(clock_timestamp());
UPDATE handoffs SET active_since = created_at;

-- Attempts at taking the effect back are counted apart from those at making it.
ALTER TABLE steps ADD COLUMN undo_attempts integer NOT NULL DEFAULT 0;
-- What a compensation left, and who has to deal with it (null: nobody).
ALTER TABLE steps ADD COLUMN kept_because text, ADD COLUMN kept_owner text;
ALTER TABLE steps ADD CONSTRAINT kept_has_reason CHECK (state <> 'kept' OR kept_because IS NOT NULL) NOT VALID;
-- What a person made by hand and asked the step to adopt; the target is asked for it before that counts.
ALTER TABLE steps ADD COLUMN adopt_id text;
-- When the wait that a status tells of is over: fixed with the status, so that saying it again says the same.
ALTER TABLE mirrors ADD COLUMN next_try timestamptz;
CREATE INDEX steps_residue ON steps (handoff_id) WHERE kept_owner IS NOT NULL;

-- A case is one failure from its first incident on, through every round of requeueing.
ALTER TABLE incidents ADD COLUMN case_id uuid, ADD COLUMN round integer NOT NULL DEFAULT 0,
    ADD COLUMN held_by text, ADD COLUMN held_why text, ADD COLUMN held_at timestamptz;
UPDATE incidents SET case_id = id;
-- A raw message's cause ends in its round: the case is the one of the round before, whoever writes the row.
CREATE FUNCTION begin_case() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE raw_round text := substring(NEW.cause FROM '^raw/.*/([0-9]{1,9})$');
BEGIN
    IF NEW.case_id IS NULL AND raw_round IS NOT NULL THEN
        NEW.round := raw_round::integer;
        SELECT i.case_id INTO NEW.case_id FROM incidents i
            WHERE i.cause = left(NEW.cause, -length(raw_round)) || (NEW.round - 1);
    END IF;
    NEW.case_id := coalesce(NEW.case_id, NEW.id);
    RETURN NEW;
END $$;
CREATE TRIGGER begin_case BEFORE INSERT ON incidents FOR EACH ROW EXECUTE FUNCTION begin_case();
CREATE INDEX incidents_by_case ON incidents (case_id);
CREATE INDEX incidents_by_handoff ON incidents (handoff_id) WHERE handoff_id IS NOT NULL;

-- Which database role wrote an entry: who did it is not a flag. Part of the hash from here on.
ALTER TABLE journal ADD COLUMN actor text;
CREATE FUNCTION journal_hash(prev bytea, handoff uuid, seq integer, at timestamptz, entry text, actor text)
RETURNS bytea LANGUAGE sql STABLE AS $$
    SELECT sha256(prev || uuid_send(handoff) || int4send(seq) || timestamptz_send(at) || convert_to(entry, 'UTF8')
        || convert_to(coalesce(actor, ''), 'UTF8'))
$$;
CREATE OR REPLACE FUNCTION chain_journal() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE head journal_heads;
BEGIN
    SELECT * INTO head FROM journal_heads WHERE handoff_id = NEW.handoff_id FOR UPDATE;
    NEW.at := clock(clock_timestamp());
    NEW.actor := session_user;
    IF NOT FOUND THEN
        NEW.seq := 1;
        NEW.prev_hash := ''::bytea;
        NEW.hash := journal_hash(NEW.prev_hash, NEW.handoff_id, NEW.seq, NEW.at, NEW.entry, NEW.actor);
        INSERT INTO journal_heads VALUES (NEW.handoff_id, NEW.seq, NEW.hash);
    ELSE
        NEW.seq := head.seq + 1;
        NEW.prev_hash := head.hash;
        NEW.hash := journal_hash(NEW.prev_hash, NEW.handoff_id, NEW.seq, NEW.at, NEW.entry, NEW.actor);
        UPDATE journal_heads SET seq = NEW.seq, hash = NEW.hash WHERE handoff_id = NEW.handoff_id;
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION broken_journals() RETURNS TABLE (handoff_id uuid, seq integer, what text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    WITH chained AS (
        SELECT j.*, lag(j.hash, 1, ''::bytea) OVER w AS expected_prev, row_number() OVER w AS expected_seq
        FROM journal j WINDOW w AS (PARTITION BY j.handoff_id ORDER BY j.seq)
    ), last AS (
        SELECT DISTINCT ON (j.handoff_id) j.handoff_id, j.seq, j.hash FROM journal j ORDER BY j.handoff_id, j.seq DESC
    )
    SELECT c.handoff_id, c.seq, CASE
        WHEN c.seq <> c.expected_seq THEN 'an entry before this one is missing'
        WHEN c.prev_hash <> c.expected_prev THEN 'does not follow the entry before it'
        ELSE 'was changed' END
    FROM chained c
    WHERE c.seq <> c.expected_seq OR c.prev_hash <> c.expected_prev
        OR c.hash <> journal_hash(c.prev_hash, c.handoff_id, c.seq, c.at, c.entry, c.actor)
    UNION ALL
    SELECT h.handoff_id, h.seq, 'the last entries are missing'
    FROM journal_heads h LEFT JOIN last l USING (handoff_id)
    WHERE l.handoff_id IS NULL OR l.seq <> h.seq OR l.hash <> h.hash
    UNION ALL
    SELECT l.handoff_id, l.seq, 'the kept head is missing'
    FROM last l LEFT JOIN journal_heads h USING (handoff_id) WHERE h.handoff_id IS NULL
$$;
DROP FUNCTION journal_hash(bytea, uuid, integer, timestamptz, text);

-- What people did, one row for each thing they did it to; the journal has the same under its hash chain.
CREATE TABLE acts (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock(clock_timestamp()),
    actor text NOT NULL DEFAULT session_user,
    act text NOT NULL,
    incident_id uuid,
    handoff_id uuid,
    why text,
    outcome text NOT NULL
);
CREATE INDEX acts_by_incident ON acts (incident_id);
CREATE INDEX acts_by_handoff ON acts (handoff_id);
CREATE TRIGGER acts_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON acts
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_journal_change();

-- Who decided is what the database says, whatever is written.
ALTER TABLE approvals ALTER decided_by SET DEFAULT session_user,
    ALTER decided_at SET DEFAULT clock(clock_timestamp());
CREATE FUNCTION stamp_incident() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.closed_by IS DISTINCT FROM OLD.closed_by THEN NEW.closed_by := session_user; END IF;
    IF NEW.held_by IS DISTINCT FROM OLD.held_by AND NEW.held_by IS NOT NULL THEN NEW.held_by := session_user; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER stamp_incident BEFORE UPDATE ON incidents FOR EACH ROW EXECUTE FUNCTION stamp_incident();

-- How each outside system answers the whole fleet: its circuit breaker, and until when it asked for fewer calls.
CREATE TABLE targets (
    name text PRIMARY KEY,
    failures integer NOT NULL DEFAULT 0,
    openings integer NOT NULL DEFAULT 0,
    open_until timestamptz,
    probe_until timestamptz,
    throttled_until timestamptz,
    last_error text,
    since timestamptz NOT NULL
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02);

-- What people have paused: nothing new is begun in such a queue, nothing is called at such a target.
CREATE TABLE pauses (
    kind text NOT NULL CHECK (kind IN ('queue', 'target')),
    name text NOT NULL,
    actor text NOT NULL DEFAULT session_user,
    why text NOT NULL,
    at timestamptz NOT NULL DEFAULT clock(clock_timestamp()),
    PRIMARY KEY (kind, name)
);

-- What each class of incident means, in business words; loaded from Queues/incidents.yml by 'baton migrate'.
CREATE TABLE incident_classes (
    class text PRIMARY KEY,
    owner text NOT NULL,
    what text NOT NULL,
    who text NOT NULL,
    fix_where text NOT NULL,
    next text NOT NULL,
    retry text NOT NULL
);

DO $$
DECLARE login record;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'baton_operator') THEN
        BEGIN
            CREATE ROLE baton_operator NOLOGIN;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL; -- another migration of this cluster was first
        END;
    END IF;
    IF NOT pg_has_role('baton_support', 'baton_operator', 'MEMBER') THEN
        BEGIN
            GRANT baton_operator TO baton_support;
        EXCEPTION WHEN insufficient_privilege OR unique_violation THEN
            NULL; -- an administrator grants roles here; without it support can look and not act
        END;
    END IF;
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO baton_operator', current_schema());
END $$;

REVOKE ALL ON FUNCTION journal_hash(bytea, uuid, integer, timestamptz, text, text), begin_case(), stamp_incident() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION clock(timestamptz), broken_journals() TO baton_operator;

GRANT SELECT ON targets, pauses, incident_classes TO baton_worker, baton_reader, baton_operator;
GRANT INSERT, UPDATE ON targets TO baton_worker;
GRANT UPDATE (active_since) ON handoffs TO baton_worker;
GRANT UPDATE (kept_because, kept_owner, adopt_id, undo_attempts) ON steps TO baton_worker;
-- A cancellation, a superseding version, a base that arrives and a status that is written close incidents.
GRANT UPDATE (state, resolution, closed_by, why, closed_at) ON incidents TO baton_worker;
GRANT SELECT ON acts TO baton_reader;

-- Who acts reads all, moves what is parked, and leaves a trace each time; nothing can be deleted but a pause.
GRANT SELECT ON handoffs, deals, plans, steps, claims, incidents, mirrors, approvals, events, journal, acts,
    schema_migrations TO baton_operator;
GRANT UPDATE (state, queue, direction, cause, last_error, since, due_at, takeovers, publishes, requeues, closed_at,
    active_since) ON handoffs TO baton_operator;
GRANT UPDATE (state, attempts, settled_at, external_id, receipt, kept_because, kept_owner, adopt_id,
    undo_attempts)
    ON steps TO baton_operator;
GRANT INSERT ON incidents TO baton_operator;
GRANT UPDATE (state, resolution, closed_by, why, revision, due_at, closed_at, held_by, held_why, held_at, headers)
    ON incidents TO baton_operator;
GRANT INSERT (handoff_id, entry) ON journal TO baton_operator;
GRANT INSERT (act, incident_id, handoff_id, why, outcome) ON acts TO baton_operator;
GRANT INSERT (handoff_id, gate, plan_hash, requester, decision) ON approvals TO baton_operator;
GRANT INSERT (kind, name, why), DELETE ON pauses TO baton_operator;
