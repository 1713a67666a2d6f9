package otlp

import (
	"slices"
	"strings"

	"throughline/lineage"
)

// wanted knows the attribute keys that the catalogue asked for, and gathers
// their values for one item at a time. Values are copies, not views: an id
// outlives by far the request that it came in.
type wanted struct {
	sieve [256]bool // by mesh; most keys fall through before they are looked up
	keys  map[string]string
	found []lineage.Attr
	slab  []lineage.Attr // room for what is taken
}

// slabSize is how many attributes are allocated at a time.
const slabSize = 256

func newWanted(keys []string) wanted {
	w := wanted{keys: make(map[string]string, len(keys))}
	for _, k := range keys {
		k = strings.Clone(k)
		w.keys[k] = k
		w.sieve[mesh([]byte(k))] = true
	}
	return w
}

// mesh is where a key falls in the sieve: by its length, its middle and its ends.
func mesh(key []byte) uint8 {
	n := len(key)
	if n == 0 {
		return 0
	}
	return uint8(n) ^ key[0]<<3 ^ key[n-1]<<1 ^ key[n/2]
}

// note keeps a value, if its key is wanted and has none yet: of several the
// first counts, as in pdata's maps.
func (w *wanted) note(key, value []byte) {
	if name, ok := w.keys[string(key)]; ok && !has(w.found, name) {
		w.found = append(w.found, lineage.Attr{Key: name, Value: string(value)})
	}
}

// take returns what was noted since the last call, and then those attributes of
// the resource that the item does not have itself.
func (w *wanted) take(ofResource []lineage.Attr) []lineage.Attr {
	if len(w.found) == 0 {
		return ofResource
	}
	if most := len(w.found) + len(ofResource); cap(w.slab)-len(w.slab) < most {
		w.slab = make([]lineage.Attr, 0, max(slabSize, most))
	}
	from := len(w.slab)
	w.slab = append(w.slab, w.found...)
	for _, a := range ofResource {
		if !has(w.found, a.Key) {
			w.slab = append(w.slab, a)
		}
	}
	w.found = w.found[:0]
	return w.slab[from:len(w.slab):len(w.slab)]
}

func has(attrs []lineage.Attr, key string) bool {
	return slices.ContainsFunc(attrs, func(a lineage.Attr) bool { return a.Key == key })
}
