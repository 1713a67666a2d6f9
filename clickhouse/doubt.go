package clickhouse

import (
	"context"
	_ "embed"
	"time"

	driver "github.com/ClickHouse/clickhouse-go/v2"

	"throughline/lineage"
)

var (
	//go:embed query/running.sql
	runningSQL string
	//go:embed query/stored.sql
	storedSQL string
)

// settle waits until the inserts that are running now have ended, one way or the
// other: one of them may be the earlier try of a block in doubt, whose answer was
// lost, and what it stores would not be seen yet.
func (s *Store) settle(ctx context.Context, conn driver.Conn) error {
	var before []string
	if err := conn.QueryRow(ctx, runningSQL, driver.Named("among", []string{}), driver.Named("all", uint8(1))).Scan(&before); err != nil {
		return err
	}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for len(before) > 0 {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
		var still []string
		if err := conn.QueryRow(ctx, runningSQL, driver.Named("among", before), driver.Named("all", uint8(0))).Scan(&still); err != nil {
			return err
		}
		before = still
	}
	return nil
}

// stored asks which rows of a block a table has.
func (s *Store) stored(ctx context.Context, conn driver.Conn, table string, b *lineage.Block) (rowSet, error) {
	rows, err := conn.Query(ctx, storedSQL, driver.Named("table", table), driver.Named("day", b.Day.UTC().Format(time.DateOnly)),
		driver.Named("writer", b.Writer), driver.Named("block", b.ID))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var found rowSet
	for rows.Next() {
		var row uint32
		if err := rows.Scan(&row); err != nil {
			return nil, err
		}
		found.add(int(row))
		s.metrics.spared.WithLabelValues(table).Inc()
	}
	return found, rows.Err()
}

// rowSet is a set of row numbers, one bit each.
type rowSet []uint64

func (s *rowSet) add(row int) {
	for len(*s) <= row/64 {
		*s = append(*s, 0)
	}
	(*s)[row/64] |= 1 << (row % 64)
}

func (s rowSet) has(row int) bool { return row/64 < len(s) && s[row/64]&(1<<(row%64)) != 0 }
