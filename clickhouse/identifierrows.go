package clickhouse

import (
	"cmp"
	"slices"
	"strings"

	"throughline/lineage"
)

// identifierRows are rows of the table identifiers.
type identifierRows struct {
	origin
	tenant, typ, system, scope, source word
	id, eventID                        text
	kind                               *number[int8]
	traceID                            *fixed
	time                               *number[int64]
}

func newIdentifierRows() *identifierRows {
	return &identifierRows{origin: newOrigin(), kind: enum(kinds), traceID: bytes16(), time: dateTime()}
}

func (r *identifierRows) table() string { return "identifiers" }

func (r *identifierRows) columns() []named {
	return append(r.origin.columns(), []named{
		{"tenant", &r.tenant},
		{"id", &r.id},
		{"type", &r.typ},
		{"system", &r.system},
		{"scope", &r.scope},
		{"kind", r.kind},
		{"trace_id", r.traceID},
		{"source", &r.source},
		{"event_id", &r.eventID},
		{"time", r.time},
	}...)
}

func (r *identifierRows) add(b *lineage.Block, row int) {
	i := &b.Identifiers[row]
	r.origin.add(b, row)
	r.tenant.add(i.Tenant)
	r.id.add(i.Object.ID)
	r.typ.add(i.Object.Type)
	r.system.add(i.Object.System)
	r.scope.add(i.Object.Scope)
	r.kind.add(int8(i.Kind))
	r.traceID.add(i.TraceID[:])
	r.source.add(i.Source)
	r.eventID.add(i.EventID)
	r.time.add(nanos(i.Time))
}

// identifierOrder gives the positions of identifiers in the order of the table's key.
func identifierOrder(all []lineage.Identifier) []int {
	order := positions(len(all))
	slices.SortStableFunc(order, func(i, j int) int {
		a, b := &all[i], &all[j]
		return cmp.Or(strings.Compare(a.Tenant, b.Tenant), strings.Compare(a.Object.ID, b.Object.ID),
			strings.Compare(a.Object.Type, b.Object.Type))
	})
	return order
}
