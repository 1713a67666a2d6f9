package sweeper

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"throughline/lineage"
	"throughline/slo"
)

// tick lets the sweeper do what it can, and a moment pass.
func tick(d time.Duration) {
	<-time.After(d) // of the bubble: nobody waits
	synctest.Wait()
}

func TestADeadlinePassesWithNothingHappeningAndIsToldOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, invoicedWithin(time.Minute))
		defer r.kill()
		r.booked("1", time.Now())
		tick(59 * time.Second)
		if v := r.verdict("1"); v != slo.None {
			t.Fatalf("a second before its deadline the clock is %q", v)
		}
		tick(3 * time.Second)
		if v := r.verdict("1"); v != slo.Breached {
			t.Fatalf("two seconds after its deadline the clock is %q", v)
		}
		tick(time.Hour)
		if diff := cmp.Diff([]string{"started", "breached 1s"}, r.store.history("1")); diff != "" {
			t.Error(diff)
		}
	})
}

func TestLateEvidenceCorrectsABreachAndTheRecordKeepsBoth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, invoicedWithin(time.Minute))
		defer r.kill()
		began := time.Now()
		r.booked("1", began)
		tick(2 * time.Minute)
		r.invoiced("1", began.Add(30*time.Second))
		tick(2 * time.Second)
		if diff := cmp.Diff([]string{"started", "breached 1s", "corrected", "ended"}, r.store.history("1")); diff != "" {
			t.Error(diff)
		}
		f, _ := r.sweeper.Figures(context.Background(), "default")
		if f[0].Breached != 0 || f[0].Open != 0 || f[0].Met != 1 || f[0].Missed != 0 {
			t.Errorf("the figures are %+v", f[0])
		}
	})
}

func TestThirtyDaysOfDeadlinesAreEachNoticedWithinTwoSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, invoicedWithin(6*time.Hour))
		defer r.kill()
		r.behind = 600 * time.Millisecond // as in the house
		began := time.Now()
		rng := rand.New(rand.NewPCG(30, 1))
		type fate struct{ kept bool }
		fates := map[string]fate{}
		for hour := range 30 * 24 {
			for n := range rng.IntN(3) {
				id := fmt.Sprintf("%d-%d", hour, n)
				at := time.Now()
				fates[id] = fate{rng.IntN(4) > 0}
				r.booked(id, at)
				if fates[id].kept {
					time.AfterFunc(time.Duration(rng.IntN(int(6*time.Hour))), func() { r.invoiced(id, time.Now()) })
				}
			}
			tick(time.Hour)
			synctest.Wait()
		}
		tick(7 * time.Hour)
		if days := time.Since(began) / (24 * time.Hour); days < 30 {
			t.Fatalf("only %d days have passed", days)
		}
		missed := 0
		for id, f := range fates {
			got := r.store.history(id)
			want := []string{"started", "ended"}
			if !f.kept {
				missed++
				want = []string{"started", "breached"}
			}
			if len(got) != 2 || got[0] != want[0] || !strings.HasPrefix(got[1], want[1]) {
				t.Fatalf("order %s, kept %v: told %v", id, f.kept, got)
			}
		}
		for _, x := range r.store.rows {
			if x.Kind == slo.BreachKind && (x.LateBy > 2*time.Second || x.Provisional) {
				t.Fatalf("a breach was noticed %s late, provisional %v", x.LateBy, x.Provisional)
			}
		}
		t.Logf("%d orders in 30 days, %d missed their deadline", len(fates), missed)
	})
}

