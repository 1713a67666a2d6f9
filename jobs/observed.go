package jobs

import (
	"context"
	"slices"

	"throughline/lineage"
)

// observedAfter reads stored spans or log records.
type observedAfter func(ctx context.Context, tenant string, after lineage.ObservedPlace, keys []string, own string, limit int) ([]lineage.Observed, error)

// observed maps the next spans or log records. No contract refuses one: it says something
// of business, or nothing.
func (r *Remap) observed(ctx context.Context, b *batch, read observedAfter) (int, error) {
	if r.keysOf != b.note.Generation {
		r.keys = b.cat.Keys()
		if r.deps.Keys != nil {
			keys, err := r.deps.Keys()
			if err != nil {
				return 0, err
			}
			r.keys = keys
		}
		r.keysOf = b.note.Generation
	}
	found, err := read(ctx, r.cfg.Tenant, b.note.Observed, r.keys, b.note.writer(), r.cfg.Batch)
	for i := range found {
		b.observe(&found[i])
		b.note.Observed = found[i].ObservedPlace
	}
	return len(found), err
}

// observe maps one span or log record, and compares that with the event that it is now.
func (b *batch) observe(o *lineage.Observed) {
	mapped, says := o.Map(b.cat)
	if o.Event == nil {
		again := slices.ContainsFunc(b.block.Events, func(e lineage.Event) bool { return e.ID == o.ID && e.Source == mapped.Source })
		if says && !again {
			b.note.Changed++
			b.block.Events = append(b.block.Events, mapped)
			b.block.Identifiers = append(b.block.Identifiers, b.cat.Identifiers(&mapped)...)
			b.fed = append(b.fed, lineage.Remapped{Now: mapped})
		}
		return
	}
	now := *o.Event.Event
	if now.TakeMapping(&mapped); !says {
		now.TakeMapping(&lineage.Event{})
	}
	if o.Event.Generation != b.note.Generation && o.Event.Refused == !says && now.SameMapping(o.Event.Event) {
		return
	}
	b.note.Changed++
	b.anew = append(b.anew, lineage.Stored{Place: o.Event.Place, Event: &now, Generation: b.note.Generation, Refused: !says})
	if !says {
		b.feed(o.Event, now.Unread())
		return
	}
	b.feed(o.Event, now)
	b.block.Identifiers = append(b.block.Identifiers, b.cat.Identifiers(&now)...)
}
