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
	tenant, source, typ, stage, outcome, contract word
	id, reason, correlation, causation, payload   text
	kind                                          *number[int8]
	time, recorded, ingested, attempt, answer     *number[int64]
	amount                                        money
	traceID, spanID                               *fixed
	hash                                          *number[uint64]
	refs, from, to, equal                         objects
	roles, qualifiers                             *list[*word]
	priorities                                    *list[*number[int64]]
	toRefs, byRelations                           allocations
	links                                         *list[*text]
}

func newEventRows() *eventRows {
	return &eventRows{
		origin: newOrigin(), kind: enum(kinds), time: dateTime(), recorded: dateTime(), ingested: dateTime(),
		attempt: int64Column(), answer: int64Column(), amount: newMoney(), traceID: bytes16(), spanID: bytes8(), hash: uint64Column(),
		refs: newObjects(), from: newObjects(), to: newObjects(), equal: newObjects(),
		roles: words(), qualifiers: words(), priorities: int64s(), toRefs: newAllocations(), byRelations: newAllocations(), links: texts(),
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
		{"stage", &r.stage},
		{"outcome", &r.outcome},
		{"attempt", r.attempt},
		{"answer", r.answer},
		{"reason", &r.reason},
		{"correlation", &r.correlation},
		{"causation", &r.causation},
		{"trace_id", r.traceID},
		{"span_id", r.spanID},
		{"contract", &r.contract},
		{"payload", &r.payload},
		{"hash", r.hash},
		{"ref_roles", r.roles},
		{"qualifiers", r.qualifiers},
		{"priorities", r.priorities},
		{"links", r.links},
	}...)
	all = append(all, r.amount.columns("amount")...)
	all = append(all, r.toRefs.columns("ref")...)
	all = append(all, r.byRelations.columns("relation")...)
	all = append(all, r.refs.columns("ref")...)
	all = append(all, r.from.columns("from")...)
	all = append(all, r.to.columns("to")...)
	return append(all, r.equal.columns("equal")...)
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
	r.stage.add(e.Stage)
	r.outcome.add(string(e.Outcome))
	r.attempt.add(int64(e.Attempt))
	r.answer.add(int64(e.Answer))
	r.amount.add(e.Amount)
	r.reason.add(e.Reason)
	r.correlation.add(e.Correlation)
	r.causation.add(e.Causation)
	r.traceID.add(e.TraceID[:])
	r.spanID.add(e.SpanID[:])
	r.contract.add(e.Contract)
	r.payload.add(e.Payload)
	r.hash.add(e.Hash)
	for _, ref := range e.Refs {
		r.refs.add(ref.Object)
		r.roles.items.add(string(ref.Role))
	}
	r.refs.end(len(e.Refs))
	r.roles.end(len(e.Refs))
	r.toRefs.add(len(e.Refs), func(i int) lineage.Money { return e.Refs[i].Amount })
	for _, rel := range e.Relations {
		r.from.add(rel.From)
		r.to.add(rel.To)
		r.qualifiers.items.add(rel.Qualifier)
	}
	r.from.end(len(e.Relations))
	r.to.end(len(e.Relations))
	r.qualifiers.end(len(e.Relations))
	r.byRelations.add(len(e.Relations), func(i int) lineage.Money { return e.Relations[i].Amount })
	for _, q := range e.Equalities {
		r.equal.add(q.A)
		r.equal.add(q.B)
		r.priorities.items.add(int64(q.Priority))
	}
	r.equal.end(2 * len(e.Equalities))
	r.priorities.end(len(e.Equalities))
	for _, trace := range e.Links {
		r.links.items.add(trace.String())
	}
	r.links.end(len(e.Links))
}
