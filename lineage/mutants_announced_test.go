package lineage

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// orderings yields every order of n things.
func orderings(n int, yield func([]int)) {
	order := make([]int, 0, n)
	used := make([]bool, n)
	var more func()
	more = func() {
		if len(order) == n {
			yield(order)
			return
		}
		for i := range n {
			if !used[i] {
				used[i], order = true, append(order, i)
				more()
				used[i], order = false, order[:len(order)-1]
			}
		}
	}
	more()
}

func TestWhoeverKeepsWhatIsAnnouncedHasWhatIsSo(t *testing.T) {
	t.Parallel()
	const flow = `
kind: flow
name: f
anchor: order
ranks: {quote: -1, order: 0, item: 1, delivery: 1, invoice: 2, payment: 3, payment_run: 4}
leaf: [payment_run]
same_type: [replaces]
stages:
  - {name: paid, type: invoice, by: payment, complete: amount, of: payment, against: invoice}
`
	cat := flowOf(t, flow)
	for name, lines := range map[string][]string{
		"a relation between equal ranks, told by a third":     {"1 order/1 contains=item/1", "2 item/2", "3 quote/9 replaces=item/2>item/1", "4 invoice/7 bills=item/2"},
		"a relation between equal ranks, and what was adrift": {"1 order/1 contains=item/1", "2 item/2", "3 quote/9 replaces=item/1>item/2", "4 quote/8 replaces=item/2>item/3"},
		"a leaf's amount comes":                               {"1 order/1 bills=invoice/1", "2 invoice/1 =100", "3 payment_run/R pays=invoice/1", "4 payment_run/R =700"},
		"an amount is another order's too":                    {"1 invoice/1 =100 bills=order/1", "2 payment/P =100 pays=invoice/1", "3 quote/9 pays=payment/P>invoice/2", "4 invoice/2 =50 bills=order/2"},
		"an amount that is told on a relation by a third":     {"1 invoice/1 =100 bills=order/1", "2 payment/P =100 pays=invoice/1", "3 quote/9 pays=payment/P>invoice/1:40", "4 order/1 failed"},
	} {
		events := says(t, cat, lines...)
		orderings(len(events), func(order []int) {
			g, noted := NewGraph(cat, "default"), map[ExecutionRef]*Execution{}
			for _, at := range order {
				g.Add(&events[at])
				for _, ref := range g.Recompute() {
					if noted[ref] = g.Execution(ref); noted[ref] == nil {
						delete(noted, ref)
					}
				}
			}
			is := map[ExecutionRef]*Execution{}
			for _, x := range allOf(g) {
				is[ExecutionRef{x.Flow, x.Anchor}] = x
			}
			if diff := cmp.Diff(is, noted); diff != "" {
				t.Errorf("%s, in the order %v (-is +as announced):\n%s", name, order, diff)
			}
		})
	}
}
