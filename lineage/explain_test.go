package lineage

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// drawTangle is a log in which ids collide, are called the same, exceed a guard and
// come with two contents; and the graph that it makes.
func drawTangle(t *rapid.T) *Graph {
	events := drawLog(t)
	for range rapid.IntRange(0, 4).Draw(t, "equalities") {
		at := rapid.IntRange(0, len(events)-1).Draw(t, "event")
		typ := rapid.SampledFrom([]string{"order", "invoice"}).Draw(t, "type")
		other := Object{Type: typ, System: rapid.SampledFrom([]string{"crm", "wms"}).Draw(t, "system"), ID: fmt.Sprint(rapid.IntRange(1, 2).Draw(t, "id"))}
		e := naming{Event: events[at]}
		e.addEquality(Equality{A: Object{Type: typ, ID: fmt.Sprint(rapid.IntRange(1, 4).Draw(t, "id"))}, B: other})
		if rapid.Bool().Draw(t, "bills by the other id") {
			e.addRelation(Relation{From: Object{Type: "payment", ID: "1"}, To: other, Qualifier: "pays"})
		}
		events[at] = e.Event
	}
	for range rapid.IntRange(0, 2).Draw(t, "clashes") {
		again := naming{Event: events[rapid.IntRange(0, len(events)-1).Draw(t, "again")]}
		again.Hash += 1000
		again.Refs = slices.Clone(again.Refs)
		again.addRef(Object{Type: "item", ID: "9"}, Mentions)
		events = append(events, again.Event)
	}
	def := oracleCatalogue(t).def
	def.Guards = []Guard{{Type: "delivery", To: "order", Max: 2}}
	def.Flows[0].Leaf = append(def.Flows[0].Leaf, "item") // which is not the last that comes
	cat, err := NewCatalogue(def)
	if err != nil {
		t.Fatal(err)
	}
	g := NewGraph(cat, "default")
	for i := range events {
		g.Add(&events[i])
	}
	g.Recompute()
	return g
}

// judge of explanations: it knows an execution and every event, and does everything
// the slow way.
type judge struct {
	x     *Execution
	flow  Flow
	log   []*Event
	canon map[Object]Object
	of    map[Object]Member
	by    map[string][]Event // what carries each claim, as the oracle has it
}

func (j *judge) carries(e *Event, claim string) bool {
	return slices.ContainsFunc(j.by[claim], func(c Event) bool { return c.Source == e.Source && c.ID == e.ID })
}

func newJudge(g *Graph, x *Execution) *judge {
	j := &judge{x: x, flow: g.cat.Flows()[0], log: slices.Collect(g.Events()), canon: map[Object]Object{}, of: map[Object]Member{}}
	j.by = newOracle(j.flow, values(j.log)).claims()
	for _, m := range x.Members {
		j.of[m.Object] = m
		for _, o := range append(m.Aliases, m.Object) {
			j.canon[o] = m.Object
		}
	}
	return j
}

// crosses is the walk's rule for one relation, out from the anchor.
func (j *judge) crosses(from, to Object, qualifier string) bool {
	a, b, base := j.of[from], j.of[to], j.of[j.x.Anchor].Rank
	down, up := a.Rank >= base, a.Rank < base || from == j.x.Anchor
	switch {
	case a.Leaf && from != j.x.Anchor:
		return false
	case b.Rank == a.Rank:
		return down && qualifier == "replaces"
	case b.Rank > a.Rank:
		return down
	default:
		return up && !j.x.Unanchored
	}
}

// relations are all that an event states of members, as it writes it.
func (j *judge) relations(e *Event) []Relation {
	all := slices.Clone(e.Relations)
	for _, r := range e.Refs {
		if s := e.Subject(); !s.IsZero() && r.Role != Subject && r.Role != Alias {
			all = append(all, Relation{From: s, To: r.Object, Qualifier: string(r.Role), Amount: r.Amount})
		}
	}
	return slices.DeleteFunc(all, func(r Relation) bool {
		from, to := j.canon[r.From], j.canon[r.To]
		return from.IsZero() || to.IsZero() || from == to
	})
}

