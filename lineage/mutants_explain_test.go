package lineage

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWhatSaysThatTwoIDsAreOneIsToldOnce(t *testing.T) {
	t.Parallel()
	cat := flowOf(t, guarded+"---\nkind: flow\nname: paid\nanchor: order\nranks: {order: 0, invoice: 2, payment: 3}\n")
	events := says(t, cat,
		"1 order/1", "2 invoice/wms:W same=invoice/7 bills=order/1", "3 payment/P pays=invoice/wms:W",
		"4 invoice/crm:C same=invoice/7", "5 payment/Q pays=invoice/crm:C",
	)
	g := rules(t, cat, events)
	x := g.Execution(ExecutionRef{"paid", Object{Type: "order", ID: "1"}})
	got := map[string][]string{}
	for _, e := range x.Explain(g.flowNamed("paid").flow) {
		for _, s := range e.Same {
			got[e.Object.String()] = append(got[e.Object.String()], fmt.Sprintf("%s = %s by %s", s.A, s.B, s.By.ID))
		}
	}
	const wms, crm = "invoice/wms:W = invoice/7 by e02", "invoice/crm:C = invoice/7 by e04"
	want := map[string][]string{
		"invoice/7": {wms, crm}, // its relation to the order is written by the one, and it is called by both
		"payment/P": {wms},      // both reasons are written by it
		"payment/Q": {crm, wms},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("what says which ids are one (-want +got):\n%s", diff)
	}
}
