package lineage

import (
	"slices"
	"time"
)

// statements appends what an event says of money on one relation.
func (g *Graph) statements(said []statement, at int32, k edgeKey) []statement {
	r := g.read(at)
	say := func(from, to, qualifier int32, m recordAmount) {
		if m.currency != wordNone && qualifier == k.qualifier && g.nodes[from].canon == k.from && g.nodes[to].canon == k.to {
			said = append(said, statement{
				by: Evidence{r.kind, g.words.names[r.source], string(r.id)}, time: r.time, at: r.happened(), failed: r.failed(), amount: g.money(m),
			})
		}
	}
	if about := g.about(r); about >= 0 {
		for _, ref := range r.refs {
			if ref.role != wordSubject && ref.role != wordAlias {
				say(about, ref.node, ref.role, ref.amount)
			}
		}
	}
	for _, rel := range r.relations {
		say(rel.from, rel.to, rel.qualifier, rel.amount)
	}
	return said
}

// amounts tells whether a flow has stages of amounts.
func (f *flowGraph) amounts() bool {
	return slices.ContainsFunc(f.flow.Stages, func(s StageRule) bool { return s.Complete == CompleteAmount })
}

// lookElsewhere finds what the members below the anchor are related to nearer to
// another one: by an edge to what is not of the execution, or by another's claim.
func (f *flowGraph) lookElsewhere(x *Execution, b *body) {
	if !f.amounts() {
		return
	}
	g := f.g
	inside := make(set, len(b.members))
	for _, m := range b.members {
		inside.add(m.node)
	}
	for i, m := range b.members {
		if m.rank <= f.base {
			continue
		}
		e := &x.Members[i].Elsewhere
		note := func(n, at int32) {
			if inside.has(n) {
				return
			}
			if o := g.object(n); e.Object.IsZero() {
				*e = Elsewhere{o, g.happened(at, m.leaf)}
			} else {
				if o.Compare(e.Object) < 0 {
					e.Object = o
				}
				if since := g.happened(at, m.leaf); since.Before(e.Since) {
					e.Since = since
				}
			}
		}
		for _, raw := range g.members(m.node) {
			for edge := range g.edgesOf(raw) {
				if n := g.nodes[edge.to].canon; f.ranked(n) && f.rank(n) >= f.base && f.rank(n) < m.rank {
					note(n, edge.event)
				}
			}
			about := g.aboutOf(raw)
			for j := range about.len() {
				at := int32(about.at(j) >> 2)
				g.claimsOf(g.read(at), func(c int32) {
					if a := f.verdict(c); a >= 0 {
						note(a, at)
					}
				})
			}
		}
	}
}

// happened returns when an event happened. Of a leaf, which knows thousands, nobody
// asks since when it is shared.
func (g *Graph) happened(at int32, leaf bool) time.Time {
	if leaf {
		return time.Time{}
	}
	return g.read(at).happened()
}
