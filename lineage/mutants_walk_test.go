package lineage

import (
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// held writes out who is in which execution: "order/1" for an anchor, "~invoice/1" for
// the root of what no anchor reaches.
func held(cat *Catalogue, events []Event, seed uint64) map[string][]string {
	found := arrive(cat, events, rand.New(rand.NewPCG(seed, 11)), seed > 0)
	all := map[string][]string{}
	for _, x := range found.Executions {
		all[x.Anchor] = x.Objects
	}
	for _, x := range found.Unanchored {
		all["~"+x.Root] = x.Objects
	}
	return all
}

func TestAnExecutionThatIsCutKeepsItsAnchor(t *testing.T) {
	t.Parallel()
	cat := flowOf(t, "kind: flow\nname: f\nanchor: order\nranks: {quote: -1, order: 0, invoice: 1}\nmax_objects: 3\n")
	for name, c := range map[string]struct {
		lines []string
		want  []string
		whole bool
	}{
		"nothing is before the anchor": {
			lines: []string{"1 order/1 bills=invoice/1 bills=invoice/2 bills=invoice/3"}, want: []string{"invoice/1", "invoice/2", "order/1"},
		},
		"the anchor is among the first": {
			lines: []string{"1 order/1 fulfils=quote/1 bills=invoice/1 bills=invoice/2"}, want: []string{"invoice/1", "order/1", "quote/1"},
		},
		"the cap is full before it": {
			lines: []string{"1 order/1 fulfils=quote/1 fulfils=quote/2 fulfils=quote/3 bills=invoice/1"}, want: []string{"order/1", "quote/1", "quote/2"},
		},
		"more than the cap is before it": {
			lines: []string{"1 order/1 fulfils=quote/1 fulfils=quote/2 fulfils=quote/3 fulfils=quote/4"}, want: []string{"order/1", "quote/1", "quote/2"},
		},
		"there is room for all, and just": {
			lines: []string{"1 order/1 fulfils=quote/1 bills=invoice/1"}, want: []string{"invoice/1", "order/1", "quote/1"}, whole: true,
		},
	} {
		x := settled(t, cat, "1", says(t, cat, c.lines...))
		if diff := cmp.Diff(c.want, members(x)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if x.Truncated == c.whole {
			t.Errorf("%s: truncated is %v", name, x.Truncated)
		}
	}
}

// A leaf may lie in the middle of a flow: a container, between orders and invoices.
func TestWhatHangsOnALeafAloneHasAnExecutionOfItsOwn(t *testing.T) {
	t.Parallel()
	cat := flowOf(t, "kind: flow\nname: f\nanchor: order\nranks: {order: 0, container: 1, invoice: 2}\nleaf: [container]\n")
	for name, c := range map[string]struct {
		lines []string
		want  map[string][]string
	}{
		"below a leaf that an order reaches": {
			[]string{"1 order/1 contains=container/1", "2 invoice/1 names=container/1"},
			map[string][]string{"order/1": {"container/1", "order/1"}, "~invoice/1": {"invoice/1"}},
		},
		"below the leaf and below the order": {
			[]string{"1 order/1 contains=container/1", "2 invoice/1 names=container/1 bills=order/1"},
			map[string][]string{"order/1": {"container/1", "invoice/1", "order/1"}},
		},
		"below a leaf that nobody reaches": {
			[]string{"1 container/1", "2 invoice/1 names=container/1"},
			map[string][]string{"~container/1": {"container/1", "invoice/1"}, "~invoice/1": {"invoice/1"}},
		},
	} {
		for seed := range uint64(20) {
			if diff := cmp.Diff(c.want, held(cat, says(t, cat, c.lines...), seed)); diff != "" {
				t.Errorf("%s, seed %d (-want +got):\n%s", name, seed, diff)
				break
			}
		}
	}
}
