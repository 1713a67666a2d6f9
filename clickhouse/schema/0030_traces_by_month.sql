-- +goose Up
-- A trace is looked up by its id alone, which says nothing of its day: with a
-- partition a day every day's parts were read, 90 of them for three months, and a
-- granule of 8,192 rows in each. By month, and with granules like those of the table
-- identifiers, it is a few. A block still lies in one partition. The table is copied;
-- this can be repeated, since it is replaced only once the copy is whole.
CREATE OR REPLACE TABLE traces
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
PARTITION BY toYYYYMM(day)
ORDER BY (tenant, lower(hex(trace_id)))
SETTINGS
    fsync_after_insert = 1,
    fsync_part_directory = 1,
    min_rows_to_fsync_after_merge = 1,
    min_compressed_bytes_to_fsync_after_merge = 1,
    old_parts_lifetime = 480,
    min_bytes_for_wide_part = 134217728,
    index_granularity = 1024
AS SELECT * FROM traces;
