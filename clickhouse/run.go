package clickhouse

import (
	"context"
	_ "embed"
	"time"

	driver "github.com/ClickHouse/clickhouse-go/v2"
)

var (
	//go:embed query/event_runs.sql
	eventRunsSQL string
	//go:embed query/events_run.sql
	eventsRunSQL string
	//go:embed query/remapped_run.sql
	remappedRunSQL string
)

// run is a run of days of a writer, mostly one, whose blocks are between those of no other.
// Runs follow each other as blocks do. Events are read run by run: to read the parts of all
// days side by side, in the order of blocks, takes four megabytes of the engine's memory
// for each.
type run struct {
	writer      string
	from, to    time.Time // days, both included
	first, last uint64    // blocks
}

// runs returns the runs of a tenant's events, by writer and block.
func (s *Store) runs(ctx context.Context, op, tenant string) (all []run, err error) {
	err = s.each(ctx, op, eventRunsSQL, []any{driver.Named("tenant", tenant)}, func(rows row) error {
		var next run
		if err := rows.Scan(&next.writer, &next.from, &next.first, &next.last); err != nil {
			return err
		}
		next.to = next.from
		for n := len(all); n > 0 && all[n-1].writer == next.writer && all[n-1].last >= next.first; n-- { // the clock went back
			before := all[n-1]
			next.from, next.first, next.last = before.from, min(before.first, next.first), max(before.last, next.last)
			all = all[:n-1]
		}
		all = append(all, next)
		return nil
	})
	return all, err
}

// args are those of query/events_run.sql and remapped_run.sql.
func (r *run) args(tenant string) []any {
	return []any{
		driver.Named("tenant", tenant), driver.Named("writer", r.writer), driver.Named("from", r.from.Format(time.DateOnly)),
		driver.Named("to", r.to.Format(time.DateOnly)), driver.Named("first", r.first), driver.Named("last", r.last),
	}
}
