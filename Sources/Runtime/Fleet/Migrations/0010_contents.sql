-- An id is a copy of what is known only with the same content: what says something else under it is an event of its own.
ALTER TABLE events DROP CONSTRAINT events_pkey;
ALTER TABLE events ADD PRIMARY KEY (source, event_id, content_hash, outcome);

-- Whether a document that does not say what its text is counts as the signature of the deal that waits.
ALTER TABLE unsigned_deals ADD COLUMN any_document boolean NOT NULL DEFAULT false;

GRANT UPDATE (reason) ON events TO baton_intake;
-- Who plans has to know which texts are those of other deals, and the sweeper whether one waits.
GRANT SELECT ON unsigned_deals TO baton_worker;
