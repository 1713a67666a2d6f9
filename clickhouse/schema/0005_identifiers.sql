-- +goose Up
-- The index that answers "any id": a search knows no type, so the id comes first.
CREATE TABLE IF NOT EXISTS identifiers
(
    day            Date,
    writer         LowCardinality(String),
    block          UInt64 CODEC(Delta, LZ4),
    row            UInt32 CODEC(Delta, LZ4),
    tenant         LowCardinality(String),
    id             String,
    type           LowCardinality(String),
    system         LowCardinality(String),
    scope          LowCardinality(String),
    kind           Enum8('event' = 0, 'span' = 1, 'log' = 2),
    trace_id       FixedString(16),
    source         LowCardinality(String),
    event_id       String,
    time           DateTime64(9) CODEC(Delta, LZ4),
    INDEX blocks block TYPE minmax GRANULARITY 1
)
ENGINE = MergeTree
PARTITION BY day
ORDER BY (tenant, id, type)
SETTINGS
    fsync_after_insert = 1,
    fsync_part_directory = 1,
    min_rows_to_fsync_after_merge = 1,
    min_compressed_bytes_to_fsync_after_merge = 1,
    old_parts_lifetime = 480,
    min_bytes_for_wide_part = 134217728,
    index_granularity = 1024;
