-- Run once by the PostgreSQL container, as administrator, when its volume is new: who may log in.
-- The groups get their rights from the migrations, which the migrator, as the database's owner, applies.
\set ON_ERROR_STOP on
\set migrator `cat /run/secrets/postgresql_migrator`
\set deal_events `cat /run/secrets/postgresql_deal_events`
\set project_provisioning `cat /run/secrets/postgresql_project_provisioning`
\set billing_schedules `cat /run/secrets/postgresql_billing_schedules`
\set status_feedback `cat /run/secrets/postgresql_status_feedback`
\set dead_letters `cat /run/secrets/postgresql_dead_letters`
\set support `cat /run/secrets/postgresql_support`
\set gateway `cat /run/secrets/postgresql_gateway`
\set catalog_editor `cat /run/secrets/postgresql_catalog_editor`
\set catalog_approver `cat /run/secrets/postgresql_catalog_approver`

CREATE ROLE baton_worker NOLOGIN;
CREATE ROLE baton_intake NOLOGIN;
CREATE ROLE baton_reader NOLOGIN;
CREATE ROLE baton_operator NOLOGIN;
CREATE ROLE baton_collector NOLOGIN;
CREATE ROLE baton_catalog NOLOGIN;
CREATE ROLE baton_catalog_approval NOLOGIN;
CREATE ROLE baton_catalog_reader NOLOGIN;
-- Whoever is in support reads and acts, each by a login of his own.
CREATE ROLE baton_support NOLOGIN IN ROLE baton_reader, baton_operator;

CREATE ROLE baton_migrator LOGIN PASSWORD :'migrator';
CREATE ROLE baton_deal_events LOGIN PASSWORD :'deal_events' IN ROLE baton_worker, baton_intake;
CREATE ROLE baton_project_provisioning LOGIN PASSWORD :'project_provisioning' IN ROLE baton_worker;
CREATE ROLE baton_billing_schedules LOGIN PASSWORD :'billing_schedules' IN ROLE baton_worker;
CREATE ROLE baton_status_feedback LOGIN PASSWORD :'status_feedback' IN ROLE baton_worker;
-- Turns messages into incidents, by two functions, and can do nothing else.
CREATE ROLE baton_dead_letters LOGIN PASSWORD :'dead_letters' IN ROLE baton_collector;
-- The first person of support; each further one gets a login the same way.
CREATE ROLE anna LOGIN PASSWORD :'support' IN ROLE baton_support;
-- Reads the catalog and nothing else, in sessions that can only read.
CREATE ROLE baton_gateway LOGIN PASSWORD :'gateway' IN ROLE baton_catalog_reader;
ALTER ROLE baton_gateway SET default_transaction_read_only = on;
ALTER ROLE baton_gateway SET statement_timeout = '10s';
ALTER ROLE baton_gateway SET idle_in_transaction_session_timeout = '10s';
-- Two people: one proposes a catalog, the other approves it.
CREATE ROLE baton_catalog_editor LOGIN PASSWORD :'catalog_editor' IN ROLE baton_catalog;
CREATE ROLE baton_catalog_approver LOGIN PASSWORD :'catalog_approver' IN ROLE baton_catalog_approval;

ALTER DATABASE baton OWNER TO baton_migrator;
REVOKE ALL ON DATABASE baton FROM PUBLIC;
GRANT CONNECT ON DATABASE baton TO baton_worker, baton_collector, baton_reader, baton_operator,
    baton_catalog, baton_catalog_approval, baton_catalog_reader;

-- What is nobody's but the workers' and the migrator's: the locks by which a lane is held; and nobody fills the disk with
-- large objects. Only an administrator can take that away; 'baton migrate' says so where it was not done.
DO $$
DECLARE door regprocedure;
BEGIN
    FOR door IN
        SELECT p.oid::regprocedure FROM pg_proc p WHERE p.pronamespace = 'pg_catalog'::regnamespace
            AND (p.proname ~ '^pg_(try_)?advisory_(xact_)?lock(_shared)?$'
                OR p.proname IN ('lo_creat', 'lo_create', 'lo_from_bytea', 'lo_open', 'lo_put', 'lowrite'))
    LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', door);
    END LOOP;
END $$;
GRANT EXECUTE ON FUNCTION pg_advisory_xact_lock(bigint) TO baton_migrator, baton_worker;
