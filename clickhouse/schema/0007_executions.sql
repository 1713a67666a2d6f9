-- +goose Up
-- The state of every execution: of several rows with one key the greatest version
-- holds, and a gone one is a tombstone. Derived, so it can be dropped and made
-- anew. No partition: nothing in the key may change.
CREATE TABLE IF NOT EXISTS executions
(
    tenant         LowCardinality(String),
    flow           LowCardinality(String),
    anchor_type    LowCardinality(String),
    anchor_system  LowCardinality(String),
    anchor_scope   String,
    anchor_id      String,
    version        UInt64 CODEC(Delta, LZ4),
    gone           UInt8,
    unanchored     UInt8,
    truncated      UInt8,
    state          LowCardinality(String),
    stage          LowCardinality(String),
    started_at     DateTime64(9) CODEC(Delta, LZ4),
    last_at        DateTime64(9) CODEC(Delta, LZ4),
    ended_at       DateTime64(9) CODEC(Delta, LZ4),
    objects        UInt32,
    events         UInt32,
    detail         String CODEC(ZSTD(1)), -- JSON: members, edges, claims, stages
    event_sources  Array(LowCardinality(String)),
    event_ids      Array(String)
)
ENGINE = ReplacingMergeTree(version, gone)
ORDER BY (tenant, flow, anchor_type, anchor_system, anchor_scope, anchor_id)
SETTINGS
    fsync_after_insert = 1,
    fsync_part_directory = 1,
    min_rows_to_fsync_after_merge = 1,
    min_compressed_bytes_to_fsync_after_merge = 1,
    old_parts_lifetime = 480;
