package reference_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"throughline/reference"
	"throughline/reference/bus"
	"throughline/reference/service"
)

// sufferers is how many orders the tests of one fault have.
const sufferers = 40

// end is how a pipeline ends whose orders all have one fault that nobody repairs.
type end struct {
	completed, lost, dead, rejected int
	told                            map[string]int
}

// ends says it for each fault.
func ends() map[service.Fault]end {
	const n = sufferers
	return map[service.Fault]end{
		service.FaultSlow:      {completed: n, told: usual(n, n, n)},
		service.FaultFlaky:     {completed: n, told: with(usual(n, n, n), map[string]int{"sync.order.transferred retrying": 2 * n})},
		service.FaultDown:      {dead: n, told: map[string]int{"sync.order.transferred retrying": 5 * n, "sync.order.transferred rejected": n}},
		service.FaultLost:      {lost: n, told: map[string]int{}},
		service.FaultDuplicate: {completed: n, told: with(usual(n, n, n), map[string]int{"sync.order.transferred accepted": n})},
		service.FaultRejected:  {rejected: n, told: with(usual(n, n, 0), map[string]int{"billing.invoice.rejected rejected": n})},
	}
}

// checkEnd checks how a pipeline of one fault has ended. A try that was cut off
// by a restart is another try, so those are not counted where there was one.
func checkEnd(t *testing.T, p *reference.Reference, r *receiver, want end, restarted bool) {
	t.Helper()
	const n = sufferers
	progress := reference.Progress{
		Won: n, Ordered: n - want.lost - want.dead, Completed: want.completed,
		Lost: want.lost, Dead: want.dead, Rejected: want.rejected, Stuck: want.lost + want.dead + want.rejected,
	}
	if diff := cmp.Diff(progress, p.Progress()); diff != "" {
		t.Error(diff)
	}
	got := told(t, r)
	expected := with(want.told, map[string]int{"crm.opportunity.won": n, "cpq.quote.accepted": n})
	if restarted {
		for _, count := range []map[string]int{got, expected} {
			for name := range count {
				if strings.HasPrefix(name, "sync.") {
					count[name] = min(count[name], n)
				}
			}
		}
		if expected["sync.order.transferred retrying"] == 0 {
			// What is consumed again after a start may have an order before its customer.
			delete(got, "sync.order.transferred retrying")
		}
	}
	if diff := cmp.Diff(expected, got); diff != "" {
		t.Error(diff)
	}
	once(t, p)
	if truth, troubled := p.Truth(), p.Troubled(); len(truth) != n-want.lost-want.dead || len(troubled) != want.lost+want.dead {
		t.Errorf("%d orders and %d that never became one, want %d and %d", len(truth), len(troubled), n-want.lost-want.dead, want.lost+want.dead)
	}
	checkDead(t, p, want.dead)
}

// checkDead checks that so many orders are dead letters, each once.
func checkDead(t *testing.T, p *reference.Reference, want int) {
	t.Helper()
	var quotes []string
	for _, letter := range dead(t, p) {
		var q struct{ ID string }
		if err := json.Unmarshal(letter.Data, &q); err != nil {
			t.Fatal(err)
		}
		quotes = append(quotes, q.ID)
		h := letter.Header
		if letter.Subject != "dlq.crm.quote.accepted" || h.Get(bus.DeadSubject) != "crm.quote.accepted" || h.Get(bus.DeadConsumer) != "sync-crm" ||
			h.Get(bus.DeadID) != "quote.accepted:"+q.ID || !strings.HasSuffix(h.Get(bus.DeadError), "503: the pricing engine does not answer") {
			t.Errorf("dead letter of %s: %s %v", q.ID, letter.Subject, h)
		}
	}
	if len(quotes) != want || len(distinct(quotes)) != want {
		t.Errorf("%d dead letters of %d quotes, want %d", len(quotes), len(distinct(quotes)), want)
	}
}

func TestEachFaultEndsAsItMust(t *testing.T) {
	t.Parallel()
	for fault, want := range ends() {
		t.Run(string(fault), func(t *testing.T) {
			t.Parallel()
			r := newReceiver(t)
			registry := prometheus.NewRegistry()
			p, err := reference.New(faulty(t, r, sufferers, fault, 0), reference.Deps{Metrics: registry})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { stop(t, p) })
			if err := p.Start(t.Context()); err != nil {
				t.Fatal(err)
			}
			settle(t, p, sufferers)
			checkEnd(t, p, r, want, false)
			for _, j := range append(p.Truth(), p.Troubled()...) {
				if j.Fault != fault || len(j.Deliveries) > 1 {
					t.Errorf("fault %q of %+v", j.Fault, j)
				}
			}
			metrics := fmt.Sprintf(`
# HELP throughline_reference_faults_total Orders that a seeded fault has bitten.
# TYPE throughline_reference_faults_total counter
throughline_reference_faults_total{fault=%q} %d
`, fault, sufferers)
			if want.dead > 0 {
				metrics += fmt.Sprintf(`
# HELP throughline_reference_dead_letters_total Messages that the other system has refused too often.
# TYPE throughline_reference_dead_letters_total counter
throughline_reference_dead_letters_total{consumer="sync-crm"} %d
`, want.dead)
			}
			err = testutil.GatherAndCompare(registry, strings.NewReader(metrics),
				"throughline_reference_faults_total", "throughline_reference_dead_letters_total")
			if err != nil {
				t.Error(err)
			}
		})
	}
}

