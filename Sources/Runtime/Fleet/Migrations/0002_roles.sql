-- Who may do what. Group roles hold the grants; each worker logs in with a role of its own in its group.
DO $$
DECLARE role_name text;
BEGIN
    FOREACH role_name IN ARRAY ARRAY['baton_worker', 'baton_intake', 'baton_reader'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN', role_name);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                NULL; -- another migration of this cluster was first
            END;
        END IF;
    END LOOP;
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO baton_worker, baton_intake, baton_reader', current_schema());
END $$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA :schema FROM PUBLIC;
GRANT EXECUTE ON FUNCTION clock(timestamptz) TO baton_worker, baton_intake, baton_reader;
GRANT EXECUTE ON FUNCTION broken_journals() TO baton_reader;

-- Every worker moves handoffs, hosts the sweeper and tells the CRM; none may delete anything.
GRANT SELECT ON handoffs, deals, plans, steps, claims, incidents, mirrors, approvals, events, schema_migrations
    TO baton_worker;
GRANT UPDATE (state, queue, direction, cause, last_error, since, due_at, token, takeovers, publishes, closed_at)
    ON handoffs TO baton_worker;
GRANT UPDATE (state, attempts, settled_at, external_id, receipt) ON steps TO baton_worker;
GRANT INSERT, UPDATE ON claims TO baton_worker;
GRANT INSERT ON incidents TO baton_worker;
GRANT UPDATE (due_at) ON incidents TO baton_worker;
GRANT INSERT, UPDATE ON mirrors TO baton_worker;
GRANT INSERT (handoff_id, entry) ON journal TO baton_worker;

-- Intake alone makes handoffs, and its stage alone plans them.
GRANT INSERT ON events, handoffs, deals, plans, steps TO baton_intake;
GRANT UPDATE (copies) ON events TO baton_intake;

GRANT SELECT ON handoffs, deals, plans, steps, claims, incidents, mirrors, approvals, events, journal,
    schema_migrations TO baton_reader;

-- One login for each worker and one for support; without a password none can log in where passwords are asked for.
-- Where an administrator has made them, the migrator need not be allowed to.
DO $$
DECLARE login record;
BEGIN
    FOR login IN SELECT * FROM (VALUES
        ('baton_deal_events', 'baton_worker, baton_intake'), ('baton_project_provisioning', 'baton_worker'),
        ('baton_billing_schedules', 'baton_worker'), ('baton_status_feedback', 'baton_worker'),
        ('baton_support', 'baton_reader')) AS logins (name, groups)
    LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = login.name) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE IN ROLE %s', login.name,
                    login.groups);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                NULL; -- another migration of this cluster was first
            END;
        END IF;
    END LOOP;
END $$;
