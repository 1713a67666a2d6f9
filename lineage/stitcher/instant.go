package stitcher

import (
	"cmp"
	"math"
	"time"
)

// instant is a time in twelve bytes, in UTC.
type instant struct {
	high int32 // of the second
	low  uint32
	nano uint32
}

// unknown is when nobody knows: after everything else.
func unknown() instant { return instant{high: math.MaxInt32} }

func instantOf(t time.Time) instant {
	if t.IsZero() {
		return unknown()
	}
	return instant{int32(t.Unix() >> 32), uint32(t.Unix()), uint32(t.Nanosecond())}
}

func (m instant) known() bool { return m.high != math.MaxInt32 }

func (m instant) second() int64 { return int64(m.high)<<32 | int64(m.low) }

func (m instant) time() time.Time {
	if !m.known() {
		return time.Time{}
	}
	return time.Unix(m.second(), int64(m.nano)).UTC()
}

func (m instant) compare(n instant) int {
	if a, b := m.second(), n.second(); a != b {
		return cmp.Compare(a, b)
	}
	return cmp.Compare(m.nano, n.nano)
}
