package clickhouse

import (
	"context"
	_ "embed"
	"time"

	driver "github.com/ClickHouse/clickhouse-go/v2"

	"throughline/lineage"
)

var (
	//go:embed query/quarantine.sql
	quarantineSQL string
	//go:embed query/quarantined.sql
	quarantinedSQL string
)

// listedPayload is how many bytes of a payload a list shows.
const listedPayload uint32 = 16 << 10

// setAside is the writer of rows that come from no journal's block.
const setAside = "stitcher"

// SaveQuarantine stores entries that come from no block. One whose id is there
// already changes nothing. One caller at a time.
func (s *Store) SaveQuarantine(ctx context.Context, entries []lineage.Quarantined) error {
	const op = "clickhouse.SaveQuarantine"
	ids := make([]string, len(entries))
	for i := range entries {
		ids[i] = entries[i].ID
	}
	known := make(map[string]bool, len(ids))
	err := s.each(ctx, op, quarantinedSQL, []any{driver.Named("writer", setAside), driver.Named("ids", ids)}, func(rows row) error {
		var id string
		err := rows.Scan(&id)
		known[id] = true
		return err
	})
	if err != nil {
		return err
	}
	b := &lineage.Block{Writer: setAside, ID: uint64(s.now().UnixMicro()), Day: s.now().UTC().Truncate(24 * time.Hour)}
	for i := range entries {
		if !known[entries[i].ID] {
			known[entries[i].ID] = true
			b.Quarantine = append(b.Quarantine, entries[i])
		}
	}
	return s.Append(ctx, b, false)
}

// Quarantine returns what could not be used, newest first, limit (1 to 1000) at
// a time, and the cursor of the next page, "" on the last. What was quarantined
// several times comes once a page, at its latest. Of a payload it has the first
// 16 KiB, and its size.
func (s *Store) Quarantine(ctx context.Context, tenant string, limit int, cursor string) ([]lineage.Quarantined, string, error) {
	const op = "clickhouse.Quarantine"
	args, err := after(op, cursor, limit, maxPage)
	if err != nil {
		return nil, "", err
	}
	return page(ctx, s, op, quarantineSQL, limit, append(args, driver.Named("tenant", tenant), driver.Named("payload", listedPayload),
		driver.Named("besides", setAside), driver.Named("released", lineage.RemapWriter)), scanQuarantined)
}

func scanQuarantined(rows row, at *place) (lineage.Quarantined, error) {
	var q lineage.Quarantined
	var signal, payload string
	var ingested int64
	var size uint64
	err := rows.Scan(append(at.targets(), &q.Tenant, &q.ID, &signal, &q.Source, &q.EventID, &q.Type, &q.Reason, &payload, &size, &ingested)...)
	q.Signal, q.Payload, q.Size, q.Ingested = signalNamed(signal), []byte(payload), int(size), moment(ingested)
	return q, err
}
