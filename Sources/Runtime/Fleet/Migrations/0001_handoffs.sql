-- The tables and constraints of the handoff protocol, the clock, and the hash-chained journal.

-- The one clock. A transaction that compares passes now(): one that waited for a lock is then never too generous.
-- A transaction that sets passes clock_timestamp(). A test's schema replaces this function.
CREATE FUNCTION clock(at timestamptz) RETURNS timestamptz LANGUAGE sql STABLE AS 'SELECT at';

CREATE TABLE handoffs (
    id uuid PRIMARY KEY,
    saga text NOT NULL,
    opportunity text NOT NULL,
    contract text NOT NULL,
    version integer NOT NULL CHECK (version >= 1),
    part text NOT NULL DEFAULT '',
    kind text NOT NULL CHECK (kind IN ('complete', 'change', 'cancel')),
    base_version integer,
    content_hash text NOT NULL,
    parent_id uuid REFERENCES handoffs,
    lane_member boolean NOT NULL DEFAULT true,
    correlation_id text NOT NULL,
    state text NOT NULL CHECK (state IN ('scheduled', 'behind', 'ready', 'running', 'waiting', 'parked',
        'finished', 'compensated', 'stopped', 'discarded', 'stale')),
    queue text NOT NULL,
    direction text NOT NULL DEFAULT 'do' CHECK (direction IN ('do', 'undo')),
    cause text,
    last_error text,
    since timestamptz NOT NULL,
    due_at timestamptz,
    token bigint NOT NULL DEFAULT 0,
    takeovers integer NOT NULL DEFAULT 0,
    publishes integer NOT NULL DEFAULT 0,
    requeues integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    closed_at timestamptz,
    open boolean NOT NULL GENERATED ALWAYS AS (
        state NOT IN ('finished', 'compensated', 'stopped', 'discarded', 'stale')) STORED,
    in_lane boolean NOT NULL GENERATED ALWAYS AS (
        lane_member AND state IN ('ready', 'running', 'waiting', 'parked')) STORED,
    UNIQUE (opportunity, contract, version, part),
    CHECK (state NOT IN ('ready', 'running', 'waiting') OR due_at IS NOT NULL),
    CHECK (state NOT IN ('finished', 'compensated', 'stopped', 'discarded', 'stale') OR due_at IS NULL),
    CHECK (state <> 'parked' OR due_at IS NULL),
    CHECK (state <> 'waiting' OR cause IS NOT NULL)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);
CREATE UNIQUE INDEX handoffs_one_open_version ON handoffs (opportunity) WHERE in_lane;
-- The sweeper's index. None on due_at or state: it would end heap-only updates.
CREATE INDEX handoffs_open ON handoffs (id) WHERE open;
CREATE INDEX handoffs_by_contract ON handoffs (contract);
CREATE INDEX handoffs_by_correlation ON handoffs (correlation_id);

-- What was sold, as the canonical bytes whose hash is the handoff's content_hash.
CREATE TABLE deals (
    handoff_id uuid PRIMARY KEY REFERENCES handoffs,
    body text NOT NULL,
    customer text NOT NULL,
    total_minor bigint NOT NULL,
    currency text NOT NULL
);

CREATE TABLE plans (
    handoff_id uuid PRIMARY KEY REFERENCES handoffs,
    hash text NOT NULL,
    body text NOT NULL
);

CREATE TABLE events (
    source text NOT NULL,
    event_id text NOT NULL,
    content_hash text NOT NULL,
    copies integer NOT NULL DEFAULT 0,
    outcome text NOT NULL CHECK (outcome IN ('accepted', 'duplicate', 'stale', 'ignored', 'conflict', 'rejected')),
    reason text,
    correlation_id text NOT NULL,
    opportunity text,
    contract text,
    version integer,
    handoff_id uuid REFERENCES handoffs,
    incident_id uuid,
    received_at timestamptz NOT NULL,
    PRIMARY KEY (source, event_id)
);
CREATE INDEX events_by_event_id ON events (event_id);

CREATE TABLE steps (
    handoff_id uuid NOT NULL REFERENCES handoffs,
    ordinal smallint NOT NULL,
    name text NOT NULL,
    queue text NOT NULL,
    final boolean NOT NULL,
    key text NOT NULL UNIQUE,
    state text NOT NULL CHECK (state IN ('planned', 'intent', 'done', 'undoing', 'undone', 'kept', 'skipped')),
    attempts integer NOT NULL DEFAULT 0,
    settled_at timestamptz,
    external_id text,
    receipt jsonb,
    PRIMARY KEY (handoff_id, ordinal),
    CHECK (state NOT IN ('intent', 'undoing') OR settled_at IS NOT NULL),
    CHECK (state <> 'done' OR receipt IS NOT NULL)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);
CREATE INDEX steps_by_external_id ON steps (external_id) WHERE external_id IS NOT NULL;

-- Things shared between deals are made under their own key, never under a handoff's.
CREATE TABLE claims (
    target text NOT NULL,
    thing text NOT NULL,
    natural_key text NOT NULL,
    holder text NOT NULL,
    external_id text,
    content_hash text,
    settled_at timestamptz NOT NULL,
    PRIMARY KEY (target, thing, natural_key)
);

