-- +goose Up
-- Everything that was read as an event about business objects, in the order of
-- the journals, so that lineage can be stitched anew from it in one pass. Times
-- that were not told are 1970. Objects are parallel arrays.
CREATE TABLE IF NOT EXISTS business_events
(
    day            Date,
    writer         LowCardinality(String),
    block          UInt64 CODEC(Delta, LZ4),
    row            UInt32 CODEC(Delta, LZ4),
    tenant         LowCardinality(String),
    source         LowCardinality(String),
    id             String,
    kind           Enum8('event' = 0, 'span' = 1, 'log' = 2),
    type           LowCardinality(String),
    time           DateTime64(9) CODEC(Delta, LZ4),
    recorded       DateTime64(9) CODEC(Delta, LZ4),
    ingested       DateTime64(9) CODEC(Delta, LZ4),
    stage          LowCardinality(String),
    outcome        LowCardinality(String),
    attempt        Int64 CODEC(T64, LZ4),
    reason         String,
    correlation    String,
    causation      String,
    trace_id       FixedString(16),
    span_id        FixedString(8),
    contract       LowCardinality(String),
    payload        String CODEC(ZSTD(1)),
    hash           UInt64 CODEC(NONE),
    ref_types      Array(LowCardinality(String)),
    ref_systems    Array(LowCardinality(String)),
    ref_scopes     Array(LowCardinality(String)),
    ref_ids        Array(String),
    ref_roles      Array(LowCardinality(String)),
    from_types     Array(LowCardinality(String)), -- relations: from, to, qualifier
    from_systems   Array(LowCardinality(String)),
    from_scopes    Array(LowCardinality(String)),
    from_ids       Array(String),
    to_types       Array(LowCardinality(String)),
    to_systems     Array(LowCardinality(String)),
    to_scopes      Array(LowCardinality(String)),
    to_ids         Array(String),
    qualifiers     Array(LowCardinality(String)),
    equal_types    Array(LowCardinality(String)), -- equalities: a and b, one after the other
    equal_systems  Array(LowCardinality(String)),
    equal_scopes   Array(LowCardinality(String)),
    equal_ids      Array(String),
    priorities     Array(Int64),
    INDEX blocks block TYPE minmax GRANULARITY 1
)
ENGINE = MergeTree
PARTITION BY day
ORDER BY (tenant, writer, block, row)
SETTINGS
    fsync_after_insert = 1,
    fsync_part_directory = 1,
    min_rows_to_fsync_after_merge = 1,
    min_compressed_bytes_to_fsync_after_merge = 1,
    old_parts_lifetime = 480,
    min_bytes_for_wide_part = 134217728;
