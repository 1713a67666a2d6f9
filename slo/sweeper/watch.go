package sweeper

import (
	"container/heap"
	"time"

	"throughline/slo"
)

// watch is one SLA with its clocks.
type watch struct {
	rule    *slo.Rule     // nil: the catalogue does not have it any more
	lag     time.Duration // that its closing source is given
	open    int
	due     dueHeap           // clocks whose deadline is ahead
	waiting map[slo.Key]*kept // whose deadline has passed, while what kept it may still be on its way
	breach  map[slo.Key]*kept // open breaches, provisional ones too
	unsure  int               // of these, the provisional ones
	ended   *tally
}

func newWatch() *watch {
	return &watch{waiting: make(map[slo.Key]*kept), breach: make(map[slo.Key]*kept), ended: newTally()}
}

// kept is one clock as it was recorded.
type kept struct {
	clock slo.Clock
	at    int       // place in the heap; -1: it is not there
	known time.Time // since when its subject is told of
}

// enter takes a clock into the figures of its SLA, and plans when it is looked at.
func (w *watch) enter(k *kept) {
	c := &k.clock
	if c.Open() {
		w.open++
	}
	switch {
	case c.Open() && c.Verdict == slo.Breached:
		w.breach[c.Key] = k
		if c.Provisional {
			w.unsure++
		}
	case c.State == slo.Running:
		heap.Push(&w.due, k)
	case c.State == slo.Ended:
		w.ended.add(c.EndedAt, c.Verdict, 1)
	}
}

// leave takes it out again, before it changes.
func (w *watch) leave(k *kept) {
	c := &k.clock
	if c.Open() {
		w.open--
	}
	if c.State == slo.Ended {
		w.ended.add(c.EndedAt, c.Verdict, -1)
	}
	if w.breach[c.Key] != nil && c.Provisional {
		w.unsure--
	}
	delete(w.breach, c.Key)
	delete(w.waiting, c.Key)
	if k.at >= 0 {
		heap.Remove(&w.due, k.at)
	}
}

// pass yields the clocks that have to be judged because time has passed: those
// whose deadline is over, and, when more is known than before, the provisional
// breaches that it decides.
func (w *watch) pass(at slo.Moment, known bool, yield func(slo.Key)) {
	for len(w.due) > 0 && !w.due[0].clock.DueAt.Add(w.lag).After(at.Now) {
		k := heap.Pop(&w.due).(*kept)
		w.waiting[k.clock.Key] = k
	}
	for key, k := range w.waiting {
		if at.Known = k.known; at.Over(k.clock.DueAt) {
			yield(key)
		}
	}
	if !known || w.unsure == 0 {
		return
	}
	for key, k := range w.breach {
		if k.clock.Provisional && !at.Watermark.Before(k.clock.DueAt) {
			yield(key)
		}
	}
}

// until is how long it is until pass has something to do.
func (w *watch) until(now time.Time) time.Duration {
	wait := idle
	if len(w.due) > 0 {
		wait = w.due[0].clock.DueAt.Add(w.lag).Sub(now)
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
type dueHeap []*kept

func (h dueHeap) Len() int           { return len(h) }
func (h dueHeap) Less(i, j int) bool { return h[i].clock.DueAt.Before(h[j].clock.DueAt) }
func (h dueHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].at, h[j].at = i, j
}

func (h *dueHeap) Push(x any) {
	k := x.(*kept)
	k.at = len(*h)
	*h = append(*h, k)
}

func (h *dueHeap) Pop() any {
	old := *h
	k := old[len(old)-1]
	old[len(old)-1] = nil
	*h, k.at = old[:len(old)-1], -1
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
		case !h[i].clock.DueAt.After(now):
			look = append(look, 2*i+1, 2*i+2)
		case first.IsZero() || h[i].clock.DueAt.Before(first):
			first = h[i].clock.DueAt
		}
	}
	return first
}
