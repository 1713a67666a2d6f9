package clickhouse

import (
	"context"
	_ "embed"
)

//go:embed query/counts.sql
var countsSQL string

// Counts returns how many rows of evidence are stored: table, writer, rows. It
// reads one narrow column of every table; ask for it now and then, not per page.
func (s *Store) Counts(ctx context.Context) (map[string]map[string]uint64, error) {
	counts := map[string]map[string]uint64{}
	err := s.each(ctx, "clickhouse.Counts", countsSQL, nil, func(rows row) error {
		var table, writer string
		var n uint64
		if err := rows.Scan(&table, &writer, &n); err != nil {
			return err
		}
		if counts[table] == nil {
			counts[table] = map[string]uint64{}
		}
		counts[table][writer] = n
		return nil
	})
	if err != nil {
		return nil, err
	}
	return counts, nil
}
