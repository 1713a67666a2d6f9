-- +goose Up
-- How much of the subject's amount goes to each of an event's refs, and how much of
-- one object's amount to the other by each of its relations: in minor units of a
-- currency, in the order of ref_ids and of qualifiers. Where none is told both arrays
-- are empty, as in older rows; one that is not told beside others has the currency "".
ALTER TABLE business_events
    ADD COLUMN IF NOT EXISTS ref_minors Array(Int64),
    ADD COLUMN IF NOT EXISTS ref_currencies Array(LowCardinality(String)),
    ADD COLUMN IF NOT EXISTS relation_minors Array(Int64),
    ADD COLUMN IF NOT EXISTS relation_currencies Array(LowCardinality(String));
