package lineage

// resettle gives every ranked object that no anchor reaches an execution of
// its own. Its root is an object that none of lower rank among them leads to;
// the members are what the walk down from the root finds among them.
func (f *flowGraph) resettle() {
	adrift := make(set)
	for n := range f.shaken {
		if f.leaf(n) && len(f.inLoose[n]) > 0 && f.loose[n] == nil && f.isLoose(n) {
			continue // what is new at its other end brings it along; the rest stays
		}
		adrift.add(n)
		f.unsettle(n, adrift)
		// A neighbour may have been a root, or have had a root, that it no longer is.
		f.neighbours(f.g.nodes[n].canon, func(m, _ int32) { f.unsettle(m, adrift) })
	}
	roots := make(set)
	visited := make(set)
	for n := range adrift {
		if f.isLoose(n) {
			f.rootsAbove(n, roots, visited)
		}
	}
	for root := range roots {
		// A root that stood already may have stood for fewer.
		old := f.loose[root]
		now := f.walk(root, f.isLoose)
		now.events = f.eventsOf(root, now, nil)
		f.enter(f.inLoose, root, old, now)
		f.loose[root] = now
		f.changed[root] = true
	}
	clear(f.shaken)
}

// unsettle takes away the loose executions that a node is in and sets all their
// members adrift.
func (f *flowGraph) unsettle(n int32, adrift set) {
	if old := f.loose[n]; old != nil {
		f.dissolve(n, old, adrift)
	}
	for len(f.inLoose[n]) > 0 {
		root := f.inLoose[n][0]
		f.dissolve(root, f.loose[root], adrift)
	}
}

func (f *flowGraph) dissolve(root int32, old *body, adrift set) {
	for _, n := range old.walked {
		adrift.add(n)
	}
	f.enter(f.inLoose, root, old, nil)
	delete(f.loose, root)
	f.changed[root] = true
}

// isLoose tells whether a canonical node belongs among what no anchor reaches.
func (f *flowGraph) isLoose(n int32) bool {
	return f.g.nodes[n].canon == n && f.ranked(n) && f.g.nodes[n].typ != f.anchorType &&
		len(f.inAnchor[n]) == 0 && f.g.named(n)
}

// rootsAbove climbs from a loose node to those that nothing loose of lower rank
// leads to. Leaves are not climbed through.
func (f *flowGraph) rootsAbove(n int32, roots, visited set) {
	pending := []int32{n}
	for len(pending) > 0 {
		n := pending[len(pending)-1]
		pending = pending[:len(pending)-1]
		if visited.has(n) {
			continue
		}
		visited.add(n)
		top := true
		f.neighbours(n, func(m, _ int32) {
			if f.rank(m) < f.rank(n) && !f.leaf(m) && f.isLoose(m) {
				top = false
				pending = append(pending, m)
			}
		})
		if top {
			roots.add(n)
		}
	}
}
