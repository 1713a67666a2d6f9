package otlp

import (
	"fmt"
	"math/bits"
	"time"

	"github.com/cespare/xxhash/v2"

	"throughline/lineage"
)

// DecodeLogs appends the log records of a scanned request to out, like
// DecodeTraces.
func (d *Decoder) DecodeLogs(body []byte, tenant string, ingested time.Time, out []lineage.Log) ([]lineage.Log, []Reject, error) {
	d.context = context{tenant: tenant, ingested: ingested}
	var rejects []Reject
	index := 0
	err := d.walk(body, func(raw []byte) {
		out = append(out, lineage.Log{})
		if reason := d.record(raw, &out[len(out)-1]); reason != "" {
			out = out[:len(out)-1]
			rejects = append(rejects, Reject{Index: index, Reason: reason, Raw: raw})
		}
		index++
	})
	return out, rejects, err
}

// record decodes one log record; it returns why it cannot be stored, or "".
func (d *Decoder) record(raw []byte, l *lineage.Log) string {
	c := &d.context
	l.Tenant, l.Ingested, l.Service, l.Resource, l.ResourceSchema = c.tenant, c.ingested, c.service, c.resource, c.resourceSchema
	l.ScopeName, l.ScopeVersion, l.ScopeAttrs, l.ScopeSchema = c.scopeName, c.scopeVersion, c.scopeAttrs, c.scopeSchema
	l.Hash = xxhash.Sum64(raw) ^ bits.RotateLeft64(c.resourceHash, 1)
	var at, observed uint64
	r := reader{rest: raw}
	for r.next() {
		switch r.num {
		case 1:
			at = r.value
		case 11:
			observed = r.value
		case 2:
			l.Severity = uint8(min(r.value, 24))
		case 3:
			l.SeverityText = view(r.data)
		case 5:
			l.Body = view(asText(r.data))
		case 8:
			l.Flags = uint32(r.value)
		case 9:
			copy(l.TraceID[:], r.data)
		case 10:
			copy(l.SpanID[:], r.data)
		case 12:
			l.EventName = view(r.data)
		}
	}
	if r.bad {
		return malformed
	}
	if at == 0 {
		at = observed
	}
	switch {
	case at == 0:
		l.Time = c.ingested
	case !plausible(at):
		return fmt.Sprintf("timeUnixNano is %d; want nanoseconds since 1970 of a time before 2200, or 0", at)
	default:
		l.Time = time.Unix(0, int64(at)).UTC()
	}
	l.Attributes = d.attributesIn(raw, 6, nil)
	l.Business = d.withResource(d.take())
	return ""
}
