package clickhouse

import (
	"context"
	_ "embed"
	"maps"
	"slices"
	"strings"

	driver "github.com/ClickHouse/clickhouse-go/v2"

	"throughline/lineage"
)

//go:embed query/engines.sql
var enginesSQL string

// durable are the settings without which a table may lose what it acknowledged:
// inserts and merges reach the disk, and the parts that a merge replaced stay
// until it surely has.
var durable = []string{
	"fsync_after_insert = 1",
	"fsync_part_directory = 1",
	"min_rows_to_fsync_after_merge = 1",
	"min_compressed_bytes_to_fsync_after_merge = 1",
	"old_parts_lifetime = 480",
}

// tables are the tables that Migrate makes.
var tables = []string{
	"audit", "business_events", "clocks", "evidence", "executions", "identifiers", "incidents", "logs", "quarantine", "queues", "remapped_events", "spans", "traces", "transitions",
}

// checkDurable makes sure that every table is there and durable, and that an
// insert is stored when it is answered.
func checkDurable(ctx context.Context, conn driver.Conn, database string) error {
	const op = "clickhouse.Start"
	rows, err := conn.Query(ctx, enginesSQL, driver.Named("database", database))
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	engines := map[string]string{}
	for rows.Next() {
		var table, engine string
		var async uint8
		if err := rows.Scan(&table, &engine, &async); err != nil {
			return err
		}
		engines[table] = engine
		if async != 0 {
			return lineage.Errorf(lineage.Internal, op, "async_insert is on: inserts would be answered before they are stored")
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for _, table := range tables {
		engine, ok := engines[table]
		if !ok {
			return lineage.Errorf(lineage.Internal, op, "table %s.%s is missing (there are %s): run Migrate first", database, table,
				strings.Join(slices.Sorted(maps.Keys(engines)), ", "))
		}
		for _, setting := range durable {
			if !strings.Contains(engine, setting) {
				return lineage.Errorf(lineage.Internal, op, "table %s.%s lacks %q: what it acknowledges could be lost; ALTER TABLE … MODIFY SETTING mends it", database, table, setting)
			}
		}
	}
	return nil
}
