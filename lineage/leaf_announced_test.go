package lineage

import (
	"strings"
	"testing"
)

// payingRuns is billing with payment runs in the place of payments: leaves that pay invoices.
func payingRuns(t *testing.T) *Catalogue {
	t.Helper()
	return flowOf(t, strings.ReplaceAll(strings.ReplaceAll(billing, "by: payment", "by: payment_run"), "of: payment", "of: payment_run"))
}

// notes is a graph, and its executions as one has them who writes down what is announced.
type notes struct {
	g     *Graph
	noted map[ExecutionRef]*Execution
}

func newNotes(cat *Catalogue) *notes {
	return &notes{g: NewGraph(cat, "default"), noted: make(map[ExecutionRef]*Execution)}
}

func (n *notes) settle() {
	for _, ref := range n.g.Recompute() {
		if n.noted[ref] = n.g.Execution(ref); n.noted[ref] == nil {
			delete(n.noted, ref)
		}
	}
}

// missed is how the executions are otherwise than was announced.
func (n *notes) missed() string {
	is := make(map[ExecutionRef]*Execution)
	for _, x := range allOf(n.g) {
		is[ExecutionRef{x.Flow, x.Anchor}] = x
	}
	return Unlike(is, n.noted)
}

// What a leaf pays is not all in one transaction. Who shows it is told when it becomes
// another's too, or is theirs alone again.
func TestWhoShowsALeafIsToldWhatElseBecomesOfIt(t *testing.T) {
	t.Parallel()
	cat := payingRuns(t)
	together := func(events []Event, at ...int) []Event {
		for _, i := range at {
			events[i].Correlation = "c"
		}
		return events
	}
	paid := says(t, cat, "2 invoice/I =600", "2 invoice/J =400", "3 payment_run/R =600 names=invoice/I pays=invoice/I", "4 payment_run/R names=invoice/J pays=invoice/J")
	ordered := append(says(t, cat, "1 order/A =600", "2 invoice/I =600 bills=order/A", "3 payment_run/R =600 names=invoice/I pays=invoice/I"), says(t, cat, "4 order/B", "5 payment_run/R")...)
	for i := range ordered {
		ordered[i].ID, ordered[i].Hash = string(rune('a'+i)), uint64(i)
	}
	for name, c := range map[string]struct {
		events   []Event
		decision Decision
		of       Object
		want     string
	}{
		"nobody's order, and all stands": {paid, Decision{}, Object{Type: "invoice", ID: "I"}, "ambiguous 0.00 of 600.00 EUR: payment run R mentions invoice I and invoice J"},
		"nobody's order, and one of its payments is rejected": {
			paid, Decision{Kind: DecideReject, Source: "s", EventID: "e04"}, Object{Type: "invoice", ID: "I"}, "done 600.00 of 600.00 EUR",
		},
		"nobody's order, and another invoice that it pays is blocked": {
			paid, Decision{Kind: DecideBlock, A: Object{Type: "invoice", ID: "J"}}, Object{Type: "invoice", ID: "I"}, "done 600.00 of 600.00 EUR",
		},
		"a claim brings it to another order": {together(ordered, 3, 4), Decision{}, Object{Type: "order", ID: "A"}, "ambiguous 0.00 of 600.00 EUR: payment run R mentions invoice I and order B"},
		"a claim brought it to another order, and that event is rejected": {
			together(ordered, 3, 4), Decision{Kind: DecideReject, Source: "s", EventID: "e"}, Object{Type: "order", ID: "A"}, "done 600.00 of 600.00 EUR",
		},
	} {
		c.decision.ID, c.decision.By, c.decision.At = "d", "Ada", second("9")
		orderings(len(c.events), func(order []int) {
			n := newNotes(cat)
			for _, at := range order {
				n.g.Add(&c.events[at])
				n.settle()
			}
			n.g.Decide(c.decision) // that of no kind changes nothing
			n.settle()
			if diff := n.missed(); diff != "" {
				t.Errorf("%s, in the order %v (-is +as announced):\n%s", name, order, diff)
			}
			if got := stands(n.g.Execution(ExecutionRef{"f", c.of}), "paid"); !strings.HasPrefix(got, c.want) {
				t.Errorf("%s, in the order %v: %s; want %s", name, order, got, c.want)
			}
		})
	}
}
