package jobs

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/cespare/xxhash/v2"

	"throughline/lineage"
)

// batch is what is made of one batch of evidence.
type batch struct {
	note *note
	cat  *lineage.Catalogue

	anew       []lineage.Stored      // mapped otherwise than they are stored
	fed        []lineage.Remapped    // for the feed
	quarantine []lineage.Quarantined // that the catalogue does not take any more
	block      lineage.Block         // what was refused and is taken now, and where ids are found
}

// work does the next batch and moves the note behind it.
func (r *Remap) work(ctx context.Context, cat *lineage.Catalogue, n *note) error {
	if !n.Counted {
		events, err := r.deps.Store.EventsLeft(ctx, r.cfg.Tenant, n.After)
		if err != nil {
			return err
		}
		refused, err := r.deps.Store.RefusedLeft(ctx, r.cfg.Tenant, n.Refused, n.StartedAt, n.writer())
		if err != nil {
			return err
		}
		n.Total, n.Counted = n.Done+events+refused, true
		return nil
	}
	b := &batch{note: n, cat: cat, block: lineage.Block{
		Writer: n.writer(), ID: n.Blocks + 1, Day: n.StartedAt.Truncate(24 * time.Hour),
	}}
	var size int
	var err error
	switch n.Part {
	case partEvents:
		size, err = r.events(ctx, b)
	case partRefused:
		size, err = r.refused(ctx, b)
	case partSpans:
		size, err = r.observed(ctx, b, r.deps.Store.SpansAfter)
	case partLogs:
		size, err = r.observed(ctx, b, r.deps.Store.LogsAfter)
	}
	if err == nil {
		err = r.write(ctx, b)
	}
	if err != nil {
		return err
	}
	n.Done += int64(size)
	if n.Blocks++; size == 0 {
		n.next(r.deps.Now())
	}
	return nil
}

// writer is whose blocks hold what this re-mapping adds.
func (n *note) writer() string { return lineage.RemapWriter + strconv.FormatUint(n.Generation, 10) }

// next goes on with the next part of the evidence.
func (n *note) next(now time.Time) {
	switch n.Part {
	case partEvents:
		n.Part = partRefused
	case partRefused:
		n.Part = partSpans
	case partSpans:
		n.Part, n.Observed = partLogs, lineage.ObservedPlace{}
	default:
		n.Part, n.EndedAt = partEnd, now.UTC()
	}
}

// events maps the next stored CloudEvents.
func (r *Remap) events(ctx context.Context, b *batch) (int, error) {
	stored, err := r.deps.Store.EventsAfter(ctx, r.cfg.Tenant, b.note.After, r.cfg.Batch)
	for i := range stored {
		b.event(&stored[i])
		b.note.After = stored[i].Place
	}
	return len(stored), err
}

// event maps one stored event. One that this very re-mapping has mapped before, in a life
// that ended before it was noted, is handed on again.
func (b *batch) event(e *lineage.Stored) {
	mapped, ok, err := remapped(b.cat, e.Event)
	again := e.Generation == b.note.Generation
	if !ok {
		b.note.Unkept++
		return
	}
	now := *e.Event
	now.TakeMapping(&mapped)
	refused := err != nil
	if refused {
		now.TakeMapping(&lineage.Event{})
	}
	if !again && refused == e.Refused && now.SameMapping(e.Event) {
		return
	}
	b.anew = append(b.anew, lineage.Stored{Place: e.Place, Event: &now, Generation: b.note.Generation, Refused: refused})
	b.note.Changed++
	if !refused {
		b.feed(e, now)
		b.block.Identifiers = append(b.block.Identifiers, b.cat.Identifiers(&now)...)
		return
	}
	b.note.Rejected++
	b.feed(e, now.Unread())
	b.quarantine = append(b.quarantine, unread(&now, err))
}

// feed hands on an event that is mapped otherwise now.
func (b *batch) feed(was *lineage.Stored, now lineage.Event) {
	x := lineage.Remapped{Now: now}
	if !was.Refused {
		x.Was = *was.Event
	}
	b.fed = append(b.fed, x)
}

// refused maps the next CloudEvents that were quarantined.
func (r *Remap) refused(ctx context.Context, b *batch) (int, error) {
	entries, err := r.deps.Store.RefusedAfter(ctx, r.cfg.Tenant, b.note.Refused, b.note.StartedAt, b.note.writer(), max(1, r.cfg.Batch/10))
	for i := range entries {
		q := &entries[i]
		b.note.Refused = lineage.RefusedPlace{Ingested: q.Ingested, ID: q.ID}
		e, err := received(b.cat, q)
		if err != nil {
			continue
		}
		b.note.Released++
		b.block.Events = append(b.block.Events, e)
		b.block.Identifiers = append(b.block.Identifiers, b.cat.Identifiers(&e)...)
		b.fed = append(b.fed, lineage.Remapped{Now: e})
	}
	return len(entries), err
}

// write makes a batch durable, and hands on what has changed.
func (r *Remap) write(ctx context.Context, b *batch) error {
	if len(b.fed) == 0 {
		return r.save(ctx, b)
	}
	return r.deps.Feed.Remap(ctx, b.fed, func(ctx context.Context) error { return r.save(ctx, b) })
}

func (r *Remap) save(ctx context.Context, b *batch) error {
	s := r.deps.Store
	if len(b.anew) > 0 {
		if err := s.SaveRemapped(ctx, b.anew); err != nil {
			return err
		}
	}
	if b.block.Rows() > 0 {
		if err := s.Append(ctx, &b.block, true); err != nil {
			return err
		}
	}
	if len(b.quarantine) > 0 {
		return s.SaveQuarantine(ctx, b.quarantine)
	}
	return nil
}

// remapped maps one stored event. A panic is the event's own, not its batch's.
func remapped(cat *lineage.Catalogue, e *lineage.Event) (mapped lineage.Event, ok bool, err error) {
	defer func() {
		if p := recover(); p != nil {
			ok, err = true, lineage.Errorf(lineage.Internal, "map event", "the mapping gave up on it: %v", p)
		}
	}()
	return cat.Remap(e)
}

// received maps one CloudEvent that was refused.
func received(cat *lineage.Catalogue, q *lineage.Quarantined) (e lineage.Event, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = lineage.Errorf(lineage.Internal, "map event", "the mapping gave up on it: %v", p)
		}
	}()
	ce, err := lineage.ParseCloudEvent(q.Payload)
	if err == nil {
		err = ce.Refuse()
	}
	if err != nil {
		return e, err
	}
	return cat.FromCloudEvent(q.Tenant, &ce, q.Ingested)
}

// unread is the entry of an event that a catalogue of later days does not take.
func unread(e *lineage.Event, err error) lineage.Quarantined {
	why := err.Error()
	var own *lineage.Error
	if errors.As(err, &own) {
		why = own.Err.Error()
	}
	raw := []byte(e.Payload)
	if ce, ok := e.CloudEvent(); ok {
		raw = ce.Raw
	}
	return lineage.Quarantined{
		Tenant: e.Tenant, ID: fmt.Sprintf("remap-%016x-%016x", xxhash.Sum64String(e.Source+"\x00"+e.ID), e.Hash), Signal: lineage.Events,
		Source: e.Source, EventID: e.ID, Type: e.Type, Reason: why, Payload: raw, Ingested: e.Ingested,
	}
}
