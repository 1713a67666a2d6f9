-- +goose Up
-- What was acknowledged but could not be used, with its bytes.
CREATE TABLE IF NOT EXISTS quarantine
(
    day            Date,
    writer         LowCardinality(String),
    block          UInt64 CODEC(Delta, LZ4),
    row            UInt32 CODEC(Delta, LZ4),
    tenant         LowCardinality(String),
    id             String,
    signal         Enum8('unknown' = 0, 'traces' = 1, 'logs' = 2, 'events' = 3),
    source         LowCardinality(String),
    event_id       String,
    type           LowCardinality(String),
    reason         String CODEC(ZSTD(1)),
    payload        String CODEC(ZSTD(1)),
    ingested       DateTime64(9) CODEC(Delta, LZ4),
    INDEX blocks block TYPE minmax GRANULARITY 1
)
ENGINE = MergeTree
PARTITION BY day
ORDER BY (tenant, ingested, id)
SETTINGS
    fsync_after_insert = 1,
    fsync_part_directory = 1,
    min_rows_to_fsync_after_merge = 1,
    min_compressed_bytes_to_fsync_after_merge = 1,
    old_parts_lifetime = 480,
    min_bytes_for_wide_part = 134217728;
