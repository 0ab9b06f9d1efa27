-- The line: of the handoffs that are ready, only so many of each queue have a ticket at the broker at one time. The rest
-- stand here, and whoever takes one lets the next go, by rank: what has begun before what has not, then the oldest.

-- Whether the ticket of a ready handoff is held back. Versions that know no line leave it false, and publish at once.
ALTER TABLE handoffs ADD COLUMN withheld boolean NOT NULL DEFAULT false;
-- Whether a call outside was ever announced for it.
ALTER TABLE handoffs ADD COLUMN begun boolean NOT NULL DEFAULT false;
UPDATE handoffs h SET begun = true
    WHERE h.open AND EXISTS (SELECT FROM steps s WHERE s.handoff_id = h.id AND s.settled_at IS NOT NULL);
-- Whoever becomes ready or is taken is no heap-only update any more; intents and outcomes, which are most, still are.
CREATE INDEX handoffs_ready ON handoffs (queue, withheld, begun DESC, created_at) WHERE state = 'ready';

GRANT UPDATE (withheld, begun) ON handoffs TO baton_worker;
