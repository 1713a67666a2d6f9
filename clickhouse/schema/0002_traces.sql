-- +goose Up
-- What a block holds of a trace in one hour: enough to count its spans, and to
-- know which hours of the table spans to look into. Several rows a trace.
CREATE TABLE IF NOT EXISTS traces
(
    day            Date,
    writer         LowCardinality(String),
    block          UInt64 CODEC(Delta, LZ4),
    row            UInt32 CODEC(Delta, LZ4),
    tenant         LowCardinality(String),
    trace_id       FixedString(16),
    first          DateTime64(9) CODEC(Delta, LZ4), -- the earliest start
    last           DateTime64(9) CODEC(Delta, LZ4), -- the latest start
    finish         DateTime64(9) CODEC(Delta, LZ4), -- the latest end
    spans          UInt32 CODEC(T64, LZ4),
    errors         UInt32 CODEC(T64, LZ4),
    services       Array(LowCardinality(String)),
    INDEX blocks block TYPE minmax GRANULARITY 1
)
ENGINE = MergeTree
PARTITION BY day
ORDER BY (tenant, lower(hex(trace_id)))
SETTINGS
    fsync_after_insert = 1,
    fsync_part_directory = 1,
    min_rows_to_fsync_after_merge = 1,
    min_compressed_bytes_to_fsync_after_merge = 1,
    old_parts_lifetime = 480,
    min_bytes_for_wide_part = 134217728;
