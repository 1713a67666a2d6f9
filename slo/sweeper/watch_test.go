package sweeper

import (
	"container/heap"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestTheNextDeadlineIsTheEarliestAheadWhateverHasJustPassed(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
		var h dueHeap
		var want time.Time
		for _, seconds := range rapid.SliceOf(rapid.IntRange(-20, 20)).Draw(t, "due") {
			k := &held{}
			k.due = now.Add(time.Duration(seconds) * time.Second)
			heap.Push(&h, k)
			if seconds > 0 && (want.IsZero() || k.due.Before(want)) {
				want = k.due
			}
		}
		if got := h.after(now); !got.Equal(want) {
			t.Fatalf("%s, want %s", got, want)
		}
	})
}
