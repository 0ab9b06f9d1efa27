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

-- Who and when is what the database says, whatever is written; and proposing is one role's, approving another's.
CREATE FUNCTION stamp_catalog() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.state IS DISTINCT FROM OLD.state THEN
        IF (OLD.state, NEW.state) NOT IN (
            ('proposed', 'active'), ('proposed', 'rejected'), ('active', 'superseded'),
            ('superseded', 'proposed'), ('rejected', 'proposed')) THEN
            RAISE EXCEPTION 'a catalog that is % cannot become %', OLD.state, NEW.state
                USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.state IN ('active', 'superseded') AND NOT pg_has_role(session_user, 'baton_catalog_approval', 'MEMBER') THEN
            RAISE EXCEPTION '% may propose a catalog, not approve one', session_user
                USING ERRCODE = 'insufficient_privilege';
        END IF;
        IF NEW.state = 'proposed' AND NOT pg_has_role(session_user, 'baton_catalog', 'MEMBER') THEN
            RAISE EXCEPTION '% may approve a catalog, not propose one', session_user
                USING ERRCODE = 'insufficient_privilege';
        END IF;
    END IF;
    IF TG_OP = 'INSERT' OR OLD.state <> 'proposed' AND NEW.state = 'proposed' THEN
        NEW.state := 'proposed';
        NEW.proposed_by := session_user;
        NEW.proposed_at := clock(clock_timestamp());
        NEW.base := (SELECT c.version FROM :schema.catalogs c WHERE c.state = 'active');
        NEW.approved_by := NULL;
        NEW.approved_at := NULL;
    ELSE
        NEW.note := OLD.note;
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

-- Without a catalog deals are planned by other rules, so the one in force only ever gives way to another.
CREATE FUNCTION keep_a_catalog() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM :schema.catalogs c WHERE c.state = 'active') THEN
        RAISE EXCEPTION 'catalog % is superseded by none', NEW.version USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER keep_a_catalog AFTER UPDATE ON catalogs DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (OLD.state = 'active') EXECUTE FUNCTION keep_a_catalog();

-- The history of the rows: what each proposal changes in each, against what was in force. It takes effect with the approval.
CREATE TABLE catalog_changes (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    version text NOT NULL REFERENCES catalogs,
    table_name text NOT NULL,
    row_key text NOT NULL,
    before text,
    after text,
    actor text NOT NULL,
    at timestamptz NOT NULL,
    CHECK (before IS NOT NULL OR after IS NOT NULL)
);
CREATE INDEX catalog_changes_by_row ON catalog_changes (table_name, row_key);
CREATE INDEX catalog_changes_by_version ON catalog_changes (version);

-- Only who proposed a version says what it changes, and only until somebody decides.
CREATE FUNCTION accept_catalog_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.actor := session_user;
    NEW.at := clock(clock_timestamp());
    IF NOT EXISTS (
        SELECT FROM :schema.catalogs c
        WHERE c.version = NEW.version AND c.state = 'proposed' AND c.proposed_by = session_user) THEN
        RAISE EXCEPTION 'catalog % is no proposal of %', NEW.version, session_user
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER accept_catalog_change BEFORE INSERT ON catalog_changes FOR EACH ROW EXECUTE FUNCTION accept_catalog_change();

