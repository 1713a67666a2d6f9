package lineage

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const guarded = `
kind: flow
name: f
anchor: order
ranks: {order: 0, delivery: 1, invoice: 2}
---
kind: guards
guards:
  - {type: delivery, to: order, max: 2}
`

// rules is a graph that was told of events, and of decisions like "3 block order/1",
// "4 merge order/1 order/2", "5 reject s e02" and "6 revoke 4": the second at which it
// is taken, which is its id as well, the kind, and what it is about.
func rules(t *testing.T, cat *Catalogue, events []Event, decisions ...string) *Graph {
	t.Helper()
	g := NewGraph(cat, "default")
	for i := range events {
		g.Add(&events[i])
	}
	g.Recompute()
	for _, text := range decisions {
		words := append(strings.Fields(text), "")
		d := Decision{Tenant: "default", ID: words[0], By: "Ada", Kind: DecisionKind(words[1]), At: second(words[0])}
		switch d.Kind {
		case DecideReject:
			d.Source, d.EventID = words[2], words[3]
		case DecideRevoke:
			d.Revokes = words[2]
		default:
			d.A, _ = cat.parseObject(words[2])
			d.B, _ = cat.parseObject(words[3])
		}
		if err := d.Check(); err != nil {
			t.Fatal(err)
		}
		g.Decide(d)
		g.Recompute()
	}
	return g
}

// orders are the members of every order's execution, by the order.
func orders(g *Graph) map[string]string {
	all := map[string]string{}
	anchored, _ := g.Executions("f")
	for _, ref := range anchored {
		all[ref.Anchor.ID] = strings.Join(members(g.Execution(ref)), " ")
	}
	return all
}

func TestADecisionHoldsBackAndReleasesWhateverTheGuardsSay(t *testing.T) {
	t.Parallel()
	cat := flowOf(t, guarded)
	few := says(t, cat, "1 order/1", "1 order/2", "2 delivery/D fulfils=order/1 fulfils=order/2")
	many := says(t, cat, "1 order/1", "1 order/2", "2 delivery/D fulfils=order/1 fulfils=order/2", "4 delivery/D fulfils=order/3")
	for name, c := range map[string]struct {
		events    []Event
		decisions []string
		want      []string
	}{
		"as many as the guard allows":          {few, nil, []string{}},
		"one more":                             {many, nil, []string{"delivery/D"}},
		"one more, but released":               {many, []string{"5 release delivery/D"}, []string{}},
		"the release is revoked":               {many, []string{"5 release delivery/D", "6 revoke 5"}, []string{"delivery/D"}},
		"few, but blocked":                     {few, []string{"5 block delivery/D"}, []string{"delivery/D"}},
		"what no guard is about, but blocked":  {few, []string{"5 block order/1"}, []string{"order/1"}},
		"released, and later blocked":          {many, []string{"5 release delivery/D", "6 block delivery/D"}, []string{"delivery/D"}},
		"blocked, and later released":          {many, []string{"5 block delivery/D", "6 release delivery/D"}, []string{}},
		"released later than a block comes in": {many, []string{"6 release delivery/D", "5 block delivery/D"}, []string{}},
		"the one too many is rejected":         {many, []string{"5 reject s e04"}, []string{}},
	} {
		g := rules(t, cat, c.events, c.decisions...)
		if diff := cmp.Diff(c.want, names(g.Quarantined())); diff != "" {
			t.Errorf("%s: what is held back (-want +got):\n%s", name, diff)
		}
		for order, held := range orders(g) {
			if in := strings.Contains(held, "delivery/D"); in == slices.Contains(c.want, "delivery/D") {
				t.Errorf("%s: the execution of order %s holds %s", name, order, held)
			}
		}
	}
}

func TestAMergeAndASeparationHoldWhateverTheEvidenceSays(t *testing.T) {
	t.Parallel()
	cat := flowOf(t, guarded)
	apart := says(t, cat, "1 order/1", "2 order/2", "3 order/3")
	alike := says(t, cat, "1 order/1", "2 order/wms:9 same=order/1")
	for name, c := range map[string]struct {
		events    []Event
		decisions []string
		want      []string // the ids that are objects of their own
	}{
		"nothing says that they are one":           {apart, nil, []string{"1", "2", "3"}},
		"merged, though of one system":             {apart, []string{"5 merge order/1 order/2"}, []string{"1", "3"}},
		"the merge is revoked":                     {apart, []string{"5 merge order/1 order/2", "6 revoke 5"}, []string{"1", "2", "3"}},
		"the revocation is revoked":                {apart, []string{"5 merge order/1 order/2", "6 revoke 5", "7 revoke 6"}, []string{"1", "3"}},
		"merged twice, and one of them revoked":    {apart, []string{"5 merge order/1 order/2", "6 merge order/2 order/1", "7 revoke 6"}, []string{"1", "3"}},
		"a chain of merges":                        {apart, []string{"5 merge order/1 order/2", "6 merge order/2 order/3"}, []string{"1"}},
		"a chain whose ends are set apart":         {apart, []string{"5 merge order/1 order/2", "6 merge order/2 order/3", "7 separate order/1 order/3"}, []string{"1", "3"}},
		"later set apart, named the other way":     {apart, []string{"5 merge order/1 order/2", "6 separate order/2 order/1"}, []string{"1", "2", "3"}},
		"later merged, named the other way":        {apart, []string{"5 separate order/2 order/1", "6 merge order/1 order/2"}, []string{"1", "3"}},
		"what was decided later comes in first":    {apart, []string{"6 separate order/2 order/1", "5 merge order/1 order/2"}, []string{"1", "2", "3"}},
		"evidence says that they are one":          {alike, nil, []string{"1"}},
		"set apart, though evidence says one":      {alike, []string{"5 separate order/wms:9 order/1"}, []string{"1", "9"}},
		"the separation is revoked":                {alike, []string{"5 separate order/wms:9 order/1", "6 revoke 5"}, []string{"1"}},
		"what says that they are one is rejected":  {alike, []string{"5 reject s e02"}, []string{"1"}},
		"a merge outlives the evidence for it":     {alike, []string{"5 merge order/wms:9 order/1", "6 reject s e02"}, []string{"1"}},
		"what is rejected is taken up again later": {alike, []string{"5 reject s e01", "6 revoke 5"}, []string{"1"}},
	} {
		g := rules(t, cat, c.events, c.decisions...)
		var got []string
		for id := range orders(g) {
			got = append(got, id)
		}
		slices.Sort(got)
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestWhatIsHeldBackIsNoPlaceholder(t *testing.T) {
	t.Parallel()
	cat := flowOf(t, guarded)
	events := says(t, cat, "1 order/1 names=delivery/D names=delivery/E", "2 order/2 names=delivery/D", "3 order/3 names=delivery/D")
	if diff := cmp.Diff([]string{"delivery/E"}, names(rules(t, cat, events).Placeholders())); diff != "" {
		t.Errorf("what is named and has not come (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"delivery/D", "delivery/E"}, names(rules(t, cat, events, "5 release delivery/D").Placeholders())); diff != "" {
		t.Errorf("once it is released (-want +got):\n%s", diff)
	}
}
