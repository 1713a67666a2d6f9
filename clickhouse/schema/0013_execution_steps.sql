-- +goose Up
-- The stages of an execution in the order in which they happened, as parallel
-- arrays: when each was first reported and when it went well (1970: it did not), in
-- how many attempts, and whether it came again. Rows that are older do not know
-- theirs: steps_known is 0 until the execution is written anew.
ALTER TABLE executions
    ADD COLUMN IF NOT EXISTS steps_known UInt8,
    ADD COLUMN IF NOT EXISTS step_stages Array(LowCardinality(String)),
    ADD COLUMN IF NOT EXISTS step_firsts Array(DateTime64(9)) CODEC(Delta, LZ4),
    ADD COLUMN IF NOT EXISTS step_dones Array(DateTime64(9)) CODEC(Delta, LZ4),
    ADD COLUMN IF NOT EXISTS step_attempts Array(UInt32),
    ADD COLUMN IF NOT EXISTS step_reworks Array(UInt8);
