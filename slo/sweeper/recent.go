package sweeper

import (
	"slices"
	"sync"

	"throughline/slo"
)

// remembered is how many transitions are kept in memory at most.
const remembered = 20_000

// recent are the transitions that were recorded last and that somebody has still to
// read, without a gap: mostly they are asked for at once, and need not be taken apart
// again. What is older, and what a commit holds that was thought to have failed, is in
// the file alone.
type recent struct {
	mu  sync.Mutex
	all []slo.Transition
}

// add takes transitions that are recorded, in the order of their numbers.
func (r *recent) add(told []slo.Transition) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if n := len(r.all); n > 0 && r.all[n-1].Seq+1 != told[0].Seq {
		r.all = nil
	}
	r.all = append(r.all, told...)
	r.all = r.all[max(0, len(r.all)-remembered):]
}

// drop forgets those up to seq.
func (r *recent) drop(seq uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for len(r.all) > 0 && r.all[0].Seq <= seq {
		r.all = r.all[1:]
	}
	if len(r.all) == 0 {
		r.all = nil
	}
}

// after returns at most limit transitions beyond seq, or none when the next one is
// not remembered.
func (r *recent) after(seq uint64, limit int) []slo.Transition {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.all) == 0 || seq+1 < r.all[0].Seq || seq >= r.all[len(r.all)-1].Seq {
		return nil
	}
	from := int(seq + 1 - r.all[0].Seq)
	return slices.Clone(r.all[from:min(from+limit, len(r.all))])
}
