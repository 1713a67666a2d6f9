package lineage

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// The oracle is the walk and the claims of DESIGN §2 written a second time, as
// directly as the text, over plain maps and with nothing incremental. It knows
// no aliases and no guards; the graphs it is compared on have none.
type oracle struct {
	flow   Flow
	events []Event
	edges  map[Object]map[Object]map[string]bool
}

func newOracle(flow Flow, events []Event) *oracle {
	o := &oracle{flow: flow, edges: make(map[Object]map[Object]map[string]bool)}
	seen := map[eventID]bool{}
	for _, e := range events {
		if id := (eventID{e.Source, e.ID}); !seen[id] {
			seen[id] = true
			o.events = append(o.events, e)
		}
	}
	link := func(a, b Object, q string) {
		for _, pair := range [][2]Object{{a, b}, {b, a}} {
			if o.edges[pair[0]] == nil {
				o.edges[pair[0]] = make(map[Object]map[string]bool)
			}
			if o.edges[pair[0]][pair[1]] == nil {
				o.edges[pair[0]][pair[1]] = make(map[string]bool)
			}
			o.edges[pair[0]][pair[1]][q] = true
		}
	}
	for _, e := range o.events {
		if s := e.Subject(); !s.IsZero() {
			for _, r := range e.Refs {
				if r.Object != s {
					link(s, r.Object, string(r.Role))
				}
			}
		}
		for _, r := range e.Relations {
			link(r.From, r.To, r.Qualifier)
		}
	}
	return o
}

func (o *oracle) named() map[Object]bool {
	all := map[Object]bool{}
	for _, e := range o.events {
		for _, r := range e.Refs {
			all[r.Object] = true
		}
		for _, r := range e.Relations {
			all[r.From], all[r.To] = true, true
		}
	}
	return all
}

// claims returns what the events carry: each claim with its events. A chain is all
// that can be reached from one trace by links, or from one cause by causes and effects.
func (o *oracle) claims() map[string][]Event {
	claims := map[string]map[string]Event{}
	put := func(name string, e Event) {
		if claims[name] == nil {
			claims[name] = map[string]Event{}
		}
		claims[name][e.ID] = e
	}
	ids := map[string]string{} // of a cause: the least id on its chain
	traces := map[string]string{}
	least := func(of map[string]string, a, b string) (changed bool) {
		for _, x := range []string{a, b} {
			if _, ok := of[x]; !ok {
				of[x] = x
			}
		}
		low := min(of[a], of[b])
		changed = of[a] != low || of[b] != low
		of[a], of[b] = low, low
		return changed
	}
	causes, linked := map[string]bool{}, map[string]bool{}
	for changed := true; changed; {
		changed = false
		for _, e := range o.events {
			if e.Causation != "" {
				causes[e.Causation] = true
				changed = least(ids, e.Causation, e.Causation) || changed
				if causes[e.ID] {
					changed = least(ids, e.Causation, e.ID) || changed
				}
			}
			for _, t := range e.Links {
				if !e.TraceID.IsZero() && t != e.TraceID {
					linked[t.String()], linked[e.TraceID.String()] = true, true
					changed = least(traces, t.String(), e.TraceID.String()) || changed
				}
			}
		}
		for _, e := range o.events { // a cause may be known as one only after its effect was seen
			if e.Causation != "" && causes[e.ID] {
				changed = least(ids, e.Causation, e.ID) || changed
			}
		}
	}
	for _, e := range o.events {
		if e.Correlation != "" {
			put("correlation:"+e.Correlation, e)
		}
		if !e.TraceID.IsZero() {
			put("trace:"+e.TraceID.String(), e)
			if linked[e.TraceID.String()] {
				put("links:"+traces[e.TraceID.String()], e)
			}
		}
		if e.Causation != "" {
			put("causation:"+ids[e.Causation], e)
		} else if causes[e.ID] {
			put("causation:"+ids[e.ID], e)
		}
	}
	all := map[string][]Event{}
	for name, events := range claims {
		for _, id := range slices.Sorted(maps.Keys(events)) {
			all[name] = append(all[name], events[id])
		}
	}
	return all
}

// claimedBy returns the events that claims of an anchor bring.
func (o *oracle) claimedBy(anchor Object) []Event {
	var brought []Event
	for _, events := range o.claims() {
		distinct := map[Object]bool{}
		for _, e := range events {
			for _, r := range e.Refs {
				distinct[r.Object] = true
			}
		}
		anchors, perType, tooMany := 0, map[string]int{}, false
		for obj := range distinct {
			if obj.Type == o.flow.Anchor {
				anchors++
			}
			if perType[obj.Type]++; perType[obj.Type] > o.flow.MaxClaimed {
				tooMany = true
			}
		}
		if anchors == 1 && distinct[anchor] && !tooMany {
			brought = append(brought, events...)
		}
	}
	return brought
}

