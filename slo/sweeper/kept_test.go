package sweeper

import (
	"context"
	"encoding/json"
	"fmt"
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
			if got := r.sweeper.Awaiting(); !slices.Equal(got, []lineage.Object{{Type: "order", ID: "2"}}) {
				t.Errorf("it awaits %v", got)
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

// asBefore writes a ledger as format "1" had it.
func asBefore(t *testing.T, dir string, clocks []slo.Clock, told []slo.Transition) {
	t.Helper()
	db, err := bbolt.Open(filepath.Join(dir, "slo.db"), 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	put := func(tx *bbolt.Tx, bucket, key string, value any) {
		b, err := tx.CreateBucketIfNotExists([]byte(bucket))
		if err != nil {
			t.Fatal(err)
		}
		raw, err := json.Marshal(value)
		if text, is := value.(string); is {
			raw = []byte(text)
		}
		if err != nil || b.Put([]byte(key), raw) != nil || b.SetSequence(uint64(len(told))) != nil {
			t.Fatal(err)
		}
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		put(tx, "meta", "format", "1")
		for i := range clocks {
			put(tx, oldClocksBucket, fmt.Sprintf("%032d", i), &clocks[i])
		}
		for i := range told {
			put(tx, transitionsBucket, string(place(uint64(i+1))), &told[i])
		}
		return nil
	})
	if err != nil || db.Close() != nil {
		t.Fatal(err)
	}
}

func TestALedgerOfAnEarlierReleaseIsTakenOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, invoicedWithin(time.Minute))
		for i := range 30 {
			id := fmt.Sprint(i)
			if r.booked(id, time.Now()); i%2 == 0 {
				r.invoiced(id, time.Now())
			}
		}
		tick(10 * time.Second)
		var clocks []slo.Clock
		for _, h := range r.sweeper.held {
			clocks = append(clocks, *h.clock())
		}
		told, err := r.sweeper.ledger.read(0, 1000)
		if err != nil || len(told) != 45 || len(clocks) != 30 {
			t.Fatalf("%d clocks and %d transitions: %v", len(clocks), len(told), err)
		}
		r.kill()
		r.dir = t.TempDir()
		asBefore(t, r.dir, clocks, told)
		r.start()
		if r.sweeper.Holds(r.cat) || len(r.sweeper.Awaiting()) != 15 {
			t.Errorf("it awaits %d, and holds all is %v", len(r.sweeper.Awaiting()), r.sweeper.Holds(r.cat))
		}
		tick(30 * time.Second)
		if f, _ := r.sweeper.Figures(context.Background(), "default"); f[0].Met != 15 || f[0].Open != 15 {
			t.Errorf("the figures are %+v", f[0])
		}
		if again, err := r.sweeper.ledger.read(0, 1000); err != nil || len(again) != len(told) {
			t.Errorf("told again: %d transitions, %v", len(again), err)
		}
		r.kill()
	})
}
