package clickhouse

import (
	"context"

	driver "github.com/ClickHouse/clickhouse-go/v2"
)

// row is one row of a result.
type row interface{ Scan(targets ...any) error }

// each runs a query and calls scan for every row, in order, until scan fails.
func (s *Store) each(ctx context.Context, op, query string, args []any, scan func(row) error) (err error) {
	conn, err := s.conn()
	if err != nil {
		return err
	}
	rows, err := conn.Query(ctx, query, args...)
	if err != nil {
		return wrap(op, err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return wrap(op, err)
		}
	}
	return wrap(op, rows.Err())
}

// whole has the engine finish a query before it answers. The embedded one otherwise
// streams, and there it cancels a recursive query now and then when its first table has
// come to its end. The native protocol knows no such setting and needs none.
func (s *Store) whole(ctx context.Context) context.Context {
	if !s.http {
		return ctx
	}
	return driver.Context(ctx, driver.WithSettings(driver.Settings{"wait_end_of_query": 1}))
}

// page runs a query over evidence and returns at most limit values, with the
// cursor of the next page or "". scan reads one row: its value and its place.
func page[T any](ctx context.Context, s *Store, op, query string, limit int, args []any, scan func(row, *place) (T, error)) ([]T, string, error) {
	var all []T
	var last place
	next := ""
	err := s.each(ctx, op, query, args, func(rows row) error {
		var at place
		v, err := scan(rows, &at)
		if err != nil {
			return err
		}
		if len(all) == limit {
			next = encodeCursor(last)
			return nil
		}
		all, last = append(all, v), at
		return nil
	})
	if err != nil {
		return nil, "", err
	}
	return all, next, nil
}