CREATE TABLE incidents (
    id uuid PRIMARY KEY,
    cause text NOT NULL UNIQUE,
    handoff_id uuid REFERENCES handoffs,
    step text,
    direction text,
    queue text NOT NULL,
    class text NOT NULL,
    owner text NOT NULL,
    blocking boolean NOT NULL,
    story text NOT NULL,
    correlation_id text NOT NULL,
    body bytea,
    headers jsonb,
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'sending', 'closed')),
    resolution text,
    closed_by text,
    why text,
    revision integer NOT NULL DEFAULT 0,
    due_at timestamptz,
    opened_at timestamptz NOT NULL,
    closed_at timestamptz,
    CHECK (state <> 'sending' OR due_at IS NOT NULL),
    CHECK (state <> 'closed' OR (closed_by IS NOT NULL AND resolution IS NOT NULL))
);
CREATE UNIQUE INDEX incidents_one_blocking ON incidents (handoff_id) WHERE state = 'open' AND blocking;
CREATE INDEX incidents_open ON incidents (id) WHERE state <> 'closed';

CREATE TABLE approvals (
    handoff_id uuid NOT NULL REFERENCES handoffs,
    gate text NOT NULL,
    plan_hash text NOT NULL,
    requester text NOT NULL,
    decided_by text NOT NULL,
    decision text NOT NULL CHECK (decision IN ('approved', 'rejected')),
    decided_at timestamptz NOT NULL,
    PRIMARY KEY (handoff_id, gate, plan_hash),
    CHECK (decided_by <> requester)
);

-- What another system should say about an opportunity: written by state, not by event, and coalesced.
CREATE TABLE mirrors (
    opportunity text NOT NULL,
    target text NOT NULL,
    object text NOT NULL,
    correlation_id text NOT NULL,
    source_version bigint NOT NULL,
    wanted text NOT NULL,
    since timestamptz NOT NULL,
    written_version bigint NOT NULL DEFAULT 0,
    state text NOT NULL CHECK (state IN ('idle', 'ready', 'running', 'waiting')),
    queue text NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    last_error text,
    due_at timestamptz,
    token bigint NOT NULL DEFAULT 0,
    publishes integer NOT NULL DEFAULT 0,
    PRIMARY KEY (opportunity, target, object),
    CHECK ((state = 'idle') = (due_at IS NULL))
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);
CREATE INDEX mirrors_open ON mirrors (opportunity) WHERE due_at IS NOT NULL;

CREATE TABLE journal (
    handoff_id uuid NOT NULL,
    seq integer NOT NULL,
    at timestamptz NOT NULL,
    entry text NOT NULL,
    prev_hash bytea NOT NULL,
    hash bytea NOT NULL,
    PRIMARY KEY (handoff_id, seq)
);

-- Count and head of each chain, out of reach of the role that writes the journal: a removed last row is found too.
CREATE TABLE journal_heads (
    handoff_id uuid PRIMARY KEY,
    seq integer NOT NULL,
    hash bytea NOT NULL
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);

CREATE FUNCTION journal_hash(prev bytea, handoff uuid, seq integer, at timestamptz, entry text) RETURNS bytea
LANGUAGE sql STABLE AS $$
    SELECT sha256(prev || uuid_send(handoff) || int4send(seq) || timestamptz_send(at) || convert_to(entry, 'UTF8'))
$$;

CREATE FUNCTION chain_journal() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE head journal_heads;
BEGIN
    SELECT * INTO head FROM journal_heads WHERE handoff_id = NEW.handoff_id FOR UPDATE;
    NEW.at := clock(clock_timestamp());
    IF NOT FOUND THEN
        NEW.seq := 1;
        NEW.prev_hash := ''::bytea;
        NEW.hash := journal_hash(NEW.prev_hash, NEW.handoff_id, NEW.seq, NEW.at, NEW.entry);
        INSERT INTO journal_heads VALUES (NEW.handoff_id, NEW.seq, NEW.hash);
    ELSE
        NEW.seq := head.seq + 1;
        NEW.prev_hash := head.hash;
        NEW.hash := journal_hash(NEW.prev_hash, NEW.handoff_id, NEW.seq, NEW.at, NEW.entry);
        UPDATE journal_heads SET seq = NEW.seq, hash = NEW.hash WHERE handoff_id = NEW.handoff_id;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER chain_journal BEFORE INSERT ON journal FOR EACH ROW EXECUTE FUNCTION chain_journal();

CREATE FUNCTION refuse_journal_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the journal only grows: % is refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER journal_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON journal
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_journal_change();
CREATE TRIGGER journal_heads_stay BEFORE TRUNCATE ON journal_heads
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_journal_change();

-- Every chain that does not recompute, or whose count or head is not the kept one.
CREATE FUNCTION broken_journals() RETURNS TABLE (handoff_id uuid, seq integer, what text)
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
        OR c.hash <> journal_hash(c.prev_hash, c.handoff_id, c.seq, c.at, c.entry)
    UNION ALL
    SELECT h.handoff_id, h.seq, 'the last entries are missing'
    FROM journal_heads h LEFT JOIN last l USING (handoff_id)
    WHERE l.handoff_id IS NULL OR l.seq <> h.seq OR l.hash <> h.hash
    UNION ALL
    SELECT l.handoff_id, l.seq, 'the kept head is missing'
    FROM last l LEFT JOIN journal_heads h USING (handoff_id) WHERE h.handoff_id IS NULL
$$;
