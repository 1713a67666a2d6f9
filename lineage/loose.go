package lineage

import "iter"

// resettle finds anew where the shaken nodes stand, and gives every ranked object
// that no anchor reaches an execution of its own. Its root is an object that none of
// lower rank among them leads to, through what is no leaf; the members are what the
// walk down from the root finds among them.
func (f *flowGraph) resettle() {
	f.queued = make(set, len(f.shaken))
	var pending []int32
	push := func(n int32) {
		if !f.queued.has(n) && f.rank(n) != unranked {
			f.queued.add(n)
			pending = append(pending, n)
		}
	}
	for n := range f.shaken {
		push(n)
	}
	clear(f.shaken)
	for i := 0; i < len(pending); i++ {
		f.replace(pending[i], push)
	}
	for c := range f.loosest {
		if is := f.isLoose(c) && f.isTop(c); !f.g.Lacks() {
			f.stand(c, is)
		}
	}
	if f.g.Lacks() {
		f.shaken, f.queued = f.queued, nil // all of it once more
		return
	}
	clear(f.loosest)
	f.queued = nil
}

// replace finds anew where a node stands, and collects what may be a root or not with it.
func (f *flowGraph) replace(n int32, push func(int32)) {
	old, now := f.standing[n]&(isAnchored|isAdrift), f.place(n)
	above, below := make(set), []int32(nil)
	switch {
	case old|now == isAnchored || old|now == 0:
		if f.stands(n) && f.g.nodes[n].typ != f.anchorType {
			above.add(n)
		}
		// it was not adrift, and is not now; what it leads to was walked
	case old == isAdrift && now == isAdrift && f.leaf(n) && !f.stands(n) && !f.isTop(n):
		// what is new at its other end brings it along; the rest stays
	default:
		if old != now && !f.leaf(n) {
			// What it leads to may have hung on it, or may hang on it now.
			for m := range f.neighbours(n) {
				if now != isAnchored || !f.g.nodes[m].has(isAway) {
					below = append(below, m)
				}
			}
		}
		f.climb(n, above)
	}
	if f.g.Lacks() {
		return
	}
	f.standing[n] = f.standing[n]&^(isAnchored|isAdrift) | now
	for m := range above {
		f.loosest.add(m)
	}
	for _, m := range below {
		push(m)
	}
}

// place tells whether an anchor reaches a node.
func (f *flowGraph) place(n int32) standing {
	if f.g.nodes[n].canon != n || !f.ranked(n) || f.g.nodes[n].typ == f.anchorType || !f.g.named(n) {
		return 0
	}
	if f.isLoose(n) {
		return isAdrift
	}
	return isAnchored
}

// isTop tells whether nothing loose of lower rank leads to a loose node.
func (f *flowGraph) isTop(n int32) bool {
	for range f.parents(n) {
		return false
	}
	return true
}

// parents yields the loose nodes of lower rank that lead to a node. One may come more
// than once.
func (f *flowGraph) parents(n int32) iter.Seq[int32] {
	return func(yield func(int32) bool) {
		rank := f.rank(n)
		for m := range f.neighbours(n) {
			if f.rank(m) < rank && !f.leaf(m) && f.isLoose(m) && !yield(m) {
				return
			}
		}
	}
}

// climb collects the roots whose walk leads to a node: the loose ones above it, and
// beside it by what is crossed between equal ranks, to which nothing loose leads; and
// those on the way under whose name an execution stands, which is theirs no more.
func (f *flowGraph) climb(n int32, candidates set) {
	visited := set{n: {}}
	pending := []int32{n}
	for len(pending) > 0 {
		x := pending[len(pending)-1]
		pending = pending[:len(pending)-1]
		rank, top := f.rank(x), f.isLoose(x)
		for m, qualifier := range f.neighbours(x) {
			above := f.rank(m) < rank
			if !above && !(f.rank(m) == rank && f.same[qualifier]) || !f.isLoose(m) {
				continue
			}
			if f.leaf(m) {
				candidates.add(m) // nothing is walked through it, unless it is a root
				continue
			}
			top = top && !above
			if !visited.has(m) {
				visited.add(m)
				pending = append(pending, m)
			}
		}
		if top || f.stands(x) && f.g.nodes[x].typ != f.anchorType {
			candidates.add(x)
		}
	}
}

// rootsOf returns the roots whose loose executions hold a canonical node.
func (f *flowGraph) rootsOf(n int32) []int32 {
	if int(n) >= len(f.standing) || f.standing[n]&isAdrift == 0 || !f.isLoose(n) {
		return nil
	}
	above := make(set)
	f.climb(n, above)
	var roots []int32
	for r := range above {
		if f.stands(r) {
			roots = append(roots, r)
		}
	}
	return roots
}
