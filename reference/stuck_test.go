package reference_test

import (
	"testing"
	"time"

	"throughline/lineage"
	"throughline/reference"
	"throughline/reference/service"
)

// TestLineageSaysWhereAnOrderSticksAndWhy holds the shipped contracts to the
// faults: an order that finance rejects fails where it is invoiced, one that the
// ERP never took has no order at all, and both say what was answered.
func TestLineageSaysWhereAnOrderSticksAndWhy(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	cfg := fast(t, r, 20)
	cfg.Faults.Shares = map[service.Fault]float64{service.FaultRejected: 0.5, service.FaultDown: 0.5}
	p := start(t, cfg)
	settle(t, p, 20)
	rejected, dead := p.Truth(), p.Troubled()
	stop(t, p)
	c := shipped(t)
	g := stitched(t, c, r)
	if anchored, loose := g.Executions("quote-to-cash"); len(anchored) != len(rejected) || len(loose) != len(dead) || len(dead) == 0 || len(rejected) == 0 {
		t.Errorf("%d executions and %d that no order reaches, want %d and %d, and some of each", len(anchored), len(loose), len(rejected), len(dead))
	}
	for _, j := range rejected {
		order, _ := c.Object("order", "", "", j.Order)
		sticks(t, g.Execution(lineage.ExecutionRef{Flow: "quote-to-cash", Anchor: order}), j, "invoiced", 422)
	}
	for _, j := range dead {
		opportunity, _ := c.Object("opportunity", "", "", j.Opportunity)
		sticks(t, g.Execution(lineage.ExecutionRef{Flow: "quote-to-cash", Anchor: opportunity}), j, "ordered", 503)
	}
}

// sticks checks that a journey has failed in a stage, and with which answer.
func sticks(t *testing.T, x *lineage.Execution, j reference.Journey, at string, answer int) {
	t.Helper()
	if x == nil {
		t.Errorf("%+v has no execution", j)
		return
	}
	if x.State != lineage.StateFailed || x.Stage != at {
		t.Errorf("%s is %s at %s, want failed at %s", x.Anchor, x.State, x.Stage, at)
	}
	for _, s := range x.Stages {
		if s.Name == at && (s.State != lineage.StateFailed || s.Reason == "") {
			t.Errorf("%s is %s because of %q", s.Name, s.State, s.Reason)
		}
	}
	answered := 0
	for _, e := range x.Events {
		if e.Outcome == lineage.OutcomeFailed && e.Kind == lineage.BusinessEvent {
			answered = e.Answer
		}
	}
	if answered != answer {
		t.Errorf("%s failed with %d, want %d", x.Anchor, answered, answer)
	}
	for _, m := range x.Members {
		want := lineage.Money{Minor: j.Net.Minor, Currency: j.Net.Currency}
		if (m.Object.Type == "order" || m.Object.Type == "opportunity") && m.Amount != want {
			t.Errorf("%s is over %s, want %s", m.Object, m.Amount, want)
		}
	}
}

// TestLineageOfARepairedOrderIsWhole is the other half: once it is repaired,
// nothing of the failure holds.
func TestLineageOfARepairedOrderIsWhole(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	p := start(t, faulty(t, r, 10, service.FaultRejected, time.Second))
	wait(t, p, 10)
	truth := p.Truth()
	stop(t, p)
	c := shipped(t)
	g := stitched(t, c, r)
	for _, j := range truth {
		order, _ := c.Object("order", "", "", j.Order)
		x := g.Execution(lineage.ExecutionRef{Flow: "quote-to-cash", Anchor: order})
		if x == nil || x.State != lineage.StateCompleted {
			t.Errorf("order %s is %+v, want completed", j.Order, x)
		}
	}
}
