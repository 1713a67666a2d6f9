package lineage

import (
	"slices"
	"strings"
)

// maxFound bounds the executions named for one object: a customer may be in
// all of them.
const maxFound = 100

// Search finds everything that an id names: objects of any type under any of
// their spellings, correlation ids and traces. It is right after Recompute.
func (g *Graph) Search(id string) []Match {
	var matches []Match
	found := make(set)
	for _, spelled := range Spellings(id) {
		for _, raw := range g.byText[spelled] {
			n := g.nodes[raw].canon
			if found.has(n) || !g.spoken(n) {
				continue
			}
			found.add(n)
			matches = append(matches, Match{Object: g.nodes[n].object, Executions: g.executionsOf(n)})
		}
	}
	for _, kind := range []string{CorrelationType, "trace"} {
		value := strings.TrimSpace(id)
		if kind == "trace" {
			value = strings.ToLower(value)
		}
		if i, ok := g.byClaim[kind+":"+value]; ok && len(g.claims[i].events) > 0 {
			matches = append(matches, Match{
				Object: Object{Type: kind, ID: value}, Executions: g.executionsOfClaim(i),
			})
		}
	}
	slices.SortFunc(matches, func(a, b Match) int { return a.Object.Compare(b.Object) })
	return matches
}

// spoken tells whether standing evidence names an object of any class.
func (g *Graph) spoken(canon int32) bool {
	return g.named(canon) || g.nodes[canon].object.Type == CorrelationType
}

// Lookup returns the executions that hold an object. The built-in flow answers
// when it is asked for, or when no flow of the catalogue has an anchored one.
// The answer is empty when nothing names the object.
func (g *Graph) Lookup(q ObjectQuery) Answer {
	var a Answer
	var plain []*Execution
	for _, ref := range g.refsFor(q) {
		if q.Flow != "" && ref.Flow != q.Flow {
			continue
		}
		x := g.Execution(ref)
		switch {
		case x == nil:
		case x.Unanchored:
			a.Unanchored = append(a.Unanchored, x)
		case ref.Flow == TransactionFlow:
			plain = append(plain, x)
		default:
			a.Executions = append(a.Executions, x)
		}
	}
	if q.Flow == TransactionFlow || q.Type == CorrelationType || len(a.Executions) == 0 {
		a.Executions = append(a.Executions, plain...)
	}
	return a
}

func (g *Graph) refsFor(q ObjectQuery) []ExecutionRef {
	if q.Type == CorrelationType || q.Type == "trace" {
		value := strings.TrimSpace(q.ID)
		if q.Type == "trace" {
			value = strings.ToLower(value)
		}
		i, ok := g.byClaim[q.Type+":"+value]
		if !ok || len(g.claims[i].events) == 0 {
			return nil
		}
		return g.executionsOfClaim(i)
	}
	var refs []ExecutionRef
	for _, spelled := range Spellings(q.ID) {
		for _, raw := range g.byText[spelled] {
			o := g.nodes[raw].object
			if o.Type != q.Type || (q.System != "" && o.System != q.System) || (q.Scope != "" && o.Scope != q.Scope) {
				continue
			}
			if n := g.nodes[raw].canon; g.spoken(n) {
				refs = append(refs, g.executionsOf(n)...)
			}
		}
	}
	return sortedRefs(refs)
}

// executionsOf returns the executions that an object is in. One that no flow
// ranks (a customer) is in those of the events that name it.
func (g *Graph) executionsOf(n int32) []ExecutionRef {
	var refs []ExecutionRef
	ranked := false
	for _, f := range g.flows {
		if !f.ranked(n) {
			continue
		}
		ranked = true
		refs = append(refs, f.refsOf(n)...)
	}
	for _, raw := range g.members(n) {
		nd := &g.nodes[raw]
		for _, list := range [...][]int32{nd.subject, nd.named, nd.mention} {
			for _, at := range list {
				if len(refs) >= maxFound {
					return sortedRefs(refs)
				}
				refs = append(refs, g.executionsOfEvent(at, !ranked)...)
			}
		}
	}
	return sortedRefs(refs)
}

func (f *flowGraph) refsOf(n int32) []ExecutionRef {
	var refs []ExecutionRef
	for _, in := range [...][]int32{f.inAnchor[n], f.inLoose[n]} {
		for _, a := range in[:min(len(in), maxFound)] {
			refs = append(refs, ExecutionRef{f.flow.Name, f.g.nodes[a].object})
		}
	}
	return refs
}

// executionsOfEvent returns the correlation id's transaction that an event is
// in and, when asked, the executions of what it names.
func (g *Graph) executionsOfEvent(at int32, all bool) []ExecutionRef {
	e := g.events[at]
	var refs []ExecutionRef
	if e.Correlation != "" {
		refs = append(refs, ExecutionRef{TransactionFlow, Object{Type: CorrelationType, ID: e.Correlation}})
	}
	if !all {
		return refs
	}
	for _, f := range g.flows {
		for _, r := range e.Refs {
			if n := g.nodes[g.byObject[r.Object]].canon; f.ranked(n) {
				refs = append(refs, f.refsOf(n)...)
			}
		}
		for _, name := range claimsOf(e) {
			if v := f.verdict(g.byClaim[name]); v.anchor >= 0 {
				refs = append(refs, ExecutionRef{f.flow.Name, g.nodes[v.anchor].object})
			}
		}
	}
	return refs
}

func (g *Graph) executionsOfClaim(i int32) []ExecutionRef {
	var refs []ExecutionRef
	for _, at := range g.claims[i].events {
		if len(refs) >= maxFound {
			break
		}
		refs = append(refs, g.executionsOfEvent(at, true)...)
	}
	return sortedRefs(refs)
}

func sortedRefs(refs []ExecutionRef) []ExecutionRef {
	slices.SortFunc(refs, compareRefs)
	return slices.Compact(refs)
}
