package lineage

import (
	"encoding/hex"
	"iter"
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
	for n := range g.meant(id) {
		matches = append(matches, Match{Object: g.object(n), Executions: g.executionsOf(n)})
	}
	for _, typ := range []string{CorrelationType, TraceType} {
		if i, value, ok := g.claimTyped(typ, id); ok {
			matches = append(matches, Match{Object: Object{Type: typ, ID: value}, Executions: g.executionsOfClaim(i)})
		}
	}
	slices.SortFunc(matches, func(a, b Match) int { return a.Object.Compare(b.Object) })
	return matches
}

// Named returns the objects of any type that an id names under any of its spellings,
// sorted.
func (g *Graph) Named(id string) []Object {
	var objects []Object
	for n := range g.meant(id) {
		objects = append(objects, g.object(n))
	}
	slices.SortFunc(objects, Object.Compare)
	return objects
}

// meant returns the canonical nodes that an id may stand for, once each.
func (g *Graph) meant(id string) set {
	found := make(set)
	for raw := range g.spelled(id) {
		if n := g.nodes[raw].canon; g.spoken(n) {
			found.add(n)
		}
	}
	return found
}

// spelled yields the raw nodes that an id may stand for.
func (g *Graph) spelled(id string) iter.Seq[int32] {
	return func(yield func(int32) bool) {
		for _, text := range Spellings(id) {
			for n, ok := g.lastOf(text); ok && n >= 0; n = g.nodes[n].next {
				if !yield(n) {
					return
				}
			}
		}
	}
}

// claimTyped returns the claim that a person means by a type and an id, and the id
// as it is written.
func (g *Graph) claimTyped(typ, id string) (i int32, value string, ok bool) {
	kind, key, ok := claimMeant(typ, id)
	if !ok {
		return 0, "", false
	}
	i, ok = g.claimNumber(kind, key)
	if value = key; kind == claimTrace {
		value = hex.EncodeToString([]byte(key))
	}
	return i, value, ok && g.claims[i].events != 0
}

// claimMeant reads an id as that of a claim.
func claimMeant(typ, id string) (kind claimKind, value string, ok bool) {
	value = strings.TrimSpace(id)
	switch typ {
	case CorrelationType:
		return claimCorrelation, value, true
	case TraceType:
		raw, err := hex.DecodeString(strings.ToLower(value))
		return claimTrace, string(raw), err == nil
	}
	return 0, "", false
}

// Canonical returns the object that an id of one system and scope names; false: nothing
// that has come names it.
func (g *Graph) Canonical(o Object) (Object, bool) {
	n, ok := g.find(o)
	if !ok {
		return Object{}, false
	}
	return g.object(g.nodes[n].canon), true
}

// spoken tells whether standing evidence names an object of any class.
func (g *Graph) spoken(canon int32) bool {
	return g.named(canon) || g.typeOf(canon) == CorrelationType
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
	if i, _, ok := g.claimTyped(q.Type, q.ID); ok {
		return g.executionsOfClaim(i)
	}
	var refs []ExecutionRef
	for raw := range g.spelled(q.ID) {
		o := g.object(raw)
		if o.Type != q.Type || (q.System != "" && o.System != q.System) || (q.Scope != "" && o.Scope != q.Scope) {
			continue
		}
		if n := g.nodes[raw].canon; g.spoken(n) {
			refs = append(refs, g.executionsOf(n)...)
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
		about := g.slab.list(g.nodes[raw].about)
		if g.nodes[raw].has(isBusiness) {
			about = g.aboutOf(raw) // of what all name, those that are here must do
		}
		for i := range about.len() {
			if len(refs) >= maxFound {
				return sortedRefs(refs)
			}
			refs = append(refs, g.executionsOfEvent(int32(about.at(i)>>2), !ranked)...)
		}
	}
	return sortedRefs(refs)
}

func (f *flowGraph) refsOf(n int32) []ExecutionRef {
	var refs []ExecutionRef
	f.anchorsOf(n, func(a int32) bool {
		if f.stands(a) {
			refs = append(refs, ExecutionRef{f.flow.Name, f.g.object(a)})
		}
		return len(refs) < maxFound
	})
	for _, root := range f.rootsOf(n) {
		refs = append(refs, ExecutionRef{f.flow.Name, f.g.object(root)})
	}
	return refs
}

// executionsOfEvent returns the correlation id's transaction that an event is
// in and, when asked, the executions of what it names.
func (g *Graph) executionsOfEvent(at int32, all bool) []ExecutionRef {
	r := g.read(at)
	var refs []ExecutionRef
	if r.correlation >= 0 {
		refs = append(refs, ExecutionRef{TransactionFlow, Object{Type: CorrelationType, ID: g.claimValue(r.correlation)}})
	}
	if !all {
		return refs
	}
	for _, f := range g.flows {
		for _, ref := range r.refs {
			if n := g.nodes[ref.node].canon; f.ranked(n) {
				refs = append(refs, f.refsOf(n)...)
			}
		}
		g.claimsOf(r, func(c int32) {
			if a := f.verdict(c); a >= 0 {
				refs = append(refs, ExecutionRef{f.flow.Name, g.object(a)})
			}
		})
	}
	return refs
}

func (g *Graph) executionsOfClaim(i int32) []ExecutionRef {
	var refs []ExecutionRef
	events := g.slab.list(g.claims[i].events)
	for j := range events.len() {
		if len(refs) >= maxFound {
			break
		}
		refs = append(refs, g.executionsOfEvent(int32(events.at(j)), true)...)
	}
	return sortedRefs(refs)
}

func sortedRefs(refs []ExecutionRef) []ExecutionRef {
	slices.SortFunc(refs, compareRefs)
	return slices.Compact(refs)
}
