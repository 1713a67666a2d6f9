package lineage

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// drawDecided makes a log in which ids collide, with aliases, clashes and a guard, and
// decisions about what it names: about the same things, revoked, and revoked again.
func drawDecided(t *rapid.T) (*Catalogue, []Event, []Decision) {
	def := oracleCatalogue(t).def
	def.Guards = []Guard{{Type: "delivery", To: "order", Max: 1}, {Type: "quote", To: "order", Max: 2}}
	cat, err := NewCatalogue(def)
	if err != nil {
		t.Fatal(err)
	}
	events := drawLog(t)
	order := func(systems ...string) Object {
		return Object{Type: "order", System: rapid.SampledFrom(systems).Draw(t, "system"), ID: fmt.Sprint(rapid.IntRange(1, 4).Draw(t, "id"))}
	}
	for range rapid.IntRange(0, 4).Draw(t, "equalities") {
		at := rapid.IntRange(0, len(events)-1).Draw(t, "event")
		e := naming{Event: events[at]}
		e.addEquality(Equality{A: order(""), B: order("crm", "wms")})
		events[at] = e.Event
	}
	for range rapid.IntRange(0, 2).Draw(t, "clashes") {
		again := naming{Event: events[rapid.IntRange(0, len(events)-1).Draw(t, "again")]}
		again.Hash += 1000
		again.Refs = slices.Clone(again.Refs)
		again.addRef(Object{Type: "item", ID: "9"}, Mentions)
		events = append(events, again.Event)
	}
	held := func() Object {
		return Object{Type: rapid.SampledFrom([]string{"delivery", "quote", "order"}).Draw(t, "held"), ID: fmt.Sprint(rapid.IntRange(1, 5).Draw(t, "id"))}
	}
	decisions := make([]Decision, rapid.IntRange(1, 8).Draw(t, "decisions"))
	for i := range decisions {
		d := Decision{Tenant: "default", ID: fmt.Sprint("d", i), By: "Ada", At: time.Unix(int64(rapid.IntRange(1, 20).Draw(t, "at")), 0).UTC()}
		d.Kind = rapid.SampledFrom([]DecisionKind{DecideRelease, DecideBlock, DecideMerge, DecideApart, DecideReject, DecideRevoke}).Draw(t, "kind")
		switch d.Kind {
		case DecideRelease, DecideBlock:
			d.A = held()
		case DecideMerge, DecideApart:
			for d.A == d.B {
				d.A, d.B = order("", "crm", "wms"), order("", "crm", "wms")
			}
		case DecideReject:
			e := rapid.SampledFrom(events).Draw(t, "rejected")
			d.Source, d.EventID = e.Source, e.ID
		case DecideRevoke:
			d.Revokes = fmt.Sprint("d", rapid.IntRange(0, len(decisions)).Filter(func(n int) bool { return n != i }).Draw(t, "revokes"))
		}
		if err := d.Check(); err != nil {
			t.Fatal(err)
		}
		decisions[i] = d
	}
	return cat, events, decisions
}

// decided is everything that a graph tells, with what decisions come to.
func decided(g *Graph) map[string]any {
	all := map[string]any{"held": g.Findings(), "absent": g.Placeholders(), "possible": g.PossibleSame(), "quarantined": g.Quarantined()}
	for _, f := range g.Findings() {
		all["suppressed "+f.Object.String()] = g.Suppressed(f.Object, 100)
	}
	for _, x := range allOf(g) {
		all[x.Flow+" "+x.Anchor.String()] = x
	}
	for _, f := range []string{"f", TransactionFlow} {
		all["claims "+f] = g.Claims(f)
	}
	for id := range 9 {
		all["search "+fmt.Sprint(id)] = g.Search(fmt.Sprint(id))
	}
	return all
}

// eventsFirst is a graph that was told of decisions when every event was there.
func eventsFirst(cat *Catalogue, events []Event, decisions []Decision) *Graph {
	g := NewGraph(cat, "default")
	for i := range events {
		g.Add(&events[i])
	}
	g.Recompute()
	for _, d := range decisions {
		g.Decide(d)
	}
	g.Recompute()
	return g
}

