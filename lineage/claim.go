package lineage

import (
	"encoding/hex"

	"github.com/cespare/xxhash/v2"
)

// claim is something that many events carry, and all that carries it. Beads are no
// claims by themselves: a chain of them is one.
type claim struct {
	kind   claimKind
	value  cell
	events cell  // their numbers
	names  cell  // raw nodes that its events name, once each
	chain  int32 // of a bead: the chain that it is on; -1: none
	away   bool  // the graph has let go of events that carry it
	unsure bool  // its verdicts are not known: it was made for what carries it
	left   int32 // how many events the graph has let go of
}

type claimKind uint8

const (
	claimCorrelation claimKind = iota
	claimTrace                 // its value is the 16 bytes; a bead too, where spans link traces
	claimCause                 // a bead: an event's id, carried by that event and by those that it caused
	claimLinks                 // a chain of traces
	claimCausation             // a chain of causes
)

func (k claimKind) chain() bool { return k == claimLinks || k == claimCausation }

// fewNames is how many names are looked through one by one before a set pays.
const fewNames = 16

// claim returns the number of a claim, and makes it if need be.
func (g *Graph) claim(kind claimKind, value string) int32 {
	if i, ok := g.claimNumber(kind, value); ok {
		return i
	}
	i := g.newClaim()
	k := claimKey{kind, value}
	away := g.recalling || g.gone.hasClaim(k) && !g.asked.claims[k]
	away = away && !kind.chain()
	g.claims[i] = claim{kind: kind, value: g.slab.put([]byte(value)), chain: -1, away: away, unsure: away}
	g.byClaim.add(hashClaim(kind, value), i)
	return i
}

func hashClaim(kind claimKind, value string) uint32 {
	return uint32(xxhash.Sum64String(value)*31 + uint64(kind))
}

func (g *Graph) claimNumber(kind claimKind, value string) (int32, bool) {
	return g.byClaim.find(hashClaim(kind, value), func(i int32) bool {
		return g.claims[i].kind == kind && string(g.slab.bytes(g.claims[i].value)) == value
	})
}

func (g *Graph) claimValue(i int32) string { return string(g.slab.bytes(g.claims[i].value)) }

// claimName returns a claim as kind:value.
func (g *Graph) claimName(i int32) string {
	switch value := g.slab.bytes(g.claims[i].value); g.claims[i].kind {
	case claimTrace:
		return "trace:" + hex.EncodeToString(value)
	case claimLinks:
		return "links:" + hex.EncodeToString(value)
	case claimCausation, claimCause:
		return "causation:" + string(value)
	default:
		return "correlation:" + string(value)
	}
}

// claimsOf yields the claims that an event carries.
func (g *Graph) claimsOf(r *record, yield func(i int32)) {
	if r.correlation >= 0 {
		yield(r.correlation)
	}
	if r.trace >= 0 {
		yield(r.trace)
		if chain := g.claims[r.trace].chain; chain >= 0 {
			yield(chain)
		}
	}
	if chain := g.causation(r.cause, r.own); chain >= 0 {
		yield(chain)
	}
}

// causation returns the chain that an event is on by its cause and by what it caused,
// which is one if there are both; -1: none.
func (g *Graph) causation(cause, own int32) int32 {
	for _, bead := range [...]int32{cause, own} {
		if bead >= 0 && g.claims[bead].chain >= 0 {
			return g.claims[bead].chain
		}
	}
	return -1
}

// attachClaims enters an event into all that it carries. A new tie between beads is
// settled at the next recomputation.
func (g *Graph) attachClaims(at int32, r *record) {
	for _, i := range [...]int32{r.correlation, r.trace, r.cause, r.own} {
		if i >= 0 {
			g.carry(i, at, r)
		}
	}
	for _, trace := range r.links {
		g.tie(r.trace, trace, at)
	}
	if r.cause >= 0 {
		g.rechain.add(r.cause)
		if r.own >= 0 {
			g.tie(r.own, r.cause, at)
		}
	}
	g.claimsOf(r, func(i int32) {
		if g.claims[i].kind.chain() {
			g.carry(i, at, r)
		}
	})
}

