package lineage

// disturb has everything recomputed that a canonical node is part of. It is called
// before what holds it there changes, and after.
func (f *flowGraph) disturb(n int32) {
	if f.rank(n) == unranked {
		return
	}
	f.stir(n)
	if f.g.nodes[n].typ == f.anchorType {
		f.dirty.add(n)
	}
	if f.leaf(n) {
		f.retell(n) // its amount may be another now, or where no anchor reaches it another's
	}
	f.shaken.add(n)
}

// stir has the anchored executions walked anew that hold a canonical node.
func (f *flowGraph) stir(n int32) {
	f.anchorsOf(n, func(a int32) bool {
		f.dirty.add(a)
		return true
	})
}

// stirOnce is stir while fresh events are absorbed: who holds a node is the same for
// all of them.
func (f *flowGraph) stirOnce(n int32) {
	if !f.stirred.has(n) {
		f.stirred.add(n)
		f.stir(n)
	}
}

// retellOnce is retell in the same way.
func (f *flowGraph) retellOnce(n int32) {
	if !f.reported.has(n) {
		f.reported.add(n)
		f.retell(n)
	}
}

// retell has the executions told anew that hold a canonical node.
func (f *flowGraph) retell(n int32) {
	if f.rank(n) == unranked {
		return
	}
	f.anchorsOf(n, func(a int32) bool {
		f.changed.add(a)
		return true
	})
	for _, root := range f.rootsOf(n) {
		f.changed.add(root)
	}
}

// absorb finds what a fresh event can change: the executions that it is an event
// of, and those from which its relations lead on. A contract that ten thousand
// orders name is in all of their executions; one order more concerns none of them.
func (f *flowGraph) absorb(r *record) {
	g := f.g
	for _, ref := range r.refs {
		n := g.nodes[ref.node].canon
		if f.rank(n) == unranked {
			continue
		}
		if f.isEventOf(r, ref, n) {
			f.stirOnce(n)
		}
		f.shaken.add(n)
		if f.isAnchor(n) {
			f.dirty.add(n)
		}
		if f.leaf(n) && f.amounts() || ref.role == wordSubject && r.amount.currency != 0 {
			f.retellOnce(n) // its amount, or whose it is by a claim
		}
	}
	g.relations(r, func(from, to, qualifier int32) { f.lead(g.nodes[from].canon, g.nodes[to].canon, qualifier) })
}

// isEventOf tells whether an event belongs to the anchored executions that hold a
// canonical node because it names that; see eventsOf for the rule.
func (f *flowGraph) isEventOf(r *record, ref recordRef, n int32) bool {
	named := ref.role != wordSubject && f.g.about(r) >= 0
	return !f.leaf(n) && !(named && f.rank(n) < f.base)
}

// lead finds the executions that a relation concerns: those that hold one end and
// go on to the other, and those that hold both.
func (f *flowGraph) lead(u, v, qualifier int32) {
	for _, n := range [...]int32{u, v} {
		f.shaken.add(n) // it is named, whatever holds the other end back
		if f.isAnchor(n) {
			f.dirty.add(n)
		}
	}
	if u == v || !f.ranked(u) || !f.ranked(v) {
		return
	}
	if f.rank(u) > f.rank(v) {
		u, v = v, u
	}
	upper, lower := f.rank(u), f.rank(v)
	level := upper == lower && f.same[qualifier] && upper >= f.base
	down := upper >= f.base && !f.leaf(u) && (upper < lower || level)
	up := (lower < f.base && upper < lower || level) && !f.leaf(v)
	if down {
		f.stirOnce(u)
	}
	if up {
		f.stirOnce(v)
	}
	if !down && !up {
		f.retellBoth(u, v)
	}
	if f.amounts() && upper >= f.base && upper < lower {
		f.retellOnce(v) // where u is not, v may not be theirs alone any more
	}
}

// retellBoth has the anchored executions told anew that hold two canonical nodes,
// since a relation between them is shown there.
func (f *flowGraph) retellBoth(u, v int32) {
	if f.g.degree(u) > f.g.degree(v) {
		u, v = v, u
	}
	for _, a := range f.anchors(u) {
		if f.dirty.has(a) || f.changed.has(a) {
			continue
		}
		for _, m := range f.walk(a, nil) {
			if m.node == v {
				f.changed.add(a)
				break
			}
		}
	}
}

// rejudge settles what a claim is worth. One that is ambiguous and partly away stays so,
// whatever more comes.
func (f *flowGraph) rejudge(i int32) {
	f.reserve(i)
	if f.g.claims[i].left > 0 && f.g.claims[i].away && f.verdicts[i] == verdictAmbiguous && !f.g.doubted.has(i) {
		return
	}
	f.g.needClaim(i)
	old, now := f.verdicts[i], f.judge(i)
	if old != now || f.g.restrung.has(i) {
		if f.told(i); f.g.Lacks() {
			return
		}
		f.g.unpin(i)
		f.verdicts[i] = now
		f.retold.add(i)
		names := f.g.slab.list(f.g.claims[i].names)
		for j := range names.len() {
			f.shaken.add(f.g.nodes[names.at(j)].canon)
		}
		if old >= 0 {
			f.dirty.add(old)
		}
	}
	if now >= 0 {
		f.dirty.add(now)
	}
}

// verdict returns what a claim is worth; one that came after the last
// recomputation is pending.
func (f *flowGraph) verdict(i int32) int32 {
	if f.g.claims[i].unsure {
		f.g.needClaim(i)
	}
	if int(i) >= len(f.verdicts) {
		return verdictPending
	}
	return f.verdicts[i]
}

// told has the executions told anew that show a claim: those that hold its events,
// and those that another claim of its events brings them to.
func (f *flowGraph) told(i int32) {
	g := f.g
	g.needClaim(i)
	held, rooted, claims := make(set), make(set), make(set)
	events := g.slab.list(g.claims[i].events)
	for j := range events.len() {
		if g.newly.has(int32(events.at(j))) {
			continue // it is absorbed, whatever it carries
		}
		r := g.read(int32(events.at(j)))
		g.claimsOf(r, func(other int32) {
			if claims.has(other) {
				return
			}
			claims.add(other)
			if a := f.verdict(other); a >= 0 {
				f.changed.add(a)
			}
		})
		for _, ref := range r.refs {
			n := g.nodes[ref.node].canon
			if f.rank(n) == unranked {
				continue
			}
			if !held.has(n) && (f.isEventOf(r, ref, n) || f.leaf(n) && f.amounts()) {
				held.add(n)
				f.anchorsOf(n, func(a int32) bool { f.changed.add(a); return true })
			}
			if rooted.has(n) {
				continue
			}
			rooted.add(n)
			for _, root := range f.rootsOf(n) {
				f.changed.add(root)
			}
		}
	}
}
