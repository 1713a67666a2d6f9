package lineage

import (
	"cmp"
	"slices"
)

// A chain is what spans' links, or causes and effects, hold together: traces that one
// trace leads on to, events that one event set off. It is one claim over all that
// hangs on it, however the parts of it arrive.

// knot is a statement that two beads are on one chain.
type knot struct{ to, event int32 }

func (g *Graph) tie(a, b, event int32) {
	if a < 0 || b < 0 || a == b {
		return
	}
	g.ties[a] = append(g.ties[a], knot{b, event})
	g.ties[b] = append(g.ties[b], knot{a, event})
	g.rechain.add(a)
	g.rechain.add(b)
}

// untie takes back what an event stated of a bead, and has the chain that it was on
// settled anew.
func (g *Graph) untie(bead, event int32) {
	if chain := g.claims[bead].chain; chain >= 0 {
		for _, other := range g.beads[chain] {
			g.rechain.add(other)
		}
	}
	for _, t := range g.ties[bead] {
		if t.event == event {
			g.loosen(t.to, event)
		}
	}
	g.loosen(bead, event)
}

func (g *Graph) loosen(bead, event int32) {
	left := slices.DeleteFunc(g.ties[bead], func(t knot) bool { return t.event == event })
	if g.ties[bead] = left; len(left) == 0 {
		delete(g.ties, bead)
	}
}

// rechainAll settles anew which beads are on one chain.
func (g *Graph) rechainAll() {
	done := make(set)
	for start := range g.rechain {
		if done.has(start) {
			continue
		}
		beads := g.beadsWith(start)
		for _, b := range beads {
			done.add(b)
		}
		if !g.Lacks() {
			g.string(beads)
		}
	}
	if !g.Lacks() {
		clear(g.rechain)
	}
}

// beadsWith collects the beads that are on one chain with a bead.
func (g *Graph) beadsWith(start int32) []int32 {
	beads := []int32{start}
	in := set{start: {}}
	for i := 0; i < len(beads); i++ {
		g.needClaim(beads[i])
		for _, t := range g.ties[beads[i]] {
			if !in.has(t.to) && g.leadsOn(start) && g.leadsOn(t.to) {
				in.add(t.to)
				beads = append(beads, t.to)
			}
		}
	}
	return beads
}

// string makes one chain of some beads. A trace that no link leads on from is none.
func (g *Graph) string(beads []int32) {
	slices.SortFunc(beads, func(a, b int32) int { return cmp.Compare(g.claimValue(a), g.claimValue(b)) })
	for _, b := range beads {
		if old := g.claims[b].chain; old >= 0 {
			g.tell(old)
		}
	}
	if g.Lacks() {
		return
	}
	for _, b := range beads {
		if old := g.claims[b].chain; old >= 0 {
			g.unstring(old)
		}
	}
	first := beads[0]
	kind := claimCausation
	if g.claims[first].kind == claimTrace {
		kind = claimLinks
	}
	if len(beads) == 1 && (kind == claimLinks || !g.caused(first)) {
		return
	}
	chain := g.claim(kind, g.claimValue(first))
	g.beads[chain] = beads
	g.seen.begin(len(g.events))
	for _, b := range beads {
		g.claims[b].chain = chain
		events := g.slab.list(g.claims[b].events)
		for i := range events.len() {
			if at := int32(events.at(i)); g.seen.first(at) {
				g.claims[chain].events = g.slab.push(g.claims[chain].events, uint32(at))
			}
		}
	}
	g.rename(chain)
	g.reclaim.add(chain)
	g.restrung.add(chain)
}

// leadsOn tells whether a bead can be on a chain: a trace, or what is named as a cause.
// That an event has an id is nothing by itself.
func (g *Graph) leadsOn(bead int32) bool { return g.claims[bead].kind == claimTrace || g.caused(bead) }

// caused tells whether any event names a bead as its cause.
func (g *Graph) caused(bead int32) bool {
	events := g.slab.list(g.claims[bead].events)
	for i := range events.len() {
		if g.read(int32(events.at(i))).cause == bead {
			return true
		}
	}
	return false
}

// tell has told anew what shows a chain.
func (g *Graph) tell(chain int32) {
	names := g.slab.list(g.claims[chain].names)
	for _, f := range g.flows {
		f.told(chain)
		for i := range names.len() {
			f.shaken.add(g.nodes[names.at(i)].canon) // it may have brought them
		}
	}
}

// unstring takes a chain apart.
func (g *Graph) unstring(chain int32) {
	for _, b := range g.beads[chain] {
		g.claims[b].chain = -1
	}
	delete(g.beads, chain)
	c := &g.claims[chain]
	g.slab.release(c.events)
	c.events = 0
	g.rename(chain)
	g.reclaim.add(chain)
}

// cause returns the bead of the event that caused others, and makes it if need be:
// the events that have that id are on it, whoever sent them.
func (g *Graph) cause(id string) int32 {
	if i, ok := g.claimNumber(claimCause, id); ok {
		return i
	}
	bead := g.claim(claimCause, id)
	var r record
	for at, ok := g.lastWithID(id); ok && at >= 0; at = g.sameID[at] {
		r.read(g.slab.bytes(g.events[at]))
		if at == g.entering || r.kind != BusinessEvent {
			continue // its record is not there yet; see enter
		}
		r.own = bead
		setOwn(g.slab.bytes(g.events[at]), bead)
		if g.rulings.rejected[eventID{g.words.names[r.source], id}] {
			continue
		}
		g.carry(bead, at, &r)
		g.tie(bead, r.cause, at)
	}
	return bead
}
