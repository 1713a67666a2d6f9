package sweeper

import (
	"sync"

	"throughline/lineage"
	"throughline/slo"
)

// news is what the stitcher tells, until the sweeper takes it. The stitcher calls
// under its lock, so no more is done here than reading what the rules need.
type news struct {
	mu    sync.Mutex
	rules map[string][]*slo.Rule // by flow

	telling []told // since the last Through
	ready   []told // what belongs together is all there
	through uint64
	whole   bool // everything there is was told once
	void    bool // what was told before the next Anew is
	wake    chan struct{}
}

// told is one execution as the rules see it; parts has one list a rule. anew says by which
// catalogue is told from then on; what was told by another is void.
type told struct {
	ref    lineage.ExecutionRef
	parts  map[string][]slo.Part // by SLA
	cut    bool                  // there is more than its cap shows
	forget bool                  // the stitcher has let go of it
	anew   *lineage.Catalogue
	void   bool // also when it was told by the same catalogue
}

func newNews() *news {
	return &news{rules: make(map[string][]*slo.Rule), wake: make(chan struct{}, 1)}
}

// Anew forgets all that was told: it is told again, by a catalogue. When that is the same,
// what was told of executions that are let go of stays, and what was told before a start.
func (n *news) Anew(cat *lineage.Catalogue) {
	n.mu.Lock()
	defer n.mu.Unlock()
	clear(n.rules)
	for _, r := range rulesOf(cat) {
		n.rules[r.Flow] = append(n.rules[r.Flow], r)
	}
	for i := range n.telling { // it was given up, and is told again
		n.void = n.void || n.telling[i].void
	}
	n.telling = append(n.telling[:0:0], told{anew: cat, void: n.void})
	n.void = false
}

// Void says that what was told may not follow from what there is: at the next Anew it is
// void, whatever the catalogue.
func (n *news) Void() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.void = true
}

// rulesOf returns the rules of a catalogue, which has checked its SLAs.
func rulesOf(cat *lineage.Catalogue) []*slo.Rule {
	var rules []*slo.Rule
	for _, s := range cat.SLAs() {
		if r, err := slo.NewRule(s); err == nil {
			rules = append(rules, r)
		}
	}
	return rules
}

// Execution takes what the rules need of an execution; x is nil when it is gone.
func (n *news) Execution(ref lineage.ExecutionRef, x *lineage.Execution) {
	n.mu.Lock()
	defer n.mu.Unlock()
	rules := n.rules[ref.Flow]
	if len(rules) == 0 {
		return
	}
	t := told{ref: ref}
	if x != nil {
		t.parts, t.cut = make(map[string][]slo.Part, len(rules)), x.Truncated
		for _, r := range rules {
			if parts := r.Parts(x); len(parts) > 0 {
				t.parts[r.Name] = parts
			}
		}
	}
	n.telling = append(n.telling, t)
}

// Forget says that an execution is let go of, as it was told last. What it said may
// leave memory; it is told whole again when it changes.
func (n *news) Forget(ref lineage.ExecutionRef) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.rules[ref.Flow]) > 0 {
		n.telling = append(n.telling, told{ref: ref, forget: true})
	}
}

// Through says that what was told since the last call is all there.
func (n *news) Through(block uint64) {
	n.mu.Lock()
	n.ready = append(n.ready, n.telling...)
	n.telling = nil
	n.through, n.whole = block, true
	n.mu.Unlock()
	select {
	case n.wake <- struct{}{}:
	default:
	}
}

// take hands over what is ready, and up to which block all is told.
func (n *news) take() (ready []told, through uint64, whole bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	ready, n.ready = n.ready, nil
	return ready, n.through, n.whole
}