func TestAProcessKilledInTheMiddleTellsEachTransitionOnce(t *testing.T) {
	for seed := range uint64(200) {
		synctest.Test(t, func(t *testing.T) { killed(t, seed) })
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

// killed lets forty orders run, kills and restarts the sweeper at random, and
// fails the commit at random, before or after it is there.
func killed(t *testing.T, seed uint64) {
	rng := rand.New(rand.NewPCG(seed, 2))
	r := newRig(t, invoicedWithin(10*time.Minute))
	want := map[string]string{}
	type deed struct {
		after time.Duration
		do    func()
	}
	var deeds []deed
	began := time.Now()
	for i := range 40 {
		id := fmt.Sprint(i)
		booked := time.Duration(rng.IntN(3600)) * time.Second
		deeds = append(deeds, deed{booked, func() { r.booked(id, began.Add(booked)) }})
		took := time.Duration(2*rng.IntN(600)+1) * time.Second // odd, so never at the deadline itself
		switch rng.IntN(3) {
		case 0:
			want[id] = "started breached"
		case 1: // told as it happens
			deeds = append(deeds, deed{booked + took, func() { r.invoiced(id, began.Add(booked+took)) }})
			want[id] = "started ended"
			if took > 10*time.Minute {
				want[id] = "started breached ended"
			}
		default: // told long after it happened
			deeds = append(deeds, deed{booked + took + time.Hour, func() { r.invoiced(id, began.Add(booked+took)) }})
			want[id] = "started breached corrected ended"
			if took > 10*time.Minute {
				want[id] = "started breached ended"
			}
		}
	}
	for i := range 12 {
		dies := time.Duration(600*i+rng.IntN(300)) * time.Second
		deeds = append(deeds, deed{dies, r.kill}, deed{dies + time.Duration(rng.IntN(290))*time.Second, r.start})
	}
	slices.SortStableFunc(deeds, func(a, b deed) int { return int(a.after - b.after) })
	for _, d := range deeds {
		if wait := time.Until(began.Add(d.after)); wait > 0 {
			tick(wait)
		}
		r.broken.Store(int64(rng.IntN(5)) % 3) // a commit fails before it is there, after, or not at all
		d.do()
		if rng.IntN(2) == 0 {
			synctest.Wait()
		}
	}
	r.broken.Store(0)
	tick(3 * time.Hour)
	for id, history := range want {
		var kinds []string
		for _, line := range r.store.history(id) {
			kind, _, _ := strings.Cut(line, " ")
			kinds = append(kinds, kind)
		}
		if got := strings.Join(kinds, " "); got != history {
			t.Errorf("seed %d, order %s: told %q; want %q", seed, id, got, history)
		}
	}
	r.ledgerIsClean()
	r.kill()
}

func TestNothingIsJudgedBeforeAllIsKnownThatWasAcknowledged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, invoicedWithin(time.Minute))
		began := time.Now()
		r.booked("1", began)
		r.invoiced("1", began.Add(10*time.Second))
		tick(30 * time.Second)
		r.kill()
		// After the start the invoice is still on its way through the journal.
		x := r.orders["1"]
		done := x.Stages[2].DoneAt
		x.Stages[2].DoneAt = time.Time{}
		r.stuck = time.Now().Add(-time.Second)
		r.start()
		tick(5 * time.Minute)
		if got := r.store.history("1"); !slices.Equal(got, []string{"started", "ended"}) {
			t.Fatalf("evidence on its way was taken for gone: %v", got)
		}
		r.stuck = time.Time{}
		r.invoiced("1", done)
		tick(time.Minute)
		if got := r.store.history("1"); !slices.Equal(got, []string{"started", "ended"}) {
			t.Fatalf("told again: %v", got)
		}
		r.kill()
	})
}

func TestAHouseThatIsBehindMakesBreachesProvisionalUntilItHasCaughtUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, invoicedWithin(time.Minute))
		defer r.kill()
		began := time.Now()
		r.booked("late", began)
		r.booked("kept", began)
		tick(30 * time.Second)
		r.stuck = time.Now()
		tick(2 * time.Minute)
		f, _ := r.sweeper.Figures(context.Background(), "default")
		if f[0].Waiting != 2 || f[0].Breached != 0 || len(f[0].Risk.Amounts) != 0 {
			t.Fatalf("while the house is behind the figures are %+v", f[0])
		}
		r.invoiced("kept", began.Add(50*time.Second))
		r.stuck = time.Time{}
		tick(5 * time.Second)
		if got := r.store.history("late"); !slices.Equal(got, []string{"started", "breached 4s provisional", "confirmed"}) {
			t.Errorf("the late one: %v", got)
		}
		if got := r.store.history("kept"); !slices.Equal(got, []string{"started", "breached 4s provisional", "corrected", "ended"}) {
			t.Errorf("the one that was kept: %v", got)
		}
	})
}

