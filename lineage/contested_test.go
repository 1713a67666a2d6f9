package lineage

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// drawContested makes a log in which identities collide as well as ids do: of two
// sources, fifteen event ids and three moments of writing down, so that one content
// takes another's place and differs in its kind, subject, cause, links, amounts and
// aliases. Its catalogue may have a stage of amounts and a second flow with low caps.
func drawContested(t *rapid.T) (*Catalogue, []Event, []Decision) {
	cat, events, decisions := drawDecided(t)
	def := cat.def
	def.Flows = slices.Clone(def.Flows)
	if rapid.Bool().Draw(t, "amounts") {
		def.Flows[0].Stages = []StageRule{{Name: "invoiced", Type: "invoice", Complete: CompleteAmount}}
	}
	if rapid.Bool().Draw(t, "second flow") {
		def.Flows = append(def.Flows, Flow{
			Name: "g", Anchor: "invoice", MaxClaimed: 2, MaxObjects: 4, Leaf: []string{"payment"}, SameType: []string{"bills"},
			Ranks: map[string]int{"quote": -2, "order": -1, "invoice": 0, "payment": 1, "item": 0},
		})
	}
	cat, err := NewCatalogue(def)
	if err != nil {
		t.Fatal(err)
	}
	id := func() string { return fmt.Sprintf("e%02d", rapid.IntRange(0, 14).Draw(t, "event id")) }
	money := func() Money { return Money{int64(rapid.IntRange(1, 3).Draw(t, "amount")), "EUR"} }
	for i := range events {
		e := naming{Event: events[i]}
		e.Source, e.ID, e.Hash = rapid.SampledFrom([]string{"s", "t"}).Draw(t, "source"), id(), uint64(i+1)
		e.Recorded = time.Unix(int64(rapid.IntRange(0, 2).Draw(t, "recorded")), 0).UTC()
		e.Kind = rapid.SampledFrom([]EventKind{BusinessEvent, BusinessEvent, SpanEvent, LogEvent}).Draw(t, "event kind")
		if e.Causation = ""; rapid.IntRange(0, 2).Draw(t, "has cause") == 0 {
			e.Causation = id()
		}
		if rapid.IntRange(0, 3).Draw(t, "has amount") == 0 {
			e.Amount = money()
		}
		for j := range e.Relations {
			if rapid.Bool().Draw(t, "is allocated") {
				e.Relations[j].Amount = money()
			}
		}
		if rapid.IntRange(0, 3).Draw(t, "has alias") == 0 {
			typ := rapid.SampledFrom([]string{"order", "invoice", "payment_run", "quote", "item"}).Draw(t, "type")
			object := func(systems ...string) Object {
				return Object{Type: typ, System: rapid.SampledFrom(systems).Draw(t, "system"), ID: fmt.Sprint(rapid.IntRange(1, 4).Draw(t, "id"))}
			}
			e.addEquality(Equality{A: object("", "crm"), B: object("crm", "wms"), Priority: rapid.IntRange(0, 1).Draw(t, "priority")})
		}
		events[i] = e.Event
	}
	for i := range decisions {
		if decisions[i].Kind == DecideReject {
			e := rapid.SampledFrom(events).Draw(t, "rejected")
			decisions[i].Source, decisions[i].EventID = e.Source, e.ID
		}
	}
	return cat, events, decisions
}

// Everything comes twice and in any order, with previews between, and what is announced
// is what is so; a restart finds it again.
func TestWhatIsContestedIsSettledTheSameInAnyOrderAndAfterARestart(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		cat, events, decisions := drawContested(t)
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 5))
		maybe := decisions[0]
		maybe.ID, maybe.At = "maybe", time.Unix(50, 0)
		n := newNotes(cat)
		for _, step := range random.Perm(2 * (len(events) + len(decisions))) {
			if at := step / 2; at < len(events) {
				n.g.Add(&events[at])
			} else {
				n.g.Decide(decisions[at-len(events)])
			}
			if random.IntN(3) > 0 {
				continue
			}
			n.settle()
			if random.IntN(4) == 0 {
				if _, _, err := n.g.Preview(maybe, t.Context().Err); err != nil {
					t.Fatal(err)
				}
			}
		}
		n.settle()
		if diff := Unlike(decided(eventsFirst(cat, events, decisions)), decided(n.g)); diff != "" {
			t.Fatalf("(-events first +mixed):\n%s", diff)
		}
		if diff := n.missed(); diff != "" {
			t.Fatalf("(-is +as announced):\n%s", diff)
		}
		var held []Event
		for e := range n.g.Events() {
			held = append(held, *e)
		}
		known, _ := n.g.Decisions()
		if diff := Unlike(decided(eventsFirst(cat, held, known)), decided(n.g)); diff != "" {
			t.Fatalf("(-after a restart +before):\n%s", diff)
		}
	})
}
