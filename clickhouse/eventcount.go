package clickhouse

import (
	"context"
	_ "embed"

	driver "github.com/ClickHouse/clickhouse-go/v2"
)

//go:embed query/event_count.sql
var eventCountSQL string

// EventCount returns how many events EventsSince reads, those that are refused now too.
func (s *Store) EventCount(ctx context.Context, tenant string) (n uint64, err error) {
	err = s.each(ctx, "clickhouse.EventCount", eventCountSQL, []any{driver.Named("tenant", tenant)}, func(rows row) error {
		return rows.Scan(&n)
	})
	return n, err
}
