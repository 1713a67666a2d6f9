package sweeper

import (
	"container/heap"
	"slices"
	"time"

	"throughline/slo"
)

// watch is one SLA with its clocks.
type watch struct {
	rule    *slo.Rule     // nil: the catalogue does not have it any more
	lag     time.Duration // that its closing source is given
	open    int
	due     dueHeap        // clocks whose deadline is ahead
	waiting map[*held]bool // whose deadline has passed, while what kept it may still be on its way
	breach  map[*held]bool // open breaches, provisional ones too
	unsure  int            // of these, the provisional ones
	ended   *tally
}

func newWatch() *watch {
	return &watch{waiting: make(map[*held]bool), breach: make(map[*held]bool), ended: newTally()}
}

// enter plans when an open clock is looked at. It counts it, too.
func (w *watch) enter(h *held) {
	if h.open {
		w.open++
	}
	switch {
	case h.breach:
		w.breach[h] = true
		if h.unsure {
			w.unsure++
		}
	case h.running:
		heap.Push(&w.due, h)
	}
}

// leave takes it out again, before it changes.
func (w *watch) leave(h *held) {
	if h.open {
		w.open--
	}
	if h.unsure {
		w.unsure--
	}
	delete(w.breach, h)
	delete(w.waiting, h)
	if h.at >= 0 {
		heap.Remove(&w.due, int(h.at))
	}
}

// pass yields the clocks that have to be judged because time has passed: those
// whose deadline is over, and, when more is known than before, the provisional
// breaches that it decides.
func (w *watch) pass(at slo.Moment, known bool, yield func(slo.Key)) {
	for len(w.due) > 0 && !w.due[0].due.Add(w.lag).After(at.Now) {
		w.waiting[heap.Pop(&w.due).(*held)] = true
	}
	for h := range w.waiting {
		if at.Known = h.since; at.Over(h.due) {
			yield(h.key)
		}
	}
	if !known || w.unsure == 0 {
		return
	}
	for h := range w.breach {
		if h.unsure && !at.Watermark.Before(h.due) {
			yield(h.key)
		}
	}
}

// until is how long it is until pass has something to do.
func (w *watch) until(now time.Time) time.Duration {
	wait := idle
	if len(w.due) > 0 {
		wait = w.due[0].due.Add(w.lag).Sub(now)
	}
	switch {
	case len(w.waiting) > 0:
		return min(wait, soon)
	case w.unsure > 0:
		return min(wait, again)
	default:
		return wait
	}
}

// dueHeap is a heap of clocks by their deadlines.
type dueHeap []*held

func (h dueHeap) Len() int           { return len(h) }
func (h dueHeap) Less(i, j int) bool { return h[i].due.Before(h[j].due) }
func (h dueHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].at, h[j].at = int32(i), int32(j)
}

func (h *dueHeap) Push(x any) {
	k := x.(*held)
	k.at = int32(len(*h))
	*h = append(*h, k)
}

func (h *dueHeap) Pop() any {
	old := *h
	k := old[len(old)-1]
	old[len(old)-1] = nil
	*h, k.at = old[:len(old)-1], -1
	if cap(old) > leastPeak && len(old) < cap(old)/4 {
		*h = slices.Clip(slices.Clone(*h))
	}
	return k
}

// after is the earliest deadline that is ahead, or the zero time. What has passed and waits
// for its source's lag lies above it, and is not much.
func (h dueHeap) after(now time.Time) time.Time {
	var first time.Time
	for look := []int{0}; len(look) > 0; {
		i := look[len(look)-1]
		look = look[:len(look)-1]
		switch {
		case i >= len(h):
		case !h[i].due.After(now):
			look = append(look, 2*i+1, 2*i+2)
		case first.IsZero() || h[i].due.Before(first):
			first = h[i].due
		}
	}
	return first
}
