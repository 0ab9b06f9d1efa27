-- Other ids by which sources know an opportunity, or knew it before it was merged: whatever is said of one of them is said
-- of the opportunity, and people find it by each.
CREATE TABLE opportunity_names (
    name text PRIMARY KEY,
    opportunity text NOT NULL,
    since timestamptz NOT NULL,
    CHECK (name <> opportunity)
);
CREATE INDEX opportunity_names_by_opportunity ON opportunity_names (opportunity);

GRANT SELECT ON opportunity_names TO baton_worker, baton_intake, baton_reader, baton_operator;
GRANT INSERT ON opportunity_names TO baton_intake;

-- What waits for a person because another text was signed goes on once its own is: in a new round.
GRANT UPDATE (requeues) ON handoffs TO baton_intake;
