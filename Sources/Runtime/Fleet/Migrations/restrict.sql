-- Run after the migrations, whenever 'baton migrate' is: what holds for the whole database, and what only an administrator
-- may take away from everybody. Nothing happens where it is done, or not allowed.
DO $$
DECLARE
    door regprocedure;
    keeper text := (SELECT n.nspowner::regrole::text FROM pg_namespace n WHERE n.nspname = current_schema());
BEGIN
    -- Who sets nothing else, as a person at psql, keeps neither locks nor snapshots for long. Our programs set their own.
    IF pg_has_role((SELECT d.datdba FROM pg_database d WHERE d.datname = current_database()), 'USAGE')
        AND NOT EXISTS (SELECT FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase
            WHERE d.datname = current_database() AND s.setrole = 0
                AND s.setconfig::text LIKE '%idle_in_transaction_session_timeout%') THEN
        EXECUTE format('ALTER DATABASE %I SET statement_timeout = ''5min''', current_database());
        EXECUTE format('ALTER DATABASE %I SET idle_in_transaction_session_timeout = ''1min''', current_database());
    END IF;
    IF NOT (SELECT r.rolsuper FROM pg_roles r WHERE r.rolname = current_user) THEN RETURN; END IF;
    -- The lock of a lane, or of the migrations, is not everybody's to hold; nor is the disk, by large objects.
    FOR door IN
        SELECT p.oid::regprocedure FROM pg_proc p
        WHERE p.pronamespace = 'pg_catalog'::regnamespace AND has_function_privilege('public', p.oid, 'EXECUTE')
            AND (p.proname ~ '^pg_(try_)?advisory_(xact_)?lock(_shared)?$'
                OR p.proname IN ('lo_creat', 'lo_create', 'lo_from_bytea', 'lo_open', 'lo_put', 'lowrite'))
    LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', door);
    END LOOP;
    -- Workers of schema 5 take the lock themselves; later ones call lock_lanes(), whose owner the migrator is.
    IF NOT has_function_privilege('baton_worker', 'pg_advisory_xact_lock(bigint)', 'EXECUTE') THEN
        GRANT EXECUTE ON FUNCTION pg_advisory_xact_lock(bigint) TO baton_worker;
    END IF;
    IF NOT has_function_privilege(keeper, 'pg_advisory_xact_lock(bigint)', 'EXECUTE') THEN
        EXECUTE format('GRANT EXECUTE ON FUNCTION pg_advisory_xact_lock(bigint) TO %s', keeper);
    END IF;
END $$;
