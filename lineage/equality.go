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

func (g *Graph) equate(q recordEquality, event int32) {
	i, reused := pop(&g.freeEquals)
	if !reused {
		g.equals = append(g.equals, equalEdge{})
		i = int32(len(g.equals) - 1)
	}
	g.equals[i] = equalEdge{a: q.a, b: q.b, event: event, priority: q.priority}
	for _, n := range [...]int32{q.a, q.b} {
		g.equalsOf[n] = append(g.equalsOf[n], i)
		g.nodes[n].set(hasTwin, true)
		if !g.recalling {
			g.regroup.add(n)
		}
	}
}

// unequate takes back what an event stated.
func (g *Graph) unequate(q recordEquality, event int32) {
	g.unstate(q, event)
	g.regroup.add(q.a)
	g.regroup.add(q.b)
}

// unstate forgets an equality that an event stated, and lets what follows from it stand.
func (g *Graph) unstate(q recordEquality, event int32) {
	for _, n := range [...]int32{q.a, q.b} {
		left := slices.DeleteFunc(g.equalsOf[n], func(i int32) bool {
			e := g.equals[i]
			gone := e.event == event && e.a == q.a && e.b == q.b
			if gone && n == q.b {
				delete(g.refused, i)
				g.freeEquals = append(g.freeEquals, i)
			}
			return gone
		})
		if g.equalsOf[n] = left; len(left) == 0 {
			delete(g.equalsOf, n)
		}
	}
}

// compareEdges orders equality edges as they are taken: by rule priority, then
// by when and by whom they were stated.
func (g *Graph) compareEdges(i, j int32) int {
	x, y := g.equals[i], g.equals[j]
	return cmp.Or(
		cmp.Compare(x.priority, y.priority),
		g.compareEvents(x.event, y.event),
		g.compareNodes(x.a, y.a),
		g.compareNodes(x.b, y.b),
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
			g.need(n)
		}
		if g.Lacks() {
			continue
		}
		g.settle(members, edges)
	}
	if !g.Lacks() {
		clear(g.regroup)
	}
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
		for _, m := range g.groups[n] {
			push(m)
		}
		for _, m := range g.rulings.merged[n] {
			push(m)
		}
		for _, e := range g.equalsOf[n] {
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

// settle unites what people have merged, and then takes the edges greedily in their
// order: an edge is taken unless the united group would hold two ids of one (system,
// scope), or two that people have set apart. One that is refused for its ids is
// reported as possibly the same.
func (g *Graph) settle(members, edges []int32) {
	u := newUnion(g, members)
	for _, pair := range g.mergedPairs(members) {
		u.join(pair[0], pair[1])
	}
	slices.SortFunc(edges, g.compareEdges)
	for _, i := range edges {
		a, b := u.root(g.equals[i].a), u.root(g.equals[i].b)
		delete(g.refused, i)
		switch {
		case a == b || u.apart(a, b):
		case u.conflict(a, b):
			g.refused[i] = true
		default:
			u.join(a, b)
		}
	}
	for _, group := range u.groups {
		g.unite(group)
	}
}

// mergedPairs returns the decided merges among some nodes, in a stable order. A pair
// that a chain of them would bring together and a decision keeps apart is left out.
func (g *Graph) mergedPairs(members []int32) [][2]int32 {
	var pairs [][2]int32
	for _, n := range members {
		for _, m := range g.rulings.merged[n] {
			if g.compareNodes(n, m) < 0 {
				pairs = append(pairs, [2]int32{n, m})
			}
		}
	}
	slices.SortFunc(pairs, func(p, q [2]int32) int {
		return cmp.Or(g.compareNodes(p[0], q[0]), g.compareNodes(p[1], q[1]))
	})
	return pairs
}

// unite makes the nodes of a group one object under its smallest member.
func (g *Graph) unite(group []int32) {
	slices.SortFunc(group, g.compareNodes)
	canon := group[0]
	grouped := g.nodes[canon].has(isGrouped)
	changed := grouped != (len(group) > 1) || grouped && len(g.groups[canon]) != len(group)
	for _, n := range group {
		changed = changed || g.nodes[n].canon != canon
	}
	if !changed {
		return
	}
	if !g.recalling {
		if g.disunite(group); g.Lacks() {
			return
		}
	}
	for _, n := range group {
		g.nodes[n].canon = canon
		g.nodes[n].set(isGrouped|isQuarantined, false)
		delete(g.groups, n)
	}
	if len(group) > 1 {
		g.nodes[canon].set(isGrouped, true)
		g.groups[canon] = slices.Clone(group)
	}
}

// disunite has everything recomputed that knew the nodes of a group otherwise.
func (g *Graph) disunite(group []int32) {
	for _, n := range group {
		old := g.nodes[n].canon
		if g.nodes[n].has(isQuarantined) {
			g.disturbAround(n) // whether it still is, is counted anew
		}
		for _, f := range g.flows {
			f.disturb(old)
			f.disturb(n)
		}
		g.touched.add(n)
		g.reguard.add(n)
		for e := range g.edgesOf(n) {
			g.reguard.add(e.to)
			for _, f := range g.flows {
				to := g.nodes[e.to].canon
				f.shaken.add(to) // what was adrift below the one may not be below the other
				if f.amounts() && f.ranked(to) && f.rank(to) > f.rank(old) {
					f.retell(to) // it tells by what name it is shared
				}
			}
		}
		g.reclaimEventsOf(n)
	}
}

// PossibleSame returns the refused equalities as pairs of ids, the smaller
// first, sorted. It is right after Recompute.
func (g *Graph) PossibleSame() [][2]Object {
	var pairs [][2]Object
	for i := range g.refused {
		a, b := g.object(g.equals[i].a), g.object(g.equals[i].b)
		if b.Compare(a) < 0 {
			a, b = b, a
		}
		pairs = append(pairs, [2]Object{a, b})
	}
	slices.SortFunc(pairs, func(p, q [2]Object) int { return cmp.Or(p[0].Compare(q[0]), p[1].Compare(q[1])) })
	return slices.Compact(pairs)
}
