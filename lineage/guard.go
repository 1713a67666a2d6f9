package lineage

import "slices"

// guardAll counts, for every canonical node that may have changed, how many
// objects of the guarded type it is related to, and quarantines or releases it.
func (g *Graph) guardAll() {
	if len(g.cat.Guards()) == 0 {
		clear(g.reguard)
		return
	}
	for n := range g.touched {
		g.reguard.add(n)
		for _, h := range g.nodes[n].edges {
			g.reguard.add(h.to)
		}
	}
	done := make(set)
	for raw := range g.reguard {
		n := g.nodes[raw].canon
		if done.has(n) {
			continue
		}
		done.add(n)
		if over := g.exceeds(n); over != g.nodes[n].quarantined {
			g.nodes[n].quarantined = over
			g.disturbAround(n)
		}
	}
	clear(g.reguard)
}

func (g *Graph) exceeds(n int32) bool {
	for _, guard := range g.cat.Guards() {
		if guard.Type != g.nodes[n].object.Type {
			continue
		}
		related := make(set)
		for _, raw := range g.members(n) {
			for _, h := range g.nodes[raw].edges {
				m := g.nodes[h.to].canon
				if m == n || g.nodes[m].object.Type != guard.To {
					continue
				}
				related.add(m)
				if len(related) > guard.Max {
					return true
				}
			}
		}
	}
	return false
}

// disturbAround has everything recomputed that a node was part of, or that hung
// on it.
func (g *Graph) disturbAround(n int32) {
	for _, raw := range g.members(n) {
		g.touched.add(raw)
		for _, h := range g.nodes[raw].edges {
			g.touched.add(h.to)
		}
		g.reclaimEventsOf(raw)
	}
}

// Quarantined returns the objects that exceed a guard, sorted. It is right
// after Recompute.
func (g *Graph) Quarantined() []Object {
	var found []Object
	for i := range g.nodes {
		if g.nodes[i].canon == int32(i) && g.nodes[i].quarantined {
			found = append(found, g.nodes[i].object)
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
		if g.nodes[n].canon == n && g.nodes[n].business && !g.nodes[n].quarantined && g.named(n) && g.placeholder(n) {
			found = append(found, g.nodes[n].object)
		}
	}
	slices.SortFunc(found, Object.Compare)
	return found
}

// named tells whether any standing event names the object: an id whose only
// event lost to another content is not named any more.
func (g *Graph) named(canon int32) bool {
	for _, raw := range g.members(canon) {
		nd := &g.nodes[raw]
		if len(nd.subject)+len(nd.named)+len(nd.mention)+len(nd.edges) > 0 {
			return true
		}
	}
	return false
}

func (g *Graph) placeholder(canon int32) bool {
	for _, raw := range g.members(canon) {
		if len(g.nodes[raw].subject) > 0 {
			return false
		}
	}
	return true
}
