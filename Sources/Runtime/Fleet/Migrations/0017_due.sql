-- Each sweeper looks every second at what is held, out or due, and reads nothing else. No index has a column that does not
-- end heap-only updates anyway.
CREATE INDEX handoffs_held ON handoffs (id) WHERE state IN ('running', 'waiting');
CREATE INDEX handoffs_out ON handoffs (id) WHERE state = 'ready' AND NOT withheld;
CREATE INDEX handoffs_behind ON handoffs (id) WHERE state = 'behind';
CREATE INDEX mirrors_due ON mirrors (due_at) WHERE due_at IS NOT NULL;
DROP INDEX mirrors_open;
