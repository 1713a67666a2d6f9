package lineage

import "slices"

// attach enters an event into everything that it names.
func (g *Graph) attach(at int32, r *record) {
	about := g.about(r)
	for _, ref := range r.refs {
		nd := &g.nodes[ref.node]
		how := asMention
		switch {
		case ref.role == wordSubject:
			how = asSubject
			if !nd.has(hasOwn) {
				nd.set(hasOwn, true)
				if !g.recalling {
					g.firsts.add(ref.node)
				}
			}
		case about >= 0:
			how = asNamed
		}
		nd.about = g.slab.push(nd.about, uint32(at)<<2|how)
	}
	g.relations(r, func(from, to, qualifier int32) { g.link(from, to, at, qualifier) })
	for _, q := range r.equalities {
		g.equate(q, at)
	}
	g.attachClaims(at, r)
}

// about returns the node of the business object that an event is about, or -1.
func (g *Graph) about(r *record) int32 {
	if n := r.subject(); n >= 0 && g.nodes[n].has(isBusiness) {
		return n
	}
	return -1
}

// relations yields what an event says of business objects: that its subject is
// related to the others that it names, and the relations that it states.
func (g *Graph) relations(r *record, yield func(from, to, qualifier int32)) {
	if about := g.about(r); about >= 0 {
		for _, ref := range r.refs {
			if ref.role != wordSubject && ref.role != wordAlias && g.nodes[ref.node].has(isBusiness) {
				yield(about, ref.node, ref.role)
			}
		}
	}
	for _, rel := range r.relations {
		if g.nodes[rel.from].has(isBusiness) && g.nodes[rel.to].has(isBusiness) {
			yield(rel.from, rel.to, rel.qualifier)
		}
	}
}

// detach takes an event that does not count out of everything that it names. What it
// touched is recomputed; its nodes stay, as ids that were once written.
func (g *Graph) detach(at int32) {
	r := g.read(at)
	nodes := make(set)
	for _, ref := range r.refs {
		nodes.add(ref.node)
	}
	for _, rel := range r.relations {
		nodes.add(rel.from)
		nodes.add(rel.to)
	}
	for n := range nodes {
		for _, f := range g.flows {
			f.disturb(g.nodes[n].canon)
		}
	}
	r = g.read(at)
	for _, q := range r.equalities {
		g.unequate(q, at)
	}
	for n := range nodes {
		nd := &g.nodes[n]
		own := false
		nd.about = g.slab.keepOnly(nd.about, 1, func(entry numbers) bool {
			keep := int32(entry.at(0)>>2) != at
			own = own || keep && entry.at(0)&3 == asSubject
			return keep
		})
		if !own && nd.has(hasOwn) {
			nd.set(hasOwn, false)
			g.firsts.add(n)
		}
		nd.edges = g.slab.keepOnly(nd.edges, 3, func(entry numbers) bool { return int32(entry.at(1)) != at })
		g.touched.add(n)
		g.regroup.add(n)
	}
	g.detachClaims(at, g.read(at))
	g.fresh = slices.DeleteFunc(g.fresh, func(i int32) bool { return i == at })
}
