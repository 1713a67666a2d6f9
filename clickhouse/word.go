package clickhouse

import (
	"encoding/binary"
	"slices"
)

// word is a LowCardinality(String) column: a dictionary and a key a row. Rows
// that follow each other mostly say the same, so the last one is tried first.
type word struct {
	known map[string]uint32
	dict  text
	keys  []uint32
	last  string
	key   uint32

	head, narrow []byte // scratch
}

func (c *word) add(s string) {
	if len(c.keys) == 0 || s != c.last {
		c.last, c.key = s, c.lookup(s)
	}
	c.keys = append(c.keys, c.key)
}

func (c *word) lookup(s string) uint32 {
	key, ok := c.known[s]
	if !ok {
		if c.known == nil {
			c.known = map[string]uint32{}
		}
		key = uint32(len(c.known))
		c.known[s] = key
		c.dict.add(s)
	}
	return key
}

func (c *word) kind() string { return "LowCardinality(String)" }

// prefix is the version of the serialisation: a dictionary in every block.
func (c *word) prefix(b []byte) []byte { return binary.LittleEndian.AppendUint64(b, 1) }

// segments writes flags and width of the keys, then dictionary and keys, each
// after its length.
func (c *word) segments(to [][]byte) [][]byte {
	if len(c.keys) == 0 {
		return to
	}
	const ownKeys, newDictionary = 1 << 9, 1 << 10
	width := uint64(0) // 1 byte, then 2, then 4
	switch n := len(c.known); {
	case n > 1<<16:
		width = 2
	case n > 1<<8:
		width = 1
	}
	c.head = binary.LittleEndian.AppendUint64(c.head[:0], ownKeys|newDictionary|width)
	c.head = binary.LittleEndian.AppendUint64(c.head, uint64(len(c.known)))
	c.narrow = binary.LittleEndian.AppendUint64(c.narrow[:0], uint64(len(c.keys)))
	c.narrow = slices.Grow(c.narrow, len(c.keys)<<width)
	switch width {
	case 0:
		for _, k := range c.keys {
			c.narrow = append(c.narrow, byte(k))
		}
	case 1:
		for _, k := range c.keys {
			c.narrow = binary.LittleEndian.AppendUint16(c.narrow, uint16(k))
		}
	default:
		for _, k := range c.keys {
			c.narrow = binary.LittleEndian.AppendUint32(c.narrow, k)
		}
	}
	return append(to, c.head, c.dict.buf, c.narrow)
}

func (c *word) values() any               { return c.strings() }
func (c *word) grouped(ends []uint64) any { return split(c.strings(), ends) }

func (c *word) strings() []string {
	dict := c.dict.strings()
	all := make([]string, len(c.keys))
	for i, k := range c.keys {
		all[i] = dict[k]
	}
	return all
}

func (c *word) capacity() int { return 4*cap(c.keys) + cap(c.narrow) + c.dict.capacity() }
func (c *word) size() int     { return 4*len(c.keys) + len(c.dict.buf) }

func (c *word) reset() {
	clear(c.known)
	c.dict.reset()
	c.keys, c.last = c.keys[:0], ""
}
