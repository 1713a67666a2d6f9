package pipeline

import (
	"context"
	"hash/maphash"

	"throughline/lineage"
)

// window remembers the identities of what has lately been taken in. Two items
// are the same when 128 bits agree: 64 of the name, under a seed that nobody
// outside knows, and 64 of the content.
type window struct {
	seed   maphash.Seed
	spans  generations
	logs   generations
	events generations
}

func newWindow(cfg Config) *window {
	return &window{
		seed:   maphash.MakeSeed(),
		spans:  generations{half: max(1, cfg.SpanWindow/2)},
		logs:   generations{half: max(1, cfg.LogWindow/2)},
		events: generations{half: max(1, cfg.EventWindow/2)},
	}
}

// of returns what remembers a signal.
func (w *window) of(s lineage.Signal) *generations {
	switch s {
	case lineage.Traces:
		return &w.spans
	case lineage.Logs:
		return &w.logs
	default:
		return &w.events
	}
}

// begin says which block is being added.
func (w *window) begin(block uint64) {
	w.spans.block, w.logs.block, w.events.block = block, block, block
}

func (w *window) since() (out [4]uint64) {
	for s := lineage.Traces; s <= lineage.Events; s++ {
		out[s] = w.of(s).since()
	}
	return out
}

// hashed is a name of fixed size, so that hashing it allocates nothing.
type hashed struct {
	tenant uint64
	trace  lineage.TraceID
	span   lineage.SpanID
	source uint64
	id     uint64
	hash   uint64
}

// name is never zero.
func (w *window) name(h hashed) uint64 { return max(1, maphash.Comparable(w.seed, h)) }

// spanName is the identity of a span: its trace id and span id. A span without
// them has no identity, so its content is all there is to know it by.
func (w *window) spanName(tenant string, trace lineage.TraceID, span lineage.SpanID, hash uint64) uint64 {
	h := hashed{tenant: maphash.String(w.seed, tenant), trace: trace, span: span}
	if trace.IsZero() || span.IsZero() {
		h.hash = hash
	}
	return w.name(h)
}

// logName is the content: a log record has no other name.
func (w *window) logName(tenant string, hash uint64) uint64 {
	return w.name(hashed{tenant: maphash.String(w.seed, tenant), hash: hash})
}

// eventName has the content in it, since several contents under one identity are
// all kept: the stitcher decides which one wins.
func (w *window) eventName(tenant, source, id string, hash uint64) uint64 {
	return w.name(hashed{
		tenant: maphash.String(w.seed, tenant), source: maphash.String(w.seed, source),
		id: maphash.String(w.seed, id), hash: hash,
	})
}

// span judges a span and remembers it if it is new.
func (w *window) span(tenant string, trace lineage.TraceID, span lineage.SpanID, hash uint64) fate {
	name := w.spanName(tenant, trace, span, hash)
	switch content, ok := w.spans.find(name); {
	case !ok:
		w.spans.put(name, hash)
		return keep
	case content == hash:
		return resent
	default:
		return conflict
	}
}

// log judges a log record. It is not remembered before its whole request has been
// judged, so that two equal lines in one request are both kept.
func (w *window) log(tenant string, hash uint64) fate {
	if _, ok := w.logs.find(w.logName(tenant, hash)); ok {
		return resent
	}
	return keep
}

func (w *window) rememberLog(tenant string, hash uint64) {
	name := w.logName(tenant, hash)
	if _, ok := w.logs.find(name); !ok {
		w.logs.put(name, hash)
	}
}

// event judges a business event and remembers it if it is new.
func (w *window) event(tenant, source, id string, hash uint64) fate {
	name := w.eventName(tenant, source, id, hash)
	if _, ok := w.events.find(name); ok {
		return resent
	}
	w.events.put(name, hash)
	return keep
}

// remember takes in the rows of a block that was made again.
func (w *window) remember(b *lineage.Block) {
	for i := range b.Spans {
		s := &b.Spans[i]
		w.span(s.Tenant, s.TraceID, s.SpanID, s.Hash)
	}
	for i := range b.Logs {
		w.rememberLog(b.Logs[i].Tenant, b.Logs[i].Hash)
	}
	for i := range b.Events {
		if e := &b.Events[i]; e.Kind == lineage.BusinessEvent || e.Kind == lineage.DecisionEvent {
			w.event(e.Tenant, e.Source, e.ID, e.Hash)
		}
	}
}

// load takes in what the store has.
func (w *window) load(ctx context.Context, m Memory, writer string, since [4]uint64) error {
	for signal := lineage.Traces; signal <= lineage.Events; signal++ {
		w.of(signal).youngSince, w.of(signal).oldSince = since[signal], since[signal]
	}
	err := m.RecentSpans(ctx, writer, since[lineage.Traces],
		func(block uint64, tenant string, trace lineage.TraceID, span lineage.SpanID, hash uint64) {
			w.spans.block = block
			w.span(tenant, trace, span, hash)
		})
	if err != nil {
		return err
	}
	err = m.RecentLogs(ctx, writer, since[lineage.Logs], func(block uint64, tenant string, hash uint64) {
		w.logs.block = block
		w.rememberLog(tenant, hash)
	})
	if err != nil {
		return err
	}
	return m.RecentEvents(ctx, writer, since[lineage.Events], func(block uint64, tenant, source, id string, hash uint64) {
		w.events.block = block
		w.event(tenant, source, id, hash)
	})
}
