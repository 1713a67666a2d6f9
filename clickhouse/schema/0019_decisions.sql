-- +goose Up
-- The ledger of decisions, each once, by its parts. Which of them stand is a function
-- of them all, and is not told here: one that a later one revokes does not, nor does
-- one that is followed by another about the same thing.
CREATE VIEW IF NOT EXISTS decisions AS
SELECT
    tenant,
    id,
    JSONExtractString(payload, 'kind') AS decision,
    JSONExtractString(payload, 'a', 'type') AS a_type,
    JSONExtractString(payload, 'a', 'system') AS a_system,
    JSONExtractString(payload, 'a', 'scope') AS a_scope,
    JSONExtractString(payload, 'a', 'id') AS a_id,
    JSONExtractString(payload, 'b', 'type') AS b_type,
    JSONExtractString(payload, 'b', 'system') AS b_system,
    JSONExtractString(payload, 'b', 'scope') AS b_scope,
    JSONExtractString(payload, 'b', 'id') AS b_id,
    JSONExtractString(payload, 'source') AS event_source,
    JSONExtractString(payload, 'event_id') AS event_id,
    JSONExtractString(payload, 'revokes') AS revokes,
    JSONExtractString(payload, 'by') AS decided_by,
    JSONExtractString(payload, 'comment') AS comment,
    time AS at,
    ingested
FROM business_events
WHERE kind = 'decision'
ORDER BY at, id
LIMIT 1 BY tenant, id;
