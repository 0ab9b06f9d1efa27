-- Whoever collects messages does so by receive_message(): a person opens no incident of his own making, with an origin of
-- his own making, to send it from there.
REVOKE INSERT ON incidents FROM baton_operator;
REVOKE EXECUTE ON FUNCTION open_incident(
    uuid, text, uuid, text, text, text, text, text, bytea, jsonb, bigint, jsonb, boolean) FROM baton_operator;
