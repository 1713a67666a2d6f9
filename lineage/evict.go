package lineage

import (
	"maps"
	"slices"
)

// Evict lets go of the evidence of executions, as far as none of it is part of any
// other that is here, and of what came back with others or for a question: executions that
// were not announced since. What is needed of it again is
// asked for; see Lacks. The evidence MUST be where Recall can get it, and all of it
// recomputed. It returns those, of these and of the built-in flow, that it has let go of.
// What no anchor reaches, what is held back, and what people have decided about stays.
func (g *Graph) Evict(refs []ExecutionRef) []ExecutionRef {
	l := &leaving{
		g: g, anchors: make([]set, len(g.flows)), known: make(map[int32]bool), events: make(set), nodes: make(set), claims: make(set),
		correlations: make(map[string]bool),
	}
	for i := range l.anchors {
		l.anchors[i] = make(set)
	}
	for _, ref := range refs {
		for i, f := range g.flows {
			if n, ok := g.find(ref.Anchor); ok && f.flow.Name == ref.Flow && f.stands(n) && f.isAnchor(n) {
				l.anchors[i].add(n)
			}
		}
	}
	for i, f := range g.flows {
		for a := range f.back {
			if f.visits(a) {
				l.anchors[i].add(a)
			}
		}
		for a := range l.anchors[i] {
			l.gather(f, a)
		}
	}
	for at := range g.guests {
		if l.event(at) {
			l.events.add(at)
		}
	}
	g.Dismiss() // what was looked at and is away stays so
	l.leave()
	for _, f := range g.flows {
		maps.DeleteFunc(f.back, func(a int32, _ struct{}) bool { return !f.visits(a) })
	}
	g.asked = newAbsent()
	left := slices.DeleteFunc(slices.Clone(refs), g.stays)
	for _, id := range keysOf(l.correlations) {
		left = append(left, ExecutionRef{TransactionFlow, Object{Type: CorrelationType, ID: id}})
	}
	return sortedRefs(left)
}

// visits tells whether an anchor that came back is still here as that.
func (f *flowGraph) visits(a int32) bool {
	return f.stands(a) && f.isAnchor(a) && !f.g.nodes[a].has(isAway)
}

// stays tells whether all of an execution's evidence is here.
func (g *Graph) stays(ref ExecutionRef) bool {
	if ref.Flow == TransactionFlow {
		i, ok := g.claimNumber(claimCorrelation, ref.Anchor.ID)
		return ok && !g.claims[i].away
	}
	n, ok := g.find(ref.Anchor)
	return ok && !g.nodes[n].has(isAway)
}

// leaving is what is let go of in one go.
type leaving struct {
	g       *Graph
	anchors []set          // of each flow
	known   map[int32]bool // of canonical nodes: whether they leave
	events  set
	nodes   set // raw ones that lose events
	claims  set // those that lose events

	correlations map[string]bool // of claims that lose events
}

// gather finds what leaves with an execution.
func (l *leaving) gather(f *flowGraph, anchor int32) {
	g := l.g
	members := slices.Clone(f.walk(anchor, nil))
	for _, m := range members {
		if !l.node(m.node) {
			continue
		}
		for _, raw := range slices.Clone(g.members(m.node)) {
			about := g.slab.list(g.nodes[raw].about)
			for j := range about.len() {
				if at := int32(about.at(j) >> 2); !l.events.has(at) && l.event(at) {
					l.events.add(at)
				}
			}
		}
	}
	for _, c := range f.claimed(anchor) {
		events := g.slab.list(g.claims[c].events)
		for j := range events.len() {
			if at := int32(events.at(j)); !l.events.has(at) && l.event(at) {
				l.events.add(at)
			}
		}
	}
}

// node tells whether a canonical node may leave: all that hold it leave.
func (l *leaving) node(n int32) bool {
	if leaves, ok := l.known[n]; ok {
		return leaves
	}
	leaves := l.free(n)
	l.known[n] = leaves
	return leaves
}

func (l *leaving) free(n int32) bool {
	g := l.g
	if g.nodes[n].has(isQuarantined) {
		return false
	}
	for i, f := range g.flows {
		if !f.ranked(n) {
			continue
		}
		if int(n) < len(f.standing) && f.standing[n]&isAdrift != 0 {
			return false
		}
		free := true
		f.anchorsOf(n, func(a int32) bool {
			free = l.anchors[i].has(a) || g.nodes[a].has(isAway)
			return free
		})
		if !free {
			return false
		}
	}
	return true
}

// event tells whether an event may leave: all that it names and carries does. What is on
// a chain of causes or of links stays: a chain is read whole.
func (l *leaving) event(at int32) bool {
	g := l.g
	var r record
	r.read(g.slab.bytes(g.events[at]))
	may := r.cause < 0 && r.own < 0 && len(r.links) == 0 && (r.trace < 0 || len(g.ties[r.trace]) == 0)
	look := func(raw int32) {
		if may && g.nodes[raw].has(isBusiness) {
			may = l.node(g.nodes[raw].canon)
		}
	}
	for _, ref := range r.refs {
		look(ref.node)
	}
	for _, rel := range r.relations {
		look(rel.from)
		look(rel.to)
	}
	for _, q := range r.equalities {
		look(q.a)
		look(q.b)
		may = may && !slices.ContainsFunc(g.equalsOf[q.a], func(i int32) bool { return g.equals[i].event == at && g.refused[i] })
	}
	g.claimsOf(&r, func(c int32) {
		for i, f := range g.flows {
			if a := f.verdict(c); a >= 0 && !l.anchors[i].has(a) && !g.nodes[a].has(isAway) {
				may = false
			}
		}
	})
	return may
}

