package clickhouse

import (
	"context"
	_ "embed"
	"encoding/json"
	"strings"
	"time"

	driver "github.com/ClickHouse/clickhouse-go/v2"

	"throughline/lineage"
)

var (
	//go:embed query/received_events.sql
	receivedEventsSQL string
	//go:embed query/received_spans.sql
	receivedSpansSQL string
	//go:embed query/received_logs.sql
	receivedLogsSQL string
	//go:embed query/received_quarantine.sql
	receivedQuarantineSQL string
)

// mostKeys is how many keys the engine looks for at once; beyond, it reads everything.
const mostKeys = 255

// Received streams back what came in since a moment and may be evidence of business, as
// it was received: CloudEvents, those that were refused, and the spans and log records in
// which one of some keys stands. All decisions go with it, of whatever day. It ends with
// the first error that fn returns. Memory stays flat.
func (s *Store) Received(ctx context.Context, tenant string, since time.Time, keys []string, fn func(*lineage.Received) error) error {
	const op = "clickhouse.Received"
	args := []any{
		driver.Named("tenant", tenant), driver.Named("since", nanos(since)), driver.Named("keys", asNames(keys)),
		driver.Named("all", flag(len(keys) > mostKeys)), driver.Named("besides", setAside),
	}
	scan := newEventScan()
	var at place
	for _, part := range []struct {
		query string
		read  func(row) (*lineage.Received, error)
	}{
		{eventsSQL + receivedEventsSQL, func(rows row) (*lineage.Received, error) {
			e, err := scan.read(rows)
			return &lineage.Received{Event: e}, err
		}},
		{receivedQuarantineSQL, func(rows row) (*lineage.Received, error) {
			q, err := scanQuarantined(rows, &at)
			return &lineage.Received{Quarantined: &q}, err
		}},
		{receivedSpansSQL, func(rows row) (*lineage.Received, error) {
			sp, err := scanSpan(rows, &at)
			return &lineage.Received{Span: &sp}, err
		}},
		{receivedLogsSQL, func(rows row) (*lineage.Received, error) {
			l, err := scanLog(rows, &at)
			return &lineage.Received{Log: &l}, err
		}},
	} {
		err := s.each(ctx, op, part.query, args, func(rows row) error {
			r, err := part.read(rows)
			if err != nil {
				return err
			}
			return fn(r)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// asNames are keys as the names of members in the tables' JSON, at most mostKeys.
func asNames(keys []string) []string {
	names := []string{}
	for _, k := range keys[:min(len(keys), mostKeys)] {
		var name strings.Builder
		in := json.NewEncoder(&name)
		in.SetEscapeHTML(false)
		_ = in.Encode(k) // a string always has a form
		names = append(names, strings.TrimSuffix(name.String(), "\n")+":")
	}
	return names
}
