-- Late effects: whatever was once in doubt is looked at again after its handoff has closed, each look a row of its own.
CREATE TABLE looks (
    handoff_id uuid NOT NULL,
    ordinal smallint NOT NULL,
    round smallint NOT NULL CHECK (round >= 1),
    queue text NOT NULL,
    -- waiting: until the handoff has closed, and no cancellation works on it.
    state text NOT NULL CHECK (state IN ('waiting', 'due', 'running', 'done')),
    -- How long after that it falls due.
    after_ms bigint NOT NULL,
    due_at timestamptz,
    token bigint NOT NULL DEFAULT 0,
    attempts integer NOT NULL DEFAULT 0,
    -- The copies whose removal was announced: nobody may take them up any more.
    removals text[] NOT NULL DEFAULT '{}',
    outcome text CHECK (outcome IN ('nothing', 'removed', 'told', 'failed')),
    last_error text,
    created_at timestamptz NOT NULL,
    closed_at timestamptz,
    PRIMARY KEY (handoff_id, ordinal, round),
    FOREIGN KEY (handoff_id, ordinal) REFERENCES steps,
    CHECK ((state IN ('due', 'running')) = (due_at IS NOT NULL)),
    CHECK ((state = 'done') = (outcome IS NOT NULL))
);
CREATE INDEX looks_due ON looks (queue, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX looks_removals ON looks USING gin (removals) WHERE removals <> '{}';

-- Whoever closes a handoff wakes its looks; whoever closes a cancellation, those of what it took back.
CREATE FUNCTION wake_looks() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = :schema, pg_temp AS $$
BEGIN
    UPDATE looks SET state = 'due', due_at = clock(clock_timestamp()) + after_ms * interval '1 millisecond'
        WHERE handoff_id = NEW.id AND state = 'waiting';
    IF NEW.kind = 'cancel' THEN
        UPDATE looks l SET state = 'due', due_at = clock(clock_timestamp()) + l.after_ms * interval '1 millisecond'
        FROM handoffs e
        WHERE e.opportunity = NEW.opportunity AND e.contract = NEW.contract AND e.version < NEW.version
            AND NOT e.open AND l.handoff_id = e.id AND l.state = 'waiting';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER wake_looks AFTER UPDATE ON handoffs
    FOR EACH ROW WHEN (OLD.open AND NOT NEW.open) EXECUTE FUNCTION wake_looks();

-- Who acts on a handoff holds its lane too: what people take up and what a look removes is decided one after the other.
CREATE OR REPLACE FUNCTION lock_handoff(wanted uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = :schema, pg_temp AS $$
BEGIN
    PERFORM lock_lanes(ARRAY[h.opportunity]) FROM handoffs h WHERE h.id = wanted;
    PERFORM FROM handoffs h WHERE h.id = wanted FOR UPDATE;
    PERFORM FROM incidents i WHERE i.handoff_id = wanted AND i.state = 'open' AND i.blocking FOR UPDATE;
END $$;

-- A removal may come late: what was to be removed is never taken up again, whoever asks for it.
CREATE FUNCTION refuse_removed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = :schema, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM looks WHERE removals @> ARRAY[NEW.adopt_id] AND removals <> '{}') THEN
        PERFORM refuse_act(format('%s came late beside another, and is being removed', NEW.adopt_id));
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER refuse_removed BEFORE UPDATE OF adopt_id ON steps
    FOR EACH ROW WHEN (NEW.adopt_id IS DISTINCT FROM OLD.adopt_id AND NEW.adopt_id IS NOT NULL)
    EXECUTE FUNCTION refuse_removed();

REVOKE ALL ON FUNCTION wake_looks(), refuse_removed() FROM PUBLIC;
GRANT SELECT, INSERT, UPDATE ON looks TO baton_worker;
GRANT SELECT ON looks TO baton_reader, baton_operator;
