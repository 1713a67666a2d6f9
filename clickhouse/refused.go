package clickhouse

import (
	"context"
	_ "embed"
	"time"

	driver "github.com/ClickHouse/clickhouse-go/v2"

	"throughline/lineage"
)

var (
	//go:embed query/refused_after.sql
	refusedAfterSQL string
	//go:embed query/refused_left.sql
	refusedLeftSQL string
)

// RefusedAfter returns the CloudEvents behind a place in quarantine that were refused one
// by one before a moment, with their bytes, in the order of places: at most limit. Those
// that are events since then are left out, but for the ones of the writer own.
func (s *Store) RefusedAfter(ctx context.Context, tenant string, after lineage.RefusedPlace, before time.Time, own string, limit int) ([]lineage.Quarantined, error) {
	var all []lineage.Quarantined
	var at place
	args := append(refusedBehind(tenant, after, before, own), driver.Named("limit", uint32(limit)))
	err := s.each(ctx, "clickhouse.RefusedAfter", refusedAfterSQL, args, func(rows row) error {
		q, err := scanQuarantined(rows, &at)
		all = append(all, q)
		return err
	})
	return all, err
}

// RefusedLeft counts the CloudEvents that RefusedAfter would return.
func (s *Store) RefusedLeft(ctx context.Context, tenant string, after lineage.RefusedPlace, before time.Time, own string) (n int64, err error) {
	err = s.each(ctx, "clickhouse.RefusedLeft", refusedLeftSQL, refusedBehind(tenant, after, before, own), func(rows row) error {
		var counted uint64
		err := rows.Scan(&counted)
		n = int64(counted)
		return err
	})
	return n, err
}

func refusedBehind(tenant string, after lineage.RefusedPlace, before time.Time, own string) []any {
	return []any{
		driver.Named("tenant", tenant), driver.Named("since", nanos(after.Ingested)), driver.Named("id", after.ID), driver.Named("before", nanos(before)),
		driver.Named("besides", setAside), driver.Named("own", own), driver.Named("released", lineage.RemapWriter),
	}
}
