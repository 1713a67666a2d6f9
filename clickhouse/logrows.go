package clickhouse

import (
	"cmp"
	"slices"
	"strings"

	"throughline/lineage"
)

// logRows are rows of the table logs.
type logRows struct {
	origin
	tenant, severityText, service, eventName word
	scopeName, scopeVersion, scopeSchema     word
	scopeAttrs, resourceSchema, resource     word
	traceID, spanID                          *fixed
	time, ingested                           *number[int64]
	flags                                    *number[uint32]
	severity                                 *number[uint8]
	body, attributes                         text
	hash                                     *number[uint64]
}

func newLogRows() *logRows {
	return &logRows{
		origin: newOrigin(), traceID: bytes16(), spanID: bytes8(), time: dateTime(), ingested: milliseconds(),
		flags: uint32Column(), severity: uint8Column(), hash: uint64Column(),
	}
}

func (r *logRows) table() string { return "logs" }

func (r *logRows) columns() []named {
	return append(r.origin.columns(), []named{
		{"tenant", &r.tenant},
		{"time", r.time},
		{"trace_id", r.traceID},
		{"span_id", r.spanID},
		{"flags", r.flags},
		{"severity", r.severity},
		{"severity_text", &r.severityText},
		{"service", &r.service},
		{"event_name", &r.eventName},
		{"body", &r.body},
		{"scope_name", &r.scopeName},
		{"scope_version", &r.scopeVersion},
		{"scope_schema", &r.scopeSchema},
		{"scope_attrs", &r.scopeAttrs},
		{"resource_schema", &r.resourceSchema},
		{"resource", &r.resource},
		{"attributes", &r.attributes},
		{"ingested", r.ingested},
		{"hash", r.hash},
	}...)
}

func (r *logRows) add(b *lineage.Block, row int) {
	l := &b.Logs[row]
	r.origin.add(b, row)
	r.tenant.add(l.Tenant)
	r.time.add(nanos(l.Time))
	r.traceID.add(l.TraceID[:])
	r.spanID.add(l.SpanID[:])
	r.flags.add(l.Flags)
	r.severity.add(l.Severity)
	r.severityText.add(l.SeverityText)
	r.service.add(l.Service)
	r.eventName.add(l.EventName)
	r.body.add(l.Body)
	r.scopeName.add(l.ScopeName)
	r.scopeVersion.add(l.ScopeVersion)
	r.scopeSchema.add(l.ScopeSchema)
	r.scopeAttrs.add(l.ScopeAttrs)
	r.resourceSchema.add(l.ResourceSchema)
	r.resource.add(l.Resource)
	r.attributes.add(l.Attributes)
	r.ingested.add(millis(l.Ingested))
	r.hash.add(l.Hash)
}

// logOrder gives the positions of logs in the order of the table's key.
func logOrder(logs []lineage.Log) []int {
	const bucket = hour / 12
	order := positions(len(logs))
	slices.SortStableFunc(order, func(i, j int) int {
		a, b := &logs[i], &logs[j]
		if c := strings.Compare(a.Tenant, b.Tenant); c != 0 {
			return c
		}
		s, t := nanos(a.Time), nanos(b.Time)
		return cmp.Or(cmp.Compare(s/bucket, t/bucket), strings.Compare(a.Service, b.Service), cmp.Compare(s, t))
	})
	return order
}

// positions are 0 to n-1.
func positions(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}
