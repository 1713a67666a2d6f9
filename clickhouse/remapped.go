package clickhouse

import (
	"context"
	_ "embed"
	"errors"
	"time"

	driver "github.com/ClickHouse/clickhouse-go/v2"

	"throughline/lineage"
)

var (
	//go:embed query/remapped.sql
	remappedSQL string
	//go:embed query/remapped_after.sql
	remappedAfterSQL string
	//go:embed query/remapped_at.sql
	remappedAtSQL string
	//go:embed query/events_after.sql
	eventsAfterSQL string
	//go:embed query/events_left.sql
	eventsLeftSQL string
)

// remappedRows are rows of the table remapped_events.
type remappedRows struct {
	origin
	tenant     word
	generation *number[uint64]
	refused    *number[uint8]
	mapping    mapping
}

func newRemappedRows() *remappedRows {
	return &remappedRows{origin: newOrigin(), generation: uint64Column(), refused: uint8Column(), mapping: newMapping()}
}

func (r *remappedRows) table() string { return "remapped_events" }

func (r *remappedRows) columns() []named {
	all := append(r.origin.columns(), named{"tenant", &r.tenant}, named{"generation", r.generation}, named{"refused", r.refused})
	return append(all, r.mapping.columns()...)
}

func (r *remappedRows) add(e *lineage.Stored) {
	r.day.add(remappedDay(e))
	r.writer.add(e.Writer)
	r.block.add(e.Block)
	r.row.add(e.Row)
	r.tenant.add(e.Event.Tenant)
	r.generation.add(e.Generation)
	r.refused.add(flag(e.Refused))
	r.mapping.add(e.Event)
}

// remappedDay is the day that the mapping of an event is filed under: when it came in.
func remappedDay(e *lineage.Stored) uint16 {
	return uint16(max(0, e.Event.Ingested.Unix()) / (24 * 60 * 60))
}

// SaveRemapped stores how events are mapped anew. Of several rows of one place the one
// with the greatest generation holds, so that the same call twice changes nothing. What
// they are found by goes first: nothing is stored that is not found.
func (s *Store) SaveRemapped(ctx context.Context, events []lineage.Stored) error {
	r, found := newRemappedRows(), newEvidenceRows()
	for run := range days(events, func(e *lineage.Stored) time.Time { return e.Event.Ingested }) {
		err := save(ctx, s, found, run, found.addRemapped)
		if err == nil {
			err = save(ctx, s, r, run, r.add)
		}
		if err != nil {
			return wrap("clickhouse.SaveRemapped", err)
		}
	}
	return nil
}

// EventsAfter returns the CloudEvents that are stored behind a place, as they are mapped
// now, in the order of places: at most limit of them.
func (s *Store) EventsAfter(ctx context.Context, tenant string, after lineage.Place, limit int) ([]lineage.Stored, error) {
	const op = "clickhouse.EventsAfter"
	args := behind(tenant, after)
	var batch []lineage.Stored
	scan := newEventScan()
	err := s.each(ctx, op, eventsSQL+eventsAfterSQL, append(args, driver.Named("limit", uint32(limit))), func(rows row) error {
		e, err := scan.read(rows)
		batch = append(batch, lineage.Stored{Place: scan.place, Event: e})
		return err
	})
	if err != nil || len(batch) == 0 {
		return nil, err
	}
	last := batch[len(batch)-1].Place
	args = append(args, driver.Named("to_writer", last.Writer), driver.Named("to_block", last.Block), driver.Named("to_row", last.Row))
	rest := batch
	anew := overlay{scan: newEventScan()}
	return batch, s.each(ctx, op, remappedSQL+remappedAfterSQL, args, func(rows row) error {
		if err := anew.read(rows); err != nil {
			return err
		}
		for len(rest) > 0 && rest[0].Place.Compare(anew.scan.place) < 0 {
			rest = rest[1:]
		}
		if len(rest) > 0 {
			anew.lay(&rest[0])
		}
		return nil
	})
}

// EventsLeft counts the CloudEvents behind a place.
func (s *Store) EventsLeft(ctx context.Context, tenant string, after lineage.Place) (n int64, err error) {
	err = s.each(ctx, "clickhouse.EventsLeft", eventsLeftSQL, behind(tenant, after), func(rows row) error {
		var counted uint64
		err := rows.Scan(&counted)
		n = int64(counted)
		return err
	})
	return n, err
}

func behind(tenant string, after lineage.Place) []any {
	return []any{driver.Named("tenant", tenant), driver.Named("writer", after.Writer), driver.Named("block", after.Block), driver.Named("row", after.Row)}
}

// remapped yields the events of one query with the mappings of another one, which are in
// the same order, laid over them.
func (s *Store) remapped(ctx context.Context, op, events, mappings string, args []any, fn func(*lineage.Stored) error) (err error) {
	conn, err := s.conn()
	if err != nil {
		return err
	}
	over, err := conn.Query(ctx, mappings, args...)
	if err != nil {
		return wrap(op, err)
	}
	anew := overlay{scan: newEventScan()}
	next := func() error {
		if anew.event = nil; over.Next() {
			return anew.read(over)
		}
		return over.Err()
	}
	defer func() { err = errors.Join(err, wrap(op, over.Close())) }()
	if err := next(); err != nil {
		return wrap(op, err)
	}
	scan := newEventScan()
	return s.each(ctx, op, events, args, func(rows row) error {
		e, err := scan.read(rows)
		if err != nil {
			return err
		}
		stored := lineage.Stored{Place: scan.place, Event: e}
		for anew.event != nil && anew.scan.place.Compare(stored.Place) < 0 {
			if err := next(); err != nil {
				return err
			}
		}
		anew.lay(&stored)
		return fn(&stored)
	})
}

// laidOver is how many events get their mappings at once.
const laidOver = 500

// layOver gives some events the mappings that they have now.
func (s *Store) layOver(ctx context.Context, op, tenant string, events []lineage.Stored) error {
	if len(events) == 0 {
		return nil
	}
	at := make(map[lineage.Place]*lineage.Stored, len(events))
	writers, blocks, rowNumbers := make([]string, len(events)), make([]uint64, len(events)), make([]uint32, len(events))
	for i := range events {
		e := &events[i]
		at[e.Place] = e
		writers[i], blocks[i], rowNumbers[i] = e.Writer, e.Block, e.Row
	}
	anew := overlay{scan: newEventScan()}
	args := []any{driver.Named("tenant", tenant), driver.Named("writers", writers), driver.Named("blocks", blocks), driver.Named("rows", rowNumbers)}
	return s.each(ctx, op, remappedSQL+remappedAtSQL, args, func(rows row) error {
		if err := anew.read(rows); err != nil {
			return err
		}
		anew.lay(at[anew.scan.place])
		return nil
	})
}

// overlay is one mapping that is laid over an event.
type overlay struct {
	scan       *eventScan
	event      *lineage.Event // nil: there is none
	generation uint64
	refused    uint8
}

func (o *overlay) read(rows row) (err error) {
	o.event, err = o.scan.read(prefixed{rows, []any{&o.generation, &o.refused}})
	return err
}

// prefixed is a row with columns before those of an event.
type prefixed struct {
	row
	first []any
}

func (p prefixed) Scan(targets ...any) error { return p.row.Scan(append(p.first, targets...)...) }

// lay takes over how a stored event is mapped now, if this is its place.
func (o *overlay) lay(e *lineage.Stored) {
	if o.event == nil || o.scan.place != e.Place {
		return
	}
	e.Generation, e.Refused = o.generation, o.refused != 0
	e.Event.TakeMapping(o.event)
}
