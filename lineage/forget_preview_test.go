package lineage

import (
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestAGraphThatForgetsPreviewsTheSameAndChangesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		cat, events, decisions := drawDecided(t)
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 7))
		whole, g := NewGraph(cat, "default"), NewGraph(cat, "default")
		var stored []*Event
		for i := range events {
			e := &events[i]
			for g.Want(e); g.Lacks(); g.Want(e) {
				refill(t, g, stored)
			}
			whole.Add(e)
			g.Add(e)
			stored = append(stored, e)
		}
		bring := func() {
			for g.Recompute(); g.Lacks(); g.Recompute() {
				refill(t, g, stored)
			}
		}
		whole.Recompute()
		bring()
		never := func() error { return nil }
		for _, d := range decisions {
			var refs []ExecutionRef
			for _, x := range allOf(whole) {
				refs = append(refs, ExecutionRef{x.Flow, x.Anchor})
			}
			g.Evict(slices.DeleteFunc(refs, func(ExecutionRef) bool { return random.IntN(4) == 0 }))
			want, _, fails := whole.Preview(d, never)
			got, _, err := g.Preview(d, never)
			for g.Lacks() {
				refill(t, g, stored)
				got, _, err = g.Preview(d, never)
			}
			if diff := Unlike(want, got); diff != "" || KindOf(fails) != KindOf(err) {
				t.Fatalf("%+v (%v, %v; -whole +forgetful):\n%s", d, fails, err, diff)
			}
			for _, x := range allOf(whole) {
				ref := ExecutionRef{x.Flow, x.Anchor}
				told := g.Execution(ref)
				for g.Lacks() {
					refill(t, g, stored)
					told = g.Execution(ref)
				}
				if diff := Unlike(x, told); diff != "" {
					t.Fatalf("after a preview of %+v (-whole +forgetful):\n%s", d, diff)
				}
			}
			if random.IntN(2) == 0 {
				whole.Decide(d)
				g.Decide(d)
				whole.Recompute()
				bring()
			}
		}
	})
}
