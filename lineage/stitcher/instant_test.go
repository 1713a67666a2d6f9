package stitcher

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestAnInstantIsATime(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string) time.Time {
			if rapid.IntRange(0, 9).Draw(t, "no "+name) == 0 {
				return time.Time{}
			}
			return time.Unix(rapid.Int64Range(-1<<40, 1<<40).Draw(t, name), rapid.Int64Range(0, 1e9-1).Draw(t, "nanoseconds")).UTC()
		}
		a, b := draw("one"), draw("another")
		want := a.Compare(b)
		if a.IsZero() != b.IsZero() {
			if want = 1; b.IsZero() { // what nobody knows is after all others
				want = -1
			}
		}
		if m := instantOf(a); m.time() != a || m.compare(instantOf(b)) != want {
			t.Fatalf("%v is %v, and beside %v %d; want %d", a, m.time(), b, m.compare(instantOf(b)), want)
		}
	})
}
