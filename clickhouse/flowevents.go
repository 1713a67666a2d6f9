package clickhouse

import (
	"context"
	_ "embed"

	driver "github.com/ClickHouse/clickhouse-go/v2"

	"throughline/lineage"
)

//go:embed query/flow_events.sql
var flowEventsSQL string

// Companions are events that go with others: of a source whose name begins with Prefix,
// those of the source that is named like it with Suffix after it. Without a Suffix there
// are none.
type Companions struct{ Prefix, Suffix string }

// FlowEvents streams the events of all executions of a flow, as they are mapped now and
// each once, by source and id; and with them their companions. It ends with the first
// error that fn returns. Memory here stays flat; the engine keeps 16 bytes or so of each
// event, and sorts on disk beyond 256 MiB.
func (s *Store) FlowEvents(ctx context.Context, tenant, flow string, with Companions, fn func(*lineage.Event) error) error {
	args := []any{driver.Named("tenant", tenant), driver.Named("flow", flow), driver.Named("prefix", with.Prefix), driver.Named("suffix", with.Suffix)}
	scan := newEventScan()
	const op = "clickhouse.FlowEvents"
	chunk := make([]lineage.Stored, 0, laidOver)
	flush := func() error {
		if err := s.layOver(ctx, op, tenant, chunk); err != nil {
			return err
		}
		for i := range chunk {
			if chunk[i].Refused {
				continue
			}
			if err := fn(chunk[i].Event); err != nil {
				return err
			}
		}
		chunk = chunk[:0]
		return nil
	}
	err := s.each(ctx, op, eventsSQL+flowEventsSQL, args, func(rows row) error {
		e, err := scan.read(rows)
		if err != nil {
			return err
		}
		if chunk = append(chunk, lineage.Stored{Place: scan.place, Event: e}); len(chunk) < laidOver {
			return nil
		}
		return flush()
	})
	if err != nil {
		return err
	}
	return flush()
}
