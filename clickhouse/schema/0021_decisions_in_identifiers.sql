-- +goose Up
-- Decisions are found by the ids that they name.
ALTER TABLE identifiers
    MODIFY COLUMN kind Enum8('event' = 0, 'span' = 1, 'log' = 2, 'decision' = 3);
