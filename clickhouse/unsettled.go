package clickhouse

import (
	"context"
	_ "embed"
	"strings"

	driver "github.com/ClickHouse/clickhouse-go/v2"

	"throughline/lineage"
)

var (
	//go:embed query/unsettled.sql
	unsettledSQL string
	//go:embed query/remapped_unsettled.sql
	remappedUnsettledSQL string
	//go:embed query/chained.sql
	chainedSQL string
	//go:embed query/loose.sql
	looseSQL string
)

// Unsettled streams the events that a start cannot leave in the store, each once, as
// EventsSince does: decisions; those of a writer past a block; those that name a cause or
// link to other traces, with all that came under their identity, and those that are named
// as a cause. The engine sorts them; see Chained.
func (s *Store) Unsettled(ctx context.Context, tenant, writer string, block uint64, yield func(writer string, block uint64, e *lineage.Event) error) error {
	args := []any{driver.Named("tenant", tenant), driver.Named("writer", writer), driver.Named("block", block)}
	mappings := remappedSQL + strings.Replace(remappedUnsettledSQL, "{unsettled}", unsettledSQL, 1)
	return s.remapped(ctx, "clickhouse.Unsettled", eventsSQL+unsettledSQL, mappings, args, func(e *lineage.Stored) error {
		if e.Refused {
			return nil
		}
		return yield(e.Writer, e.Block, e.Event)
	})
}

// Chained counts the events that name a cause or link to other traces.
func (s *Store) Chained(ctx context.Context, tenant string) (n uint64, err error) {
	err = s.each(ctx, "clickhouse.Chained", chainedSQL, []any{driver.Named("tenant", tenant)}, func(rows row) error { return rows.Scan(&n) })
	return n, err
}

// looseArrays is how many arrays query/loose.sql has put into one.
const looseArrays = 4

// Loose yields the members of every execution that no anchor reaches, and whether there are
// more than it lists.
func (s *Store) Loose(ctx context.Context, tenant string, yield func(ref lineage.ExecutionRef, members []lineage.Object, cut bool) error) error {
	const op = "clickhouse.Loose"
	return s.each(ctx, op, looseSQL, []any{driver.Named("tenant", tenant)}, func(rows row) error {
		var ref lineage.ExecutionRef
		var truncated uint8
		var told []string
		if err := rows.Scan(append(append([]any{&ref.Flow}, objectTargets(&ref.Anchor)...), &truncated, &told)...); err != nil {
			return err
		}
		n := len(told) / looseArrays
		members := make([]lineage.Object, n)
		for i := range members {
			members[i] = lineage.Object{Type: told[i], System: told[n+i], Scope: told[2*n+i], ID: told[3*n+i]}
		}
		return yield(ref, members, truncated != 0)
	})
}
