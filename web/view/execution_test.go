package view_test

import (
	"strings"
	"testing"
	"time"

	"throughline/lineage"
	"throughline/web/view"
)

func TestWhereSaysInPlainWordsWhereATransactionIs(t *testing.T) {
	t.Parallel()
	base := func(change func(*lineage.Execution)) *lineage.Execution {
		e := &lineage.Execution{
			Flow: "quote-to-cash", Anchor: object("order", "erp", "SO-1"), State: lineage.StateOpen, Stage: "order",
			StartedAt: noon.Add(-time.Hour), LastAt: noon.Add(-30 * time.Minute),
			Stages: []lineage.Stage{{Name: "order", State: lineage.StateDone}, {Name: "invoice", State: lineage.StatePending}},
		}
		change(e)
		return e
	}
	for name, tc := range map[string]struct {
		e    *lineage.Execution
		want string
	}{
		"an open one names what it waits for": {
			base(func(*lineage.Execution) {}),
			"Waiting for invoice; order is the furthest that it has come. The last event came 30 min ago.",
		},
		"one that has not begun waits for its first stage": {
			base(func(e *lineage.Execution) { e.Stage, e.Stages[0].State = "", lineage.StatePending }),
			"Waiting for its first stage, order. The last event came 30 min ago.",
		},
		"what was skipped is not waited for, but told": {
			base(func(e *lineage.Execution) {
				e.Stage, e.Stages = "order", []lineage.Stage{{Name: "won", State: lineage.StatePending}, {Name: "order", State: lineage.StateDone}, {Name: "invoice", State: lineage.StatePending}}
			}),
			"Waiting for invoice; order is the furthest that it has come. Nothing was seen of won before it. The last event came 30 min ago.",
		},
		"the last stage may come while an earlier one is missing": {
			base(func(e *lineage.Execution) {
				e.Stage, e.Stages[0].State, e.Stages[1].State = "invoice", lineage.StatePending, lineage.StateDone
			}),
			"It has come to invoice, its last stage. Nothing was seen of order before it. The last event came 30 min ago.",
		},
		"a failure that nothing made good is told": {
			base(func(e *lineage.Execution) {
				failed := &lineage.Event{Source: "otel:erp", Type: "post invoice", Outcome: lineage.OutcomeFailed, Reason: "posting period closed."}
				mended := &lineage.Event{Source: "otel:erp", Type: "book order", Outcome: lineage.OutcomeFailed, Reason: "locked"}
				e.Events = []*lineage.Event{failed, mended, {Source: "otel:erp", Type: "book order"}}
			}),
			"Waiting for invoice; order is the furthest that it has come. But post invoice failed at erp: “posting period closed”. The last event came 30 min ago.",
		},
		"a partial stage is under way": {
			base(func(e *lineage.Execution) { e.Stages[1].State = lineage.StatePartial }),
			"Under way at invoice: some of its objects have reached it, not all. The last event came 30 min ago.",
		},
		"a partial stage of amounts tells how much is missing": {
			base(func(e *lineage.Execution) {
				e.Stages[1] = lineage.Stage{Name: "invoiced", State: lineage.StatePartial, Covered: eur(120000), Target: eur(200000)}
			}),
			"Under way at invoiced: 1,200.00 of 2,000.00\u00a0EUR, so 800.00\u00a0EUR is missing. The last event came 30 min ago.",
		},
		"an ambiguous stage tells what is not known and how to mend it": {
			base(func(e *lineage.Execution) {
				e.Stages[1] = lineage.Stage{Name: "invoiced", State: lineage.StateAmbiguous, Target: eur(200000), Covered: eur(0), Reason: "invoice INV-9 bills order SO-1 and order SO-2 and does not say how much each; send relations[].amount"}
			}),
			"How far invoiced has come cannot be told: invoice INV-9 bills order SO-1 and order SO-2 and does not say how much each; send relations[].amount. The last event came 30 min ago.",
		},
		"a failed one tells the reason and the attempts": {
			base(func(e *lineage.Execution) {
				e.State, e.Stages[0] = lineage.StateFailed, lineage.Stage{Name: "order", State: lineage.StateFailed, Attempts: 4, Reason: "422 TAX_CODE."}
			}),
			"Stopped at order after 4 attempts: “422 TAX_CODE”, and nobody is trying again. Next would be invoice.",
		},
		"a retrying one says that another attempt is due": {
			base(func(e *lineage.Execution) {
				e.State, e.Stages[0] = lineage.StateRetrying, lineage.Stage{Name: "order", State: lineage.StateRetrying, Attempts: 1}
			}),
			"Retrying, not failed yet: attempt 1 of order failed; another attempt is due. Next would be invoice.",
		},
		"a completed one tells how long it took": {
			base(func(e *lineage.Execution) { e.State, e.EndedAt = lineage.StateCompleted, noon }),
			"Complete: all 2 stages are done, 1 h from first to last.",
		},
		"a flow without stages owes nothing": {
			base(func(e *lineage.Execution) { e.State, e.Stages = lineage.StateObserved, nil }),
			"Observed: this flow names no stages, so nothing is owed. 0 events, the last 30 min ago.",
		},
		"an unanchored one says so": {
			base(func(e *lineage.Execution) { e.Unanchored = true }),
			"No quote-to-cash anchor reaches these objects yet: they were seen, but what should have followed was not. The last sign came 30 min ago.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := told(view.NewExecution(tc.e, lineage.Object{}, "x1", view.Lore{}, utc()).Where); got != tc.want {
				t.Errorf("\n got %q\nwant %q", got, tc.want)
			}
		})
	}
}

