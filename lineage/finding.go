package lineage

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strings"
)

// Finding says why an object is held back: a guard that it exceeds, or a decision.
type Finding struct {
	Object  Object
	Guard   Guard // that it exceeds; zero when only a decision holds it back
	Related int   // how many objects of Guard.To it is related to
	Blocked bool  // by a decision
}

// Findings returns every object that is held back, sorted. It is right after
// Recompute, and takes time with what they are related to.
func (g *Graph) Findings() []Finding {
	var found []Finding
	for i := range g.nodes {
		if n := int32(i); g.nodes[n].canon == n && g.nodes[n].has(isQuarantined) {
			found = append(found, g.finding(n))
		}
	}
	slices.SortFunc(found, func(a, b Finding) int { return a.Object.Compare(b.Object) })
	return found
}

func (g *Graph) finding(n int32) Finding {
	f := Finding{Object: g.object(n)}
	if d, ruled := g.guarded(n); ruled {
		f.Blocked = d.Kind == DecideBlock
	}
	for _, guard := range g.cat.Guards() {
		if guard.Type != g.typeOf(n) {
			continue
		}
		if count := g.related(n, guard.To, math.MaxInt, nil); count > guard.Max {
			f.Guard, f.Related = guard, count
			break
		}
	}
	return f
}

// Suppressed returns the relations of an object that is held back, which nothing is
// walked along: at most limit of them, sorted, each with its evidence. It is empty
// for an object that is not held back.
func (g *Graph) Suppressed(o Object, limit int) []Edge {
	n, ok := g.find(o)
	if !ok {
		return nil
	}
	if n = g.nodes[n].canon; !g.nodes[n].has(isQuarantined) {
		return nil
	}
	found := make(map[edgeKey][]int32)
	for _, raw := range g.members(n) {
		for e := range g.edgesOf(raw) {
			k := edgeKey{n, g.nodes[e.to].canon, e.qualifier}
			if !e.forward {
				k.from, k.to = k.to, k.from
			}
			found[k] = append(found[k], e.event)
		}
	}
	if len(found) > limit {
		keys := slices.SortedFunc(maps.Keys(found), func(a, b edgeKey) int {
			return cmp.Or(
				g.compareNodes(a.from, b.from), g.compareNodes(a.to, b.to),
				strings.Compare(g.words.names[a.qualifier], g.words.names[b.qualifier]),
			)
		})
		for _, k := range keys[limit:] {
			delete(found, k)
		}
	}
	return g.writeEdges(found)
}
