package lineage

import "iter"

// resettle finds anew where the shaken nodes stand, and gives every ranked object
// that no anchor reaches an execution of its own. Its root is an object that none of
// lower rank among them leads to, through what is no leaf; the members are what the
// walk down from the root finds among them.
func (f *flowGraph) resettle() {
	var pending []int32
	queued := make(set, len(f.shaken))
	push := func(n int32) {
		if !queued.has(n) && f.rank(n) != unranked {
			queued.add(n)
			pending = append(pending, n)
		}
	}
	for n := range f.shaken {
		push(n)
	}
	clear(f.shaken)
	candidates := make(set)
	for i := 0; i < len(pending); i++ {
		n := pending[i]
		old, now := f.standing[n]&(isAnchored|isAdrift), f.place(n)
		f.standing[n] = f.standing[n]&^(isAnchored|isAdrift) | now
		if old|now == isAnchored || old|now == 0 {
			if f.stands(n) && f.g.nodes[n].typ != f.anchorType {
				candidates.add(n)
			}
			continue // it was not adrift, and is not now; what it leads to was walked
		}
		if old == isAdrift && now == isAdrift && f.leaf(n) && !f.stands(n) && !f.isTop(n) {
			continue // what is new at its other end brings it along; the rest stays
		}
		if old != now && !f.leaf(n) {
			// What it leads to may have hung on it, or may hang on it now.
			for m := range f.neighbours(n) {
				push(m)
			}
		}
		f.climb(n, candidates)
	}
	for c := range candidates {
		f.stand(c, f.isLoose(c) && f.isTop(c))
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
