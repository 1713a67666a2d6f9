package clickhouse

import (
	"cmp"
	"encoding/binary"
	"slices"

	"throughline/lineage"
)

// spanRows are rows of the table spans.
type spanRows struct {
	origin
	tenant, service, name, kind, status word
	scopeName, scopeVersion, resource   word
	traceID, spanID, parentID           *fixed
	start, ingested                     *number[int64]
	duration, hash                      *number[uint64]
	flags                               *number[uint32]
	state, statusMessage                text
	attributes, events, links           text
}

func newSpanRows() *spanRows {
	return &spanRows{
		origin: newOrigin(), traceID: bytes16(), spanID: bytes8(), parentID: bytes8(),
		start: dateTime(), ingested: milliseconds(), duration: uint64Column(), hash: uint64Column(), flags: uint32Column(),
	}
}

func (r *spanRows) table() string { return "spans" }

func (r *spanRows) columns() []named {
	return append(r.origin.columns(), []named{
		{"tenant", &r.tenant},
		{"trace_id", r.traceID},
		{"span_id", r.spanID},
		{"parent_id", r.parentID},
		{"trace_state", &r.state},
		{"flags", r.flags},
		{"name", &r.name},
		{"kind", &r.kind},
		{"service", &r.service},
		{"start", r.start},
		{"duration", r.duration},
		{"status", &r.status},
		{"status_message", &r.statusMessage},
		{"scope_name", &r.scopeName},
		{"scope_version", &r.scopeVersion},
		{"resource", &r.resource},
		{"attributes", &r.attributes},
		{"events", &r.events},
		{"links", &r.links},
		{"ingested", r.ingested},
		{"hash", r.hash},
	}...)
}

func (r *spanRows) add(b *lineage.Block, row int) {
	s := &b.Spans[row]
	r.origin.add(b, row)
	r.tenant.add(s.Tenant)
	r.traceID.add(s.TraceID[:])
	r.spanID.add(s.SpanID[:])
	r.parentID.add(s.Parent[:])
	r.state.add(s.State)
	r.flags.add(s.Flags)
	r.name.add(s.Name)
	r.kind.add(s.Kind)
	r.service.add(s.Service)
	r.start.add(nanos(s.Start))
	r.duration.add(uint64(max(s.Duration, 0)))
	r.status.add(s.Status)
	r.statusMessage.add(s.StatusMessage)
	r.scopeName.add(s.ScopeName)
	r.scopeVersion.add(s.ScopeVersion)
	r.resource.add(s.Resource)
	r.attributes.add(s.Attributes)
	r.events.add(s.Events)
	r.links.add(s.Links)
	r.ingested.add(millis(s.Ingested))
	r.hash.add(s.Hash)
}

// spanOrder gives the positions of spans in the order of the table's key, so
// that the engine finds nothing to sort.
func spanOrder(spans []lineage.Span) []int {
	type key struct {
		hour   int64
		hi, lo uint64
		at     int32
	}
	keys := make([]key, len(spans))
	tenants := false
	for i := range spans {
		s := &spans[i]
		keys[i] = key{
			hour: nanos(s.Start) / hour,
			hi:   binary.BigEndian.Uint64(s.TraceID[:8]),
			lo:   binary.BigEndian.Uint64(s.TraceID[8:]),
			at:   int32(i),
		}
		tenants = tenants || s.Tenant != spans[0].Tenant
	}
	slices.SortFunc(keys, func(a, b key) int {
		if tenants {
			if c := cmp.Compare(spans[a.at].Tenant, spans[b.at].Tenant); c != 0 {
				return c
			}
		}
		return cmp.Or(cmp.Compare(a.hour, b.hour), cmp.Compare(a.hi, b.hi), cmp.Compare(a.lo, b.lo), cmp.Compare(a.at, b.at))
	})
	order := make([]int, len(keys))
	for i, k := range keys {
		order[i] = int(k.at)
	}
	return order
}