func TestRestartKeepsTheFault(t *testing.T) {
	t.Parallel()
	for fault, want := range ends() {
		t.Run(string(fault), func(t *testing.T) {
			t.Parallel()
			r := newReceiver(t)
			cfg := faulty(t, r, sufferers, fault, 0)
			for _, won := range []int{10, 25, sufferers} {
				p := start(t, cfg)
				until(t, func() bool { return p.Progress().Won >= won })
				stop(t, p)
			}
			p := start(t, cfg)
			settle(t, p, sufferers)
			checkEnd(t, p, r, want, true)
		})
	}
}

// until polls until done returns true, and no longer than a test may take.
func until(t *testing.T, done func() bool) {
	t.Helper()
	deadline := time.NewTimer(time.Minute)
	defer deadline.Stop()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-deadline.C:
			t.Fatal("it never came to this")
		case <-tick.C:
		}
	}
}

func TestWhatIsRepairedCompletes(t *testing.T) {
	t.Parallel()
	for fault, after := range map[service.Fault]time.Duration{
		service.FaultDown:     20 * time.Second, // three times as long as the six tries of a dead letter
		service.FaultLost:     time.Second,
		service.FaultRejected: time.Second,
	} {
		for _, restart := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, restarted %v", fault, restart), func(t *testing.T) {
				t.Parallel()
				r := newReceiver(t)
				cfg := faulty(t, r, sufferers, fault, after)
				p := start(t, cfg)
				if restart {
					until(t, func() bool { return p.Progress().Stuck > 0 })
					stop(t, p)
					p = start(t, cfg)
				}
				wait(t, p, sufferers)
				settle(t, p, sufferers)
				balance(t, p, r, sufferers)
				got := told(t, r)
				if n := got["billing.invoice.rejected rejected"]; fault == service.FaultRejected && n != sufferers {
					t.Errorf("%d invoices were rejected, want %d", n, sufferers)
				}
				if n := got["sync.order.transferred rejected"]; fault == service.FaultDown && n == 0 {
					t.Error("no order was a dead letter; on a slow machine some are repaired before that, but not all")
				}
				until(t, func() bool { return len(dead(t, p)) == 0 })
				if progress := p.Progress(); progress.Stuck != 0 || len(p.Troubled()) != 0 {
					t.Errorf("something is stuck: %+v", progress)
				}
			})
		}
	}
}

func TestRejectionHasAReasonThatABookkeeperKnows(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	p := start(t, faulty(t, r, sufferers, service.FaultRejected, 0))
	settle(t, p, sufferers)
	want := []string{"account", "customer", "no", "posting", "tax"}
	if got := reasons(t, r, "com.example.billing.invoice.rejected.v1"); !slices.Equal(got, want) {
		t.Errorf("reasons begin with %v, want %v", got, want)
	}
	repeatDeliveries(t, p)
	settle(t, p, sufferers)
	if n := told(t, r)["billing.invoice.rejected rejected"]; n != sufferers {
		t.Errorf("%d invoices were rejected after the deliveries were told of again, want %d", n, sufferers)
	}
	for _, e := range r.byType()["com.example.sync.order.transferred.v1"] {
		var data struct {
			Status   string
			Answered int
		}
		if err := json.Unmarshal(e.Data(), &data); err != nil {
			t.Fatal(err)
		}
		if data.Status != "accepted" || data.Answered != 200 {
			t.Errorf("the order was %s with %d; it is the invoice that fails", data.Status, data.Answered)
		}
	}
}

func TestSystemThatIsAwayKillsNoMessage(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	r.down.Store(true) // the collector, so that all that is to be told waits
	p := start(t, faulty(t, r, sufferers, service.FaultFlaky, 0))
	until(t, func() bool { return p.Progress().Completed == sufferers })
	r.down.Store(false)
	settle(t, p, sufferers)
	checkDead(t, p, 0)
	balance(t, p, r, sufferers)
}

func TestSameSeedHasTheSameFaults(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	r.strict = false // three runs number their documents alike
	tenth := make(map[service.Fault]float64)
	for _, f := range service.AllFaults() {
		tenth[f] = 0.1
	}
	begun := func(seed uint64) *reference.Reference {
		cfg := fast(t, r, 60)
		cfg.Seed, cfg.Faults.Shares = seed, tenth
		return start(t, cfg)
	}
	bitten := func(p *reference.Reference) map[string]service.Fault {
		settle(t, p, 60)
		all := make(map[string]service.Fault)
		for _, j := range append(p.Truth(), p.Troubled()...) {
			all[j.Quote] = j.Fault
			stuck := j.Fault == service.FaultDown || j.Fault == service.FaultLost || j.Fault == service.FaultRejected
			if j.Completed == stuck || (j.Order == "") != (stuck && j.Fault != service.FaultRejected) {
				t.Errorf("with fault %q: %+v", j.Fault, j)
			}
			if j.Fault != service.FaultNone && len(j.Deliveries) > 1 {
				t.Errorf("fault %q concerns more than one delivery: %+v", j.Fault, j)
			}
		}
		if len(all) != 60 {
			t.Errorf("%d journeys, want 60", len(all))
		}
		return all
	}
	first, second, third := begun(1), begun(1), begun(2)
	one, two, other := bitten(first), bitten(second), bitten(third)
	if diff := cmp.Diff(one, two); diff != "" {
		t.Error(diff)
	}
	if cmp.Equal(one, other) {
		t.Error("another seed has the same faults")
	}
}
