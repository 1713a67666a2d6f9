package sweeper

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.etcd.io/bbolt"

	"throughline/slo"
	"throughline/slo/boltfile"
)

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
		if r.sweeper.Holds(r.cat) {
			t.Error("it holds what was never told")
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

// asInFormat2 takes from a ledger what format "2" did not have: what is told of open
// clocks. It counts as of a format, for an upgrade may have been killed.
func asInFormat2(t *testing.T, dir, format string) {
	t.Helper()
	db, err := bbolt.Open(filepath.Join(dir, "slo.db"), 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		meta, open := tx.Bucket([]byte(boltfile.Meta)), tx.Bucket([]byte(openBucket))
		rows := make(map[id][]byte)
		err := open.ForEach(func(k, raw []byte) error {
			r, err := readRowAt(k, raw)
			if err == nil {
				r.parts = nil
				rows[id(k)] = r.write()
			}
			return err
		})
		for at, raw := range rows {
			err = errors.Join(err, open.Put(at[:], raw))
		}
		return errors.Join(err, meta.Put([]byte("format"), []byte(format)),
			meta.Put([]byte(oldTellingName), slices.Clone(meta.Get([]byte(tellingName)))), meta.Delete([]byte(tellingName)))
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestALedgerWithoutWhatIsToldOfOpenClocksIsToldAllOnce(t *testing.T) {
	for name, format := range map[string]string{"as it was": "2", "after an upgrade that was killed": "3"} {
		synctest.Test(t, func(t *testing.T) {
			r := newRig(t, invoicedWithin(time.Hour))
			r.brief = true
			r.booked("1", time.Now())
			r.booked("2", time.Now())
			r.invoiced("2", time.Now())
			tick(10 * time.Second)
			r.stop()
			asInFormat2(t, r.dir, format)
			was, tells := r.sweeper.telling.number, r.tells
			for i, want := range []int{2, 0} {
				r.start()
				if n := r.tells - tells; n != want {
					t.Errorf("%s: start %d tells %d orders; want %d", name, i, n, want)
				}
				tick(time.Minute)
				tells = r.tells
				if !r.sweeper.Holds(r.cat) || r.sweeper.telling.number <= was {
					t.Errorf("%s: after all was told it holds %+v; before, that was number %d", name, r.sweeper.telling, was)
				}
				r.kill()
			}
			r.start()
			tick(2 * time.Hour)
			if got := strings.Join(r.store.history("1"), " "); !strings.HasPrefix(got, "started breached ") {
				t.Errorf("%s: the open one is told %q", name, got)
			}
			if got := r.store.history("2"); !slices.Equal(got, []string{"started", "ended"}) {
				t.Errorf("%s: the other one is told %q", name, got)
			}
			r.ledgerIsClean()
			r.kill()
		})
	}
}
