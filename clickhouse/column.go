package clickhouse

import "encoding/binary"

// A column gathers the values of one column of one insert, already in
// ClickHouse's Native form, so that sending them copies nothing.
type column interface {
	kind() string                  // the ClickHouse type
	prefix(b []byte) []byte        // appends what goes before the values
	segments(to [][]byte) [][]byte // appends the values
	values() any                   // the values as a slice, for a driver batch
	size() int                     // about how many bytes it takes
	capacity() int                 // about how many bytes of memory it holds on to
	reset()                        // empties it and keeps its memory
}

// text is a String column.
type text struct {
	buf []byte
	n   int
}

func (c *text) add(s string) {
	c.buf = append(binary.AppendUvarint(c.buf, uint64(len(s))), s...)
	c.n++
}

func (c *text) addBytes(b []byte) {
	c.buf = append(binary.AppendUvarint(c.buf, uint64(len(b))), b...)
	c.n++
}

func (c *text) kind() string                  { return "String" }
func (c *text) prefix(b []byte) []byte        { return b }
func (c *text) segments(to [][]byte) [][]byte { return append(to, c.buf) }
func (c *text) capacity() int                 { return cap(c.buf) }
func (c *text) size() int                     { return len(c.buf) }
func (c *text) reset()                        { c.buf, c.n = c.buf[:0], 0 }
func (c *text) values() any                   { return c.strings() }
func (c *text) grouped(ends []uint64) any     { return split(c.strings(), ends) }

func (c *text) strings() []string {
	all := make([]string, 0, c.n)
	for rest := c.buf; len(rest) > 0; {
		size, n := binary.Uvarint(rest)
		all = append(all, string(rest[n:n+int(size)]))
		rest = rest[n+int(size):]
	}
	return all
}

// fixed is a FixedString column of 8 or 16 bytes.
type fixed struct {
	typ   string
	width int
	buf   []byte
}

func (c *fixed) add(p []byte)                  { c.buf = append(c.buf, p...) }
func (c *fixed) kind() string                  { return c.typ }
func (c *fixed) prefix(b []byte) []byte        { return b }
func (c *fixed) segments(to [][]byte) [][]byte { return append(to, c.buf) }
func (c *fixed) capacity() int                 { return cap(c.buf) }
func (c *fixed) size() int                     { return len(c.buf) }
func (c *fixed) reset()                        { c.buf = c.buf[:0] }

func (c *fixed) values() any {
	all := make([]string, 0, len(c.buf)/c.width)
	for rest := c.buf; len(rest) > 0; rest = rest[c.width:] {
		all = append(all, string(rest[:c.width]))
	}
	return all
}
