package clickhouse

import (
	"context"
	"iter"
	"time"
)

// save inserts rows that come from no block: what is derived or measured.
func save[T any](ctx context.Context, s *Store, r rows, all []T, add func(*T)) error {
	conn, err := s.conn()
	if err != nil {
		return err
	}
	a := appender{store: s, conn: conn, rows: r}
	for i := range all {
		add(&all[i])
		if err := a.added(ctx); err != nil {
			return err
		}
	}
	return a.flush(ctx)
}

// days cuts rows into runs of one day each, as they follow each other. A table
// that is partitioned by day takes a run as one part; of a month that was missed
// it would refuse an insert as too many parts.
func days[T any](all []T, at func(*T) time.Time) iter.Seq[[]T] {
	day := func(i int) int64 { return nanos(at(&all[i])) / (24 * hour) }
	return func(yield func([]T) bool) {
		from := 0
		for i := range all {
			if day(i) != day(from) {
				if !yield(all[from:i]) {
					return
				}
				from = i
			}
		}
		if len(all) > 0 {
			yield(all[from:])
		}
	}
}
