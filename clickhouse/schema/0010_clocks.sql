-- +goose Up
-- The latest state of every clock: of several rows with one key the one that has
-- told the most transitions holds. The key has the name that the subject had when
-- the clock started: a subject that is merged into another keeps its clock. No
-- partition: nothing in the key may change.
CREATE TABLE IF NOT EXISTS clocks
(
    tenant         LowCardinality(String),
    sla            LowCardinality(String),
    origin_type    LowCardinality(String),
    origin_system  LowCardinality(String),
    origin_scope   String,
    origin_id      String,
    subject_type   LowCardinality(String),
    subject_system LowCardinality(String),
    subject_scope  String,
    subject_id     String,
    episode        UInt32,
    state          LowCardinality(String),
    verdict        LowCardinality(String),
    provisional    UInt8,
    started_at     DateTime64(9) CODEC(Delta, LZ4),
    due_at         DateTime64(9) CODEC(Delta, LZ4),
    breached_at    DateTime64(9) CODEC(Delta, LZ4),
    ended_at       DateTime64(9) CODEC(Delta, LZ4),
    holds          UInt32,
    seq            UInt64 CODEC(Delta, LZ4)
)
ENGINE = ReplacingMergeTree(seq)
ORDER BY (tenant, sla, origin_type, origin_system, origin_scope, origin_id, episode)
SETTINGS
    fsync_after_insert = 1,
    fsync_part_directory = 1,
    min_rows_to_fsync_after_merge = 1,
    min_compressed_bytes_to_fsync_after_merge = 1,
    old_parts_lifetime = 480;
