package otlp

import (
	"slices"
	"time"

	"throughline/lineage"
)

// DecodeTraces appends the spans of a scanned request to out and returns apart
// those that cannot be stored. The error is of kind Invalid, for bytes that
// ScanTraces would have refused; then nothing is appended.
func (d *Decoder) DecodeTraces(body []byte, tenant string, ingested time.Time, out []lineage.Span) ([]lineage.Span, []Reject, error) {
	d.tidy()
	before := len(out)
	c := shared{tenant: tenant, ingested: ingested}
	var rejects []Reject
	index := 0
	ok := d.walk(body, &c, func(n int) { out = slices.Grow(out, n) }, func(raw []byte) bool {
		out = append(out, lineage.Span{})
		reason, ok := d.span(raw, &c, &out[len(out)-1])
		if reason != "" {
			out = out[:len(out)-1]
			rejects = append(rejects, Reject{Index: index, Reason: reason, Raw: raw})
		}
		index++
		return ok
	})
	if !ok {
		return out[:before], nil, errUnscanned("decode OTLP traces")
	}
	return out, rejects, nil
}

// The tags of a span.
const (
	spanTrace     = 1<<3 | bytesType
	spanSelf      = 2<<3 | bytesType
	spanState     = 3<<3 | bytesType
	spanParent    = 4<<3 | bytesType
	spanName      = 5<<3 | bytesType
	spanKind      = 6<<3 | varintType
	spanStart     = 7<<3 | fixed64Type
	spanEnd       = 8<<3 | fixed64Type
	spanEvents    = 11<<3 | bytesType
	spanLinks     = 13<<3 | bytesType
	spanStatus    = 15<<3 | bytesType
	spanFlags     = 16<<3 | fixed32Type
	statusMessage = 2<<3 | bytesType
	statusCode    = 3<<3 | varintType
)

// span decodes one span. It returns why the span cannot be stored, if so.
func (d *Decoder) span(raw []byte, c *shared, s *lineage.Span) (reason string, ok bool) {
	var start, end uint64
	var status []byte
	attributes, events, links := false, false, false
	s.Kind, s.Status = unspecified, unset
	for i := 0; i < len(raw); {
		var tag uint64
		var v []byte
		if tag, i = varint(raw, i); i < 0 {
			return "", false
		}
		switch tag {
		case spanTrace:
			v, i = chunk(raw, i)
			s.TraceID = lineage.TraceID{}
			copy(s.TraceID[:], v)
		case spanSelf:
			v, i = chunk(raw, i)
			s.SpanID = lineage.SpanID{}
			copy(s.SpanID[:], v)
		case spanParent:
			v, i = chunk(raw, i)
			s.Parent = lineage.SpanID{}
			copy(s.Parent[:], v)
		case spanState:
			v, i = chunk(raw, i)
			s.State = view(v)
		case spanName:
			v, i = chunk(raw, i)
			s.Name = view(v)
		case spanKind:
			var n uint64
			n, i = varint(raw, i)
			s.Kind = kindName(n)
		case spanStart:
			start, i = fixed64(raw, i)
		case spanEnd:
			end, i = fixed64(raw, i)
		case attributesOfSpan:
			attributes = true
			_, i = chunk(raw, i)
		case spanEvents:
			events = true
			_, i = chunk(raw, i)
		case spanLinks:
			links = true
			_, i = chunk(raw, i)
		case spanStatus:
			if status, i = chunk(raw, i); i >= 0 && !readStatus(status, s) {
				return "", false
			}
		case spanFlags:
			s.Flags, i = fixed32(raw, i)
		default:
			i = skip(raw, i, tag)
		}
		if i < 0 {
			return "", false
		}
	}
	s.Attributes, ok = "{}", true
	if attributes {
		s.Attributes, ok = d.attributes(raw, attributesOfSpan)
	}
	if events && ok {
		s.Events, ok = d.events(raw)
	}
	if links && ok {
		s.Links, ok = d.links(raw)
	}
	s.Business = d.wanted.take(c.business)
	s.Tenant, s.Ingested, s.Service, s.Resource = c.tenant, c.ingested, c.service, c.resource
	s.ScopeName, s.ScopeVersion, s.Hash = c.scopeName, c.scopeVersion, c.hash(raw)
	switch {
	case !ok:
	case !possible(start):
		reason = impossible("startTimeUnixNano", start)
	case end > start && !possible(end):
		reason = impossible("endTimeUnixNano", end)
	default:
		s.Start = instant(start)
		if end > start {
			s.Duration = time.Duration(end - start)
		}
	}
	return reason, ok
}

func readStatus(raw []byte, s *lineage.Span) bool {
	for i := 0; i >= 0 && i < len(raw); {
		var tag, n uint64
		var v []byte
		if tag, i = varint(raw, i); i < 0 {
			return false
		}
		switch tag {
		case statusMessage:
			v, i = chunk(raw, i)
			s.StatusMessage = view(v)
		case statusCode:
			n, i = varint(raw, i)
			s.Status = statusName(n)
		default:
			i = skip(raw, i, tag)
		}
		if i < 0 {
			return false
		}
	}
	return true
}
