-- +goose Up
-- What an execution names and nothing has come of, and of the earliest of its events that
-- names it when that happened and which it is, as parallel arrays; where no event tells a
-- time it is 1970 and the rest is empty. So a start knows what is awaited without reading
-- the events. Older rows know of none until their executions are written anew.
ALTER TABLE executions
    ADD COLUMN IF NOT EXISTS awaited_types Array(LowCardinality(String)),
    ADD COLUMN IF NOT EXISTS awaited_systems Array(LowCardinality(String)),
    ADD COLUMN IF NOT EXISTS awaited_scopes Array(LowCardinality(String)),
    ADD COLUMN IF NOT EXISTS awaited_ids Array(String),
    ADD COLUMN IF NOT EXISTS awaited_kinds Array(LowCardinality(String)),
    ADD COLUMN IF NOT EXISTS awaited_sources Array(LowCardinality(String)),
    ADD COLUMN IF NOT EXISTS awaited_event_types Array(LowCardinality(String)),
    ADD COLUMN IF NOT EXISTS awaited_event_ids Array(String),
    ADD COLUMN IF NOT EXISTS awaited_at Array(DateTime64(9)) CODEC(Delta, LZ4);
