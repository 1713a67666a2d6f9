package clickhouse

import "throughline/lineage"

// kinds are lineage's kinds of evidence as the tables keep them.
const kinds = "'event' = 0, 'span' = 1, 'log' = 2, 'decision' = 3"

// kindNamed reads one of kinds.
func kindNamed(name string) lineage.EventKind {
	switch name {
	case "span":
		return lineage.SpanEvent
	case "log":
		return lineage.LogEvent
	case "decision":
		return lineage.DecisionEvent
	default:
		return lineage.BusinessEvent
	}
}

// eventRows are rows of the table business_events.
type eventRows struct {
	origin
	tenant, source, typ              word
	id, causation, payload, envelope text
	kind                             *number[int8]
	time, recorded, ingested         *number[int64]
	traceID, spanID                  *fixed
	hash                             *number[uint64]
	links                            *list[*text]
	mapping                          mapping
}

func newEventRows() *eventRows {
	return &eventRows{
		origin: newOrigin(), kind: enum(kinds), time: dateTime(), recorded: dateTime(), ingested: dateTime(),
		traceID: bytes16(), spanID: bytes8(), hash: uint64Column(), links: texts(), mapping: newMapping(),
	}
}

func (r *eventRows) table() string { return "business_events" }

func (r *eventRows) columns() []named {
	all := append(r.origin.columns(), []named{
		{"tenant", &r.tenant},
		{"source", &r.source},
		{"id", &r.id},
		{"kind", r.kind},
		{"type", &r.typ},
		{"time", r.time},
		{"recorded", r.recorded},
		{"ingested", r.ingested},
		{"causation", &r.causation},
		{"trace_id", r.traceID},
		{"span_id", r.spanID},
		{"payload", &r.payload},
		{"envelope", &r.envelope},
		{"hash", r.hash},
		{"links", r.links},
	}...)
	return append(all, r.mapping.columns()...)
}

func (r *eventRows) add(b *lineage.Block, row int) {
	e := &b.Events[row]
	r.origin.add(b, row)
	r.tenant.add(e.Tenant)
	r.source.add(e.Source)
	r.id.add(e.ID)
	r.kind.add(int8(e.Kind))
	r.typ.add(e.Type)
	r.time.add(nanos(e.Time))
	r.recorded.add(nanos(e.Recorded))
	r.ingested.add(nanos(e.Ingested))
	r.causation.add(e.Causation)
	r.traceID.add(e.TraceID[:])
	r.spanID.add(e.SpanID[:])
	r.payload.add(e.Payload)
	r.envelope.add(e.Envelope)
	r.hash.add(e.Hash)
	for _, trace := range e.Links {
		r.links.items.add(trace.String())
	}
	r.links.end(len(e.Links))
	r.mapping.add(e)
}
