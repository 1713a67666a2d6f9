package clickhouse

import (
	"context"
	_ "embed"

	driver "github.com/ClickHouse/clickhouse-go/v2"

	"throughline/lineage"
)

//go:embed query/executions_since.sql
var executionsSinceSQL string

// ExecutionsSince hands to fn which executions have a row of a greater version, each
// once and in no order. Those that are gone are among them, as long as their rows are
// kept.
func (s *Store) ExecutionsSince(ctx context.Context, tenant string, version uint64, fn func(lineage.ExecutionRef)) error {
	args := []any{driver.Named("tenant", tenant), driver.Named("version", version)}
	return s.each(ctx, "clickhouse.ExecutionsSince", executionsSinceSQL, args, func(rows row) error {
		var ref lineage.ExecutionRef
		if err := rows.Scan(append([]any{&ref.Flow}, objectTargets(&ref.Anchor)...)...); err != nil {
			return err
		}
		fn(ref)
		return nil
	})
}
