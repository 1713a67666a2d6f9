package clickhouse

// ByBatch makes the store insert as it does over the native protocol.
func (s *Store) ByBatch() { s.http = false }

// The decoders that the fuzz targets need.
var (
	DecodeCursor = decodeCursor
	KindOf       = kindOfFailure
	Nanos        = nanos
	Moment       = moment
)

// Place is where a page ended.
type Place = place
