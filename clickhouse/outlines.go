package clickhouse

import (
	"context"
	_ "embed"

	driver "github.com/ClickHouse/clickhouse-go/v2"

	"throughline/lineage"
)

//go:embed query/outlines.sql
var outlinesSQL string

// Outlines yields every execution that is there in short, with what it awaits, in no
// order. What it yields is used again, but for the texts.
func (s *Store) Outlines(ctx context.Context, tenant string, yield func(*lineage.Summary, []lineage.Awaited) error) error {
	const op = "clickhouse.Outlines"
	scan := newSummaryScan()
	var told []string
	var awaited []lineage.Awaited
	targets := append(scan.targets, &told)
	return s.each(ctx, op, outlinesSQL, []any{driver.Named("tenant", tenant)}, func(rows row) (err error) {
		if err := rows.Scan(targets...); err != nil {
			return err
		}
		if awaited, err = readAwaited(op, awaited[:0], told); err != nil {
			return err
		}
		return yield(scan.read(), awaited)
	})
}
