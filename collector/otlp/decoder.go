package otlp

import (
	"time"

	"github.com/cespare/xxhash/v2"

	"throughline/lineage"
)

// Decoder turns scanned requests into rows. The rows share memory with the
// request and with each other; neither may be changed. A Decoder may be used
// for one request after another, not concurrently.
type Decoder struct {
	keys map[string]bool // attributes that the catalogue asked for
	arena
	business []lineage.Attr
	context  context
}

// context is what the items of one resource and scope share.
type context struct {
	tenant   string
	ingested time.Time

	service        string
	resource       string
	resourceSchema string
	resourceHash   uint64
	business       []lineage.Attr // of the resource

	scopeName    string
	scopeVersion string
	scopeAttrs   string
	scopeSchema  string
}

// Reject is an item that cannot be stored as it is: its bytes go to quarantine.
type Reject struct {
	Index  int // of the span or log record in the request
	Reason string
	Raw    []byte
}

// NewDecoder returns a decoder that collects the attributes with these keys.
func NewDecoder(keys []string) *Decoder {
	d := &Decoder{keys: make(map[string]bool, len(keys))}
	for _, key := range keys {
		d.keys[key] = true
	}
	return d
}

// walk goes through a request to its items, with the context of each.
func (d *Decoder) walk(body []byte, item func([]byte)) error {
	request := reader{rest: body}
	for request.next() {
		if request.num == 1 && request.wire == delimited && !d.resource(request.data, item) {
			return errMalformed()
		}
	}
	if request.bad {
		return errMalformed()
	}
	return nil
}

func errMalformed() error {
	return lineage.Errorf(lineage.Invalid, "decode OTLP", "the request %s", malformed)
}

func (d *Decoder) resource(body []byte, item func([]byte)) bool {
	c := &d.context
	c.service, c.resource, c.resourceSchema, c.resourceHash, c.business = "", "", "", 0, nil
	// The resource may come after what it describes.
	r := reader{rest: body}
	for r.next() {
		switch {
		case r.num == 1 && r.wire == delimited:
			c.resourceHash = xxhash.Sum64(r.data)
			c.resource = d.attributesIn(r.data, 1, &c.service)
			c.business = d.take()
		case r.num == 3 && r.wire == delimited:
			c.resourceSchema = view(r.data)
		}
	}
	if r.bad {
		return false
	}
	if c.resource == "" {
		c.resource = "{}"
	}
	r = reader{rest: body}
	for r.next() {
		if r.num == 2 && r.wire == delimited && !d.scope(r.data, item) {
			return false
		}
	}
	return true
}

func (d *Decoder) scope(body []byte, item func([]byte)) bool {
	c := &d.context
	c.scopeName, c.scopeVersion, c.scopeAttrs, c.scopeSchema = "", "", "{}", ""
	r := reader{rest: body}
	for r.next() {
		switch {
		case r.num == 1 && r.wire == delimited:
			for s := (reader{rest: r.data}); s.next(); {
				switch {
				case s.num == 1 && s.wire == delimited:
					c.scopeName = view(s.data)
				case s.num == 2 && s.wire == delimited:
					c.scopeVersion = view(s.data)
				}
			}
			c.scopeAttrs = d.attributesIn(r.data, 3, nil)
			d.take()
		case r.num == 3 && r.wire == delimited:
			c.scopeSchema = view(r.data)
		}
	}
	if r.bad {
		return false
	}
	r = reader{rest: body}
	for r.next() {
		if r.num == 2 && r.wire == delimited {
			item(r.data)
		}
	}
	return true
}

// attributesIn packs the attributes that stand in field num of a message as a
// JSON object of strings, and notes those of business. With service, it finds
// service.name there.
func (d *Decoder) attributesIn(body []byte, num uint64, service *string) string {
	d.begin()
	d.appendAttributes(body, num, service)
	return d.end()
}

func (d *Decoder) appendAttributes(body []byte, num uint64, service *string) {
	d.byte('{')
	first := true
	for r := (reader{rest: body}); r.next(); {
		if r.num != num || r.wire != delimited {
			continue
		}
		key, raw := pair(r.data)
		if !first {
			d.byte(',')
		}
		first = false
		d.quote(key)
		d.byte(':')
		d.quoteValue(raw)
		if d.keys[string(key)] {
			d.business = append(d.business, lineage.Attr{Key: view(key), Value: view(asText(raw))})
		}
		if service != nil && string(key) == "service.name" {
			*service = view(asText(raw))
		}
	}
	d.byte('}')
}

// take returns the business attributes noted since it was last called.
func (d *Decoder) take() []lineage.Attr {
	if len(d.business) == 0 {
		return nil
	}
	taken := append([]lineage.Attr(nil), d.business...)
	d.business = d.business[:0]
	return taken
}

// withResource adds the business attributes of the resource to an item's own.
func (d *Decoder) withResource(own []lineage.Attr) []lineage.Attr {
	if len(d.context.business) == 0 {
		return own
	}
	return append(own, d.context.business...)
}

// plausible tells whether a time in ns since 1970 can be one: systems that have
// no clock write 0, and those that confuse units land far outside.
func plausible(ns uint64) bool {
	const day = 24 * uint64(time.Hour)
	return ns >= day && ns < 230*365*day
}
