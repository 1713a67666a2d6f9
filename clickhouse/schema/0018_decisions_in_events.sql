-- +goose Up
-- Decisions are kept among the events: what people decide is evidence of the same
-- standing, comes by the same journal, and is read back with it. A rule that forgets
-- old rows of this table MUST leave them alone: lineage would change without them.
ALTER TABLE business_events
    MODIFY COLUMN kind Enum8('event' = 0, 'span' = 1, 'log' = 2, 'decision' = 3);