func TestASourceThatPromisedAHeartbeatAndIsSilentIsBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sla := invoicedWithin(10 * time.Minute)
		sla.ClosingSource = "beating"
		r := newRig(t, sla)
		defer r.kill()
		r.heard = map[string]time.Time{"beating": time.Now().Add(5 * time.Minute)}
		r.booked("1", time.Now())
		tick(11 * time.Minute)
		if got := r.store.history("1"); !slices.Equal(got, []string{"started", "breached 4s provisional"}) {
			t.Fatalf("while the source is silent: %v", got)
		}
		r.heard = map[string]time.Time{"beating": time.Now()}
		tick(5 * time.Second)
		if got := r.store.history("1"); !slices.Equal(got, []string{"started", "breached 4s provisional", "confirmed"}) {
			t.Fatalf("once it has spoken: %v", got)
		}
	})
}

func TestAMergeGivesAClockItsNewNameAndTellsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, invoicedWithin(time.Minute))
		defer r.kill()
		began := time.Now()
		r.booked("9", began)
		tick(2 * time.Minute)
		// Order 9 turns out to be order 5: its execution goes, the other one knows both names.
		old, now := lineage.Object{Type: "order", ID: "9"}, lineage.Object{Type: "order", ID: "5"}
		x := r.order("5")
		x.Members[0].Aliases = []lineage.Object{old}
		x.Stages[1].DoneAt, x.Stages[1].Progress = began, []lineage.Progress{{Object: now, DoneAt: began}}
		delete(r.orders, "9")
		r.block++
		r.tell(x) // the stitcher tells the smaller name first
		r.sweeper.Execution(lineage.ExecutionRef{Flow: "f", Anchor: old}, nil)
		r.sweeper.Through(r.block)
		tick(5 * time.Minute)
		if v := r.verdict("5"); v != slo.Breached {
			t.Errorf("the merged order's clock is %q", v)
		}
		r.kill()
		r.start()
		tick(time.Minute)
		if got := append(r.store.history("9"), r.store.history("5")...); !slices.Equal(got, []string{"started", "breached 1s"}) {
			t.Errorf("told %v", got)
		}
		// And it is not: both have executions of their own again, and their own clocks.
		x.Members[0].Aliases = nil
		r.booked("9", began)
		r.say("5")
		tick(5 * time.Minute)
		r.ledgerIsClean()
		if got := strings.Join(r.store.history("5"), " "); !strings.HasPrefix(got, "started breached ") {
			t.Errorf("the other order is told %v", got)
		}
		r.invoiced("5", time.Now())
		tick(5 * time.Second)
		if r.verdict("9") != slo.Breached || r.verdict("5") != slo.Breached {
			t.Errorf("9 is %q and 5 is %q", r.verdict("9"), r.verdict("5"))
		}
		found, _ := r.sweeper.ClocksOf(context.Background(), "default", []lineage.Object{old, now})
		if len(found) != 2 || found[0].State == found[1].State {
			t.Errorf("the invoice of one ended both: %+v", found)
		}
	})
}

func TestAMergeWhoseCommitFailsIsMadeAgain(t *testing.T) {
	for name, broken := range map[string]int64{"before it is there": 1, "after": 2} {
		synctest.Test(t, func(t *testing.T) {
			r := newRig(t, invoicedWithin(time.Minute))
			defer r.kill()
			began := time.Now()
			r.booked("9", began)
			tick(2 * time.Minute)
			x := r.order("5")
			x.Members[0].Aliases = []lineage.Object{{Type: "order", ID: "9"}}
			x.Stages[1].DoneAt, x.Stages[1].Progress = began, []lineage.Progress{{Object: x.Anchor, DoneAt: began}}
			delete(r.orders, "9")
			r.block++
			r.broken.Store(broken)
			r.tell(x)
			r.sweeper.Execution(lineage.ExecutionRef{Flow: "f", Anchor: lineage.Object{Type: "order", ID: "9"}}, nil)
			r.sweeper.Through(r.block)
			tick(5 * time.Minute)
			r.ledgerIsClean()
			if got := append(r.store.history("9"), r.store.history("5")...); !slices.Equal(got, []string{"started", "breached 1s"}) {
				t.Errorf("a commit that fails %s: told %v", name, got)
			}
			if v := r.verdict("5"); v != slo.Breached {
				t.Errorf("a commit that fails %s: the clock is %q", name, v)
			}
		})
	}
}

