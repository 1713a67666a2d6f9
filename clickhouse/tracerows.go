package clickhouse

import (
	"bytes"
	"slices"
	"strings"

	"throughline/lineage"
)

// glimpse is what one block holds of one trace in one hour.
type glimpse struct {
	row                 int // of its first span in the block
	tenant              string
	trace               lineage.TraceID
	first, last, finish int64
	spans, errors       uint32
	services            []string
}

// glimpses gathers the spans of a block by trace and hour, in the order of the
// table traces. Rows are named by their first span, so they do not depend on it.
func glimpses(b *lineage.Block) []glimpse {
	type key struct {
		tenant string
		trace  lineage.TraceID
		hour   int64
	}
	at := make(map[key]int, len(b.Spans)/8)
	var all []glimpse
	var last key
	i := -1
	for row := range b.Spans {
		s := &b.Spans[row]
		start := nanos(s.Start)
		if k := (key{s.Tenant, s.TraceID, start / hour}); i < 0 || k != last {
			known, ok := at[k]
			if !ok {
				known = len(all)
				at[k] = known
				all = append(all, glimpse{row: row, tenant: s.Tenant, trace: s.TraceID, first: start, last: start, finish: start})
			}
			last, i = k, known
		}
		g := &all[i]
		g.first, g.last = min(g.first, start), max(g.last, start)
		g.finish = max(g.finish, start+int64(max(s.Duration, 0)))
		g.spans++
		if s.Status == "Error" {
			g.errors++
		}
		if !slices.Contains(g.services, s.Service) {
			g.services = append(g.services, s.Service)
		}
	}
	slices.SortStableFunc(all, func(a, b glimpse) int {
		if a.tenant != b.tenant {
			return strings.Compare(a.tenant, b.tenant)
		}
		return bytes.Compare(a.trace[:], b.trace[:])
	})
	return all
}

// traceRows are rows of the table traces.
type traceRows struct {
	origin
	tenant              word
	traceID             *fixed
	first, last, finish *number[int64]
	spans, errors       *number[uint32]
	services            *list[*word]
}

func newTraceRows() *traceRows {
	return &traceRows{
		origin: newOrigin(), traceID: bytes16(), first: dateTime(), last: dateTime(), finish: dateTime(),
		spans: uint32Column(), errors: uint32Column(), services: words(),
	}
}

func (r *traceRows) table() string { return "traces" }

func (r *traceRows) columns() []named {
	return append(r.origin.columns(), []named{
		{"tenant", &r.tenant},
		{"trace_id", r.traceID},
		{"first", r.first},
		{"last", r.last},
		{"finish", r.finish},
		{"spans", r.spans},
		{"errors", r.errors},
		{"services", r.services},
	}...)
}

func (r *traceRows) add(b *lineage.Block, g *glimpse) {
	r.origin.add(b, g.row)
	r.tenant.add(g.tenant)
	r.traceID.add(g.trace[:])
	r.first.add(g.first)
	r.last.add(g.last)
	r.finish.add(g.finish)
	r.spans.add(g.spans)
	r.errors.add(g.errors)
	for _, service := range g.services {
		r.services.items.add(service)
	}
	r.services.end(len(g.services))
}
