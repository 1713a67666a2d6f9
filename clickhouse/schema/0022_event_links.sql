-- +goose Up
-- The traces that a span goes on from, as hex: a chain of them is a claim.
ALTER TABLE business_events
    ADD COLUMN IF NOT EXISTS links Array(String);
