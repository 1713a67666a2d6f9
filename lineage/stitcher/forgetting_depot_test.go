package stitcher

import (
	"cmp"
	"context"
	"slices"

	"throughline/lineage"
)

// depot is a shelf whose events can be mapped anew, and which breaks off at a step.
type depot struct {
	*shelf
	mapped   map[lineage.Place][]lineage.Stored // how events were mapped anew, the last one holds
	released []lineage.Stored                   // that were refused when they came
	breaks   string                             // the next step of this name is the last one; then the store is away
	done     bool                               // that step is done all the same
}

func newDepot() *depot {
	return &depot{shelf: newShelf(), mapped: make(map[lineage.Place][]lineage.Stored)}
}

// broken does a step, unless the store breaks off at it.
func (d *depot) broken(step string, do func() error) error {
	d.mu.Lock()
	breaks := d.breaks == step && !d.away
	done := d.done
	if breaks {
		d.breaks = ""
	}
	d.mu.Unlock()
	if !breaks {
		return do()
	}
	if done {
		_ = do()
	}
	d.setAway(true)
	return errAway
}

func (d *depot) SaveExecutions(ctx context.Context, tenant string, version uint64, live []*lineage.Execution, gone []lineage.ExecutionRef) error {
	return d.broken("save", func() error { return d.shelf.SaveExecutions(ctx, tenant, version, live, gone) })
}

func (d *depot) RetireExecutions(ctx context.Context, tenant string, version uint64) error {
	return d.broken("retire", func() error { return d.shelf.RetireExecutions(ctx, tenant, version) })
}

func (d *depot) SaveQuarantine(ctx context.Context, entries []lineage.Quarantined) error {
	return d.broken("quarantine", func() error { return d.shelf.SaveQuarantine(ctx, entries) })
}

// came are all events as they came in, in the order of places.
func (d *depot) came() []lineage.Stored {
	all := slices.Clone(d.released)
	row := uint32(0)
	for i := range d.events {
		if row++; i > 0 && d.events[i-1].block != d.events[i].block {
			row = 0
		}
		e := d.events[i].event
		all = append(all, lineage.Stored{Place: lineage.Place{Writer: "w", Block: d.events[i].block, Row: row}, Event: &e})
	}
	slices.SortStableFunc(all, func(a, b lineage.Stored) int { return a.Compare(b.Place) })
	return all
}

// now is how an event is mapped now.
func (d *depot) now(came lineage.Stored) lineage.Stored {
	if anew := d.mapped[came.Place]; len(anew) > 0 {
		return anew[len(anew)-1]
	}
	return came
}

func (d *depot) EventsSince(_ context.Context, tenant string, yield func(string, uint64, *lineage.Event) error) error {
	d.mu.Lock()
	away, all := d.away, d.came()
	for i := range all {
		all[i] = d.now(all[i])
	}
	d.mu.Unlock()
	if away {
		return errAway
	}
	for _, s := range all { // what is read may ask for more meanwhile
		if s.Event.Tenant != tenant || s.Refused {
			continue
		}
		if err := yield(s.Writer, s.Block, s.Event); err != nil {
			return err
		}
	}
	return nil
}

// Evidence finds events by what they ever named, as they are mapped now.
func (d *depot) Evidence(_ context.Context, tenant string, m lineage.Missing, types []string) ([]lineage.Stored, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.away {
		return nil, errAway
	}
	d.asked++
	names, ids := m.Numbers()
	named := func(e *lineage.Event) bool {
		return slices.ContainsFunc(e.EvidenceNames(nil), func(n lineage.EvidenceName) bool {
			return slices.Contains(names, n.Number) && (n.Type == "" || slices.Contains(types, n.Type))
		})
	}
	all := d.came()
	for _, s := range all {
		if s.Event.Tenant == tenant && (named(s.Event) || slices.ContainsFunc(d.mapped[s.Place], func(anew lineage.Stored) bool { return named(anew.Event) })) {
			ids = append(ids, s.Event.EvidenceNumber())
		}
	}
	var found []lineage.Stored
	for _, s := range all {
		if s.Event.Tenant == tenant && slices.Contains(ids, s.Event.EvidenceNumber()) {
			s = d.now(s)
			e := *s.Event
			e.Payload, e.Envelope, s.Event = "", "", &e
			found = append(found, s)
		}
	}
	return found, nil
}

// remap stores how the event of a place is mapped anew.
func (d *depot) remap(at lineage.Place, e *lineage.Event, refused bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.mapped[at] = append(d.mapped[at], lineage.Stored{Place: at, Event: e, Generation: uint64(len(d.mapped[at]) + 1), Refused: refused})
}

// placesOf are where a content is.
func (d *depot) placesOf(c content) []lineage.Place {
	d.mu.Lock()
	defer d.mu.Unlock()
	var places []lineage.Place
	for _, s := range d.came() {
		if contentOf(s.Event) == c {
			places = append(places, s.Place)
		}
	}
	slices.SortFunc(places, func(a, b lineage.Place) int { return cmp.Or(a.Compare(b)) })
	return places
}
