package otlp

import (
	"slices"
	"time"

	"throughline/lineage"
)

// DecodeLogs appends the log records of a scanned request to out; see
// DecodeTraces.
func (d *Decoder) DecodeLogs(body []byte, tenant string, ingested time.Time, out []lineage.Log) ([]lineage.Log, []Reject, error) {
	d.tidy()
	before := len(out)
	c := shared{tenant: tenant, ingested: ingested}
	var rejects []Reject
	index := 0
	ok := d.walk(body, &c, func(n int) { out = slices.Grow(out, n) }, func(raw []byte) bool {
		out = append(out, lineage.Log{})
		reason, ok := d.record(raw, &c, &out[len(out)-1])
		if reason != "" {
			out = out[:len(out)-1]
			rejects = append(rejects, Reject{Index: index, Reason: reason, Raw: raw})
		}
		index++
		return ok
	})
	if !ok {
		return out[:before], nil, errUnscanned("decode OTLP logs")
	}
	return out, rejects, nil
}

// The tags of a log record.
const (
	recordTime         = 1<<3 | fixed64Type
	recordSeverity     = 2<<3 | varintType
	recordSeverityText = 3<<3 | bytesType
	recordBody         = 5<<3 | bytesType
	recordFlags        = 8<<3 | fixed32Type
	recordTrace        = 9<<3 | bytesType
	recordSpan         = 10<<3 | bytesType
	recordObserved     = 11<<3 | fixed64Type
	recordEventName    = 12<<3 | bytesType
)

// record decodes one log record. It returns why it cannot be stored, if so.
func (d *Decoder) record(raw []byte, c *shared, l *lineage.Log) (reason string, ok bool) {
	var at, observed uint64
	var body anyValue
	for i := 0; i < len(raw); {
		var tag, n uint64
		var v []byte
		if tag, i = varint(raw, i); i < 0 {
			return "", false
		}
		switch tag {
		case recordTime:
			at, i = fixed64(raw, i)
		case recordObserved:
			observed, i = fixed64(raw, i)
		case recordSeverity:
			n, i = varint(raw, i)
			l.Severity = uint8(n)
		case recordSeverityText:
			v, i = chunk(raw, i)
			l.SeverityText = view(v)
		case recordBody:
			if v, i = chunk(raw, i); i >= 0 && !body.read(v) {
				return "", false
			}
		case recordFlags:
			l.Flags, i = fixed32(raw, i)
		case recordTrace:
			v, i = chunk(raw, i)
			l.TraceID = lineage.TraceID{}
			copy(l.TraceID[:], v)
		case recordSpan:
			v, i = chunk(raw, i)
			l.SpanID = lineage.SpanID{}
			copy(l.SpanID[:], v)
		case recordEventName:
			v, i = chunk(raw, i)
			l.EventName = view(v)
		default:
			i = skip(raw, i, tag)
		}
		if i < 0 {
			return "", false
		}
	}
	if l.Attributes, ok = d.attributes(raw, attributesOfRecord); ok {
		l.Body, ok = d.body(&body)
	}
	l.Business = d.wanted.take(c.business)
	l.Tenant, l.Ingested, l.Service, l.Hash = c.tenant, c.ingested, c.service, c.hash(raw)
	l.Resource, l.ResourceSchema = c.resource, c.resourceSchema
	l.ScopeName, l.ScopeVersion, l.ScopeAttrs, l.ScopeSchema = c.scopeName, c.scopeVersion, c.scopeAttrs, c.scopeSchema
	field := "timeUnixNano"
	if at == 0 {
		at, field = observed, "observedTimeUnixNano"
	}
	switch {
	case !ok:
	case at == 0:
		l.Time = c.ingested
	case !possible(at):
		reason = impossible(field, at)
	default:
		l.Time = instant(at)
	}
	return reason, ok
}

// body is a record's body as text: a string as it is, anything else as it is
// written for an attribute.
func (d *Decoder) body(v *anyValue) (string, bool) {
	if v.tag == stringTag {
		return view(v.raw), true
	}
	text, ok := d.appendValue(d.arena.begin(len(v.raw)+64), v)
	return d.arena.end(text), ok
}
