package lineage

import (
	"maps"
	"slices"
)

// rulings are the standing decisions as the graph goes by them.
type rulings struct {
	known    map[string]Decision // all that were ever told, by id
	standing map[string]Decision // by id
	guarded  map[int32]Decision  // raw node → whether it is held back, whatever the guards say
	merged   map[int32][]int32   // raw node → raw nodes that it is one with
	apart    map[int32]set       // raw node → raw nodes that it is not one with
	rejected map[eventID]bool    // events that do not count
}

func newRulings() rulings {
	return rulings{
		known: make(map[string]Decision), standing: make(map[string]Decision), guarded: make(map[int32]Decision),
		merged: make(map[int32][]int32), apart: make(map[int32]set), rejected: make(map[eventID]bool),
	}
}

// Decide takes a decision, in any order and any number of times. What follows from
// it is there after Recompute. A decision that lacks something changes nothing; of two
// under one id the greater holds, whatever came first.
func (g *Graph) Decide(d Decision) {
	if held, again := g.rulings.known[d.ID]; again && d.compareContent(held) <= 0 || d.Check() != nil {
		return
	}
	g.rulings.known[d.ID] = d
	g.unruled = true
}

// forget takes a decision back as if it had never been: the way out of a preview.
func (g *Graph) forget(id string) {
	delete(g.rulings.known, id)
	g.unruled = true
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
	if g.wantRuled(before, now); g.Lacks() {
		return
	}
	g.unruled = false
	g.rulings.standing = now
	for id, d := range before {
		if now[id] != d {
			g.apply(d, false)
		}
	}
	for _, d := range Standing(slices.Collect(maps.Values(now))) {
		if before[d.ID] != d {
			g.apply(d, true)
		}
	}
}

// wantRuled asks for what decisions are about that come in force or go out of it.
func (g *Graph) wantRuled(before, now map[string]Decision) {
	want := func(some, others map[string]Decision) {
		for id, d := range some {
			if others[id] == d {
				continue
			}
			g.wantObject(d.A)
			g.wantObject(d.B)
			if d.Kind == DecideReject {
				g.wantEvent(d.EventID)
				if at, known := g.eventNumber(d.Source, d.EventID); known {
					g.wantRecord(at)
				}
			}
		}
	}
	want(before, now)
	want(now, before)
}

// apply puts a decision in force, or out of it.
func (g *Graph) apply(d Decision, on bool) {
	switch d.Kind {
	case DecideRelease, DecideBlock:
		g.hold(d, on)
	case DecideMerge, DecideApart:
		g.rejoin(d, on)
	case DecideReject:
		g.reject(eventID{d.Source, d.EventID}, on)
	}
}

func (g *Graph) hold(d Decision, on bool) {
	n := g.node(d.A)
	if delete(g.rulings.guarded, n); on {
		g.rulings.guarded[n] = d
	}
	g.reguard.add(n)
}

// guarded returns the decision on whether a canonical node is held back: of several on
// its ids the latest.
func (g *Graph) guarded(canon int32) (d Decision, ok bool) {
	for _, raw := range g.members(canon) {
		if one, ruled := g.rulings.guarded[raw]; ruled && (!ok || one.compare(d) > 0) {
			d, ok = one, true
		}
	}
	return d, ok
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