func TestAnExecutionThatIsCutTakesNothingBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, invoicedWithin(time.Minute))
		defer r.kill()
		r.booked("1", time.Now())
		r.booked("2", time.Now())
		r.invoiced("1", time.Now())
		tick(10 * time.Second)
		for _, id := range []string{"1", "2"} { // so many deliveries came that the invoices are beyond the cap
			x := r.order(id)
			x.Truncated, x.Stages[2].DoneAt = true, time.Time{}
			r.say(id)
		}
		tick(10 * time.Second)
		r.kill()
		r.start()
		tick(10 * time.Minute)
		if got := r.store.history("1"); !slices.Equal(got, []string{"started", "ended"}) {
			t.Errorf("one that had kept its deadline: %v", got)
		}
		if got := r.store.history("2"); !slices.Equal(got, []string{"started", "breached 1s"}) {
			t.Errorf("one that had not: %v", got)
		}
		x := r.order("2") // an invoice of which it is not known whether it is the only one
		x.Stages[2].DoneAt = time.Now()
		r.say("2")
		tick(time.Minute)
		if v := r.verdict("2"); v != slo.Breached {
			t.Errorf("a part of what is owed ended the clock: %q", v)
		}
	})
}

func TestAnIDOfAnyLengthIsJudged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, invoicedWithin(time.Minute))
		defer r.kill()
		long := strings.Repeat("9", 100_000)
		r.booked(long, time.Now())
		r.booked("1", time.Now())
		tick(5 * time.Minute)
		for _, id := range []string{long, "1"} {
			if got := r.store.history(id); !slices.Equal(got, []string{"started", "breached 1s"}) {
				t.Errorf("order %.10s: %v", id, got)
			}
		}
	})
}

func TestAReasonThatComesAfterTheBreachIsToldAndOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, invoicedWithin(time.Minute))
		defer r.kill()
		r.booked("1", time.Now())
		tick(2 * time.Minute)
		s := &r.order("1").Stages[2]
		s.State, s.Reason = lineage.StateFailed, "tax code Z7 is not defined"
		r.say("1")
		tick(10 * time.Second)
		r.say("1")
		tick(10 * time.Second)
		r.kill()
		r.start()
		tick(time.Minute)
		if got := r.store.history("1"); !slices.Equal(got, []string{"started", "breached 1s", "explained"}) {
			t.Fatalf("told %v", got)
		}
		for _, x := range r.store.rows {
			if x.Kind == slo.Explained && x.Impact.Reason != "tax code Z7 is not defined" {
				t.Errorf("explained with %q", x.Impact.Reason)
			}
		}
	})
}

func TestALedgerThatCannotBeWrittenIsTriedAgainLaterAndLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, invoicedWithin(time.Minute))
		defer r.kill()
		tick(time.Second)
		r.broken.Store(3)
		for range 600 { // news ten times a second
			r.booked("1", time.Now().Truncate(time.Hour))
			tick(100 * time.Millisecond)
		}
		if n := r.tries.Load(); n > 12 {
			t.Errorf("it was tried %d times in a minute", n)
		}
		r.broken.Store(0)
		tick(2 * time.Minute)
		if got := r.store.history("1"); len(got) != 2 {
			t.Errorf("once it can be written: %v", got)
		}
		r.ledgerIsClean()
	})
}

func TestAnotherCatalogueIsAppliedToTheClocksThatRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, invoicedWithin(time.Minute))
		defer r.kill()
		r.booked("1", time.Now())
		tick(30 * time.Second)
		r.cat = catalogue(t, invoicedWithin(time.Hour))
		r.sweeper.Anew(r.cat)
		r.tell(r.orders["1"])
		r.sweeper.Through(r.block)
		tick(10 * time.Minute)
		if got := r.store.history("1"); !slices.Equal(got, []string{"started", "rescheduled"}) {
			t.Fatalf("with a longer target: %v", got)
		}
		r.cat = catalogue(t)
		r.sweeper.Anew(r.cat)
		r.sweeper.Through(r.block)
		tick(2 * time.Hour)
		if got := r.store.history("1"); !slices.Equal(got, []string{"started", "rescheduled", "withdrawn"}) {
			t.Fatalf("without the SLA: %v", got)
		}
	})
}

