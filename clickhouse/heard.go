package clickhouse

import (
	"context"
	_ "embed"
	"time"

	driver "github.com/ClickHouse/clickhouse-go/v2"
)

//go:embed query/last_heard.sql
var lastHeardSQL string

// LastHeard returns when the latest event of each of some sources came in. A source that
// was never heard of is not there. It reads two narrow columns of all events: ask at
// starts.
func (s *Store) LastHeard(ctx context.Context, tenant string, sources []string) (map[string]time.Time, error) {
	heard := make(map[string]time.Time, len(sources))
	if len(sources) == 0 {
		return heard, nil
	}
	args := []any{driver.Named("tenant", tenant), driver.Named("sources", sources)}
	return heard, s.each(ctx, "clickhouse.LastHeard", lastHeardSQL, args, func(rows row) error {
		var source string
		var at time.Time
		err := rows.Scan(&source, instant{&at})
		heard[source] = at
		return err
	})
}
