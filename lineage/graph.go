package lineage

import (
	"iter"
	"slices"
	"strings"
)

// Graph is one tenant's evidence and what follows from it: which ids are one
// object, which claims hold, and the executions of every flow. Add takes
// events in any order and any number of times; Recompute brings the executions
// up to date, touching only those that the new events can reach. The result is
// a function of the set of events alone.
//
// A Graph is not safe for concurrent use.
type Graph struct {
	cat    *Catalogue
	tenant string

	events []*Event // by index
	byID   map[eventID]int32
	losers map[eventID]map[uint64]bool // hashes seen under an identity, beside the winner's

	nodes    []node
	byObject map[Object]int32
	byText   map[string][]int32 // nodes by their id alone, for search
	types    index
	quals    index
	words    map[string]string
	refused  map[int32]bool // equality edges that were refused, by edge index
	equals   []equalEdge

	claims  []claim
	byClaim map[string]int32

	flows []*flowGraph
	tx    *transactions

	touched set // raw nodes that new evidence names
	firsts  set // raw nodes that got their first event of their own, or lost their last
	regroup set // raw nodes with new equality edges
	reguard set // canonical nodes whose cardinality may have changed
	reclaim set // claims with new evidence
	clashes []Clash

	marks mark // scratch: nodes seen in the pass at hand
	seen  mark // scratch: events seen in the pass at hand
}

// Clash is an event that lost against another with the same identity but
// other content: the greater (recorded time, content hash) wins.
type Clash struct{ Winner, Loser *Event }

type eventID struct{ source, id string }

// node is one id as it was written. Nodes that name one object share a
// canonical node, which knows them all.
type node struct {
	object      Object
	typ         int32
	business    bool
	quarantined bool    // of a canonical node
	canon       int32   // the smallest member of the group
	group       []int32 // of a canonical node: its members, nil when alone
	subject     []int32 // events about it
	named       []int32 // events about another business object that name it
	mention     []int32 // events about no business object that name it
	edges       []halfEdge
	equals      []int32
}

type halfEdge struct {
	to        int32
	event     int32
	qualifier int32
	forward   bool
}

// NewGraph returns the empty graph of a tenant under a catalogue.
func NewGraph(cat *Catalogue, tenant string) *Graph {
	g := &Graph{
		cat: cat, tenant: tenant,
		byID: make(map[eventID]int32), losers: make(map[eventID]map[uint64]bool),
		byObject: make(map[Object]int32), byText: make(map[string][]int32), byClaim: make(map[string]int32),
		types: newIndex(), quals: newIndex(), words: make(map[string]string),
		refused: make(map[int32]bool),
		touched: make(set), firsts: make(set), regroup: make(set), reguard: make(set), reclaim: make(set),
	}
	for _, f := range cat.Flows() {
		g.flows = append(g.flows, newFlowGraph(g, f))
	}
	g.tx = newTransactions(g)
	return g
}

// Add takes one event. It keeps a copy that shares no memory with e, without
// the payload. A resend changes nothing; another content under the same
// identity is settled by the rule of Clash, whatever came first.
func (g *Graph) Add(e *Event) {
	id := eventID{e.Source, e.ID}
	if at, ok := g.byID[id]; ok {
		old := g.events[at]
		if old.Hash == e.Hash || g.losers[id][e.Hash] {
			return
		}
		if g.losers[id] == nil {
			g.losers[id] = make(map[uint64]bool)
		}
		if !greater(e, old) {
			g.losers[id][e.Hash] = true
			loser := g.keep(e)
			loser.Payload = strings.Clone(e.Payload)
			g.clashes = append(g.clashes, Clash{Winner: old, Loser: loser})
			return
		}
		g.losers[id][old.Hash] = true
		kept := g.keep(e)
		g.clashes = append(g.clashes, Clash{Winner: kept, Loser: old})
		g.detach(at)
		g.events[at] = kept
		g.attach(at)
		return
	}
	kept := g.keep(e)
	at := int32(len(g.events))
	g.events = append(g.events, kept)
	g.byID[eventID{kept.Source, kept.ID}] = at
	g.attach(at)
}

func greater(e, old *Event) bool {
	if !e.Recorded.Equal(old.Recorded) {
		return e.Recorded.After(old.Recorded)
	}
	return e.Hash > old.Hash
}

// Recompute brings the executions up to date with the events added, and returns
// which of them may have changed, come or gone, in a stable order.
func (g *Graph) Recompute() []ExecutionRef {
	g.regroupAll()
	g.guardAll()
	var changed []ExecutionRef
	for _, f := range g.flows {
		f.recompute()
		changed = f.takeChanged(changed)
	}
	changed = g.tx.takeChanged(changed)
	clear(g.touched)
	clear(g.firsts)
	clear(g.reclaim)
	return changed
}

// Len returns the number of events held.
func (g *Graph) Len() int { return len(g.events) }

// Events yields every event held, those that won over another of their identity.
// They are shared and must not be changed.
func (g *Graph) Events() iter.Seq[*Event] { return slices.Values(g.events) }

// TakeClashes returns the clashes found since it was last called.
func (g *Graph) TakeClashes() []Clash {
	c := g.clashes
	g.clashes = nil
	return c
}

