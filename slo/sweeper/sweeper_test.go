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
		r.is(func() { r.behind = 600 * time.Millisecond }) // as in the house
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

func TestAHouseThatIsBehindMakesBreachesProvisionalUntilItHasCaughtUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, invoicedWithin(time.Minute))
		defer r.kill()
		began := time.Now()
		r.booked("late", began)
		r.booked("kept", began)
		tick(30 * time.Second)
		r.is(func() { r.stuck = time.Now() })
		tick(2 * time.Minute)
		f, _ := r.sweeper.Figures(context.Background(), "default")
		if f[0].Waiting != 2 || f[0].Breached != 0 || len(f[0].Risk.Amounts) != 0 {
			t.Fatalf("while the house is behind the figures are %+v", f[0])
		}
		r.invoiced("kept", began.Add(50*time.Second))
		r.is(func() { r.stuck = time.Time{} })
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
		r.is(func() { r.heard = map[string]time.Time{"beating": time.Now().Add(5 * time.Minute)} })
		r.booked("1", time.Now())
		tick(11 * time.Minute)
		if got := r.store.history("1"); !slices.Equal(got, []string{"started", "breached 4s provisional"}) {
			t.Fatalf("while the source is silent: %v", got)
		}
		r.is(func() { r.heard = map[string]time.Time{"beating": time.Now()} })
		tick(5 * time.Second)
		if got := r.store.history("1"); !slices.Equal(got, []string{"started", "breached 4s provisional", "confirmed"}) {
			t.Fatalf("once it has spoken: %v", got)
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

func TestAnotherCatalogueIsAppliedToTheClocksThatRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, invoicedWithin(time.Minute))
		defer r.kill()
		r.booked("1", time.Now())
		tick(30 * time.Second)
		r.cat = catalogue(t, invoicedWithin(time.Hour))
		r.sweeper.Anew(r.cat)
		r.tell(r.orders["1"])
		r.sweeper.Through(r.next())
		tick(10 * time.Minute)
		if got := r.store.history("1"); !slices.Equal(got, []string{"started", "rescheduled"}) {
			t.Fatalf("with a longer target: %v", got)
		}
		r.cat = catalogue(t)
		r.sweeper.Anew(r.cat)
		r.sweeper.Through(r.next())
		tick(2 * time.Hour)
		if got := r.store.history("1"); !slices.Equal(got, []string{"started", "rescheduled", "withdrawn"}) {
			t.Fatalf("without the SLA: %v", got)
		}
	})
}
