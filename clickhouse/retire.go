package clickhouse

import (
	"context"
	_ "embed"

	driver "github.com/ClickHouse/clickhouse-go/v2"
)

var (
	//go:embed query/version.sql
	versionSQL string
	//go:embed query/retire.sql
	retireSQL string
)

// ExecutionsVersion returns the greatest version that an execution was stored
// with, gone ones too, or 0.
func (s *Store) ExecutionsVersion(ctx context.Context, tenant string) (uint64, error) {
	var version uint64
	err := s.each(ctx, "clickhouse.ExecutionsVersion", versionSQL, []any{driver.Named("tenant", tenant)}, func(rows row) error {
		return rows.Scan(&version)
	})
	return version, err
}

// RetireExecutions stores that every execution is gone whose version is less, as
// another catalogue left it. The same call twice changes nothing.
func (s *Store) RetireExecutions(ctx context.Context, tenant string, version uint64) error {
	conn, err := s.conn()
	if err != nil {
		return err
	}
	return wrap("clickhouse.RetireExecutions", conn.Exec(ctx, retireSQL, driver.Named("tenant", tenant), driver.Named("version", version)))
}