// leave takes the events out of all that they name and carry, and forgets what
// nothing names any more.
func (l *leaving) leave() {
	g := l.g
	var r record
	for at := range l.events {
		r.read(g.slab.bytes(g.events[at]))
		l.collect(&r)
		for _, q := range r.equalities {
			g.unstate(q, at)
		}
	}
	for n := range l.nodes {
		nd := &g.nodes[n]
		nd.about = g.slab.keepOnly(nd.about, 1, func(entry numbers) bool { return !l.events.has(int32(entry.at(0) >> 2)) })
		nd.edges = g.slab.keepOnly(nd.edges, 3, func(entry numbers) bool { return !l.events.has(int32(entry.at(1))) })
		nd.set(isAway, true)
	}
	for i := range l.claims {
		c := &g.claims[i]
		if c.kind == claimCorrelation {
			l.correlations[g.claimValue(i)] = true
		}
		before := g.slab.list(c.events).len()
		c.events = g.slab.keepOnly(c.events, 1, func(entry numbers) bool { return !l.events.has(int32(entry.at(0))) })
		c.left += int32(before - g.slab.list(c.events).len())
		c.away = true
	}
	for at := range l.events {
		g.freeEvent(at)
		delete(g.guests, at)
	}
	rejected := l.rejected()
	l.forgetClaims(rejected.claims)
	for i := range l.claims {
		g.pin(i)
	}
	l.forgetNodes(rejected.nodes)
	for i := range l.claims {
		if g.claims[i].value != 0 {
			g.rename(i)
		}
	}
}

// rejected collects what the events name and carry that do not count by decision. Their
// records stay, for when they count again.
func (l *leaving) rejected() *leaving {
	named := &leaving{nodes: make(set), claims: make(set)}
	var r record
	for id := range l.g.rulings.rejected {
		if at, ok := l.g.eventNumber(id.source, id.id); ok {
			r.read(l.g.slab.bytes(l.g.events[at]))
			named.collect(&r)
		}
	}
	return named
}

// collect notes what an event names and carries.
func (l *leaving) collect(r *record) {
	for _, ref := range r.refs {
		l.nodes.add(ref.node)
	}
	for _, rel := range r.relations {
		l.nodes.add(rel.from)
		l.nodes.add(rel.to)
	}
	for _, q := range r.equalities {
		l.nodes.add(q.a)
		l.nodes.add(q.b)
	}
	for _, i := range [...]int32{r.correlation, r.trace} {
		if i >= 0 {
			l.claims.add(i)
		}
	}
}

// forgetClaims forgets the claims that nothing carries any more.
func (l *leaving) forgetClaims(kept set) {
	for i := range l.claims {
		if !kept.has(i) && l.g.spent(i) {
			l.g.freeClaim(i)
		}
	}
}

// spent tells whether nothing here carries a claim, and nobody needs its verdict.
func (g *Graph) spent(i int32) bool {
	c := &g.claims[i]
	if c.events != 0 || len(g.ties[i]) > 0 { // links may name a trace before its events come
		return false
	}
	for _, f := range g.flows {
		if f.verdict(i) == verdictAmbiguous {
			return false // how much it held apart is not to be read again for every new event
		}
	}
	return true
}

// pin keeps the anchors of a claim that stays without all that carries it.
func (g *Graph) pin(i int32) {
	if g.claims[i].value == 0 {
		return
	}
	for _, f := range g.flows {
		if a := f.verdict(i); a >= 0 {
			if g.pinned[a] == nil {
				g.pinned[a] = make(set)
			}
			g.pinned[a].add(i)
		}
	}
}

// unpin lets the anchors of a claim go.
func (g *Graph) unpin(i int32) {
	for _, f := range g.flows {
		if int(i) < len(f.verdicts) && f.verdicts[i] >= 0 {
			a := f.verdicts[i]
			if delete(g.pinned[a], i); len(g.pinned[a]) == 0 {
				delete(g.pinned, a)
			}
		}
	}
}

// forgetNodes forgets the nodes that nothing names any more; of a group all or none.
func (l *leaving) forgetNodes(kept set) {
	g := l.g
	for n := range l.nodes {
		canon := g.nodes[n].canon
		if canon < 0 {
			continue // with its group
		}
		group := slices.Clone(g.members(canon))
		if len(g.pinned[canon]) > 0 || slices.ContainsFunc(group, func(raw int32) bool { return kept.has(raw) || !g.forgettable(raw) }) {
			continue
		}
		delete(g.groups, canon)
		for _, raw := range group {
			g.freeNode(raw)
		}
	}
}

func (g *Graph) forgettable(raw int32) bool {
	nd := &g.nodes[raw]
	return nd.about == 0 && nd.edges == 0 && len(g.equalsOf[raw]) == 0 && !nd.has(isQuarantined) && !g.rulings.concern(raw)
}

// concern tells whether a decision is about a raw node.
func (r *rulings) concern(raw int32) bool {
	_, guarded := r.guarded[raw]
	return guarded || len(r.merged[raw]) > 0 || len(r.apart[raw]) > 0
}
