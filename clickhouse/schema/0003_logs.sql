-- +goose Up
-- Log records, complete and lean; the views otel_logs give them the exporter's
-- names, and its reading queries their order.
CREATE TABLE IF NOT EXISTS logs
(
    day            Date,
    writer         LowCardinality(String),
    block          UInt64 CODEC(Delta, LZ4),
    row            UInt32 CODEC(Delta, LZ4),
    tenant          LowCardinality(String),
    time            DateTime64(9) CODEC(Delta, ZSTD(1)),
    trace_id        FixedString(16),
    span_id         FixedString(8),
    flags           UInt32,
    severity        UInt8,
    severity_text   LowCardinality(String),
    service         LowCardinality(String),
    event_name      LowCardinality(String),
    body            String CODEC(ZSTD(1)),
    scope_name      LowCardinality(String),
    scope_version   LowCardinality(String),
    scope_schema    LowCardinality(String),
    scope_attrs     LowCardinality(String),
    resource_schema LowCardinality(String),
    resource        LowCardinality(String),
    attributes      String CODEC(ZSTD(1)),
    ingested        DateTime64(3) CODEC(Delta, LZ4),
    hash            UInt64 CODEC(NONE),
    INDEX trace if(empty(trace_id), '', lower(hex(trace_id))) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX blocks block TYPE minmax GRANULARITY 1
)
ENGINE = MergeTree
PARTITION BY day
ORDER BY (tenant, toStartOfFiveMinutes(time), service, time)
SETTINGS
    fsync_after_insert = 1,
    fsync_part_directory = 1,
    min_rows_to_fsync_after_merge = 1,
    min_compressed_bytes_to_fsync_after_merge = 1,
    old_parts_lifetime = 480,
    min_bytes_for_wide_part = 134217728;
