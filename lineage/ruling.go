package lineage

import (
	"maps"
	"slices"
)

// rulings are the standing decisions as the graph goes by them.
type rulings struct {
	known    map[string]Decision // all that were ever told, by id
	standing map[string]Decision // by id
	released set                 // raw nodes that no guard holds back
	blocked  set                 // raw nodes that are held back
	merged   map[int32][]int32   // raw node → raw nodes that it is one with
	apart    map[int32]set       // raw node → raw nodes that it is not one with
	rejected map[eventID]bool    // events that do not count
}

func newRulings() rulings {
	return rulings{
		known: make(map[string]Decision), standing: make(map[string]Decision), released: make(set), blocked: make(set),
		merged: make(map[int32][]int32), apart: make(map[int32]set), rejected: make(map[eventID]bool),
	}
}

// Decide takes a decision, in any order and any number of times. What follows from
// it is there after Recompute. A decision that lacks something changes nothing.
func (g *Graph) Decide(d Decision) {
	if _, again := g.rulings.known[d.ID]; again || d.Check() != nil {
		return
	}
	g.rulings.known[d.ID] = d
	g.rule()
}

// forget takes a decision back as if it had never been: the way out of a preview.
func (g *Graph) forget(id string) {
	delete(g.rulings.known, id)
	g.rule()
}

// Decisions returns all that was ever decided, in the order of (At, ID), and which
// of it stands.
func (g *Graph) Decisions() (all []Decision, standing map[string]bool) {
	standing = make(map[string]bool)
	for id := range g.rulings.standing {
		standing[id] = true
	}
	return slices.SortedFunc(maps.Values(g.rulings.known), Decision.compare), standing
}

// rule settles anew which decisions stand, and has recomputed what that changes.
func (g *Graph) rule() {
	now := make(map[string]Decision)
	for _, d := range Standing(slices.Collect(maps.Values(g.rulings.known))) {
		now[d.ID] = d
	}
	before := g.rulings.standing
	g.rulings.standing = now
	for id, d := range before {
		if _, still := now[id]; !still {
			g.apply(d, false)
		}
	}
	for _, d := range Standing(slices.Collect(maps.Values(now))) {
		if _, already := before[d.ID]; !already {
			g.apply(d, true)
		}
	}
}

// apply puts a decision in force, or out of it.
func (g *Graph) apply(d Decision, on bool) {
	switch d.Kind {
	case DecideRelease:
		g.hold(g.rulings.released, d.A, on)
	case DecideBlock:
		g.hold(g.rulings.blocked, d.A, on)
	case DecideMerge, DecideApart:
		g.rejoin(d, on)
	case DecideReject:
		g.reject(eventID{d.Source, d.EventID}, on)
	}
}

func (g *Graph) hold(which set, o Object, on bool) {
	n := g.node(o)
	if delete(which, n); on {
		which.add(n)
	}
	g.reguard.add(n)
}

// rejoin notes who is one with whom by decision, and has their equality settled anew.
func (g *Graph) rejoin(d Decision, on bool) {
	a, b := g.node(d.A), g.node(d.B)
	for _, pair := range [...][2]int32{{a, b}, {b, a}} {
		x, y := pair[0], pair[1]
		if d.Kind == DecideMerge {
			left := slices.DeleteFunc(g.rulings.merged[x], func(n int32) bool { return n == y })
			if on {
				left = append(left, y)
			}
			if g.rulings.merged[x] = left; len(left) == 0 {
				delete(g.rulings.merged, x)
			}
		} else {
			if g.rulings.apart[x] == nil {
				g.rulings.apart[x] = make(set)
			}
			if delete(g.rulings.apart[x], y); on {
				g.rulings.apart[x].add(y)
			}
		}
		g.regroup.add(x)
	}
}

// reject takes an event out of all that it names, or puts it in again. Its record
// stays either way.
func (g *Graph) reject(id eventID, on bool) {
	if on {
		g.rulings.rejected[id] = true
	} else {
		delete(g.rulings.rejected, id)
	}
	at, known := g.eventNumber(id.source, id.id)
	switch {
	case !known:
	case on:
		g.detach(at)
	default:
		g.attach(at, g.read(at))
		g.fresh = append(g.fresh, at)
	}
}
