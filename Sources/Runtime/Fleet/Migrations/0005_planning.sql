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
CREATE FUNCTION draw_number(wanted_series text, wanted_key text) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path FROM CURRENT AS $$
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
GRANT SELECT ON number_series, numbers TO baton_reader, baton_operator;