func (o *oracle) execution(anchor Object) (objects map[Object]bool, events map[string]bool) {
	brought := o.claimedBy(anchor)
	down, up := map[Object]bool{anchor: true}, map[Object]bool{}
	base := o.flow.Ranks[anchor.Type]
	for _, e := range brought {
		for _, r := range e.Refs {
			if o.flow.Ranks[r.Object.Type] < base {
				up[r.Object] = true
			} else {
				down[r.Object] = true
			}
		}
	}
	leaf := func(x Object) bool { return slices.Contains(o.flow.Leaf, x.Type) }
	for grown := true; grown; {
		grown = false
		for from := range o.edges {
			for to, quals := range o.edges[from] {
				rf, rt := o.flow.Ranks[from.Type], o.flow.Ranks[to.Type]
				if leaf(from) {
					continue
				}
				crossed := false
				for _, q := range o.flow.SameType {
					crossed = crossed || quals[q]
				}
				if down[from] && !down[to] && (rt > rf || rt == rf && crossed) {
					down[to], grown = true, true
				}
				if (up[from] || from == anchor) && !up[to] && rt < rf {
					up[to], grown = true, true
				}
			}
		}
	}
	objects, events = map[Object]bool{}, map[string]bool{}
	for x := range down {
		objects[x] = true
	}
	for x := range up {
		objects[x] = true
	}
	for _, e := range brought {
		events[e.ID] = true
	}
	for _, e := range o.events {
		s := e.Subject()
		if !s.IsZero() && objects[s] && !leaf(s) {
			events[e.ID] = true
		}
		for _, r := range e.Refs {
			if !leaf(r.Object) && (down[r.Object] || s.IsZero() && objects[r.Object]) {
				events[e.ID] = true
			}
		}
	}
	return objects, events
}

// drawLog makes a small log in which everything collides: few ids, random
// subjects, relations, correlation ids and traces.
func drawLog(t *rapid.T) []Event {
	types := []string{"quote", "order", "item", "delivery", "invoice", "payment", "payment_run"}
	object := func() Object {
		return Object{Type: rapid.SampledFrom(types).Draw(t, "type"), ID: fmt.Sprint(rapid.IntRange(1, 4).Draw(t, "id"))}
	}
	events := make([]Event, rapid.IntRange(1, 25).Draw(t, "events"))
	for i := range events {
		e := &events[i]
		e.Tenant, e.Source, e.ID, e.Hash = "default", "s", fmt.Sprintf("e%02d", i), uint64(i)
		e.Time = time.Unix(int64(rapid.IntRange(1, 9).Draw(t, "time")), 0).UTC()
		role := Mentions
		if rapid.IntRange(0, 4).Draw(t, "has subject") > 0 {
			role = Subject
		}
		for range rapid.IntRange(0, 3).Draw(t, "refs") {
			if o := object(); !slices.ContainsFunc(e.Refs, func(r Ref) bool { return r.Object == o }) {
				e.Refs = append(e.Refs, Ref{Object: o, Role: role})
			}
			role = Mentions
		}
		if rapid.IntRange(0, 5).Draw(t, "has relation") == 0 {
			if a, b := object(), object(); a != b {
				e.Relations = []Relation{{From: a, To: b, Qualifier: rapid.SampledFrom([]string{"replaces", "bills"}).Draw(t, "qualifier")}}
			}
		}
		if rapid.IntRange(0, 3).Draw(t, "has correlation") == 0 {
			e.Correlation = fmt.Sprint("c", rapid.IntRange(1, 3).Draw(t, "correlation"))
		}
		if rapid.IntRange(0, 5).Draw(t, "has trace") == 0 {
			e.TraceID[0] = byte(rapid.IntRange(1, 3).Draw(t, "trace"))
			if rapid.IntRange(0, 2).Draw(t, "has link") == 0 {
				e.Links = []TraceID{{byte(rapid.IntRange(1, 4).Draw(t, "link"))}}
			}
		}
		if rapid.IntRange(0, 4).Draw(t, "has cause") == 0 {
			e.Causation = fmt.Sprintf("e%02d", rapid.IntRange(0, 26).Draw(t, "cause"))
		}
	}
	return events
}