func TestAStageOfAmountsShowsHowMuchHasGoneThrough(t *testing.T) {
	t.Parallel()
	e := &lineage.Execution{Stages: []lineage.Stage{
		{Name: "won", State: lineage.StateDone},
		{Name: "invoiced", State: lineage.StatePartial, Covered: eur(120000), Target: eur(200000)},
		{Name: "paid", State: lineage.StateAmbiguous, Covered: eur(50000), Target: eur(200000), Reason: "payment P-1 does not say"},
		{Name: "closed", State: lineage.StateAmbiguous, Reason: "order SO-1 tells no amount"},
	}}
	want := []string{"", "1,200.00 of 2,000.00\u00a0EUR", "at least 500.00 of 2,000.00\u00a0EUR", ""}
	for i, s := range view.NewExecution(e, lineage.Object{}, "x1", view.Lore{}, utc()).Stages {
		if s.Amount != want[i] {
			t.Errorf("%s shows %q, want %q", s.Name, s.Amount, want[i])
		}
	}
}

func TestTheObjectLookedAtIsFoundUnderAnyOfItsNames(t *testing.T) {
	t.Parallel()
	for name, looked := range map[string]lineage.Object{
		"its canonical name":           object("order", "erp", "SO-1"),
		"its alias":                    object("order", "crm", "006A"),
		"its id alone, without system": object("order", "", "SO-1"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, r := range view.NewExecution(order(""), looked, "x1", view.Lore{}, utc()).Ranks {
				for _, o := range r.Objects {
					if want := o.ID == "SO-1"; o.Looked != want {
						t.Errorf("%s %s: looked at is %v, want %v", o.Type, o.ID, o.Looked, want)
					}
				}
			}
		})
	}
}

func TestALongTimelineShowsBothEnds(t *testing.T) {
	t.Parallel()
	var events []*lineage.Event
	for i := range 1000 {
		events = append(events, &lineage.Event{Source: "s", ID: strings.Repeat("x", i), Time: noon.Add(time.Duration(i) * time.Hour)})
	}
	got := view.NewEvents(events, utc())
	if len(got.Head) != 100 || len(got.Tail) != 100 || got.Omitted != 800 || got.Total != 1000 {
		t.Errorf("head %d, tail %d, omitted %d of %d", len(got.Head), len(got.Tail), got.Omitted, got.Total)
	}
	if got.Head[0].Day != "2026-03-02" || got.Head[1].Day != "" || got.Head[12].Day != "2026-03-03" {
		t.Errorf("days begin at %q, %q, %q", got.Head[0].Day, got.Head[1].Day, got.Head[12].Day)
	}
}

func TestLinksCarryAnyID(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		o    lineage.Object
		want string
	}{
		"a plain one":               {object("order", "", "SO-1"), "/lineage/order/SO-1"},
		"slashes, blanks and marks": {object("order", "", "a/b c?d#e%"), "/lineage/order/a%2Fb%20c%3Fd%23e%25"},
		"letters of any script":     {object("order", "", "Größe"), "/lineage/order/Gr%C3%B6%C3%9Fe"},
		"a system and a scope":      {lineage.Object{Type: "invoice", System: "erp", Scope: "sup 1", ID: "9"}, "/lineage/invoice/9?scope=sup+1&system=erp"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := view.ObjectURL(tc.o); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}
