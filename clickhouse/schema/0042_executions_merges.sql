-- +goose Up
-- As of business_events: fewer merges of the same rows. And a part is one file, as in
-- the other tables, until it is large: one with a file a column costs a third more to
-- merge, and syncs dozens of files.
ALTER TABLE executions MODIFY SETTING merge_selector_base = 10, min_bytes_for_wide_part = 134217728;
