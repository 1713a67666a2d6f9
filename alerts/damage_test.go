package alerts

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"throughline/lineage"
	"throughline/slo"
)

// damages are what may befall a file. What they leave may still be readable.
func damages(random *rand.Rand) map[string]func([]byte) []byte {
	all := map[string]func([]byte) []byte{
		"noise":      func(b []byte) []byte { return noise(random, b, 0, len(b)) },
		"text":       func([]byte) []byte { return []byte("this is no book\n") },
		"cut to one": func(b []byte) []byte { return b[:1] },
		"cut to the head": func(b []byte) []byte {
			return b[:2*os.Getpagesize()]
		},
		"no value": func(b []byte) []byte {
			return []byte(strings.ReplaceAll(string(b), `{"ID":`, `{"ID"?`))
		},
	}
	for n := range 20 {
		all[fmt.Sprint("cut ", n)] = func(b []byte) []byte { return b[:random.IntN(len(b))] }
		all[fmt.Sprint("page ", n)] = func(b []byte) []byte {
			size := os.Getpagesize()
			at := random.IntN(len(b)/size) * size
			return noise(random, b, at, at+size)
		}
	}
	return all
}

func noise(random *rand.Rand, b []byte, from, to int) []byte {
	for n := from; n < to; n++ {
		b[n] = byte(random.Uint32())
	}
	return b
}

func TestADamagedBookKeepsNobodyFromStarting(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(3, 4))
	aside := 0
	for what, damage := range damages(random) {
		t.Run(what, func(t *testing.T) {
			r := newRig(t)
			for n := range 100 {
				r.ledger.tell(about(n, slo.BreachKind, n))
			}
			r.cfg.Webhook = ""
			r.start()
			waitFor(t, func() bool { seq, _ := r.place(); return seq == 100 })
			r.halt()
			path := filepath.Join(r.cfg.Dir, bookFile)
			raw, err := os.ReadFile(path)
			if err == nil {
				err = os.WriteFile(path, damage(raw), 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
			r.start() // whatever it is
			defer r.halt()
			r.ledger.tell(about(1000, slo.BreachKind, 0))
			waitFor(t, func() bool { _, err := r.Incident(t.Context(), "", orderID(1000)); return err == nil })
			kept, err := filepath.Glob(path + ".damaged-*")
			if err != nil {
				t.Fatal(err)
			}
			if loud := strings.Contains(r.log.String(), "level=ERROR"); loud != (len(kept) == 1) {
				t.Errorf("put aside: %v; the log speaks of it: %t", kept, loud)
			}
			aside += len(kept)
			if _, err := r.Incident(t.Context(), "", orderID(50)); err != nil {
				t.Errorf("what the ledger still holds is not there again: %v", err)
			}
		})
	}
	if aside < 20 {
		t.Errorf("%d damaged books were put aside; the damage does not reach what it is for", aside)
	}
}

// patiently lets pass what a ledger is given to show what it has.
func patiently(r *rig) {
	pass(patience + time.Second)
	r.settled()
}

// waitFor polls on the real clock, for tests of real files.
func waitFor(t *testing.T, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !done(); <-time.After(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("it did not happen in time")
		}
	}
}

func TestABookHasOneProcess(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		r.start()
		first := r.Alerts
		if err := r.tryStart(); lineage.KindOf(err) != lineage.Conflict || !strings.Contains(err.Error(), "another process") {
			t.Errorf("a second process: %v; want Conflict", err)
		}
		if err := first.Start(t.Context()); lineage.KindOf(err) != lineage.Conflict {
			t.Errorf("a second start: %v; want Conflict", err)
		}
		r.Alerts = first
		r.halt()
		r.halt() // twice is harmless
	})
}

func TestABookOfALaterReleaseIsLeftAlone(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		r.start()
		r.halt()
		db, err := bbolt.Open(filepath.Join(r.cfg.Dir, bookFile), 0o600, nil)
		if err != nil {
			t.Fatal(err)
		}
		err = db.Update(func(tx *bbolt.Tx) error { return tx.Bucket([]byte(metaBucket)).Put([]byte("format"), []byte("2")) })
		if err != nil || db.Close() != nil {
			t.Fatal(err)
		}
		if err := r.tryStart(); lineage.KindOf(err) != lineage.Conflict || !strings.Contains(err.Error(), "later release") {
			t.Errorf("%v; want Conflict", err)
		}
	})
}

func TestAnotherLedgerIsReadFromItsBeginning(t *testing.T) {
	for _, c := range []struct {
		name  string
		knows bool
		more  int // transitions of the other ledger before it is read
	}{
		{"that knows its end", true, 0}, {"that is empty", false, 0}, {"that is shorter", false, 2}, {"that has grown beyond our place", false, 30},
	} {
		t.Run(c.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, r *rig) {
				r.start()
				for n := range 10 {
					r.ledger.tell(about(n, slo.BreachKind, n))
				}
				r.settled()
				r.halt()
				r.ledger = newLedger()
				r.ledger.knows = c.knows
				other := func(n int) slo.Transition {
					x := about(n, slo.BreachKind, 100+n)
					x.ID = fmt.Sprint("other ", n)
					return x
				}
				for n := range c.more {
					r.ledger.tell(other(n))
				}
				r.start()
				defer r.halt()
				r.settled()
				for n := c.more; n < 30; n++ {
					r.ledger.tell(other(n))
				}
				patiently(r)
				if n := len(r.pager.got()); n != 30 {
					t.Errorf("%d notices; want 30: ten that fire already are not told again, and none is missed", n)
				}
				if !strings.Contains(r.log.String(), "read from its beginning") {
					t.Error("the log does not speak of it")
				}
			})
		})
	}
}

func TestTheSameLedgerIsKnownAgain(t *testing.T) {
	for _, free := range []bool{false, true} {
		t.Run(fmt.Sprint("freed ", free), func(t *testing.T) {
			bubble(t, func(t *testing.T, r *rig) {
				r.start()
				r.ledger.tell(about(1, slo.BreachKind, 1), about(1, slo.EndedKind, 2, ended))
				r.settled()
				r.crash()
				if free {
					r.ledger.free()
				}
				r.start()
				defer r.halt()
				patiently(r)
				r.ledger.tell(about(2, slo.BreachKind, 3))
				if calls := r.settled(); len(calls) != 3 {
					t.Errorf("%d notices; want 3: %v", len(calls), toldOf(calls))
				}
				if strings.Contains(r.log.String(), "level=ERROR") {
					t.Errorf("the log says %s", r.log)
				}
			})
		})
	}
}
