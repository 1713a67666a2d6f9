package clickhouse

// An item is a column whose values can be an Array's.
type item interface {
	column
	grouped(ends []uint64) any // the values, cut at ends, for a driver batch
}

// list is an Array column over the column of its items: add to items, then end
// the row.
type list[C item] struct {
	items C
	ends  number[uint64]
	n     uint64 // items so far
}

// end closes a row of n items.
func (c *list[C]) end(n int) {
	c.n += uint64(n)
	c.ends.add(c.n)
}

func (c *list[C]) kind() string           { return "Array(" + c.items.kind() + ")" }
func (c *list[C]) prefix(b []byte) []byte { return c.items.prefix(b) }
func (c *list[C]) values() any            { return c.items.grouped(c.ends.all) }

func (c *list[C]) segments(to [][]byte) [][]byte {
	return c.items.segments(c.ends.segments(to))
}

func (c *list[C]) capacity() int { return c.items.capacity() + c.ends.capacity() }
func (c *list[C]) size() int     { return c.items.size() + c.ends.size() }

func (c *list[C]) reset() {
	c.items.reset()
	c.ends.reset()
	c.n = 0
}

// split cuts a slice at ends.
func split[T any](all []T, ends []uint64) [][]T {
	rows, from := make([][]T, 0, len(ends)), uint64(0)
	for _, end := range ends {
		rows = append(rows, all[from:end:end])
		from = end
	}
	return rows
}