// keep copies an event so that it holds no memory of the request it came in.
func (g *Graph) keep(e *Event) *Event {
	k := *e
	k.Payload = ""
	k.Source, k.Type, k.Stage = g.word(e.Source), g.word(e.Type), g.word(e.Stage)
	k.Contract, k.Tenant = g.word(e.Contract), g.word(e.Tenant)
	k.Outcome = Outcome(g.word(string(e.Outcome)))
	k.ID, k.Reason = strings.Clone(e.ID), strings.Clone(e.Reason)
	k.Amount.Currency = g.word(e.Amount.Currency)
	k.Correlation, k.Causation = strings.Clone(e.Correlation), strings.Clone(e.Causation)
	k.Refs = slices.Clone(e.Refs)
	for i := range k.Refs {
		k.Refs[i].Object = g.nodes[g.node(k.Refs[i].Object)].object
		k.Refs[i].Role = Role(g.word(string(k.Refs[i].Role)))
	}
	k.Relations = slices.Clone(e.Relations)
	for i, r := range k.Relations {
		k.Relations[i] = Relation{
			From: g.nodes[g.node(r.From)].object, To: g.nodes[g.node(r.To)].object, Qualifier: g.word(r.Qualifier),
		}
	}
	k.Equalities = slices.Clone(e.Equalities)
	for i, q := range k.Equalities {
		k.Equalities[i].A, k.Equalities[i].B = g.nodes[g.node(q.A)].object, g.nodes[g.node(q.B)].object
	}
	return &k
}

// word returns the one copy of a string that many events share.
func (g *Graph) word(s string) string {
	if w, ok := g.words[s]; ok {
		return w
	}
	w := strings.Clone(s)
	g.words[w] = w
	return w
}

// node returns the node of an object, and makes it if need be.
func (g *Graph) node(o Object) int32 {
	if n, ok := g.byObject[o]; ok {
		return n
	}
	o = Object{Type: g.word(o.Type), System: g.word(o.System), Scope: strings.Clone(o.Scope), ID: strings.Clone(o.ID)}
	n := int32(len(g.nodes))
	g.nodes = append(g.nodes, node{
		object: o, typ: g.types.of(o.Type), business: g.cat.ClassOf(o.Type) == Business, canon: n,
	})
	g.byObject[o] = n
	g.byText[o.ID] = append(g.byText[o.ID], n)
	return n
}

// attach enters the event at an index into everything that it names.
func (g *Graph) attach(at int32) {
	e := g.events[at]
	subject := g.subject(e)
	for _, r := range e.Refs {
		n := g.node(r.Object)
		nd := &g.nodes[n]
		switch {
		case r.Role == Subject:
			nd.subject = append(nd.subject, at)
			if len(nd.subject) == 1 {
				g.firsts.add(n)
			}
		case subject >= 0:
			nd.named = append(nd.named, at)
		default:
			nd.mention = append(nd.mention, at)
		}
		g.touched.add(n)
	}
	for _, r := range e.Relations {
		g.touched.add(g.node(r.From))
		g.touched.add(g.node(r.To))
	}
	g.relations(at, func(from, to int32, qualifier string) { g.link(from, to, at, qualifier) })
	for _, q := range e.Equalities {
		g.equate(q, at)
	}
	g.attachClaims(at)
}

// subject returns the node of the business object that an event is about, or -1.
func (g *Graph) subject(e *Event) int32 {
	if o := e.Subject(); !o.IsZero() {
		if n := g.node(o); g.nodes[n].business {
			return n
		}
	}
	return -1
}

// relations yields what an event says of business objects: that its subject is
// related to the others that it names, and the relations that it states.
func (g *Graph) relations(at int32, yield func(from, to int32, qualifier string)) {
	e := g.events[at]
	if subject := g.subject(e); subject >= 0 {
		for _, r := range e.Refs {
			if n := g.node(r.Object); r.Role != Subject && r.Role != Alias && g.nodes[n].business {
				yield(subject, n, string(r.Role))
			}
		}
	}
	for _, r := range e.Relations {
		if from, to := g.node(r.From), g.node(r.To); g.nodes[from].business && g.nodes[to].business {
			yield(from, to, r.Qualifier)
		}
	}
}

func (g *Graph) link(from, to, event int32, qualifier string) {
	if from == to {
		return
	}
	q := g.quals.of(qualifier)
	g.nodes[from].edges = append(g.nodes[from].edges, halfEdge{to: to, event: event, qualifier: q, forward: true})
	g.nodes[to].edges = append(g.nodes[to].edges, halfEdge{to: from, event: event, qualifier: q})
}

// detach takes an event that lost out of everything that it names. What it
// touched is recomputed; its nodes stay, as ids that were once written.
func (g *Graph) detach(at int32) {
	e := g.events[at]
	nodes := make(set)
	for _, r := range e.Refs {
		nodes.add(g.node(r.Object))
	}
	for _, r := range e.Relations {
		nodes.add(g.node(r.From))
		nodes.add(g.node(r.To))
	}
	isIt := func(i int32) bool { return i == at }
	for n := range nodes {
		nd := &g.nodes[n]
		nd.subject = slices.DeleteFunc(nd.subject, isIt)
		if len(nd.subject) == 0 {
			g.firsts.add(n)
		}
		nd.named = slices.DeleteFunc(nd.named, isIt)
		nd.mention = slices.DeleteFunc(nd.mention, isIt)
		nd.edges = slices.DeleteFunc(nd.edges, func(h halfEdge) bool { return h.event == at })
		nd.equals = slices.DeleteFunc(nd.equals, func(i int32) bool {
			gone := g.equals[i].event == at
			if gone {
				delete(g.refused, i)
			}
			return gone
		})
		g.touched.add(n)
		g.regroup.add(n)
	}
	g.detachClaims(at)
}
