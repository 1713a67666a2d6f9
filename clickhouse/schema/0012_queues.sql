-- +goose Up
-- Measurements of the queues between systems. A day is dropped whole once all of
-- it is older than 30 days.
CREATE TABLE IF NOT EXISTS queues
(
    tenant      LowCardinality(String),
    system      LowCardinality(String),
    name        LowCardinality(String),
    consumer    LowCardinality(String), -- empty: the whole stream
    at          DateTime64(9) CODEC(Delta, LZ4),
    depth       Int64 CODEC(T64, LZ4),
    in_hand     Int64 CODEC(T64, LZ4),
    redelivered Int64 CODEC(T64, LZ4),
    oldest      DateTime64(9) CODEC(Delta, LZ4),
    dead_letter UInt8
)
ENGINE = MergeTree
PARTITION BY toDate(at, 'UTC')
ORDER BY (tenant, system, name, consumer, at)
TTL toDateTime(at) + INTERVAL 30 DAY
SETTINGS
    fsync_after_insert = 1,
    fsync_part_directory = 1,
    min_rows_to_fsync_after_merge = 1,
    min_compressed_bytes_to_fsync_after_merge = 1,
    old_parts_lifetime = 480,
    ttl_only_drop_parts = 1;
