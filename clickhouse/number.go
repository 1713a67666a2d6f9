package clickhouse

import (
	"time"
	"unsafe"
)

// number is a column of integers, or of what ClickHouse keeps as integers.
type number[T uint8 | int8 | uint16 | uint32 | uint64 | int64] struct {
	typ  string
	time func(T) time.Time // for types that a driver batch takes as times
	all  []T
}

func (c *number[T]) add(v T)                { c.all = append(c.all, v) }
func (c *number[T]) kind() string           { return c.typ }
func (c *number[T]) prefix(b []byte) []byte { return b }
func (c *number[T]) capacity() int          { return 8 * cap(c.all) }
func (c *number[T]) size() int              { return 8 * len(c.all) }
func (c *number[T]) reset()                 { c.all = c.all[:0] }

// segments gives the values as they lie in memory: Native is little-endian, and
// so is every machine that ClickHouse runs on.
func (c *number[T]) segments(to [][]byte) [][]byte {
	if len(c.all) == 0 {
		return to
	}
	var one T
	return append(to, unsafe.Slice((*byte)(unsafe.Pointer(&c.all[0])), len(c.all)*int(unsafe.Sizeof(one))))
}

func (c *number[T]) values() any {
	if c.time == nil {
		return c.all
	}
	return c.times()
}

func (c *number[T]) grouped(ends []uint64) any {
	if c.time == nil {
		return split(c.all, ends)
	}
	return split(c.times(), ends)
}

func (c *number[T]) times() []time.Time {
	times := make([]time.Time, len(c.all))
	for i, v := range c.all {
		times[i] = c.time(v)
	}
	return times
}
