package lineage

import (
	"iter"
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

	slab  slab
	words index
	types index

	joining map[int32]bool // types whose objects hold evidence together

	events   []cell // records, by the event's number
	byID     table
	losers   map[eventID]map[uint64]bool // hashes seen under an identity, beside the winner's
	nodes    []node
	byObject table
	byText   table             // the last node made with an id, for search
	groups   map[int32][]int32 // members of a canonical node that is not alone
	equals   []equalEdge
	equalsOf map[int32][]int32 // equality edges of a raw node
	refused  map[int32]bool    // equality edges that were refused, by edge index

	rulings rulings // what people have decided

	claims     []claim
	byClaim    table
	claimNames map[int32]set     // what a claim names, once it is much
	beads      map[int32][]int32 // of a chain
	ties       map[int32][]knot  // of a bead
	byEventID  table             // the last event that came under an id, of any source
	sameID     []int32           // the one before it; -1: none

	flows []*flowGraph
	tx    *transactions

	lacking   absent        // what is needed and not here
	lacked    int           // how often something was
	asked     absent        // what Recall brought since Evict
	gone      gone          // what is not here at all
	recalling bool          // what is added was here before
	settling  bool          // what has come back counts as being here
	doubting  bool          // where it stood is not known
	returned  set           // raw nodes that are whole again, and not settled yet
	reheld    set           // claims that are whole again, and not judged yet
	guests    set           // events that came back
	pinned    map[int32]set // anchors → claims that were judged by what is away

	// Numbers that may be given again.
	freeNodes, freeEvents, freeClaims, freeEquals []int32

	fresh    []int32 // events that came since the last recomputation
	touched  set     // raw nodes about which more may have changed than fresh events say
	firsts   set     // of touched: their last event of their own is gone, or the first one came
	regroup  set     // raw nodes with new equality edges
	reguard  set     // raw nodes whose cardinality may have changed
	reclaim  set     // claims with new evidence
	rechain  set     // beads with new ties
	doubted  set     // of reclaim: those that may have become less
	restrung set     // chains that are made anew
	clashes  []Clash
	entering int32 // the event whose record is being made; -1: none
	unruled  bool  // decisions have come that nothing follows from yet

	marks   mark // scratch: nodes seen in the pass at hand
	seen    mark // scratch: events seen in the pass at hand
	newly   mark // of a recomputation: the events that are fresh
	behind  mark // scratch: nodes seen in the walk backwards at hand
	told    mark // scratch: anchors that it found
	scratch []byte
	rec     record   // scratch: the event at hand
	alone   [1]int32 // scratch: a group of one
}

// Clash is an event that lost against another with the same identity but
// other content: the greater (recorded time, content hash) wins.
type Clash struct{ Winner, Loser *Event }

type eventID struct{ source, id string }

// NewGraph returns the empty graph of a tenant under a catalogue.
func NewGraph(cat *Catalogue, tenant string) *Graph {
	g := &Graph{
		cat: cat, tenant: tenant, words: newIndex(), types: newIndex(), joining: make(map[int32]bool),
		losers: make(map[eventID]map[uint64]bool), groups: make(map[int32][]int32),
		equalsOf: make(map[int32][]int32), refused: make(map[int32]bool), claimNames: make(map[int32]set),
		beads: make(map[int32][]int32), ties: make(map[int32][]knot), rechain: make(set), restrung: make(set),
		doubted: make(set), pinned: make(map[int32]set), lacking: newAbsent(), asked: newAbsent(), returned: make(set), reheld: make(set), guests: make(set),
		rulings: newRulings(), touched: make(set), firsts: make(set), regroup: make(set), reguard: make(set), reclaim: make(set),
	}
	for _, word := range knownWords() {
		g.words.of(word)
	}
	for _, f := range cat.Flows() {
		g.flows = append(g.flows, newFlowGraph(g, f))
	}
	for _, typ := range cat.Joining() {
		g.joining[g.types.of(typ)] = true
	}
	g.entering = -1
	g.tx = newTransactions(g)
	return g
}

// Words that the rules know, by their numbers.
const (
	wordNone = iota
	wordSubject
	wordAlias
	wordFailed
	wordRetrying
)

