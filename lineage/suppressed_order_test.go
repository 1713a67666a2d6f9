package lineage

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTheFirstOfWhatIsSuppressedAreTheSameInWhateverOrderItCame(t *testing.T) {
	t.Parallel()
	hub := Object{Type: "invoice", ID: "7"}
	events := []*Event{stated("a", "", 1, "order/1", "invoice/7"), stated("b", "", 1, "order/2", "invoice/7"), stated("c", "", 1, "invoice/7", "order/1"), stated("d", "", 1, "order/1", "invoice/7")}
	events[3].Refs[1].Role = "bills"
	var all []Edge
	orderings(len(events), func(order []int) {
		g := chainGraph(t)
		for _, at := range order {
			g.Add(events[at])
		}
		g.Decide(Decision{ID: "b", Kind: DecideBlock, A: hub, By: "Ada", At: second("2")})
		g.Recompute()
		whole := g.Suppressed(hub, 100)
		if all == nil {
			all = whole
		}
		if diff := cmp.Diff(all, whole); diff != "" || len(all) != len(events) {
			t.Fatalf("%d relations; want %d (-in the first order +in the order %v):\n%s", len(whole), len(events), order, diff)
		}
		for limit := 1; limit <= len(all); limit++ {
			if diff := cmp.Diff(slices.Clone(all[:limit]), g.Suppressed(hub, limit)); diff != "" {
				t.Errorf("the first %d in the order %v (-of all +with the limit):\n%s", limit, order, diff)
			}
		}
	})
}
