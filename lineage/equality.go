package lineage

import (
	"cmp"
	"slices"
)

// equalEdge is one statement that two ids name one object.
type equalEdge struct {
	a, b     int32
	event    int32
	priority int
}

func (g *Graph) equate(q Equality, event int32) {
	a, b := g.node(q.A), g.node(q.B)
	i := int32(len(g.equals))
	g.equals = append(g.equals, equalEdge{a: a, b: b, event: event, priority: q.Priority})
	g.nodes[a].equals = append(g.nodes[a].equals, i)
	g.nodes[b].equals = append(g.nodes[b].equals, i)
	g.regroup.add(a)
	g.regroup.add(b)
}

// compareEdges orders equality edges as they are taken: by rule priority, then
// by when and by whom they were stated.
func (g *Graph) compareEdges(i, j int32) int {
	x, y := g.equals[i], g.equals[j]
	ex, ey := g.events[x.event], g.events[y.event]
	return cmp.Or(
		cmp.Compare(x.priority, y.priority),
		ex.Time.Compare(ey.Time),
		cmp.Compare(ex.Source, ey.Source),
		cmp.Compare(ex.ID, ey.ID),
		g.nodes[x.a].object.Compare(g.nodes[y.a].object),
		g.nodes[x.b].object.Compare(g.nodes[y.b].object),
	)
}

// regroupAll settles anew which ids are one object, in every component of
// equality edges that new evidence touched.
func (g *Graph) regroupAll() {
	done := make(set)
	for start := range g.regroup {
		if done.has(start) {
			continue
		}
		members, edges := g.equalComponent(start)
		for _, n := range members {
			done.add(n)
		}
		g.settle(members, edges)
	}
	clear(g.regroup)
}

// equalComponent collects all that equality edges, and the grouping as it is,
// connect to a node. The grouping counts because an edge may have been taken
// back.
func (g *Graph) equalComponent(start int32) (members, edges []int32) {
	in := set{start: {}}
	members = []int32{start}
	known := make(set)
	push := func(n int32) {
		if !in.has(n) {
			in.add(n)
			members = append(members, n)
		}
	}
	for i := 0; i < len(members); i++ {
		n := members[i]
		push(g.nodes[n].canon)
		for _, m := range g.nodes[n].group {
			push(m)
		}
		for _, e := range g.nodes[n].equals {
			if !known.has(e) {
				known.add(e)
				edges = append(edges, e)
				push(g.equals[e].a)
				push(g.equals[e].b)
			}
		}
	}
	return members, edges
}

// settle takes the edges greedily in their order: an edge is taken unless the
// united group would hold two ids of one (system, scope). A refused one is
// reported as possibly the same.
func (g *Graph) settle(members, edges []int32) {
	slices.SortFunc(edges, g.compareEdges)
	root := make(map[int32]int32, len(members))
	held := make(map[int32]map[[2]string]bool, len(members))
	for _, n := range members {
		root[n] = n
		o := g.nodes[n].object
		held[n] = map[[2]string]bool{{o.System, o.Scope}: true}
	}
	find := func(n int32) int32 {
		for root[n] != n {
			n = root[n]
		}
		return n
	}
	for _, i := range edges {
		a, b := find(g.equals[i].a), find(g.equals[i].b)
		delete(g.refused, i)
		if a == b {
			continue
		}
		if overlap(held[a], held[b]) {
			g.refused[i] = true
			continue
		}
		root[b] = a
		for k := range held[b] {
			held[a][k] = true
		}
	}
	groups := make(map[int32][]int32)
	for _, n := range members {
		r := find(n)
		groups[r] = append(groups[r], n)
	}
	for _, group := range groups {
		g.unite(group)
	}
}

func overlap(a, b map[[2]string]bool) bool {
	for k := range b {
		if a[k] {
			return true
		}
	}
	return false
}

// unite makes the nodes of a group one object under its smallest member, and
// has everything recomputed that knew them otherwise.
func (g *Graph) unite(group []int32) {
	slices.SortFunc(group, func(a, b int32) int { return g.nodes[a].object.Compare(g.nodes[b].object) })
	canon := group[0]
	changed := len(g.nodes[canon].group) != len(group) && (len(group) > 1 || g.nodes[canon].group != nil)
	for _, n := range group {
		changed = changed || g.nodes[n].canon != canon
	}
	if !changed {
		return
	}
	for _, n := range group {
		old := g.nodes[n].canon
		if g.nodes[n].quarantined {
			g.disturbAround(n) // whether it still is, is counted anew
		}
		for _, f := range g.flows {
			f.disturb(old)
			f.disturb(n)
		}
		g.touched.add(n)
		g.reguard.add(n)
		for _, h := range g.nodes[n].edges {
			g.reguard.add(h.to)
		}
		g.reclaimEventsOf(n)
	}
	for _, n := range group {
		g.nodes[n].canon, g.nodes[n].group, g.nodes[n].quarantined = canon, nil, false
	}
	if len(group) > 1 {
		g.nodes[canon].group = slices.Clone(group)
	}
}

// PossibleSame returns the refused equalities as pairs of ids, the smaller
// first, sorted. It is right after Recompute.
func (g *Graph) PossibleSame() [][2]Object {
	var pairs [][2]Object
	for i := range g.refused {
		a, b := g.nodes[g.equals[i].a].object, g.nodes[g.equals[i].b].object
		if b.Compare(a) < 0 {
			a, b = b, a
		}
		pairs = append(pairs, [2]Object{a, b})
	}
	slices.SortFunc(pairs, func(p, q [2]Object) int { return cmp.Or(p[0].Compare(q[0]), p[1].Compare(q[1])) })
	return slices.Compact(pairs)
}

func (g *Graph) members(canon int32) []int32 {
	if group := g.nodes[canon].group; group != nil {
		return group
	}
	return []int32{canon}
}
