-- +goose Up
-- What the message of a CloudEvent says beside its data and what other columns tell, as
-- JSON, so that it can be mapped again by a contract of later days. Of older rows it is
-- not known: they have "", and stay as they were mapped.
ALTER TABLE business_events
    ADD COLUMN IF NOT EXISTS envelope String CODEC(ZSTD(1));
