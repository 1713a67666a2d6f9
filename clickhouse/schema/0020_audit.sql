-- +goose Up
-- When an object came to be held back, and when it was not any more: by what, and how
-- many objects it was related to then. The key has the number of the change, so that
-- one that is told again is the same row.
CREATE TABLE IF NOT EXISTS audit
(
    tenant        LowCardinality(String),
    object_type   LowCardinality(String),
    object_system LowCardinality(String),
    object_scope  String,
    object_id     String,
    turn          UInt32,                 -- the object's first change, its second …
    held          UInt8,                  -- from now on
    cause         LowCardinality(String), -- guard, decision, evidence, merge, catalogue
    guard_type    LowCardinality(String), -- that it exceeded; empty, as the rest of it, of another cause
    guard_to      LowCardinality(String),
    guard_max     Int64,
    related       Int64,                  -- to how many objects of guard_to
    decision      String,                 -- its id
    decided_by    String,
    at            DateTime64(9) CODEC(Delta, LZ4)
)
ENGINE = ReplacingMergeTree
ORDER BY (tenant, object_type, object_system, object_scope, object_id, turn)
SETTINGS
    fsync_after_insert = 1,
    fsync_part_directory = 1,
    min_rows_to_fsync_after_merge = 1,
    min_compressed_bytes_to_fsync_after_merge = 1,
    old_parts_lifetime = 480;
