-- +goose Up
-- Blocks come twice a second and are small. At the engine's own base of 5 every row is
-- merged seven times in its first minutes, which costs more than storing it; at 10 it
-- is three times, for nine parts to read from on average instead of six.
ALTER TABLE business_events MODIFY SETTING merge_selector_base = 10;
