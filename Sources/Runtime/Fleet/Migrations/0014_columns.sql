-- Who plans needs to know of a deal that waits which text it names, and nothing else of it.
REVOKE SELECT ON unsigned_deals FROM baton_worker;
GRANT SELECT (opportunity, state, sow_hash) ON unsigned_deals TO baton_worker;
