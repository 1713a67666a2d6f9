-- +goose Up
-- What happened to the clocks, as known then: of several rows with one id, which
-- are the same, one holds. Filed by the day of the note, which is part of the
-- transition, so that a repeated row lies in the same partition. With each goes
-- its clock as it stood after all that was noticed together. The origin is the
-- name of the subject when the clock started, and names the clock for good.
CREATE TABLE IF NOT EXISTS transitions
(
    tenant            LowCardinality(String),
    sla               LowCardinality(String),
    origin_type       LowCardinality(String),
    origin_system     LowCardinality(String),
    origin_scope      String,
    origin_id         String,
    subject_type      LowCardinality(String),
    subject_system    LowCardinality(String),
    subject_scope     String,
    subject_id        String,
    episode           UInt32,
    seq               UInt64 CODEC(Delta, LZ4), -- place in the ledger
    id                String,
    kind              LowCardinality(String),
    at                DateTime64(9) CODEC(Delta, LZ4),
    due               DateTime64(9) CODEC(Delta, LZ4),
    late_by           Int64 CODEC(T64, LZ4),    -- nanoseconds
    verdict           LowCardinality(String),   -- of an end
    provisional       UInt8,                    -- of a breach
    recorded          DateTime64(9) CODEC(Delta, LZ4),
    state             LowCardinality(String),   -- of the clock, as all up to clock_seq
    clock_verdict     LowCardinality(String),
    clock_provisional UInt8,
    started_at        DateTime64(9) CODEC(Delta, LZ4),
    due_at            DateTime64(9) CODEC(Delta, LZ4),
    breached_at       DateTime64(9) CODEC(Delta, LZ4),
    ended_at          DateTime64(9) CODEC(Delta, LZ4),
    holds             UInt32,
    clock_seq         UInt64 CODEC(Delta, LZ4),
    flow              LowCardinality(String),
    anchor_type       LowCardinality(String),
    anchor_system     LowCardinality(String),
    anchor_scope      String,
    anchor_id         String,
    title             LowCardinality(String),
    severity          LowCardinality(String),
    runbook           LowCardinality(String),
    source            LowCardinality(String),   -- the closing source
    stage             LowCardinality(String),
    execution_state   LowCardinality(String),
    reason            String,
    amount_minor      Int64 CODEC(T64, LZ4),
    amount_currency   LowCardinality(String)
)
ENGINE = ReplacingMergeTree
PARTITION BY toDate(recorded, 'UTC')
ORDER BY (tenant, sla, origin_type, origin_system, origin_scope, origin_id, id)
SETTINGS
    fsync_after_insert = 1,
    fsync_part_directory = 1,
    min_rows_to_fsync_after_merge = 1,
    min_compressed_bytes_to_fsync_after_merge = 1,
    old_parts_lifetime = 480;
