package sweeper

import (
	"container/heap"
	"time"

	"throughline/lineage"
	"throughline/slo"
)

// watch is one SLA with its clocks.
type watch struct {
	rule   *slo.Rule     // nil: the catalogue does not have it any more
	lag    time.Duration // that its closing source is given
	open   int
	due    dueHeap           // what has to be looked at, and when
	breach map[slo.Key]*kept // open breaches, provisional ones too
	ended  *tally
}

func newWatch() *watch { return &watch{breach: make(map[slo.Key]*kept), ended: newTally()} }

// kept is one clock, with what every execution says of its subject.
type kept struct {
	clock slo.Clock
	parts map[lineage.ExecutionRef]slo.Part
	at    int       // place in the heap; -1: nothing to look at
	next  time.Time // when to look at it
}

// facts puts together what all executions say.
func (k *kept) facts() []slo.Fact {
	var all []slo.Fact
	for _, p := range k.parts {
		all = append(all, p.Facts...)
	}
	return all
}

// impact is what the smallest anchored execution says, or else the smallest.
func (k *kept) impact() slo.Impact {
	var best slo.Part
	var bestRef lineage.ExecutionRef
	found := false
	for ref, p := range k.parts {
		before := ref.Flow < bestRef.Flow || ref.Flow == bestRef.Flow && ref.Anchor.Compare(bestRef.Anchor) < 0
		if !found || best.Loose && !p.Loose || best.Loose == p.Loose && before {
			best, bestRef, found = p, ref, true
		}
	}
	return best.Impact
}

// count takes a clock into the figures of its SLA, or with -1 out of them.
func (w *watch) count(k *kept, by int) {
	c := &k.clock
	if c.Open() {
		w.open += by
	}
	switch {
	case c.Open() && c.Verdict == slo.Breached && by > 0:
		w.breach[c.Key] = k
	case by < 0:
		delete(w.breach, c.Key)
	}
	if c.State == slo.Ended {
		w.ended.add(c.EndedAt, c.Verdict, by)
	}
}

// plan sets when a clock is looked at next, without anything being told of it: when
// what kept its deadline must have arrived, or soon when that has passed and
// something is still on its way.
func (w *watch) plan(k *kept, now time.Time) {
	c := &k.clock
	switch {
	case c.State == slo.Running && c.Verdict != slo.Breached:
		k.next = c.DueAt.Add(w.lag)
		if !k.next.After(now) {
			k.next = now.Add(soon)
		}
	case c.State == slo.Running && c.Provisional:
		k.next = now.Add(again)
	default:
		if k.at >= 0 {
			heap.Remove(&w.due, k.at)
		}
		return
	}
	if k.at >= 0 {
		heap.Fix(&w.due, k.at)
	} else {
		heap.Push(&w.due, k)
	}
}

// How soon a clock is looked at again whose deadline has passed: while its breach
// waits for what is still on its way, and while it is provisional.
const (
	soon  = 100 * time.Millisecond
	again = time.Second
)

// dueHeap is a heap of clocks by when they are looked at.
type dueHeap []*kept

func (h dueHeap) Len() int           { return len(h) }
func (h dueHeap) Less(i, j int) bool { return h[i].next.Before(h[j].next) }
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