func TestDecisionsMayComeInAnyOrderAmongEvents(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		cat, events, decisions := drawDecided(t)
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 5))
		var steps []func(*Graph)
		for range 2 {
			for i := range events {
				steps = append(steps, func(g *Graph) { g.Add(&events[i]) })
			}
			for _, d := range decisions {
				steps = append(steps, func(g *Graph) { g.Decide(d) })
			}
		}
		random.Shuffle(len(steps), func(i, j int) { steps[i], steps[j] = steps[j], steps[i] })
		g, noted := NewGraph(cat, "default"), map[ExecutionRef]*Execution{}
		settle := func() {
			for _, ref := range g.Recompute() {
				if noted[ref] = g.Execution(ref); noted[ref] == nil {
					delete(noted, ref)
				}
			}
		}
		for _, step := range steps {
			if step(g); random.IntN(3) == 0 {
				settle()
			}
		}
		settle()
		want := eventsFirst(cat, events, decisions)
		if diff := Unlike(decided(want), decided(g)); diff != "" {
			t.Fatalf("(-events first +mixed):\n%s", diff)
		}
		for _, x := range allOf(g) {
			ref := ExecutionRef{x.Flow, x.Anchor}
			if diff := Unlike(x, noted[ref]); diff != "" {
				t.Fatalf("%v (-is +was announced):\n%s", ref, diff)
			}
			delete(noted, ref)
		}
		if len(noted) > 0 {
			t.Fatalf("these are gone, which was not announced: %v", noted)
		}
	})
}

func TestAPreviewLeavesEverythingAsItWasAndTellsExactlyTheDifferences(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		cat, events, decisions := drawDecided(t)
		next := decisions[len(decisions)-1]
		g := eventsFirst(cat, events, decisions[:len(decisions)-1])
		before, was := decided(g), summariesOf(g)
		changes, _, err := g.Preview(next, t.Context().Err)
		if err != nil {
			t.Fatal(err)
		}
		if diff := Unlike(before, decided(g)); diff != "" {
			t.Fatalf("(-before +after the preview):\n%s", diff)
		}
		told := map[ExecutionRef]string{}
		for _, c := range changes {
			told[c.Ref] = fmt.Sprint(summaryText(c.Before), " → ", summaryText(c.After))
		}
		g.Decide(next)
		g.Recompute()
		is, differences := summariesOf(g), map[ExecutionRef]string{}
		for ref := range was {
			if _, still := is[ref]; !still {
				differences[ref] = was[ref] + " → none"
			}
		}
		for ref, now := range is {
			before, known := was[ref]
			switch {
			case !known:
				differences[ref] = "none → " + now
			case before != now:
				differences[ref] = before + " → " + now
			}
		}
		if diff := Unlike(differences, told); diff != "" {
			t.Fatalf("(-differences +told):\n%s", diff)
		}
		if diff := Unlike(decided(eventsFirst(cat, events, decisions)), decided(g)); diff != "" {
			t.Fatalf("a decision that was previewed (-at once +after):\n%s", diff)
		}
	})
}

func summariesOf(g *Graph) map[ExecutionRef]string {
	all := map[ExecutionRef]string{}
	for _, x := range allOf(g) {
		s := x.Summarise()
		all[ExecutionRef{x.Flow, x.Anchor}] = summaryText(&s)
	}
	return all
}

func summaryText(s *Summary) string {
	if s == nil {
		return "none"
	}
	return fmt.Sprintf("%+v", *s)
}

func TestADecisionThatIsRevokedIsAsIfItHadNeverBeen(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		cat, events, decisions := drawDecided(t)
		decisions = slices.DeleteFunc(decisions, func(d Decision) bool { return d.Kind == DecideRevoke })
		if len(decisions) == 0 {
			return
		}
		gone := rapid.SampledFrom(decisions).Draw(t, "revoked")
		g := eventsFirst(cat, events, decisions)
		g.Decide(Decision{ID: "revoke", Kind: DecideRevoke, Revokes: gone.ID, By: "Bob", At: time.Unix(100, 0)})
		g.Recompute()
		rest := slices.DeleteFunc(slices.Clone(decisions), func(d Decision) bool { return d.ID == gone.ID })
		if diff := Unlike(decided(eventsFirst(cat, events, rest)), decided(g)); diff != "" {
			t.Fatalf("(-never decided +revoked):\n%s", diff)
		}
		g.Decide(Decision{ID: "again", Kind: DecideRevoke, Revokes: "revoke", By: "Bob", At: time.Unix(101, 0)})
		g.Recompute()
		if diff := Unlike(decided(eventsFirst(cat, events, decisions)), decided(g)); diff != "" {
			t.Fatalf("(-decided +the revocation is revoked):\n%s", diff)
		}
	})
}

