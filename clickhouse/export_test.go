package clickhouse

import (
	"context"
	"errors"
)

// ByBatch makes the store insert as it does over the native protocol.
func (s *Store) ByBatch() { s.http = false }

// MigrateTo brings a database to an older version of its tables, as the program of
// that time did.
func (s *Store) MigrateTo(ctx context.Context, version int64) error {
	return errors.Join(s.createDatabases(ctx), s.createTables(ctx, version))
}

// The decoders that the fuzz targets need.
var (
	DecodeCursor = decodeCursor
	KindOf       = kindOfFailure
	Nanos        = nanos
	Moment       = moment
	LatestOf     = latestOf
)

// Place is where a page ended.
type Place = place
