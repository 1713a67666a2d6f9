-- +goose Up
-- How a catalogue of later days maps events that were mapped otherwise when they came
-- in. The evidence stays as it is in business_events; of a row that is here too, the
-- mapping with the greatest generation holds. All of it can be computed anew. A row that
-- its contract does not take any more is refused: it names nothing.
CREATE TABLE IF NOT EXISTS remapped_events
(
    day                 Date,
    writer              LowCardinality(String),
    block               UInt64 CODEC(Delta, LZ4),
    row                 UInt32 CODEC(Delta, LZ4),
    tenant              LowCardinality(String),
    generation          UInt64 CODEC(LZ4),       -- when the re-mapping began, in microseconds since 1970
    refused             UInt8,
    stage               LowCardinality(String),
    outcome             LowCardinality(String),
    attempt             Int64 CODEC(T64, LZ4),
    answer              Int64 CODEC(T64, LZ4),
    amount_minor        Int64 CODEC(T64, LZ4),
    amount_currency     LowCardinality(String),
    reason              String,
    correlation         String,
    contract            LowCardinality(String),
    ref_types           Array(LowCardinality(String)),
    ref_systems         Array(LowCardinality(String)),
    ref_scopes          Array(LowCardinality(String)),
    ref_ids             Array(String),
    ref_roles           Array(LowCardinality(String)),
    ref_minors          Array(Int64),
    ref_currencies      Array(LowCardinality(String)),
    from_types          Array(LowCardinality(String)),
    from_systems        Array(LowCardinality(String)),
    from_scopes         Array(LowCardinality(String)),
    from_ids            Array(String),
    to_types            Array(LowCardinality(String)),
    to_systems          Array(LowCardinality(String)),
    to_scopes           Array(LowCardinality(String)),
    to_ids              Array(String),
    qualifiers          Array(LowCardinality(String)),
    relation_minors     Array(Int64),
    relation_currencies Array(LowCardinality(String)),
    equal_types         Array(LowCardinality(String)),
    equal_systems       Array(LowCardinality(String)),
    equal_scopes        Array(LowCardinality(String)),
    equal_ids           Array(String),
    priorities          Array(Int64)
)
ENGINE = ReplacingMergeTree(generation)
PARTITION BY day
ORDER BY (tenant, writer, block, row)
SETTINGS
    fsync_after_insert = 1,
    fsync_part_directory = 1,
    min_rows_to_fsync_after_merge = 1,
    min_compressed_bytes_to_fsync_after_merge = 1,
    old_parts_lifetime = 480;
