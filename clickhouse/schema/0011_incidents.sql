-- +goose Up
-- The latest state of every incident: of several rows with one key the greatest
-- version holds. Its history is two parallel arrays, oldest first.
CREATE TABLE IF NOT EXISTS incidents
(
    tenant          LowCardinality(String),
    id              String,
    version         UInt64 CODEC(Delta, LZ4),
    kind            LowCardinality(String),
    sla             LowCardinality(String), -- empty, as the subject, of a late source
    subject_type    LowCardinality(String),
    subject_system  LowCardinality(String),
    subject_scope   String,
    subject_id      String,
    episode         UInt32,
    source          LowCardinality(String), -- that is late, or that closes
    flow            LowCardinality(String),
    anchor_type     LowCardinality(String),
    anchor_system   LowCardinality(String),
    anchor_scope    String,
    anchor_id       String,
    title           LowCardinality(String),
    severity        LowCardinality(String),
    runbook         LowCardinality(String),
    closing_source  LowCardinality(String),
    stage           LowCardinality(String),
    execution_state LowCardinality(String),
    reason          String,
    amount_minor    Int64 CODEC(T64, LZ4),
    amount_currency LowCardinality(String),
    state           LowCardinality(String),
    started_at      DateTime64(9) CODEC(Delta, LZ4),
    due_at          DateTime64(9) CODEC(Delta, LZ4),
    opened_at       DateTime64(9) CODEC(Delta, LZ4),
    late_by         Int64 CODEC(T64, LZ4),  -- nanoseconds
    resolved_at     DateTime64(9) CODEC(Delta, LZ4),
    resolution      LowCardinality(String),
    told            UInt8,
    waiting         UInt32,
    acknowledged_at DateTime64(9) CODEC(Delta, LZ4),
    owner           LowCardinality(String),
    comment         String,
    history_at      Array(DateTime64(9)),
    history_text    Array(String) CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (tenant, id)
SETTINGS
    fsync_after_insert = 1,
    fsync_part_directory = 1,
    min_rows_to_fsync_after_merge = 1,
    min_compressed_bytes_to_fsync_after_merge = 1,
    old_parts_lifetime = 480;