// claims are the claims that are the anchor's own.
func (j *judge) claims() []string {
	var own []string
	for _, c := range j.x.Claims {
		names := slices.ContainsFunc(j.log, func(e *Event) bool {
			return j.carries(e, c.Claim) && slices.ContainsFunc(e.Refs, func(r Ref) bool { return j.canon[r.Object] == j.x.Anchor })
		})
		if c.State == Claimed && names && !j.x.Unanchored {
			own = append(own, c.Claim)
		}
	}
	return own
}

// lengths are the lengths of the shortest ways: whatever makes one shorter is applied
// until nothing does.
func (j *judge) lengths() map[Object]int {
	lengths := map[Object]int{j.x.Anchor: 0}
	changed := true
	reach := func(o Object, length int) {
		if old, known := lengths[o]; !known || length < old {
			lengths[o], changed = length, true
		}
	}
	claims := j.claims()
	for changed {
		changed = false
		for _, e := range j.log {
			for _, r := range j.relations(e) {
				for _, way := range [][2]Object{{j.canon[r.From], j.canon[r.To]}, {j.canon[r.To], j.canon[r.From]}} {
					if length, known := lengths[way[0]]; known && j.crosses(way[0], way[1], r.Qualifier) {
						reach(way[1], length+1)
					}
				}
			}
			for _, r := range e.Refs {
				if o := j.canon[r.Object]; !o.IsZero() && slices.ContainsFunc(claims, func(c string) bool { return j.carries(e, c) }) {
					reach(o, 1)
				}
			}
		}
	}
	return lengths
}

func (j *judge) event(t *rapid.T, c Cited) *Event {
	i := slices.IndexFunc(j.log, func(e *Event) bool { return e.Source == c.Source && e.ID == c.ID && e.Kind == c.Kind })
	if i < 0 {
		t.Fatalf("the evidence %v is none", c)
	}
	if e := j.log[i]; c.Known() && (c.Type != e.Type || !c.Time.Equal(e.Time)) {
		t.Fatalf("the evidence is cited as %v; it is %v", c, e)
	}
	return j.log[i]
}

// hold fails unless the reason is evidence for a step that the rules allow.
func (j *judge) hold(t *rapid.T, r Reason) {
	if j.canon[r.Says.From] != r.Object && j.canon[r.Says.To] != r.Object || j.canon[r.Says.From] != r.Next && j.canon[r.Says.To] != r.Next {
		t.Fatalf("%+v says something of others", r)
	}
	if r.Claim == "" {
		if !slices.Contains(j.relations(j.event(t, r.By)), r.Says) {
			t.Fatalf("%v is no evidence for %v", r.By, r.Says)
		}
		if !j.crosses(r.Next, r.Object, r.Says.Qualifier) {
			t.Fatalf("from %v to %v by %s is no way of the walk", r.Next, r.Object, r.Says.Qualifier)
		}
		return
	}
	names := func(c Cited, o Object) bool {
		e := j.event(t, c)
		return j.carries(e, r.Claim) && slices.ContainsFunc(e.Refs, func(ref Ref) bool { return ref.Object == o })
	}
	if r.Next != j.x.Anchor || !slices.Contains(j.claims(), r.Claim) || !names(r.By, r.Says.From) || !names(r.Too, r.Says.To) {
		t.Fatalf("%+v is no claim of the anchor", r)
	}
}

// called fails unless what is said leads from an id to the name of its object.
func (j *judge) called(t *rapid.T, id Object, same []Sameness) {
	reached := map[Object]bool{id: true}
	for range same {
		for _, s := range same {
			if reached[s.A] || reached[s.B] {
				reached[s.A], reached[s.B] = true, true
			}
		}
	}
	if !reached[j.canon[id]] {
		t.Fatalf("nothing of %v says that %v is %v", same, id, j.canon[id])
	}
}

