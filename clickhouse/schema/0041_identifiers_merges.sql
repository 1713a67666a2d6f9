-- +goose Up
-- As of business_events: fewer merges of the same rows.
ALTER TABLE identifiers MODIFY SETTING merge_selector_base = 10;
