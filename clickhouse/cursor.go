package clickhouse

import (
	"encoding/base64"
	"encoding/json"
	"math"

	driver "github.com/ClickHouse/clickhouse-go/v2"

	"throughline/lineage"
)

// place is where a page of evidence ended: the key that its list is sorted by,
// rising, and the row's place in the journal, which makes it unique.
type place struct {
	Key    int64  `json:"k"`
	Writer string `json:"w"`
	Block  uint64 `json:"b"`
	Row    uint32 `json:"r"`
}

// encodeCursor makes a cursor of a place.
func encodeCursor(p any) string {
	text, err := json.Marshal(p)
	if err != nil {
		panic(err) // places are numbers and strings
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

// decodeCursor reads a cursor into p, which stays as it is for the first page.
func decodeCursor(op, cursor string, p any) error {
	if cursor == "" {
		return nil
	}
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	if err == nil {
		err = json.Unmarshal(text, p)
	}
	if err != nil {
		return lineage.Errorf(lineage.Invalid, op, "the cursor is none of ours: take it from the page before, unchanged")
	}
	return nil
}

// after reads a cursor over evidence and gives the parameters of its query: the
// page's size, one more than limit to see whether another follows, and the place
// that it begins behind.
func after(op, cursor string, limit, most int) ([]any, error) {
	if limit < 1 || limit > most {
		return nil, lineage.Errorf(lineage.Invalid, op, "limit is %d: it has to be 1 to %d", limit, most)
	}
	from := place{Key: math.MinInt64}
	if err := decodeCursor(op, cursor, &from); err != nil {
		return nil, err
	}
	return []any{
		driver.Named("limit", uint32(limit+1)),
		driver.Named("after_key", from.Key), driver.Named("after_writer", from.Writer),
		driver.Named("after_block", from.Block), driver.Named("after_row", from.Row),
	}, nil
}

// targets are where a row's place is scanned to.
func (p *place) targets() []any { return []any{&p.Key, &p.Writer, &p.Block, &p.Row} }
