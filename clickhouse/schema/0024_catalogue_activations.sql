-- +goose Up
-- Who put which catalogue in force, when and why: of the ledger of decisions, with what
-- was decided by the hash of the catalogue. Which of them stands is a function of all
-- decisions, and is not told here.
CREATE VIEW IF NOT EXISTS catalogue_activations AS
SELECT
    tenant,
    id,
    JSONExtractString(payload, 'catalogue') AS catalogue,
    JSONExtractString(payload, 'by') AS decided_by,
    JSONExtractString(payload, 'comment') AS comment,
    time AS at,
    ingested
FROM business_events
WHERE kind = 'decision' AND type = 'throughline.decision.activate'
ORDER BY at, id
LIMIT 1 BY tenant, id;
