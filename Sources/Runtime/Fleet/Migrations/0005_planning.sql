-- What planning and intake need beside the deal: running numbers, attempts, what people chose, what was signed.

-- Attempts at planning that failed, and the target whose look-up failed last: it is not asked while its gate is shut.
ALTER TABLE handoffs ADD COLUMN planning_attempts integer NOT NULL DEFAULT 0, ADD COLUMN planning_target text;

-- What people decided for a handoff that could not be planned without, such as which of several customers is meant.
CREATE TABLE choices (
    handoff_id uuid NOT NULL REFERENCES handoffs,
    what text NOT NULL,
    value text NOT NULL,
    decided_by text NOT NULL,
    decided_at timestamptz NOT NULL,
    why text NOT NULL,
    PRIMARY KEY (handoff_id, what)
);
-- Who decided, and when, is what the database says, whatever is written.
CREATE FUNCTION stamp_choice() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.decided_by := session_user;
    NEW.decided_at := clock(clock_timestamp());
    RETURN NEW;
END $$;
CREATE TRIGGER stamp_choice BEFORE INSERT OR UPDATE ON choices FOR EACH ROW EXECUTE FUNCTION stamp_choice();

-- The statement of work that a deal was made from, so that what is signed can be compared with what is planned.
ALTER TABLE deals ADD COLUMN sow_hash text;

-- What was signed, an envelope once. It waits for the deal of its opportunity, or has joined a handoff.
CREATE TABLE signatures (
    envelope text PRIMARY KEY,
    opportunity text NOT NULL,
    sow_hash text,
    signed_at timestamptz NOT NULL,
    source text NOT NULL,
    event_id text NOT NULL,
    correlation_id text NOT NULL,
    body text NOT NULL,
    handoff_id uuid REFERENCES handoffs,
    state text NOT NULL CHECK (state IN ('waiting', 'joined', 'alerted')),
    due_at timestamptz,
    received_at timestamptz NOT NULL,
    CHECK ((state = 'waiting') = (due_at IS NOT NULL)),
    CHECK ((state = 'joined') = (handoff_id IS NOT NULL))
);
CREATE INDEX signatures_by_opportunity ON signatures (opportunity, signed_at);
CREATE INDEX signatures_due ON signatures (envelope) WHERE due_at IS NOT NULL;

-- Deals at a stage that starts a handoff only once a document is signed: the latest version of each contract.
CREATE TABLE unsigned_deals (
    opportunity text NOT NULL,
    contract text NOT NULL,
    version integer NOT NULL,
    source text NOT NULL,
    event_id text NOT NULL,
    correlation_id text NOT NULL,
    kind text NOT NULL,
    base_version integer,
    body text NOT NULL,
    content_hash text NOT NULL,
    customer text NOT NULL,
    total_minor bigint NOT NULL,
    currency text NOT NULL,
    sow_hash text,
    status jsonb,
    state text NOT NULL CHECK (state IN ('kept', 'begun', 'dropped')),
    handoff_id uuid REFERENCES handoffs,
    kept_at timestamptz NOT NULL,
    PRIMARY KEY (opportunity, contract),
    CHECK ((state = 'begun') = (handoff_id IS NOT NULL))
);

-- The last number of each series, and who drew which. Written by draw_number alone, so that no worker can set one back.
CREATE TABLE number_series (
    series text PRIMARY KEY,
    last bigint NOT NULL CHECK (last >= 0)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02);
CREATE TABLE numbers (
    series text NOT NULL REFERENCES number_series,
    key text NOT NULL,
    number bigint NOT NULL,
    drawn_at timestamptz NOT NULL,
    PRIMARY KEY (series, key),
    UNIQUE (series, number)
);

-- Who has drawn gets the same again without a lock. Who has not waits for the row of the series, and then looks once
-- more: its twin may have drawn for the same key meanwhile. Nothing is drawn before that, so there are no gaps.
-- A session's temporary tables come last: searched first, as they are if not named, they would stand in for ours.
CREATE FUNCTION draw_number(wanted_series text, wanted_key text) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = :schema, pg_temp AS $$
DECLARE drawn bigint;
BEGIN
    SELECT n.number INTO drawn FROM numbers n WHERE n.series = wanted_series AND n.key = wanted_key;
    IF FOUND THEN RETURN drawn; END IF;
    INSERT INTO number_series (series, last) VALUES (wanted_series, 0) ON CONFLICT (series) DO NOTHING;
    PERFORM FROM number_series s WHERE s.series = wanted_series FOR NO KEY UPDATE;
    SELECT n.number INTO drawn FROM numbers n WHERE n.series = wanted_series AND n.key = wanted_key;
    IF FOUND THEN RETURN drawn; END IF;
    UPDATE number_series s SET last = s.last + 1 WHERE s.series = wanted_series RETURNING s.last INTO drawn;
    INSERT INTO numbers (series, key, number, drawn_at)
        VALUES (wanted_series, wanted_key, drawn, clock(clock_timestamp()));
    RETURN drawn;
END $$;

REVOKE ALL ON FUNCTION draw_number(text, text), stamp_choice() FROM PUBLIC;
GRANT UPDATE (planning_attempts, planning_target) ON handoffs TO baton_worker, baton_operator;
GRANT SELECT ON choices TO baton_worker, baton_reader, baton_operator;
GRANT INSERT (handoff_id, what, value, why), UPDATE (value, why) ON choices TO baton_operator;
GRANT EXECUTE ON FUNCTION draw_number(text, text) TO baton_worker;
GRANT SELECT ON signatures TO baton_worker, baton_reader, baton_operator;
GRANT SELECT ON unsigned_deals TO baton_intake, baton_reader, baton_operator;
GRANT INSERT ON signatures, unsigned_deals TO baton_intake;
GRANT UPDATE ON unsigned_deals TO baton_intake;
GRANT UPDATE (state, handoff_id, due_at) ON signatures TO baton_intake;
GRANT UPDATE (handoff_id) ON events TO baton_intake;
-- Any worker's sweeper tells people of a signature whose deal has not come.
GRANT UPDATE (state, due_at) ON signatures TO baton_worker;
GRANT SELECT ON number_series, numbers TO baton_reader, baton_operator;

-- The same for what is run with the owner's rights since earlier migrations.
ALTER FUNCTION chain_journal() SET search_path = :schema, pg_temp;
ALTER FUNCTION broken_journals() SET search_path = :schema, pg_temp;
