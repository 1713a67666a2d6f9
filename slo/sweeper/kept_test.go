package sweeper

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.etcd.io/bbolt"

	"throughline/lineage"
	"throughline/slo"
)

func TestKeptIsNoFurtherThanWhatIsJudgedAndOnTheDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, invoicedWithin(time.Minute))
		r.kill()
		r.dir = t.TempDir()
		r.is(func() { r.stuck = time.Now().Add(-time.Second) })
		r.start()
		r.booked("1", time.Now())
		tick(time.Minute)
		if n := r.sweeper.Kept(); n != 0 || r.sweeper.Holds(r.cat) {
			t.Errorf("before anything is judged, %d is kept", n)
		}
		r.is(func() { r.stuck = time.Time{} })
		tick(10 * time.Second)
		if n := r.sweeper.Kept(); n != r.block || !r.sweeper.Holds(r.cat) {
			t.Errorf("%d is kept of %d", n, r.block)
		}
		was := r.block
		r.broken.Store(3)
		r.invoiced("1", time.Now())
		tick(10 * time.Second)
		if n := r.sweeper.Kept(); n != was {
			t.Errorf("while nothing can be written %d is kept; want %d", n, was)
		}
		r.broken.Store(0)
		tick(2 * time.Minute)
		if n := r.sweeper.Kept(); n != r.block {
			t.Errorf("once it can be written %d is kept of %d", n, r.block)
		}
		// What is told of a clock that has ended waits for the disk, and is not kept before.
		r.order("1").Members[0].Amount.Minor++
		r.say("1")
		synctest.Wait()
		early := r.sweeper.Kept()
		tick(2 * saveEvery)
		if n := r.sweeper.Kept(); early == r.block || n != r.block {
			t.Errorf("%d and then %d is kept of %d", early, n, r.block)
		}
		r.kill()
	})
}

func TestWhatHasLeftMemoryIsShownAndCountedAfterAStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, invoicedWithin(time.Minute))
		r.forgets = true
		r.booked("1", time.Now())
		r.booked("2", time.Now())
		r.invoiced("1", time.Now())
		tick(10 * time.Second)
		r.forget("1")
		tick(10 * time.Second)
		for range 2 {
			if n := len(r.sweeper.held); n != 1 {
				t.Errorf("%d keys are in memory; want that of the open clock", n)
			}
			if v := r.verdict("1"); v != slo.Met {
				t.Errorf("the clock that is away is %q", v)
			}
			f, _ := r.sweeper.Figures(context.Background(), "default")
			if f[0].Met != 1 || f[0].Open != 1 {
				t.Errorf("the figures are %+v", f[0])
			}
			r.kill()
			r.start()
			tick(10 * time.Second)
		}
		r.kill()
	})
}

func TestARowThatIsDamagedIsNoticedWhenItIsReadAndPutAsideByAStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, invoicedWithin(time.Minute))
		r.booked("1", time.Now())
		r.invoiced("1", time.Now())
		tick(10 * time.Second)
		r.forget("1")
		tick(10 * time.Second)
		err := r.sweeper.ledger.db.Update(func(tx *bbolt.Tx) error {
			at := idOf(slo.Key{SLA: "invoiced", Subject: lineage.Object{Type: "order", ID: "1"}})
			b := tx.Bucket([]byte(restBucket))
			raw := slices.Clone(b.Get(at[:]))
			raw[len(raw)/2]++
			return b.Put(at[:], raw)
		})
		if err != nil {
			t.Fatal(err)
		}
		_, err = r.sweeper.ClocksOf(context.Background(), "default", []lineage.Object{{Type: "order", ID: "1"}})
		if lineage.KindOf(err) != lineage.Unavailable || !strings.Contains(err.Error(), "damaged") {
			t.Errorf("it is read as if nothing were: %v", err)
		}
		r.kill()
		r.start()
		tick(10 * time.Second)
		if v := r.verdict("1"); v != slo.Met {
			t.Errorf("judged anew the clock is %q", v)
		}
		if aside, err := filepath.Glob(filepath.Join(r.dir, "slo.db.damaged-*")); err != nil || len(aside) != 1 {
			t.Errorf("put aside: %v, %v", aside, err)
		}
		r.kill()
	})
}

func TestADeadlineThatPassedMeanwhileIsNoticedByAStartThatIsToldNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, invoicedWithin(time.Minute))
		r.brief = true
		began := time.Now()
		r.booked("1", began)
		r.booked("2", began)
		tick(10 * time.Second)
		r.order("1").Members[0].Amount.Minor++
		r.say("1")
		r.stop()
		if r.kept != r.block {
			t.Fatalf("after a stop %d is kept of %d", r.kept, r.block)
		}
		tick(5 * time.Minute)
		tells, tries := r.tells, r.tries.Load()
		r.patient = 10 * time.Minute
		r.start()
		tick(10 * time.Second)
		if n, m := r.tells-tells, r.tries.Load()-tries; n+int(m) != 0 {
			t.Errorf("a start told %d orders, and %d commits were made", n, m)
		}
		r.invoiced("2", began.Add(30*time.Second))
		tick(15 * time.Minute)
		if got := r.store.history("1"); len(got) < 2 || !strings.HasPrefix(got[1], "breached ") {
			t.Errorf("the one that was missed: %v", got)
		}
		if got := r.store.history("2"); !slices.Equal(got, []string{"started", "ended"}) {
			t.Errorf("the one that was kept: %v", got)
		}
		if f, _ := r.sweeper.Figures(context.Background(), "default"); f[0].Risk.Amounts["EUR"].Minor != 125_001 {
			t.Errorf("what was told last is not known: %+v", f[0].Risk)
		}
		r.kill()
	})
}

func TestWhatIsToldOfAnOpenClockInABurstIsWrittenOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, invoicedWithin(time.Hour))
		r.booked("1", time.Now())
		tick(2 * saveEvery)
		tries := r.tries.Load()
		for range 30 {
			r.order("1").Members[0].Amount.Minor++
			r.say("1")
			tick(saveEvery / 50)
		}
		if n := r.tries.Load() - tries; n > 1 || r.sweeper.Kept() == r.block {
			t.Errorf("it was written %d times", n)
		}
		tick(2 * saveEvery)
		if n := r.tries.Load() - tries; n > 2 || r.sweeper.Kept() != r.block {
			t.Errorf("it was written %d times; %d is kept of %d", n, r.sweeper.Kept(), r.block)
		}
		r.kill()
	})
}

func TestWhetherItHoldsACatalogueIsAnsweredFromTheStartOnWithoutWaiting(t *testing.T) {
	t.Parallel()
	x := newBench(t)
	before := x.Holds(x.cat)
	x.orders(0, 10, x.now, time.Time{})
	x.through()
	after := x.Holds(x.cat)
	x.end()
	x.begin()
	x.mu.Lock() // as if it were judging
	again, other := x.Holds(x.cat), x.Holds(catalogue(t, invoicedWithin(time.Hour)))
	x.mu.Unlock()
	x.end()
	if before || !after || !again || other {
		t.Errorf("before anything was told %v, then %v, after a start %v, and of another catalogue %v", before, after, again, other)
	}
}
