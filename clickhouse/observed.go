package clickhouse

import (
	"context"
	_ "embed"
	"strings"
	"time"

	driver "github.com/ClickHouse/clickhouse-go/v2"

	"throughline/lineage"
)

var (
	//go:embed query/spans_after.sql
	spansAfterSQL string
	//go:embed query/logs_after.sql
	logsAfterSQL string
	//go:embed query/observed.sql
	observedSQL string
	//go:embed query/observed_remapped.sql
	observedRemappedSQL string
)

// SpansAfter returns the spans behind one in which one of some keys stands, each with the
// event that was read from it, in the order of places: at most limit. Events of the
// writer own do not count.
func (s *Store) SpansAfter(ctx context.Context, tenant string, after lineage.ObservedPlace, keys []string, own string, limit int) ([]lineage.Observed, error) {
	const op = "clickhouse.SpansAfter"
	query, _, _ := strings.Cut(spansSQL, "FROM spans")
	var all []lineage.Observed
	err := s.each(ctx, op, query+spansAfterSQL, observedBehind(tenant, after, keys, limit), func(rows row) error {
		var at place
		sp, err := scanSpan(rows, &at)
		all = append(all, lineage.Observed{
			Span: &sp, ID: sp.EventID(),
			ObservedPlace: lineage.ObservedPlace{Bucket: sp.Start.Truncate(time.Hour).Unix(), Key: sp.TraceID.Hex(), Place: lineage.Place{Writer: at.Writer, Block: at.Block, Row: at.Row}},
		})
		return err
	})
	if err != nil {
		return nil, err
	}
	return all, s.observed(ctx, op, tenant, lineage.SpanEvent, own, all)
}

// LogsAfter is SpansAfter for log records.
func (s *Store) LogsAfter(ctx context.Context, tenant string, after lineage.ObservedPlace, keys []string, own string, limit int) ([]lineage.Observed, error) {
	const op = "clickhouse.LogsAfter"
	query, _, _ := strings.Cut(logsSQL, "FROM logs")
	var all []lineage.Observed
	err := s.each(ctx, op, query+logsAfterSQL, observedBehind(tenant, after, keys, limit), func(rows row) error {
		var at place
		l, err := scanLog(rows, &at)
		all = append(all, lineage.Observed{
			Log: &l, ID: l.EventID(),
			ObservedPlace: lineage.ObservedPlace{Bucket: l.Time.Truncate(5 * time.Minute).Unix(), Key: l.Service, At: at.Key, Place: lineage.Place{Writer: at.Writer, Block: at.Block, Row: at.Row}},
		})
		return err
	})
	if err != nil {
		return nil, err
	}
	return all, s.observed(ctx, op, tenant, lineage.LogEvent, own, all)
}

func observedBehind(tenant string, after lineage.ObservedPlace, keys []string, limit int) []any {
	return append(behind(tenant, after.Place), driver.Named("bucket", after.Bucket), driver.Named("key", after.Key), driver.Named("at", after.At),
		driver.Named("keys", asNames(keys)), driver.Named("all", flag(len(keys) > mostKeys)), driver.Named("limit", uint32(limit)))
}

// observed finds the events that were read from spans or log records.
func (s *Store) observed(ctx context.Context, op, tenant string, kind lineage.EventKind, own string, all []lineage.Observed) error {
	if len(all) == 0 {
		return nil
	}
	type block struct {
		writer string
		id     uint64
	}
	at := make(map[string][]int, len(all))
	seen := make(map[block]bool)
	writers, blocks := []string{}, []uint64{}
	for i := range all {
		o := &all[i]
		at[o.ID] = append(at[o.ID], i)
		if b := (block{o.Writer, o.Block}); !seen[b] {
			seen[b] = true
			writers, blocks = append(writers, b.writer), append(blocks, b.id)
		}
	}
	args := []any{
		driver.Named("tenant", tenant), driver.Named("writers", writers), driver.Named("blocks", blocks),
		driver.Named("released", lineage.RemapWriter), driver.Named("own", own), driver.Named("kind", kind.String()),
	}
	return s.remapped(ctx, op, eventsSQL+observedSQL, remappedSQL+observedRemappedSQL, args, func(e *lineage.Stored) error {
		for _, i := range at[e.Event.ID] {
			if all[i].Event == nil {
				all[i].Event = e
			}
		}
		return nil
	})
}