-- Nobody changes a row and leaves no trace: what the history says of a version is the difference of its data to what it
-- replaces, or it is not approved.
CREATE FUNCTION check_catalog_history() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE untold bigint;
BEGIN
    IF NEW.base IS DISTINCT FROM (
        SELECT c.version FROM :schema.catalogs c WHERE c.state = 'superseded' ORDER BY c.approved_at DESC LIMIT 1) THEN
        RAISE EXCEPTION 'catalog % was proposed upon %, which is not what it replaces', NEW.version,
            coalesce(NEW.base, 'none') USING ERRCODE = 'check_violation';
    END IF;
    WITH data AS (
        SELECT c.version, lower(regexp_replace(t.key, '([A-Z])', '-\1', 'g')) AS table_name, r.value AS content
        FROM :schema.catalogs c, jsonb_each(c.body::jsonb) t, jsonb_array_elements(t.value) r
        WHERE c.version IN (NEW.version, NEW.base)
    ), difference AS (
        (SELECT true AS is_new, table_name, content FROM data WHERE version = NEW.version
            EXCEPT SELECT true, table_name, content FROM data WHERE version = NEW.base)
        UNION ALL
        (SELECT false, table_name, content FROM data WHERE version = NEW.base
            EXCEPT SELECT false, table_name, content FROM data WHERE version = NEW.version)
    ), told AS (
        SELECT s.is_new, h.table_name, s.content::jsonb AS content
        FROM :schema.catalog_changes h, LATERAL (VALUES (true, h.after), (false, h.before)) s (is_new, content)
        WHERE h.version = NEW.version AND h.at >= NEW.proposed_at AND s.content IS NOT NULL
    )
    SELECT count(*) INTO untold FROM (
        (TABLE difference EXCEPT TABLE told) UNION ALL (TABLE told EXCEPT TABLE difference)) u;
    IF untold > 0 THEN
        RAISE EXCEPTION 'the history of catalog % differs from its data in % rows: publish it again',
            NEW.version, untold USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER check_catalog_history AFTER UPDATE ON catalogs
    FOR EACH ROW WHEN (OLD.state = 'proposed' AND NEW.state = 'active') EXECUTE FUNCTION check_catalog_history();

CREATE FUNCTION refuse_catalog_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the history of the catalog only grows: % is refused', TG_OP
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER catalog_changes_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON catalog_changes
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_catalog_change();

DO $$
DECLARE group_name text; login record;
BEGIN
    FOREACH group_name IN ARRAY ARRAY['baton_catalog', 'baton_catalog_approval', 'baton_catalog_reader'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = group_name) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN', group_name);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                NULL; -- another migration of this cluster was first
            END;
        END IF;
    END LOOP;
    -- Two logins, since two people are needed; an administrator makes as many more as there are people.
    FOR login IN
        SELECT * FROM (VALUES ('baton_catalog_editor', 'baton_catalog'),
            ('baton_catalog_approver', 'baton_catalog_approval')) l (name, member_of)
    LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = login.name) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE IN ROLE %I',
                    login.name, login.member_of);
            EXCEPTION WHEN duplicate_object OR unique_violation OR insufficient_privilege THEN
                NULL; -- made by another migration, or by an administrator where the migrator may not
            END;
        END IF;
    END LOOP;
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO baton_catalog, baton_catalog_approval, baton_catalog_reader',
        current_schema());
END $$;

REVOKE ALL ON FUNCTION stamp_catalog(), keep_a_catalog(), accept_catalog_change(), check_catalog_history(),
    refuse_catalog_change() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION clock(timestamptz) TO baton_catalog, baton_catalog_approval;
GRANT SELECT ON catalogs TO baton_worker, baton_reader, baton_operator, baton_catalog, baton_catalog_approval,
    baton_catalog_reader;
GRANT SELECT ON catalog_changes TO baton_reader, baton_operator, baton_catalog, baton_catalog_approval;
GRANT SELECT ON schema_migrations TO baton_catalog, baton_catalog_approval;
-- Proposing again what was rejected or superseded is a change of its state; which change is whose, the trigger says.
GRANT INSERT (version, body, note), UPDATE (state, note) ON catalogs TO baton_catalog;
GRANT INSERT (version, table_name, row_key, before, after) ON catalog_changes TO baton_catalog;
GRANT UPDATE (state) ON catalogs TO baton_catalog_approval;
GRANT INSERT (act, why, outcome) ON acts TO baton_catalog, baton_catalog_approval;
