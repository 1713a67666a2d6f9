package lineage

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestWhatAStageHadReachedNothingLaterTakesAway(t *testing.T) {
	t.Parallel()
	cat := flowOf(t, billing)
	for name, c := range map[string]struct {
		events, want string
		done, since  int64
	}{
		"the second invoice does it":       {"1 order/A =600 | 2 invoice/I =400 bills=order/A | 3 invoice/J =200 bills=order/A", "done", 3, 3},
		"the order's amount comes late":    {"1 order/A | 2 invoice/I =600 bills=order/A | 4 order/A =600", "done", 4, 4},
		"more comes, and it is said again": {"1 order/A =600 | 2 invoice/I =600 bills=order/A | 4 invoice/J =5 bills=order/A | 5 order/A =600", "done", 2, 2},
		"the order grows":                  {"1 order/A =600 | 2 invoice/I =600 bills=order/A | 3 order/A =700", "partial", 2, 0},
		"the order grows and is billed":    {"1 order/A =600 | 2 invoice/I =600 bills=order/A | 3 order/A =700 | 5 invoice/J =100 bills=order/A", "done", 2, 5},
		"a credit note comes":              {"1 order/A =600 | 2 invoice/I =600 bills=order/A | 3 credit_note/C =1 cancels=invoice/I", "partial", 2, 0},
		"the allocation is corrected":      {"1 order/A =600 | 2 invoice/I =600 bills=order/A:600 | 3 invoice/I bills=order/A:500", "partial", 2, 0},
		"the invoice is shared later":      {"1 order/A =600 | 2 invoice/I =600 bills=order/A | 3 invoice/I bills=order/B", "ambiguous", 2, 0},
		"it was shared from the start":     {"1 order/A =600 | 2 invoice/I =600 bills=order/A bills=order/B | 3 invoice/I bills=order/A:600 bills=order/B:0", "done", 3, 3},
		"the same moment counts together":  {"1 order/A =600 | 2 invoice/I =600 bills=order/A | 2 credit_note/C =1 cancels=invoice/I", "partial", 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := settled(t, cat, "A", says(t, cat, strings.Split(c.events, "|")...))
			flow := &cat.Flows()[0]
			since := x.judgeAmount(flow, flow.Stages[0], &x.Stages[0])
			if s := x.Stages[0]; string(s.State) != c.want || !s.DoneAt.Equal(instant(c.done)) || !since.Equal(instant(c.since)) {
				t.Errorf("%s, done at %v, since %v; want %+v", s.State, s.DoneAt, since, c)
			}
		})
	}
}

func instant(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.Unix(n, 0)
}

func TestAnInvoiceIsPaidWhenItsOwnAmountIs(t *testing.T) {
	t.Parallel()
	cat := flowOf(t, billing)
	x := settled(t, cat, "A", says(t, cat, "1 order/A =600", "2 invoice/I =400 bills=order/A", "2 invoice/J =200 bills=order/A", "2 invoice/K =9 bills=order/A",
		"3 payment/P =350 pays=invoice/I:300 pays=invoice/J:50", "4 payment/Q =100 pays=invoice/I", "5 payment/R =9 pays=invoice/K failed",
		"6 credit_note/C =150 cancels=invoice/J", "7 payment/S =9 elsewhere pays=invoice/K"))
	if got := stands(x, "paid"); got != "failed 450.00 of 459.00 EUR" {
		t.Error(got)
	}
	for id, want := range map[string]int64{"I": 4, "J": 6, "K": 0} {
		if got := x.Reached("paid", Object{Type: "invoice", ID: id}); !got.Equal(instant(want)) {
			t.Errorf("invoice %s is paid at %v, want second %d", id, got, want)
		}
	}
}

func TestAStageThatFailedStaysFailedWhateverItsAmounts(t *testing.T) {
	t.Parallel()
	cat := flowOf(t, billing)
	x := settled(t, cat, "A", says(t, cat, "1 order/A =600", "2 invoice/I =600 bills=order/A", "3 invoice/J =1 bills=order/A failed"))
	if s := x.Stages[0]; s.State != StateFailed || s.Covered.Minor != 60000 || !s.DoneAt.Equal(instant(2)) {
		t.Errorf("%+v", s)
	}
}

func TestACutTransactionIsNotAddedUp(t *testing.T) {
	t.Parallel()
	cat := flowOf(t, billing+"max_objects: 2\n")
	x := settled(t, cat, "A", says(t, cat, "1 order/A =600", "2 invoice/I =600 bills=order/A", "3 invoice/J =1 bills=order/A"))
	if got := stands(x, "invoiced"); !strings.HasPrefix(got, "ambiguous 600.00 of 600.00 EUR: this transaction is larger than its flow's cap") {
		t.Error(got)
	}
}

func TestWhatHasNoAnchorHasNothingToReach(t *testing.T) {
	t.Parallel()
	cat := flowOf(t, billing)
	events := says(t, cat, "2 invoice/I =600", "3 payment/P =600 pays=invoice/I", "4 payment/Q =1 pays=invoice/I")
	g := NewGraph(cat, "default")
	for i := range events {
		g.Add(&events[i])
	}
	g.Recompute()
	_, loose := g.Executions("f")
	x := g.Execution(loose[0])
	if stands(x, "invoiced") != "partial" || stands(x, "paid") != "done 601.00 of 600.00 EUR" {
		t.Error(stands(x, "invoiced"), stands(x, "paid"))
	}
}

// A payment run is a leaf: most of what it pays is not in the execution, and what is
// told of it counts all the same.
func TestALeafCountsByWhatItAllocates(t *testing.T) {
	t.Parallel()
	cat := flowOf(t, strings.ReplaceAll(strings.ReplaceAll(billing, "by: payment", "by: payment_run"), "of: payment", "of: payment_run"))
	events := says(t, cat, "1 order/A =600", "1 order/B =400", "2 invoice/I =600 bills=order/A", "2 invoice/J =400 bills=order/B",
		"3 payment_run/R =9 names=invoice/I names=invoice/J pays=invoice/I:250 pays=invoice/J:400", "4 payment_run/S =100 names=invoice/I", "5 payment_run/S =200")
	if got := stands(settled(t, cat, "A", events), "paid"); got != "partial 450.00 of 600.00 EUR" {
		t.Error(got)
	}
}

// Every one of them cancels all that come after it. To follow each way through them
// would take longer than there is time.
func TestManyThatCancelEachOtherAreCountedOnce(t *testing.T) {
	t.Parallel()
	cat := flowOf(t, billing)
	lines := []string{"1 order/A =600", "2 invoice/I =600 bills=order/A"}
	for i := range 60 {
		line := fmt.Sprintf("3 credit_note/C%02d =60 mentions=order/A", i)
		for j := range i {
			line += fmt.Sprintf(" cancels=credit_note/C%02d:1", j)
		}
		lines = append(lines, line+" cancels=invoice/I:1")
	}
	if got := stands(settled(t, cat, "A", says(t, cat, lines...)), "invoiced"); !strings.HasPrefix(got, "ambiguous 0.00 of 600.00 EUR: credit note C") {
		t.Error(got)
	}
}
