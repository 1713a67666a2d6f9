package otlp

import (
	"encoding/binary"
	"time"

	"github.com/cespare/xxhash/v2"

	"throughline/lineage"
)

// Decoder turns scanned requests into rows. The rows share memory with the
// request, with each other and with those of the next request; none of it may
// be changed. Business attributes alone are copies. A Decoder may be used for
// one request after another, but not concurrently.
type Decoder struct {
	wanted  wanted
	arena   arena
	value   anyValue // the one in hand
	scratch []byte
	members []member
}

// NewDecoder returns a decoder that collects the attributes with these keys.
func NewDecoder(keys []string) *Decoder { return &Decoder{wanted: newWanted(keys)} }

// Reject is an item that cannot be stored as it is. It belongs in quarantine.
type Reject struct {
	Index  int    // of the span or log record in the request, over all resources
	Reason string // a sentence that names the field
	Raw    []byte // the item's own message: a part of the request, not a copy
}

// shared is what the items of one resource and scope have in common.
type shared struct {
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
	scopeHash    uint64
}

// hash is the identity of an item's content: its own bytes with those of its
// resource and scope.
func (c *shared) hash(raw []byte) uint64 {
	var sums [24]byte
	binary.LittleEndian.PutUint64(sums[:], xxhash.Sum64(raw))
	binary.LittleEndian.PutUint64(sums[8:], c.resourceHash)
	binary.LittleEndian.PutUint64(sums[16:], c.scopeHash)
	return xxhash.Sum64(sums[:])
}

// The tags of requests, resources' groups and scopes' groups, which are the
// same for traces and logs.
const (
	groupTag  = 1<<3 | bytesType // of a request
	sharedTag = 1<<3 | bytesType // the resource or scope of a group
	itemTag   = 2<<3 | bytesType // what it describes
	schemaTag = 3<<3 | bytesType
)

// walk goes through the items of a request. It tells expect how many are coming
// and gives each to item, with what it shares. False says that the bytes are
// not what a scan accepts.
func (d *Decoder) walk(body []byte, c *shared, expect func(n int), item func(raw []byte) bool) bool {
	return each(body, groupTag, func(_ int, group []byte) bool {
		return d.resource(group, c) && each(group, itemTag, func(_ int, group []byte) bool {
			if !d.scope(group, c) {
				return false
			}
			expect(count(group, itemTag))
			return each(group, itemTag, func(_ int, raw []byte) bool { return item(raw) })
		})
	})
}

// resource reads what describes a group of scopes. It may stand behind them,
// and in several pieces.
func (d *Decoder) resource(group []byte, c *shared) bool {
	c.service, c.resourceSchema, c.resourceHash = "", "", 0
	c.business = nil
	dst := append(d.arena.begin(min(len(group), arenaSize/8)), '{')
	named := false
	ok := each(group, sharedTag, func(_ int, raw []byte) bool {
		c.resourceHash = xxhash.Sum64(raw) + c.resourceHash*31
		var ok bool
		dst, ok = d.appendAttributes(dst, raw, attributesOfResource, true)
		return ok && each(raw, attributesOfResource, func(_ int, raw []byte) bool {
			var v anyValue
			key, ok := pair(raw, &v)
			if ok && !named && string(key) == "service.name" {
				var name []byte
				name, ok = d.appendValue(nil, &v)
				c.service, named = view(name), true
			}
			return ok
		})
	})
	c.resource = d.arena.end(append(dst, '}'))
	c.business = d.wanted.take(nil)
	return ok && each(group, schemaTag, func(_ int, raw []byte) bool {
		c.resourceSchema = view(raw)
		return true
	})
}

// scope reads what describes a group of items.
func (d *Decoder) scope(group []byte, c *shared) bool {
	c.scopeName, c.scopeVersion, c.scopeSchema, c.scopeHash = "", "", "", 0
	dst := append(d.arena.begin(64), '{')
	ok := each(group, sharedTag, func(_ int, raw []byte) bool {
		c.scopeHash = xxhash.Sum64(raw) + c.scopeHash*31
		ok := each(raw, nameOfScope, func(_ int, raw []byte) bool {
			c.scopeName = view(raw)
			return true
		})
		ok = ok && each(raw, versionOfScope, func(_ int, raw []byte) bool {
			c.scopeVersion = view(raw)
			return true
		})
		if ok {
			dst, ok = d.appendAttributes(dst, raw, attributesOfScope, false)
		}
		return ok
	})
	c.scopeAttrs = d.arena.end(append(dst, '}'))
	return ok && each(group, schemaTag, func(_ int, raw []byte) bool {
		c.scopeSchema = view(raw)
		return true
	})
}

// tidy forgets what the request before left, also if that broke off.
func (d *Decoder) tidy() {
	const most = 1 << 20
	d.wanted.found = d.wanted.found[:0]
	d.value = anyValue{}
	clear(d.members[:cap(d.members)])
	if cap(d.scratch) > most || cap(d.members) > most/64 {
		d.scratch, d.members = nil, nil
	}
}

// errUnscanned is the error for bytes that a scan would have refused.
func errUnscanned(op string) error {
	return lineage.Errorf(lineage.Invalid, op, "the request is not well-formed protobuf")
}
