package otlp

import (
	"fmt"
	"math/bits"
	"time"

	"github.com/cespare/xxhash/v2"

	"throughline/lineage"
)

// DecodeTraces appends the spans of a scanned request to out. Spans that cannot
// be stored are returned as rejects. The error is of kind Invalid, for bytes
// that a scan would have refused.
func (d *Decoder) DecodeTraces(body []byte, tenant string, ingested time.Time, out []lineage.Span) ([]lineage.Span, []Reject, error) {
	d.context = context{tenant: tenant, ingested: ingested}
	var rejects []Reject
	index := 0
	err := d.walk(body, func(raw []byte) {
		out = append(out, lineage.Span{})
		if reason := d.span(raw, &out[len(out)-1]); reason != "" {
			out = out[:len(out)-1]
			rejects = append(rejects, Reject{Index: index, Reason: reason, Raw: raw})
		}
		index++
	})
	return out, rejects, err
}

// span decodes one span; it returns why the span cannot be stored, or "".
func (d *Decoder) span(raw []byte, s *lineage.Span) string {
	c := &d.context
	s.Tenant, s.Ingested, s.Service, s.Resource = c.tenant, c.ingested, c.service, c.resource
	s.ScopeName, s.ScopeVersion = c.scopeName, c.scopeVersion
	s.Kind, s.Status = "Unspecified", "Unset"
	s.Hash = xxhash.Sum64(raw) ^ bits.RotateLeft64(c.resourceHash, 1)
	var start, end uint64
	attributes, events, links := false, false, false
	r := reader{rest: raw}
	for r.next() {
		switch r.num {
		case 1:
			copy(s.TraceID[:], r.data)
		case 2:
			copy(s.SpanID[:], r.data)
		case 3:
			s.State = view(r.data)
		case 4:
			copy(s.Parent[:], r.data)
		case 5:
			s.Name = view(r.data)
		case 6:
			s.Kind = kindName(r.value)
		case 7:
			start = r.value
		case 8:
			end = r.value
		case 9:
			attributes = true
		case 11:
			events = true
		case 13:
			links = true
		case 15:
			d.status(r.data, s)
		case 16:
			s.Flags = uint32(r.value)
		}
	}
	if r.bad {
		return malformed
	}
	if !plausible(start) {
		return fmt.Sprintf("startTimeUnixNano is %d; want nanoseconds since 1970 of a time before 2200", start)
	}
	s.Start = time.Unix(0, int64(start)).UTC()
	if end > start && plausible(end) {
		s.Duration = time.Duration(end - start)
	}
	s.Attributes = "{}"
	if attributes {
		s.Attributes = d.attributesIn(raw, 9, nil)
	}
	s.Business = d.withResource(d.take())
	if events {
		s.Events = d.events(raw)
	}
	if links {
		s.Links = d.links(raw)
	}
	d.business = d.business[:0] // attributes of events and links are not the span's
	return ""
}

func (d *Decoder) status(raw []byte, s *lineage.Span) {
	for r := (reader{rest: raw}); r.next(); {
		switch {
		case r.num == 2 && r.wire == delimited:
			s.StatusMessage = view(r.data)
		case r.num == 3 && r.value == 1:
			s.Status = "Ok"
		case r.num == 3 && r.value == 2:
			s.Status = "Error"
		}
	}
}

func kindName(kind uint64) string {
	switch kind {
	case 1:
		return "Internal"
	case 2:
		return "Server"
	case 3:
		return "Client"
	case 4:
		return "Producer"
	case 5:
		return "Consumer"
	default:
		return "Unspecified"
	}
}

// events packs a span's events: [{"t":unix ns,"name":…,"attrs":{…}}].
func (d *Decoder) events(raw []byte) string {
	d.begin()
	d.byte('[')
	first := true
	for r := (reader{rest: raw}); r.next(); {
		if r.num != 11 || r.wire != delimited {
			continue
		}
		var at uint64
		var name []byte
		for e := (reader{rest: r.data}); e.next(); {
			switch {
			case e.num == 1:
				at = e.value
			case e.num == 2 && e.wire == delimited:
				name = e.data
			}
		}
		if !first {
			d.byte(',')
		}
		first = false
		d.raw(`{"t":`)
		d.uint(at)
		d.raw(`,"name":`)
		d.quote(name)
		d.raw(`,"attrs":`)
		d.appendAttributes(r.data, 3, nil)
		d.byte('}')
	}
	d.byte(']')
	return d.end()
}

// links packs a span's links: [{"trace":hex,"span":hex,"state":…,"attrs":{…}}].
func (d *Decoder) links(raw []byte) string {
	d.begin()
	d.byte('[')
	first := true
	for r := (reader{rest: raw}); r.next(); {
		if r.num != 13 || r.wire != delimited {
			continue
		}
		var trace, span, state []byte
		for l := (reader{rest: r.data}); l.next(); {
			switch {
			case l.wire != delimited:
			case l.num == 1:
				trace = l.data
			case l.num == 2:
				span = l.data
			case l.num == 3:
				state = l.data
			}
		}
		if !first {
			d.byte(',')
		}
		first = false
		d.raw(`{"trace":"`)
		d.hex(trace)
		d.raw(`","span":"`)
		d.hex(span)
		d.raw(`","state":`)
		d.quote(state)
		d.raw(`,"attrs":`)
		d.appendAttributes(r.data, 4, nil)
		d.byte('}')
	}
	d.byte(']')
	return d.end()
}