func TestAnEventThatIsRejectedIsAsIfItHadNeverCome(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		cat, events, _ := drawDecided(t)
		e := rapid.SampledFrom(events).Draw(t, "rejected")
		g := eventsFirst(cat, events, []Decision{{ID: "d", Kind: DecideReject, Source: e.Source, EventID: e.ID, By: "Ada", At: time.Unix(1, 0)}})
		rest := slices.DeleteFunc(slices.Clone(events), func(x Event) bool { return x.Source == e.Source && x.ID == e.ID })
		if diff := Unlike(decided(eventsFirst(cat, rest, nil)), decided(g)); diff != "" {
			t.Fatalf("(-never came +rejected):\n%s", diff)
		}
	})
}

func TestTheLedgerSaysWhatStandsAndWhatHasUndoneTheRest(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		_, _, all := drawDecided(t)
		byID := map[string]Decided{}
		var standing []Decision
		for _, d := range Settle(rapid.Permutation(all).Draw(t, "order")) {
			if byID[d.ID] = d; d.Stands && d.Kind != DecideRevoke {
				standing = append(standing, d.Decision)
			}
		}
		if diff := Unlike(Standing(all), standing); diff != "" {
			t.Fatalf("(-stands +as the ledger has it):\n%s", diff)
		}
		for id, d := range byID {
			by := byID[d.Undone]
			switch {
			case d.Stands != (d.Undone == ""):
				t.Fatalf("%s stands %v and was undone by %q", id, d.Stands, d.Undone)
			case d.Stands:
			case !by.Stands || d.compare(by.Decision) >= 0:
				t.Fatalf("%s was undone by %s, which is not in force or came before it", id, by.ID)
			case by.Kind == DecideRevoke && by.Revokes != id, by.Kind != DecideRevoke && !by.SameMatter(&d.Decision):
				t.Fatalf("%+v was undone by %+v, which is about something else", d.Decision, by.Decision)
			}
		}
	})
}

// aDecision is one that lacks nothing.
func aDecision(kind DecisionKind) Decision {
	o := func(id string) Object { return Object{Type: "order", ID: id} }
	return Decision{
		Tenant: "default", ID: "d-1", Kind: kind, A: o("1"), B: o("2"), Source: "/shop", EventID: "7", Revokes: "d-0",
		By: "Ada", Comment: "They are one.", At: time.Date(2026, 3, 2, 9, 0, 0, 1, time.UTC),
	}
}

func TestADecisionThatLacksSomethingSaysWhat(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind  DecisionKind
		spoil func(*Decision)
		want  string
	}{
		{DecideBlock, func(d *Decision) { d.ID = "" }, "id, by or at is empty"},
		{DecideBlock, func(d *Decision) { d.By = " " }, "id, by or at is empty"},
		{DecideBlock, func(d *Decision) { d.At = time.Time{} }, "id, by or at is empty"},
		{DecideRelease, func(d *Decision) { d.A = Object{} }, "a is empty"},
		{DecideMerge, func(d *Decision) { d.B = d.A }, "want two ids of one type"},
		{DecideApart, func(d *Decision) { d.B.Type = "invoice" }, "want two ids of one type"},
		{DecideReject, func(d *Decision) { d.EventID = "" }, "want the identity of an event"},
		{DecideRevoke, func(d *Decision) { d.Revokes = d.ID }, "want the id of another decision"},
		{"forget", func(*Decision) {}, `kind is "forget"`},
	} {
		d := aDecision(c.kind)
		c.spoil(&d)
		if err := d.Check(); KindOf(err) != Invalid || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v; want %q", c.kind, err, c.want)
		}
	}
}
