-- +goose Up
-- With what status code the other side answered the step, and the amount of the
-- subject in minor units of its currency. Older rows tell neither: 0, and "".
ALTER TABLE business_events
    ADD COLUMN IF NOT EXISTS answer Int64 CODEC(T64, LZ4),
    ADD COLUMN IF NOT EXISTS amount_minor Int64 CODEC(T64, LZ4),
    ADD COLUMN IF NOT EXISTS amount_currency LowCardinality(String);
