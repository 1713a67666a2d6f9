package sweeper

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"throughline/slo"
)

func TestAProcessKilledInTheMiddleTellsEachTransitionOnce(t *testing.T) {
	for seed := range uint64(200) {
		synctest.Test(t, func(t *testing.T) { killed(t, seed, seed%2 > 0, seed%4 > 1) })
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

// killed lets sixteen orders run, kills and restarts the sweeper at random, and
// fails the commit at random, before or after it is there; also while orders are let
// go of, and told of no more at a start, or none is that did not change.
func killed(t *testing.T, seed uint64, forgets, brief bool) {
	rng := rand.New(rand.NewPCG(seed, 2))
	r := newRig(t, invoicedWithin(10*time.Minute))
	r.forgets, r.brief = forgets, brief
	want := map[string]string{}
	type deed struct {
		after time.Duration
		do    func()
	}
	var deeds []deed
	began := time.Now()
	for i := range 16 {
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
	for range 40 * rng.IntN(2) {
		deeds = append(deeds, deed{time.Duration(rng.IntN(7200)) * time.Second, func() { r.forget(fmt.Sprint(rng.IntN(16))) }})
	}
	for i := range 8 {
		dies := time.Duration(600*i+rng.IntN(300)) * time.Second
		end := r.kill
		if rng.IntN(3) == 0 {
			end = r.stop
		}
		deeds = append(deeds, deed{dies, end}, deed{dies + time.Duration(rng.IntN(290))*time.Second, r.start})
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
			// After minutes away a breach is provisional first; that is not what this is about.
			if kind, _, _ := strings.Cut(line, " "); kind != string(slo.Confirmed) {
				kinds = append(kinds, kind)
			}
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
		r.is(func() { r.stuck = time.Now().Add(-time.Second) })
		r.start()
		tick(5 * time.Minute)
		if got := r.store.history("1"); !slices.Equal(got, []string{"started", "ended"}) {
			t.Fatalf("evidence on its way was taken for gone: %v", got)
		}
		r.is(func() { r.stuck = time.Time{} })
		r.invoiced("1", done)
		tick(time.Minute)
		if got := r.store.history("1"); !slices.Equal(got, []string{"started", "ended"}) {
			t.Fatalf("told again: %v", got)
		}
		r.kill()
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

func TestADamagedLedgerIsPutAsideAndClocksAreJudgedAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, invoicedWithin(time.Minute))
		r.booked("1", time.Now())
		tick(5 * time.Minute)
		r.kill()
		path := filepath.Join(r.dir, "slo.db")
		if err := os.Truncate(path, 5000); err != nil {
			t.Fatal(err)
		}
		r.start()
		defer r.kill()
		tick(time.Minute)
		if v := r.verdict("1"); v != slo.Breached {
			t.Errorf("judged anew the clock is %q", v)
		}
		if aside, err := filepath.Glob(path + ".damaged-*"); err != nil || len(aside) != 1 {
			t.Errorf("put aside: %v, %v", aside, err)
		}
	})
}

func TestAfterAStartThoseWhoSendAreGivenTimeToComeBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, invoicedWithin(time.Minute))
		began := time.Now()
		r.booked("kept", began)
		r.booked("missed", began)
		tick(50 * time.Second)
		r.kill()
		tick(8 * time.Second)
		r.patient = time.Minute // as in the house
		r.start()
		tick(20 * time.Second)
		// The invoice was posted while the house was away, and its sender has waited since.
		r.invoiced("kept", began.Add(55*time.Second))
		tick(2 * time.Minute)
		if got := r.store.history("kept"); !slices.Equal(got, []string{"started", "ended"}) {
			t.Errorf("the one that was kept: %v", got)
		}
		if got := strings.Join(r.store.history("missed"), " "); !strings.HasPrefix(got, "started breached ") || strings.Contains(got, "provisional") {
			t.Errorf("the one that was not: %v", got)
		}
		r.kill()
	})
}

func TestAnOldOrderWaitsForItsOldInvoice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, invoicedWithin(time.Minute))
		defer r.kill()
		tick(10 * time.Second)
		old := time.Now().Add(-72 * time.Hour)
		r.booked("kept", old)
		r.booked("missed", old)
		tick(5 * time.Second)
		r.invoiced("kept", old.Add(30*time.Second))
		tick(time.Minute)
		if got := r.store.history("kept"); !slices.Equal(got, []string{"started", "ended"}) {
			t.Errorf("the one that was kept: %v", got)
		}
		if got := r.store.history("missed"); len(got) != 2 {
			t.Errorf("the one that was not: %v", got)
		}
	})
}