func TestEveryObjectIsExplainedByTheShortestWayThatTheRulesAllow(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		g := drawTangle(t)
		anchored, loose := g.Executions("f")
		for _, ref := range append(anchored, loose...) {
			x := g.Execution(ref)
			j := newJudge(g, x)
			lengths := j.lengths()
			explained := x.Explain(j.flow)
			if len(explained) != len(x.Members) {
				t.Fatalf("%d explanations of %d objects", len(explained), len(x.Members))
			}
			for i, e := range explained {
				at := x.Members[i].Object
				if length, known := lengths[at]; e.Object != at || !known || len(e.Reasons) != length || e.Cut || e.Adrift != x.Unanchored {
					t.Fatalf("%v in %v: %+v; want a way of %d", at, x.Anchor, e, length)
				}
				for _, r := range e.Reasons {
					if r.Object != at {
						t.Fatalf("%+v has a gap at %v", e, at)
					}
					j.hold(t, r)
					j.called(t, r.Says.From, e.Same)
					j.called(t, r.Says.To, e.Same)
					at = r.Next
				}
				if at != x.Anchor {
					t.Fatalf("%+v ends at %v; the anchor is %v", e, at, x.Anchor)
				}
				for _, alias := range x.Members[i].Aliases {
					j.called(t, alias, e.Same)
				}
				for _, s := range e.Same {
					if s.By != (Cited{}) && !slices.ContainsFunc(j.event(t, s.By).Equalities, func(q Equality) bool {
						return q.A == s.A && q.B == s.B || q.A == s.B && q.B == s.A
					}) {
						t.Fatalf("%v is no evidence for %v", s.By, s)
					}
				}
			}
		}
	})
}

func TestWhatCarriesACorrelationIDIsExplainedByIt(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		g := drawTangle(t)
		anchored, _ := g.Executions(TransactionFlow)
		for _, ref := range anchored {
			x := g.Execution(ref)
			j := newJudge(g, x)
			for i, e := range x.Explain(Flow{Name: TransactionFlow}) {
				if e.Object != x.Members[i].Object || len(e.Reasons) != 1 || e.Reasons[0].Next != x.Anchor {
					t.Fatalf("%+v", e)
				}
				by := j.event(t, e.Reasons[0].By)
				if by.Correlation != x.Anchor.ID || !slices.ContainsFunc(by.Refs, func(r Ref) bool { return r.Object == e.Reasons[0].Says.From }) {
					t.Fatalf("%v is no evidence for %+v", by, e)
				}
				j.called(t, e.Reasons[0].Says.From, e.Same)
			}
		}
	})
}

func TestAmongWaysOfOneLengthTheOneThatSaysMoreExplains(t *testing.T) {
	t.Parallel()
	order, quote, invoice := Object{Type: "order", ID: "1"}, Object{Type: "quote", ID: "1"}, Object{Type: "invoice", ID: "1"}
	event := &Event{Source: "s", ID: "e", Correlation: "c", Refs: []Ref{{Object: order}, {Object: quote}, {Object: invoice}}}
	says := []Evidence{{BusinessEvent, "s", "e"}}
	x := Execution{
		Flow: "f", Anchor: order, Claims: []Claim{{"correlation:c", Claimed}}, Events: []*Event{event},
		Members: []Member{{Object: quote, Rank: -1}, {Object: order}, {Object: invoice, Rank: 2}},
		Edges: []Edge{
			{From: invoice, To: order, Qualifier: "mentions", Evidence: says},
			{From: invoice, To: order, Qualifier: "settles", Evidence: says},
			{From: order, To: quote, Qualifier: "mentions", Evidence: says},
		},
	}
	for range 2 {
		got := x.Explain(Flow{})
		if r := got[0].Reasons[0]; r.Claim != "" || r.Says.Qualifier != "mentions" {
			t.Errorf("%+v; a relation is told before a claim", r)
		}
		if r := got[2].Reasons[0]; r.Says.Qualifier != "settles" {
			t.Errorf("%+v; a relation that says how is told before one that mentions", r)
		}
		x.Claims = nil
		slices.Reverse(x.Edges)
	}
}

func TestWhatIsReachedThroughWhatTheCapCutsOffIsCalledSo(t *testing.T) {
	t.Parallel()
	order, payment := Object{Type: "order", ID: "1"}, Object{Type: "payment", ID: "1"}
	x := Execution{Flow: "f", Anchor: order, Truncated: true, Members: []Member{{Object: order}, {Object: payment, Rank: 3}}}
	if got := x.Explain(Flow{}); !got[1].Cut || len(got[1].Reasons) != 0 || got[0].Cut {
		t.Errorf("%+v", got)
	}
}

func values(events []*Event) []Event {
	list := make([]Event, len(events))
	for i, e := range events {
		list[i] = *e
	}
	return list
}