// carry notes that an event carries a claim.
func (g *Graph) carry(i, at int32, r *record) {
	c := &g.claims[i]
	c.events = g.slab.push(c.events, uint32(at))
	for _, ref := range r.refs {
		g.addName(i, ref.node)
	}
	if !g.recalling {
		g.reclaim.add(i)
	}
}

// addName notes that the events of a claim name a node.
func (g *Graph) addName(i, n int32) {
	c := &g.claims[i]
	known := g.claimNames[i]
	if known != nil {
		if known.has(n) {
			return
		}
		known.add(n)
	} else {
		names := g.slab.list(c.names)
		for j := range names.len() {
			if int32(names.at(j)) == n {
				return
			}
		}
	}
	c.names = g.slab.push(c.names, uint32(n))
	if names := g.slab.list(c.names); known == nil && names.len() > fewNames {
		known = make(set, 2*fewNames)
		for j := range names.len() {
			known.add(int32(names.at(j)))
		}
		g.claimNames[i] = known
	}
}

// detachClaims takes an event out of all that it carries.
func (g *Graph) detachClaims(at int32, r *record) {
	drop := func(i int32) {
		c := &g.claims[i]
		c.events = g.slab.keepOnly(c.events, 1, func(entry numbers) bool { return int32(entry.at(0)) != at })
		g.rename(i)
		g.reclaim.add(i)
		g.doubted.add(i)
	}
	g.claimsOf(r, drop)
	for _, bead := range [...]int32{r.cause, r.own} {
		if bead >= 0 {
			drop(bead)
		}
	}
	for _, bead := range [...]int32{r.trace, r.cause, r.own} {
		if bead >= 0 {
			g.untie(bead, at)
		}
	}
}

// rename finds anew what the events of a claim name.
func (g *Graph) rename(i int32) {
	c := &g.claims[i]
	g.slab.release(c.names)
	c.names = 0
	delete(g.claimNames, i)
	var r record
	events := g.slab.list(c.events)
	for j := range events.len() {
		r.read(g.slab.bytes(g.events[events.at(j)]))
		for _, ref := range r.refs {
			g.addName(i, ref.node)
		}
	}
}

// reclaimEventsOf has the claims judged anew that carry events of a node.
func (g *Graph) reclaimEventsOf(n int32) {
	about := g.aboutOf(n)
	for i := range about.len() {
		g.claimsOf(g.read(int32(about.at(i)>>2)), func(c int32) {
			g.reclaim.add(c)
			g.doubted.add(c)
		})
	}
}

// The verdicts on a claim in one flow: the canonical node of its anchor, or one of these.
const (
	verdictPending   int32 = -1
	verdictAmbiguous int32 = -2
)

func claimState(verdict int32) ClaimState {
	switch verdict {
	case verdictPending:
		return Pending
	case verdictAmbiguous:
		return Ambiguous
	default:
		return Claimed
	}
}

// judge applies the rule: exactly one anchor object named, and no more objects
// of a type than the flow allows.
func (f *flowGraph) judge(i int32) int32 {
	g := f.g
	anchor := verdictPending
	g.marks.begin(len(g.nodes))
	f.perType = append(f.perType[:0], make([]int, len(g.types.names))...)
	tooMany := false
	names := g.slab.list(g.claims[i].names)
	for j := range names.len() {
		if g.nodes[names.at(j)].typ == f.anchorType {
			g.needSure(int32(names.at(j)))
		}
		n := g.nodes[names.at(j)].canon
		if !f.ranked(n) || !g.marks.first(n) {
			continue
		}
		typ := g.nodes[n].typ
		f.perType[typ]++
		tooMany = tooMany || f.perType[typ] > f.maxClaimed
		if typ == f.anchorType {
			if anchor >= 0 {
				return verdictAmbiguous
			}
			anchor = n
		}
	}
	if anchor >= 0 && tooMany {
		return verdictAmbiguous
	}
	return anchor
}
