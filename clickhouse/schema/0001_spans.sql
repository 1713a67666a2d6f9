-- +goose Up
-- Spans, complete and lean; the views otel_traces give them the exporter's names.
-- An hour's bucket before the trace: "the last 15 minutes" reads an hour, and a
-- look-up by trace reads one granule an hour, or one in all with the hours that
-- the table traces knows. The key says lower(hex(…)) so that a filter on the
-- view's TraceId reaches it. Filed by day of ingest: a block lies in one partition.
CREATE TABLE IF NOT EXISTS spans
(
    day            Date,
    writer         LowCardinality(String),
    block          UInt64 CODEC(Delta, LZ4),
    row            UInt32 CODEC(Delta, LZ4),
    tenant         LowCardinality(String),
    trace_id       FixedString(16),
    span_id        FixedString(8) CODEC(NONE),
    parent_id      FixedString(8) CODEC(LZ4),
    trace_state    String,
    flags          UInt32,
    name           LowCardinality(String),
    kind           LowCardinality(String),
    service        LowCardinality(String),
    start          DateTime64(9) CODEC(Delta, ZSTD(1)),
    duration       UInt64 CODEC(T64, LZ4),
    status         LowCardinality(String),
    status_message String CODEC(ZSTD(1)),
    scope_name     LowCardinality(String),
    scope_version  LowCardinality(String),
    resource       LowCardinality(String),
    attributes     String CODEC(ZSTD(1)),
    events         String CODEC(ZSTD(1)),
    links          String CODEC(ZSTD(1)),
    ingested       DateTime64(3) CODEC(Delta, LZ4),
    hash           UInt64 CODEC(NONE),
    INDEX blocks block TYPE minmax GRANULARITY 1
)
ENGINE = MergeTree
PARTITION BY day
ORDER BY (tenant, toStartOfHour(start, 'UTC'), lower(hex(trace_id)))
SETTINGS
    fsync_after_insert = 1,
    fsync_part_directory = 1,
    min_rows_to_fsync_after_merge = 1,
    min_compressed_bytes_to_fsync_after_merge = 1,
    old_parts_lifetime = 480,
    min_bytes_for_wide_part = 134217728;