func TestTransitionsWaitForAStoreThatIsAwayAndForEveryReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, invoicedWithin(time.Minute))
		defer r.kill()
		r.store.mu.Lock()
		r.store.away = true
		r.store.mu.Unlock()
		r.booked("1", time.Now())
		tick(10 * time.Minute)
		r.store.mu.Lock()
		r.store.away = false
		r.store.mu.Unlock()
		tick(time.Minute)
		if got := r.store.history("1"); !slices.Equal(got, []string{"started", "breached 1s"}) {
			t.Fatalf("after the outage the store has %v", got)
		}
		ctx := context.Background()
		read, err := r.sweeper.After(ctx, 0, 10)
		if err != nil || len(read) != 2 {
			t.Fatalf("the other reader finds %d transitions: %v", len(read), err)
		}
		if err := r.sweeper.Done(ctx, "alerts", read[1].Seq); err != nil {
			t.Fatal(err)
		}
		left, err := r.sweeper.ledger.read(0, 10)
		if err != nil || len(left) != 0 {
			t.Errorf("%d transitions are kept that everybody has read: %v", len(left), err)
		}
		if _, err := r.sweeper.After(ctx, 99, 10); lineage.KindOf(err) != lineage.NotFound {
			t.Errorf("a place that the ledger never came to: %v", err)
		}
	})
}

func TestMoneyAtRiskIsToldByCurrencyAndEndsWithTheBreach(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		again := invoicedWithin(time.Minute)
		again.Name = "invoiced-too"
		r := newRig(t, invoicedWithin(time.Minute), again)
		defer r.kill()
		for i, m := range []lineage.Money{{Minor: 100, Currency: "EUR"}, {Minor: 250, Currency: "EUR"}, {Minor: 900, Currency: "JPY"}, {}} {
			id := fmt.Sprint(i)
			r.order(id).Members[0].Amount = m
			r.booked(id, time.Now())
		}
		tick(2 * time.Minute)
		f, _ := r.sweeper.Figures(context.Background(), "default")
		want := map[string]lineage.Money{"EUR": {Minor: 350, Currency: "EUR"}, "JPY": {Minor: 900, Currency: "JPY"}}
		if diff := cmp.Diff(slo.Risk{Amounts: want, Unpriced: 1}, f[0].Risk); diff != "" || f[0].Breached != 4 || f[1].Breached != 4 {
			t.Errorf("%+v %s", f[0], diff)
		}
		if diff := cmp.Diff(f[0].Risk, slo.Total(f)); diff != "" {
			t.Errorf("an order that missed two deadlines is counted twice: %s", diff)
		}
		r.invoiced("1", time.Now())
		tick(2 * time.Second)
		f, _ = r.sweeper.Figures(context.Background(), "default")
		if f[0].Risk.Amounts["EUR"].Minor != 100 || f[0].Missed != 1 {
			t.Errorf("after an invoice: %+v", f[0])
		}
	})
}

func TestTheFiguresAreMetrics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, invoicedWithin(time.Minute))
		defer r.kill()
		registry := prometheus.NewRegistry()
		registry.MustRegister(newGauges(r.sweeper))
		r.booked("1", time.Now())
		r.booked("2", time.Now().Add(10*time.Minute))
		tick(2 * time.Minute)
		families, err := registry.Gather()
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]float64{}
		for _, f := range families {
			for _, m := range f.GetMetric() {
				name := f.GetName()
				for _, l := range m.GetLabel() {
					name += " " + l.GetValue()
				}
				got[name] = m.GetGauge().GetValue()
			}
		}
		delete(got, "throughline_slo_watermark_age_seconds")
		want := map[string]float64{
			"throughline_slo_clocks invoiced running": 1, "throughline_slo_clocks invoiced breached": 1, "throughline_slo_clocks invoiced provisional": 0,
			"throughline_slo_judging": 1,
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}
