package lineage

import "slices"

// guardAll counts, for every canonical node that may have changed, how many
// objects of the guarded type it is related to, and quarantines or releases it.
func (g *Graph) guardAll() {
	if len(g.cat.Guards()) == 0 && len(g.rulings.guarded) == 0 && len(g.reguard) == 0 {
		return
	}
	for n := range g.touched {
		g.reguard.add(n)
		for e := range g.edgesOf(n) {
			g.reguard.add(e.to)
		}
	}
	for _, at := range g.fresh {
		g.relations(g.read(at), func(from, to, _ int32) {
			g.reguard.add(from)
			g.reguard.add(to)
		})
	}
	done := make(set)
	for raw := range g.reguard {
		n := g.nodes[raw].canon
		if done.has(n) {
			continue
		}
		done.add(n)
		if g.nodes[n].has(isAway) && g.nodes[n].has(isQuarantined) {
			if _, ruled := g.guarded(n); !ruled {
				continue // what is away would only be more of the same
			}
		}
		over := g.exceeds(n)
		if g.Lacks() || over == g.nodes[n].has(isQuarantined) {
			continue
		}
		for _, f := range g.flows {
			f.disturb(n)
		}
		if g.disturbAround(n); g.Lacks() {
			continue
		}
		g.nodes[n].set(isQuarantined, over)
		g.touched.add(n)
	}
	if !g.Lacks() {
		clear(g.reguard)
	}
}

// exceeds tells whether a canonical node is held back: by a decision, or because it
// exceeds a guard and no decision releases it.
func (g *Graph) exceeds(n int32) bool {
	if d, ruled := g.guarded(n); ruled {
		return d.Kind == DecideBlock
	}
	return g.overGuard(n, nil)
}

// overGuard tells whether a canonical node exceeds a guard, by all events but some.
func (g *Graph) overGuard(n int32, but set) bool {
	for _, guard := range g.cat.Guards() {
		if guard.Type == g.typeOf(n) && g.related(n, guard.To, guard.Max+1, but) > guard.Max {
			return true
		}
	}
	return false
}

// related counts the objects of a type that a canonical node is related to, by all events
// but some, and stops at enough.
func (g *Graph) related(n int32, typ string, enough int, but set) int {
	related := make(set)
	for _, raw := range g.members(n) {
		for e := range g.edgesOf(raw) {
			if m := g.nodes[e.to].canon; m != n && g.typeOf(m) == typ && !but.has(e.event) {
				if related.add(m); len(related) >= enough {
					for one := range related {
						g.needSure(one) // two of them may be one
					}
					return enough
				}
			}
		}
	}
	return len(related)
}

// disturbAround has everything recomputed that a node was part of, or that hung
// on it.
func (g *Graph) disturbAround(n int32) {
	for _, raw := range g.members(n) {
		g.touched.add(raw)
		for e := range g.edgesOf(raw) {
			g.touched.add(e.to)
		}
		g.reclaimEventsOf(raw)
	}
}

// Quarantined returns the objects that exceed a guard, sorted. It is right
// after Recompute.
func (g *Graph) Quarantined() []Object {
	var found []Object
	for i := range g.nodes {
		if g.nodes[i].canon == int32(i) && g.nodes[i].has(isQuarantined) {
			found = append(found, g.object(int32(i)))
		}
	}
	slices.SortFunc(found, Object.Compare)
	return found
}

// Placeholders returns the business objects that are named but have no event
// of their own, sorted. It is right after Recompute.
func (g *Graph) Placeholders() []Object {
	var found []Object
	for i := range g.nodes {
		n := int32(i)
		nd := &g.nodes[n]
		if nd.canon == n && nd.has(isBusiness) && !nd.has(isQuarantined) && g.named(n) && g.placeholder(n) {
			found = append(found, g.object(n))
		}
	}
	slices.SortFunc(found, Object.Compare)
	return found
}

// Awaited tells whether nothing has come that is about an object, whatever names it, as
// far as is known here: of what the graph has let go of nobody knows, and it is not asked
// for.
func (g *Graph) Awaited(o Object) bool {
	n, ok := g.find(o)
	if !ok {
		return !g.gone.hasID(o.ID)
	}
	for _, raw := range g.members(g.nodes[n].canon) {
		if nd := &g.nodes[raw]; nd.has(hasOwn) || nd.has(isAway) {
			return false
		}
	}
	return true
}

// named tells whether any standing event names the object: an id whose only
// event lost to another content is not named any more.
func (g *Graph) named(canon int32) bool {
	for _, raw := range g.members(canon) {
		if nd := &g.nodes[raw]; nd.about != 0 || nd.edges != 0 || nd.has(isAway) {
			return true
		}
	}
	return false
}

func (g *Graph) placeholder(canon int32) bool {
	for _, raw := range g.members(canon) {
		g.needSure(raw)
		if g.nodes[raw].has(hasOwn) {
			return false
		}
	}
	return true
}
