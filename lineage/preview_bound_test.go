package lineage

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// crowd is a delivery that many orders name, which its guard holds back. To release it
// gives each of them the events of all.
func crowd(t *testing.T, orders int) (g *Graph, release Decision) {
	t.Helper()
	g = NewGraph(flowOf(t, "kind: flow\nname: f\nanchor: order\nranks: {order: 0, delivery: 1}\n---\nkind: guards\nguards: [{type: delivery, to: order, max: 2}]\n"), "default")
	for i := range orders {
		g.Add(stated(fmt.Sprint("e", i), "", 1, fmt.Sprintf("order/%d", i), "delivery/D"))
	}
	g.Recompute()
	return g, Decision{ID: "d", Kind: DecideRelease, A: Object{Type: "delivery", ID: "D"}, By: "Ada", At: time.Unix(1, 0)}
}

func TestAPreviewLooksAtAsManyAsThereIsTimeForAndCountsTheRest(t *testing.T) {
	t.Parallel()
	const orders = 400
	g, release := crowd(t, orders)
	was := summariesOf(g)
	changes, unseen, err := g.Preview(release, t.Context().Err)
	if err != nil {
		t.Fatal(err)
	}
	if seen := orders - unseen; unseen == 0 || len(changes) != seen || (seen-1)*(orders+1) >= maxPreviewed || seen*(orders+1) < maxPreviewed {
		t.Errorf("%d changes and %d unseen of %d orders, each of which would have %d events", len(changes), unseen, orders, orders)
	}
	if diff := cmp.Diff(was, summariesOf(g)); diff != "" {
		t.Errorf("(-before +after the preview):\n%s", diff)
	}
	g.Decide(release)
	g.Recompute()
	for _, c := range changes[:min(20, len(changes))] {
		is := g.Execution(c.Ref).Summarise()
		if summaryText(c.Before) != was[c.Ref] || summaryText(c.After) != summaryText(&is) {
			t.Errorf("%v: foretold %s → %s; it was %s and is %s", c.Ref, summaryText(c.Before), summaryText(c.After), was[c.Ref], summaryText(&is))
		}
	}
}

func TestAPreviewOfFewSeesThemAll(t *testing.T) {
	t.Parallel()
	g, release := crowd(t, 30)
	if changes, unseen, err := g.Preview(release, t.Context().Err); err != nil || unseen != 0 || len(changes) != 30 {
		t.Errorf("%d changes, %d unseen, %v; want 30 and none", len(changes), unseen, err)
	}
}

func TestAPreviewThatNobodyWaitsForLeavesEverythingAsItWas(t *testing.T) {
	t.Parallel()
	g, release := crowd(t, 30)
	before := decided(g)
	for patience := range 3 { // times that it is asked whether to go on
		asked := 0
		stop := func() error {
			if asked++; asked > patience {
				return context.Canceled
			}
			return nil
		}
		if changes, _, err := g.Preview(release, stop); KindOf(err) != Unavailable || changes != nil {
			t.Errorf("stopped after %d: %d changes, %v; want none, and that it is not available", patience, len(changes), err)
		}
	}
	if diff := cmp.Diff(before, decided(g)); diff != "" {
		t.Errorf("(-before +after the preview):\n%s", diff)
	}
	if all, _ := g.Decisions(); len(all) > 0 {
		t.Errorf("%v is left behind", all)
	}
}

func TestADecisionHasAnIDThatCanBeRead(t *testing.T) {
	t.Parallel()
	g, release := crowd(t, 3)
	for _, id := range []string{"\x00preview", "a\nb", "\x7f"} {
		d := release
		d.ID = id
		if err := d.Check(); KindOf(err) != Invalid {
			t.Errorf("id %q: %v", id, err)
		}
		g.Decide(d)
	}
	if all, _ := g.Decisions(); len(all) > 0 {
		t.Errorf("%v was taken", all)
	}
	g.Decide(Decision{ID: "preview", Kind: DecideBlock, A: release.A, By: "Ada", At: time.Unix(1, 0)})
	g.Recompute()
	if changes, _, err := g.Preview(release, t.Context().Err); err != nil || len(changes) != 0 {
		t.Errorf("%v, %v; want no change, for the block is the later one", changes, err)
	}
}