func knownWords() []string {
	return []string{"", string(Subject), string(Alias), string(OutcomeFailed), string(OutcomeRetrying)}
}

// Add takes one event. It keeps what the rules need of it, and no memory of e;
// not the payload. A resend changes nothing; another content under the same
// identity is settled by the rule of Clash, whatever came first.
func (g *Graph) Add(e *Event) {
	at, known := g.eventNumber(e.Source, e.ID)
	if !known {
		at = g.newEvent()
		g.byID.add(hashOf(e.Source, e.ID), at)
		g.enter(at, e)
		g.noteID(at, e.ID)
		return
	}
	id := eventID{e.Source, e.ID}
	if g.read(at).hash == e.Hash || g.losers[id][e.Hash] {
		return
	}
	if g.losers[id] == nil {
		g.losers[id] = make(map[uint64]bool)
	}
	held := g.event(at)
	if !greater(e, held) {
		g.losers[id][e.Hash] = true
		g.clash(held, e.clone())
		return
	}
	g.losers[id][held.Hash] = true
	g.clash(e.clone(), held)
	if !g.rulings.rejected[id] {
		g.detach(at)
	}
	old := g.events[at]
	g.enter(at, e)
	g.slab.release(old)
}

func (g *Graph) clash(winner, loser *Event) {
	if !g.recalling { // it was told then
		g.clashes = append(g.clashes, Clash{Winner: winner, Loser: loser})
	}
}

// noteID notes the id of an event, since others may name it as their cause.
func (g *Graph) noteID(at int32, id string) {
	if last, ok := g.lastWithID(id); ok {
		g.sameID[at] = last
		g.byEventID.remove(hashOf("", id), last)
	}
	g.byEventID.add(hashOf("", id), at)
}

func greater(e, old *Event) bool {
	if !e.Recorded.Equal(old.Recorded) {
		return e.Recorded.After(old.Recorded)
	}
	return e.Hash > old.Hash
}

// enter keeps an event under a number and, unless it was rejected, enters it into
// all that it names.
func (g *Graph) enter(at int32, e *Event) {
	r := &g.rec
	g.entering = at
	g.record(r, e)
	g.entering = -1
	g.scratch = r.append(g.scratch[:0])
	g.events[at] = g.slab.put(g.scratch)
	if len(g.rulings.rejected) > 0 && g.rulings.rejected[eventID{e.Source, e.ID}] {
		return
	}
	g.attach(at, r)
	if g.recalling {
		g.guests.add(at)
	} else {
		g.fresh = append(g.fresh, at)
	}
}

// Recompute brings the executions up to date with the events added, and returns
// which of them may have changed, come or gone, in a stable order. Where Lacks is true
// after it, it could not: it returns nothing, and goes on when it is called again.
func (g *Graph) Recompute() []ExecutionRef {
	if g.unruled {
		if g.rule(); g.Lacks() {
			return nil
		}
	}
	g.newly.begin(len(g.events))
	for _, at := range g.fresh {
		g.newly.first(at)
	}
	for _, settle := range [...]func(){g.rechainAll, g.regroupAll, g.guardAll} {
		if settle(); g.Lacks() {
			return nil
		}
	}
	for _, f := range g.flows {
		f.recompute()
	}
	if g.Lacks() {
		return nil
	}
	var changed []ExecutionRef
	for _, f := range g.flows {
		changed = f.takeChanged(changed)
	}
	changed = g.tx.takeChanged(changed)
	g.fresh = g.fresh[:0]
	clear(g.touched)
	clear(g.firsts)
	clear(g.reclaim)
	clear(g.doubted)
	clear(g.restrung)
	return changed
}

// Len returns the number of events held.
func (g *Graph) Len() int { return len(g.events) - len(g.freeEvents) }

// Events yields every event held, those that won over another of their identity.
func (g *Graph) Events() iter.Seq[*Event] {
	return func(yield func(*Event) bool) {
		for at, record := range g.events {
			if record != 0 && !yield(g.event(int32(at))) {
				return
			}
		}
	}
}

// TakeClashes returns the clashes found since it was last called.
func (g *Graph) TakeClashes() []Clash {
	c := g.clashes
	g.clashes = nil
	return c
}
