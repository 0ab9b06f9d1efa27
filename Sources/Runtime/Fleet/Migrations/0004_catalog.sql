-- The company's reference data: proposed by one person, approved by another, read by the workers.

-- A version is the hash of its data, so the same data is one row, whoever publishes it and however often.
CREATE TABLE catalogs (
    version text PRIMARY KEY,
    body text NOT NULL,
    note text NOT NULL CHECK (note <> ''),
    -- What was in force when it was proposed: what somebody else puts into force meanwhile must not be undone unseen.
    base text REFERENCES catalogs,
    state text NOT NULL CHECK (state IN ('proposed', 'active', 'superseded', 'rejected')),
    proposed_by text NOT NULL,
    proposed_at timestamptz NOT NULL,
    approved_by text,
    approved_at timestamptz,
    CHECK (version = left(encode(sha256(convert_to(body, 'UTF8')), 'hex'), 12)),
    CONSTRAINT approved_by_another CHECK (approved_by <> proposed_by),
    CHECK ((state IN ('active', 'superseded')) = (approved_by IS NOT NULL))
);
CREATE UNIQUE INDEX catalogs_one_active ON catalogs (state) WHERE state = 'active';

-- Who and when is what the database says, whatever is written.
CREATE FUNCTION stamp_catalog() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.state IS DISTINCT FROM OLD.state AND (OLD.state, NEW.state) NOT IN (
        ('proposed', 'active'), ('proposed', 'rejected'), ('active', 'superseded'),
        ('superseded', 'proposed'), ('rejected', 'proposed')) THEN
        RAISE EXCEPTION 'a catalog that is % cannot become %', OLD.state, NEW.state
            USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'INSERT' OR OLD.state <> 'proposed' AND NEW.state = 'proposed' THEN
        NEW.state := 'proposed';
        NEW.proposed_by := session_user;
        NEW.proposed_at := clock(clock_timestamp());
        NEW.base := (SELECT c.version FROM catalogs c WHERE c.state = 'active');
        NEW.approved_by := NULL;
        NEW.approved_at := NULL;
    ELSE
        NEW.proposed_by := OLD.proposed_by;
        NEW.proposed_at := OLD.proposed_at;
        NEW.base := OLD.base;
        NEW.approved_by := OLD.approved_by;
        NEW.approved_at := OLD.approved_at;
        IF OLD.state = 'proposed' AND NEW.state = 'active' THEN
            NEW.approved_by := session_user;
            NEW.approved_at := clock(clock_timestamp());
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER stamp_catalog BEFORE INSERT OR UPDATE ON catalogs FOR EACH ROW EXECUTE FUNCTION stamp_catalog();

-- The history of the rows: what each proposal changes in each, against what was in force. It takes effect with the approval.
CREATE TABLE catalog_changes (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    version text NOT NULL REFERENCES catalogs,
    table_name text NOT NULL,
    row_key text NOT NULL,
    before text,
    after text,
    actor text NOT NULL DEFAULT session_user,
    at timestamptz NOT NULL DEFAULT clock(clock_timestamp()),
    CHECK (before IS NOT NULL OR after IS NOT NULL)
);
CREATE INDEX catalog_changes_by_row ON catalog_changes (table_name, row_key);
CREATE INDEX catalog_changes_by_version ON catalog_changes (version);
CREATE FUNCTION refuse_catalog_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the history of the catalog only grows: % is refused', TG_OP
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER catalog_changes_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON catalog_changes
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_catalog_change();

DO $$
DECLARE login_name text;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'baton_catalog') THEN
        BEGIN
            CREATE ROLE baton_catalog NOLOGIN;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL; -- another migration of this cluster was first
        END;
    END IF;
    -- Two logins, since two people are needed; an administrator makes as many more as there are people.
    FOREACH login_name IN ARRAY ARRAY['baton_catalog_editor', 'baton_catalog_approver'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = login_name) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE IN ROLE baton_catalog',
                    login_name);
            EXCEPTION WHEN duplicate_object OR unique_violation OR insufficient_privilege THEN
                NULL; -- made by another migration, or by an administrator where the migrator may not
            END;
        END IF;
    END LOOP;
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO baton_catalog', current_schema());
END $$;

REVOKE ALL ON FUNCTION stamp_catalog(), refuse_catalog_change() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION clock(timestamptz) TO baton_catalog;
GRANT SELECT ON catalogs TO baton_worker, baton_reader, baton_operator, baton_catalog;
GRANT SELECT ON catalog_changes TO baton_reader, baton_operator, baton_catalog;
GRANT SELECT ON schema_migrations TO baton_catalog;
GRANT INSERT (version, body, note), UPDATE (state, note) ON catalogs TO baton_catalog;
GRANT INSERT (version, table_name, row_key, before, after) ON catalog_changes TO baton_catalog;
GRANT INSERT (act, why, outcome) ON acts TO baton_catalog;
