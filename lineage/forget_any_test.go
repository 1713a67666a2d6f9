package lineage

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// recallFrom is what a store would bring: every event that names an id or carries a
// claim that is missing, and whatever else came under its identity.
func recallFrom(stored []*Event, m Missing) []*Event {
	wanted := func(e *Event) bool {
		ids := make([]string, 0, 8)
		for _, r := range e.Refs {
			ids = append(ids, r.Object.ID)
		}
		for _, r := range e.Relations {
			ids = append(ids, r.From.ID, r.To.ID)
		}
		for _, q := range e.Equalities {
			ids = append(ids, q.A.ID, q.B.ID)
		}
		claims := []ClaimKey{{EventClaim, e.ID}, {CorrelationClaim, e.Correlation}, {TraceClaim, e.TraceID.String()}}
		for _, t := range e.Links {
			claims = append(claims, ClaimKey{TraceClaim, t.String()})
		}
		return slices.ContainsFunc(ids, func(id string) bool { return slices.Contains(m.IDs, id) }) ||
			slices.ContainsFunc(claims, func(k ClaimKey) bool { return k.Value != "" && slices.Contains(m.Claims, k) })
	}
	identities := make(map[eventID]bool)
	for _, e := range stored {
		if wanted(e) {
			identities[eventID{e.Source, e.ID}] = true
		}
	}
	var found []*Event
	for _, e := range stored {
		if identities[eventID{e.Source, e.ID}] {
			found = append(found, e)
		}
	}
	return found
}

// refill brings back what a graph lacks, until it lacks nothing.
func refill(t *rapid.T, g *Graph, stored []*Event) {
	for round := 0; g.Lacks(); round++ {
		if round > 1000 {
			t.Fatal("the graph asks without end")
		}
		m := g.TakeMissing()
		g.Recall(m, recallFrom(stored, m))
	}
}

func TestAGraphThatForgetsAnythingAtAnyTimeTellsTheSame(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		cat, events, decisions := drawDecided(t)
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 7))
		random.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
		whole, g := NewGraph(cat, "default"), NewGraph(cat, "default")
		shown := make(map[ExecutionRef]*Execution)
		var stored []*Event
		for len(events)+len(decisions) > 0 {
			for range min(len(events), random.IntN(4)) {
				e := &events[0]
				for g.Want(e); g.Lacks(); g.Want(e) {
					refill(t, g, stored)
				}
				g.Add(e)
				whole.Add(e)
				stored = append(stored, e)
				events = events[1:]
			}
			if len(decisions) > 0 && random.IntN(3) == 0 {
				g.Decide(decisions[0])
				whole.Decide(decisions[0])
				decisions = decisions[1:]
			}
			whole.Recompute()
			refs := g.Recompute()
			for g.Lacks() {
				refill(t, g, stored)
				refs = g.Recompute()
			}
			for _, ref := range refs {
				x := g.Execution(ref)
				for g.Lacks() {
					refill(t, g, stored)
					x = g.Execution(ref)
				}
				if shown[ref] = x; x == nil {
					delete(shown, ref)
				}
			}
			want := make(map[ExecutionRef]*Execution)
			for _, x := range allOf(whole) {
				want[ExecutionRef{x.Flow, x.Anchor}] = x
			}
			if diff := Unlike(want, shown); diff != "" {
				t.Fatalf("after %d events (-whole +forgetful):\n%s", len(stored), diff)
			}
			if diff := Unlike(whole.Quarantined(), g.Quarantined()); diff != "" {
				t.Fatalf("held back, after %d events (-whole +forgetful):\n%s", len(stored), diff)
			}
			g.Evict(slices.DeleteFunc(slices.Collect(maps.Keys(shown)), func(ExecutionRef) bool { return random.IntN(3) == 0 }))
		}
	})
}
