package lineage

import (
	"bytes"
	"iter"
	"strings"

	"github.com/cespare/xxhash/v2"
)

// node is one id as it was written. Nodes that name one object share a canonical
// node, which knows them all.
type node struct {
	text   cell  // the id
	next   int32 // another node with the same text; -1: none
	typ    int32
	system int32 // word
	scope  int32 // word
	canon  int32 // the smallest member of the group
	about  cell  // events that name it: number<<2 | how
	edges  cell  // to, event, qualifier<<1 | forward
	is     nodeFlags
}

type nodeFlags uint8

const (
	isBusiness    nodeFlags = 1 << iota
	isQuarantined           // of a canonical node
	isGrouped               // of a canonical node: it is not alone
	hasOwn                  // there is an event about it
	isAway                  // the graph has let go of evidence that names it
	hasTwin                 // an equality names it, or did once
	isUnsure                // which object it is and where it stands is not known: it was made for what names it
)

// How an event names a node.
const (
	asSubject uint32 = iota // it is about it
	asNamed                 // it is about another business object
	asMention               // it is about no business object
)

func (n *node) has(f nodeFlags) bool { return n.is&f != 0 }

func (n *node) set(f nodeFlags, on bool) {
	if n.is &^= f; on {
		n.is |= f
	}
}

// edge is one end of a relation between business objects.
type edge struct {
	to, event, qualifier int32
	forward              bool
}

// degree is how many relations a canonical node has.
func (g *Graph) degree(n int32) int {
	total := 0
	for _, raw := range g.members(n) {
		total += g.slab.list(g.nodes[raw].edges).len() / 3
	}
	return total
}

// aboutOf returns the events that name a raw node, each with how it does.
func (g *Graph) aboutOf(raw int32) numbers {
	g.need(raw)
	return g.slab.list(g.nodes[raw].about)
}

// edgesOf yields the relations of a raw node. They must not be changed meanwhile.
func (g *Graph) edgesOf(raw int32) iter.Seq[edge] {
	g.need(raw)
	return g.edgesHere(raw)
}

// edgesHere is edgesOf without asking for what is away.
func (g *Graph) edgesHere(raw int32) iter.Seq[edge] {
	return func(yield func(edge) bool) {
		list := g.slab.list(g.nodes[raw].edges)
		for i := 0; i < len(list); i += 12 {
			q := list[i:].at(2)
			e := edge{to: int32(list[i:].at(0)), event: int32(list[i:].at(1)), qualifier: int32(q >> 1), forward: q&1 == 1}
			if !yield(e) {
				return
			}
		}
	}
}

func (g *Graph) link(from, to, event, qualifier int32) {
	if from == to {
		return
	}
	f, t := &g.nodes[from], &g.nodes[to]
	f.edges = g.slab.push(f.edges, uint32(to), uint32(event), uint32(qualifier)<<1|1)
	t.edges = g.slab.push(t.edges, uint32(from), uint32(event), uint32(qualifier)<<1)
}

func (g *Graph) hashObject(o Object) uint32 {
	h := xxhash.Sum64String(o.ID)
	h = h*31 + xxhash.Sum64String(o.Type)
	h = h*31 + xxhash.Sum64String(o.System)
	return uint32(h*31 + xxhash.Sum64String(o.Scope))
}

// find returns the node of an object.
func (g *Graph) find(o Object) (int32, bool) {
	return g.byObject.find(g.hashObject(o), func(n int32) bool {
		nd := &g.nodes[n]
		return string(g.slab.bytes(nd.text)) == o.ID && g.types.names[nd.typ] == o.Type &&
			g.words.names[nd.system] == o.System && g.words.names[nd.scope] == o.Scope
	})
}

// node returns the node of an object, and makes it if need be.
func (g *Graph) node(o Object) int32 {
	if n, ok := g.find(o); ok {
		return n
	}
	n := g.newNode()
	nd := node{
		text: g.slab.put([]byte(o.ID)), next: -1, typ: g.types.of(o.Type),
		system: g.words.of(o.System), scope: g.words.of(o.Scope), canon: n,
	}
	nd.set(isBusiness, g.cat.ClassOf(o.Type) == Business)
	nd.set(hasTwin, g.gone.hasTwin(o.ID))
	if g.recalling || (nd.has(hasTwin) || g.gone.hasID(o.ID)) && !g.asked.texts[o.ID] {
		nd.set(isAway|isUnsure, true)
	}
	text := uint32(xxhash.Sum64String(o.ID))
	if last, ok := g.lastOf(o.ID); ok {
		nd.next = last
		g.byText.remove(text, last)
	}
	g.byText.add(text, n)
	g.nodes[n] = nd
	g.byObject.add(g.hashObject(o), n)
	return n
}

// lastOf returns the node that was made last with an id.
func (g *Graph) lastOf(id string) (int32, bool) {
	return g.byText.find(uint32(xxhash.Sum64String(id)), func(n int32) bool {
		return string(g.slab.bytes(g.nodes[n].text)) == id
	})
}

// object writes out what a node names.
func (g *Graph) object(n int32) Object {
	nd := &g.nodes[n]
	return Object{
		Type: g.types.names[nd.typ], System: g.words.names[nd.system], Scope: g.words.names[nd.scope],
		ID: string(g.slab.bytes(nd.text)),
	}
}

func (g *Graph) typeOf(n int32) string { return g.types.names[g.nodes[n].typ] }

// compareNodes is Object.Compare for what two nodes name.
func (g *Graph) compareNodes(a, b int32) int {
	x, y := &g.nodes[a], &g.nodes[b]
	if x.typ != y.typ {
		return strings.Compare(g.types.names[x.typ], g.types.names[y.typ])
	}
	if x.system != y.system {
		return strings.Compare(g.words.names[x.system], g.words.names[y.system])
	}
	if x.scope != y.scope {
		return strings.Compare(g.words.names[x.scope], g.words.names[y.scope])
	}
	return bytes.Compare(g.slab.bytes(x.text), g.slab.bytes(y.text))
}

// compareByID orders nodes as executions list them: by type and id first.
func (g *Graph) compareByID(a, b int32) int {
	x, y := &g.nodes[a], &g.nodes[b]
	if x.typ != y.typ {
		return strings.Compare(g.types.names[x.typ], g.types.names[y.typ])
	}
	if c := bytes.Compare(g.slab.bytes(x.text), g.slab.bytes(y.text)); c != 0 {
		return c
	}
	return g.compareNodes(a, b)
}

// members returns the raw nodes of a canonical one.
func (g *Graph) members(canon int32) []int32 {
	if g.nodes[canon].has(isGrouped) {
		return g.groups[canon]
	}
	g.alone[0] = canon
	return g.alone[:]
}