func oracleCatalogue(t *rapid.T) *Catalogue {
	cat, err := NewCatalogue(Definition{Flows: []Flow{{
		Name: "f", Anchor: "order", MaxClaimed: 3, Leaf: []string{"payment_run"}, SameType: []string{"replaces"},
		Ranks: map[string]int{"quote": -1, "order": 0, "item": 1, "delivery": 1, "invoice": 2, "payment": 3, "payment_run": 4},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	return cat
}

func TestTheGraphEqualsTheRulesWrittenDirectly(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		cat := oracleCatalogue(t)
		events := drawLog(t)
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		got := arrive(cat, events, random, true)
		o := newOracle(cat.Flows()[0], events)
		reached := map[Object]bool{}
		want := []caseExecution{}
		for _, anchor := range sortedObjects(o.named()) {
			if anchor.Type != "order" {
				continue
			}
			objects, ids := o.execution(anchor)
			for x := range objects {
				reached[x] = true
			}
			want = append(want, caseExecution{"f", anchor.String(), names(sortedObjects(objects)), sortedKeys(ids), false})
		}
		if diff := Unlike(want, got.Executions); diff != "" {
			t.Fatalf("executions (-oracle +graph):\n%s", diff)
		}
		adrift := map[Object]bool{}
		for _, x := range got.Unanchored {
			for _, name := range x.Objects {
				o, _ := cat.parseObject(name)
				adrift[o] = true
			}
		}
		for x := range o.named() {
			if adrift[x] == reached[x] && x.Type != "order" {
				t.Fatalf("%s: reached by an anchor %v, unanchored %v", x, reached[x], adrift[x])
			}
		}
	})
}

func TestAnyOrderBatchingAndRepetitionGiveTheSameLineage(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		cat := oracleCatalogue(t)
		events := drawLog(t)
		for range rapid.IntRange(0, 4).Draw(t, "equalities") {
			at := rapid.IntRange(0, len(events)-1).Draw(t, "event")
			id := fmt.Sprint(rapid.IntRange(1, 4).Draw(t, "id"))
			other := Object{Type: "order", System: rapid.SampledFrom([]string{"crm", "wms"}).Draw(t, "system"), ID: id}
			e := naming{Event: events[at]}
			e.addEquality(Equality{A: Object{Type: "order", ID: fmt.Sprint(rapid.IntRange(1, 4).Draw(t, "id"))}, B: other})
			events[at] = e.Event
		}
		// Some identities come with two contents.
		for range rapid.IntRange(0, 3).Draw(t, "clashes") {
			again := naming{Event: events[rapid.IntRange(0, len(events)-1).Draw(t, "again")]}
			again.Hash += 1000
			again.Refs = slices.Clone(again.Refs)
			again.addRef(Object{Type: "item", ID: "9"}, Mentions)
			events = append(events, again.Event)
		}
		guarded := cat.def
		guarded.Guards = []Guard{{Type: "delivery", To: "order", Max: 2}}
		cat, err := NewCatalogue(guarded)
		if err != nil {
			t.Fatal(err)
		}
		want := arrive(cat, events, rand.New(rand.NewPCG(0, 0)), false)
		got := arrive(cat, events, rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 2)), true)
		want.Conflicting, got.Conflicting = sorted(want.Conflicting), sorted(got.Conflicting)
		if diff := Unlike(want, got); diff != "" {
			t.Fatalf("(-in order +shuffled):\n%s", diff)
		}
		whole, parts := NewGraph(cat, "default"), NewGraph(cat, "default")
		shown := map[ExecutionRef]*Execution{} // as one has it who writes down what is announced
		order := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "order"), 3)).Perm(len(events))
		for i, at := range order {
			whole.Add(&events[at])
			parts.Add(&events[len(order)-1-i])
			for _, ref := range parts.Recompute() {
				if shown[ref] = parts.Execution(ref); shown[ref] == nil {
					delete(shown, ref)
				}
			}
		}
		whole.Recompute()
		if diff := Unlike(allOf(whole), allOf(parts)); diff != "" {
			t.Fatalf("in full (-at once +one by one):\n%s", diff)
		}
		for _, x := range allOf(whole) {
			ref := ExecutionRef{x.Flow, x.Anchor}
			if diff := Unlike(x, shown[ref]); diff != "" {
				t.Fatalf("%v (-at once +as announced):\n%s", ref, diff)
			}
			delete(shown, ref)
		}
		if len(shown) > 0 {
			t.Fatalf("these are gone, which was not announced: %v", shown)
		}
	})
}

// allOf writes out every execution with its edges, claims and stages.
func allOf(g *Graph) []*Execution {
	var all []*Execution
	for _, f := range append(g.flows, &flowGraph{flow: Flow{Name: TransactionFlow}}) {
		anchored, loose := g.Executions(f.flow.Name)
		for _, ref := range append(anchored, loose...) {
			all = append(all, g.Execution(ref))
		}
	}
	return all
}

func sorted(s []string) []string { slices.Sort(s); return s }

func sortedObjects(set map[Object]bool) []Object {
	list := []Object{}
	for o := range set {
		list = append(list, o)
	}
	slices.SortFunc(list, Object.Compare)
	return list
}

func sortedKeys(set map[string]bool) []string {
	list := []string{}
	for k := range set {
		list = append(list, k)
	}
	slices.Sort(list)
	return list
}
