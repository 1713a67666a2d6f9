package clickhouse

import (
	"context"
	_ "embed"
	"strings"

	driver "github.com/ClickHouse/clickhouse-go/v2"

	"throughline/lineage"
)

//go:embed query/flow_events.sql
var flowEventsSQL string

// FlowEvents streams the events of all executions of a flow, whole and each once, by
// source and id; and with them the events of every source that is named like one of
// theirs with suffix after it, unless suffix is empty. It ends with the first error
// that fn returns. Memory here stays flat; the engine keeps 16 bytes or so of each
// event, and sorts on disk beyond 256 MiB.
func (s *Store) FlowEvents(ctx context.Context, tenant, flow, suffix string, fn func(*lineage.Event) error) error {
	columns, _, _ := strings.Cut(eventsSQL, "WHERE ")
	args := []any{driver.Named("tenant", tenant), driver.Named("flow", flow), driver.Named("suffix", suffix)}
	scan := newEventScan()
	return s.each(ctx, "clickhouse.FlowEvents", columns+flowEventsSQL, args, func(rows row) error {
		e, err := scan.read(rows)
		if err != nil {
			return err
		}
		return fn(e)
	})
}
