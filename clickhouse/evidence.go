package clickhouse

import (
	"context"
	_ "embed"
	"maps"
	"slices"

	driver "github.com/ClickHouse/clickhouse-go/v2"

	"throughline/lineage"
)

//go:embed query/evidence.sql
var evidenceSQL string

// asked is how many numbers are looked for at once: they travel in the request's URL,
// which a server takes up to a megabyte.
const asked = 4000

// Evidence returns every event that is stored and asked for, in its place, as it is
// mapped now, and with it all that ever came under its id; in the order of places. Of ids
// those count that are of objects of some types, or that an equality states. It may
// return more. Payload and Envelope are empty.
func (s *Store) Evidence(ctx context.Context, tenant string, m lineage.Missing, types []string) ([]lineage.Stored, error) {
	names, events := m.Numbers()
	for i := range events {
		events[i] |= ofEvent
	}
	found := map[lineage.Place]*foundEvidence{}
	for len(names)+len(events) > 0 {
		var some, ids []uint64
		some, names = cut(names, asked)
		ids, events = cut(events, asked-len(some))
		if err := s.evidence(ctx, tenant, some, ids, types, found); err != nil {
			return nil, err
		}
	}
	all := make([]lineage.Stored, 0, len(found))
	for _, at := range slices.SortedFunc(maps.Keys(found), lineage.Place.Compare) {
		f := found[at]
		if f.came == nil {
			continue
		}
		e := lineage.Stored{Place: at, Event: f.came, Generation: f.generation, Refused: f.refused}
		if f.anew != nil {
			e.Event.TakeMapping(f.anew)
		}
		all = append(all, e)
	}
	return all, nil
}

// foundEvidence is what is found of one place.
type foundEvidence struct {
	came, anew *lineage.Event // anew: how it is mapped since
	generation uint64
	refused    bool
}

func (s *Store) evidence(ctx context.Context, tenant string, names, events []uint64, types []string, found map[lineage.Place]*foundEvidence) error {
	const op = "clickhouse.Evidence"
	args := []any{
		driver.Named("whole", evidenceKind(tenant, "")), driver.Named("kinds", evidenceKinds(tenant, types)),
		driver.Named("names", names), driver.Named("events", events),
	}
	return s.each(ctx, op, evidenceSQL, args, func(rows row) error {
		var at lineage.Place
		var generation uint64
		var refused uint8
		var said string
		if err := rows.Scan(&at.Writer, &at.Block, &at.Row, &generation, &refused, &said); err != nil {
			return err
		}
		f := found[at]
		if f == nil {
			f = &foundEvidence{}
			found[at] = f
		}
		if f.came != nil && generation <= f.generation {
			return nil // it is here twice, or of before
		}
		e, err := readContent(op, said)
		if err != nil {
			return err
		}
		e.Tenant = tenant
		switch {
		case generation == 0:
			f.came = e
		case generation > f.generation:
			f.anew, f.generation, f.refused = e, generation, refused != 0
		}
		return nil
	})
}

// cut takes at most n off the front.
func cut[T any](all []T, n int) (head, rest []T) {
	n = min(n, len(all))
	return all[:n], all[n:]
}
