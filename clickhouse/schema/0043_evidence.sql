-- +goose Up
-- What business events are found by when they are needed again. Rows of names have the
-- numbers of what an event names and carries (lineage/evidence.go) and the number of the
-- event's id; rows of events have that number, where the event is in the table
-- business_events, and what it says there but for payload and envelope: to gather that
-- from its fifty columns and a hundred days costs ten times as much. Two steps, so that
-- every content that ever came under one identity is found with any of them. What
-- remapped_events says of a place is there too, with its generation. By month, since a
-- number says nothing of its day. The key is the number alone, and tenant and type are looked at
-- as one number: with the tenant in the key, or as texts, to look it up costs twice as
-- much. A row that is here twice does no harm.
-- The table is made of all that there is: that can be repeated, for it is replaced only
-- once it is whole.
CREATE OR REPLACE TABLE evidence
(
    tenant         LowCardinality(String),
    number         UInt64 CODEC(Delta(8), ZSTD(1)), -- of an event: of its id, and 2^40
    kind           UInt64 CODEC(ZSTD(1)),           -- XXH64 of the tenant, a zero and the type of the object that is named; '' of what holds whatever its type is
    event          UInt64 CODEC(T64, ZSTD(1)),      -- of a name: the number of the event
    month          Date,                            -- its first day
    writer         LowCardinality(String),          -- of an event, and what follows
    block          UInt64 CODEC(T64, ZSTD(1)),
    row            UInt32 CODEC(T64, ZSTD(1)),
    generation     UInt64 CODEC(LZ4),               -- 0: as it came in; otherwise content is how it is mapped since
    refused        UInt8,
    content        String CODEC(ZSTD(1))            -- see content.go
)
ENGINE = MergeTree
PARTITION BY month
ORDER BY number
SETTINGS
    fsync_after_insert = 1,
    fsync_part_directory = 1,
    min_rows_to_fsync_after_merge = 1,
    min_compressed_bytes_to_fsync_after_merge = 1,
    old_parts_lifetime = 480,
    min_bytes_for_wide_part = 134217728,
    merge_selector_base = 10,
    min_age_to_force_merge_seconds = 172800,
    min_age_to_force_merge_on_partition_only = 1,
    min_compress_block_size = 16384,
    index_granularity = 1024,
    index_granularity_bytes = 65536
AS
WITH
    came AS
    (
        SELECT
            tenant, day, writer, block, row, toUInt64(0) AS generation, toUInt8(0) AS refused,
            source, id, toString(kind) AS kind, type,
            toUnixTimestamp64Nano(time) AS time, toUnixTimestamp64Nano(recorded) AS recorded, toUnixTimestamp64Nano(ingested) AS ingested,
            stage, outcome, attempt, answer, amount_minor, amount_currency, reason, correlation, causation, trace_id, span_id, contract, hash,
            ref_types, ref_systems, ref_scopes, ref_ids, ref_roles, ref_minors, ref_currencies,
            from_types, from_systems, from_scopes, from_ids, to_types, to_systems, to_scopes, to_ids, qualifiers, relation_minors, relation_currencies,
            equal_types, equal_systems, equal_scopes, equal_ids, priorities, links,
            bitOr(bitShiftRight(xxHash64(concat('!', id)), 24), 1099511627776) AS event
        FROM business_events
    ),
    remapped AS
    (
        SELECT
            tenant, day, writer, block, row, generation, refused,
            '' AS source, '' AS id, 'event' AS kind, '' AS type,
            toInt64(0) AS time, toInt64(0) AS recorded, toInt64(0) AS ingested,
            stage, outcome, attempt, answer, amount_minor, amount_currency, reason, correlation, '' AS causation,
            toFixedString('', 16) AS trace_id, toFixedString('', 8) AS span_id, contract, toUInt64(0) AS hash,
            ref_types, ref_systems, ref_scopes, ref_ids, ref_roles, ref_minors, ref_currencies,
            from_types, from_systems, from_scopes, from_ids, to_types, to_systems, to_scopes, to_ids, qualifiers, relation_minors, relation_currencies,
            equal_types, equal_systems, equal_scopes, equal_ids, priorities, CAST([], 'Array(String)') AS links,
            event
        FROM remapped_events
        INNER JOIN
        (
            SELECT sipHash64(tenant, writer, block, row) AS place, bitOr(bitShiftRight(xxHash64(concat('!', id)), 24), 1099511627776) AS event
            FROM business_events
            WHERE sipHash64(tenant, writer, block, row) IN (SELECT sipHash64(tenant, writer, block, row) FROM remapped_events)
        ) AS known ON sipHash64(remapped_events.tenant, writer, block, row) = known.place
    ),
    mapped AS
    (
        SELECT * FROM came
        UNION ALL
        SELECT * FROM remapped
    )
SELECT
    tenant, name.1 AS number, xxHash64(concat(tenant, '\0', name.2)) AS kind, event, toStartOfMonth(day) AS month,
    '' AS writer, toUInt64(0) AS block, toUInt32(0) AS row, toUInt64(0) AS generation, toUInt8(0) AS refused, '' AS content
FROM
(
    SELECT
        tenant, event, day,
        arrayJoin(arrayDistinct(arrayConcat(
            arrayMap((id, type) -> (bitShiftRight(xxHash64(concat('=', id)), 24), toString(type)),
                arrayConcat(ref_ids, from_ids, to_ids), arrayConcat(ref_types, from_types, to_types)),
            arrayMap(carried -> (bitShiftRight(xxHash64(carried), 24), ''), arrayConcat(
                arrayMap(id -> concat('~', id), equal_ids),
                if(correlation = '', [], [concat('0', correlation)]),
                if(empty(trace_id), [], [concat('1', unhex(hex(trace_id)))]),
                arrayMap(link -> concat('1', unhex(link)), links)))))) AS name
    FROM mapped
)
UNION ALL
SELECT
    tenant, event, xxHash64(concat(tenant, '\0')), toUInt64(0), toStartOfMonth(day), writer, block, row, generation, refused,
    arrayStringConcat(arrayMap(text -> concat(toString(length(text)), ':', text), CAST(arrayConcat(
        [source, id, kind, type, toString(time), toString(recorded), toString(ingested),
            stage, outcome, toString(attempt), toString(answer), toString(amount_minor), amount_currency, reason, correlation, causation,
            toString(trace_id), toString(span_id), contract, toString(hash),
            toString(length(ref_ids)), toString(length(qualifiers)), toString(length(priorities)),
            toString(length(ref_currencies)), toString(length(relation_currencies)), toString(length(links))],
        ref_types, ref_systems, ref_scopes, ref_ids, ref_roles,
        from_types, from_systems, from_scopes, from_ids, to_types, to_systems, to_scopes, to_ids, qualifiers,
        equal_types, equal_systems, equal_scopes, equal_ids, arrayMap(p -> toString(p), priorities),
        arrayMap(m -> toString(m), ref_minors), ref_currencies, arrayMap(m -> toString(m), relation_minors), relation_currencies, links
    ), 'Array(String)')))
FROM mapped
SETTINGS max_partitions_per_insert_block = 0, max_block_size = 16384;
