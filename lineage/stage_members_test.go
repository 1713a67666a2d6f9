package lineage

import (
	"fmt"
	"strings"
	"testing"
)

// An event may be part of an execution and report a stage of what is another's: a
// payment pays invoices of two orders.
func TestAStageCountsWhatIsOfItsOwnExecution(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		complete, events string
		state            State
		done             int64 // and the transaction has ended; 0: neither
		attempts         int
		sequence         string
		most             int // objects, until it is cut
	}{
		"one of two that are paid together is another order's": {
			"count, count: 2", "1 order/A | 2 invoice/I names=order/A | 2 invoice/J names=order/B | 3 payment/P names=invoice/I names=invoice/J",
			StatePartial, 0, 1, "paid@3..3×1", 9,
		},
		"both are its own": {
			"count, count: 2", "1 order/A | 2 invoice/I names=order/A | 2 invoice/J names=order/A | 3 payment/P names=invoice/I names=invoice/J",
			StateDone, 3, 1, "paid@3..3×1", 9,
		},
		"another order's was paid before": {
			"all", "1 order/A | 2 invoice/I names=order/A | 2 invoice/K names=order/A | 2 invoice/J names=order/B " +
				"| 3 payment/P names=order/A names=invoice/J | 4 payment/Q names=invoice/I | 9 payment/R names=invoice/K",
			StateDone, 9, 2, "paid@4..4×1", 9,
		},
		"the payment of another order's fails": {
			"all", "1 order/A | 2 invoice/I names=order/A | 2 invoice/J names=order/B | 3 payment/P names=invoice/I names=invoice/J | 4 payment/P names=invoice/J failed",
			StateDone, 3, 1, "paid@3..3×1", 9,
		},
		"any will do, and another order's is paid": {
			"any", "1 order/A | 2 invoice/I names=order/A | 2 invoice/J names=order/B | 3 payment/P names=invoice/I failed | 4 payment/P names=invoice/J",
			StateFailed, 0, 1, "paid@3..×1", 9,
		},
		"another order's alone is paid": {
			"any", "1 order/A | 2 invoice/J names=order/B | 3 payment/P names=order/A names=invoice/J",
			StatePending, 0, 0, "", 9,
		},
		"what names none of the type is about itself": {
			"any", "1 order/A | 2 invoice/I names=order/A | 3 payment/P names=order/A failed | 4 payment/P names=invoice/I",
			StateDone, 4, 2, "paid@3..4×2", 9,
		},
		"what is of no type that the flow ranks reports it": {
			"any", "1 order/A | 2 invoice/I names=order/A | 3 bank/K paid names=order/A",
			StatePartial, 0, 1, "paid@3..3×1", 9,
		},
		"of a transaction that was cut, its members are not known": {
			"any", "1 order/A | 2 invoice/I names=order/A | 4 order/A paid names=invoice/I",
			StateDone, 4, 1, "paid@4..4×1", 1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cat := flowOf(t, `
kind: flow
name: f
anchor: order
ranks: {order: 0, invoice: 2, payment: 3}
max_objects: `+fmt.Sprint(c.most)+`
stages: [{name: paid, type: invoice, by: payment, complete: `+c.complete+`}]
`)
			x := settled(t, cat, "A", says(t, cat, strings.Split(c.events, "|")...))
			s := x.Stages[0]
			if s.State != c.state || !s.DoneAt.Equal(instant(c.done)) || s.Attempts != c.attempts || !x.EndedAt.Equal(instant(c.done)) {
				t.Errorf("%s, done at %v after %d attempts, ended at %v; want %+v", s.State, s.DoneAt, s.Attempts, x.EndedAt, c)
			}
			if got := short(x.Sequence()); got != c.sequence {
				t.Errorf("went %q; want %q", got, c.sequence)
			}
		})
	}
}
