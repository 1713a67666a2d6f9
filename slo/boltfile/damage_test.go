package boltfile_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.etcd.io/bbolt"
)

// damages are what may befall a file. What is called "may be" can hit what is free.
func damages(random *rand.Rand) map[string]func([]byte) []byte {
	size := os.Getpagesize()
	noise := func(b []byte, from, to int) []byte {
		b = slices.Clone(b)
		for n := from; n < to; n++ {
			b[n] = byte(random.Uint32())
		}
		return b
	}
	all := map[string]func([]byte) []byte{
		"noise":           func(b []byte) []byte { return noise(b, 0, len(b)) },
		"no heads":        func(b []byte) []byte { return noise(b, 0, 2*size) },
		"text":            func([]byte) []byte { return []byte("this is no box\n") },
		"cut to one":      func(b []byte) []byte { return b[:1] },
		"cut to the head": func(b []byte) []byte { return b[:2*size] }, // of which reading faults
		"no pages": func(b []byte) []byte {
			return append(slices.Clone(b[:2*size]), make([]byte, len(b)-2*size)...)
		},
	}
	for n := range 30 {
		all[fmt.Sprint("may be cut ", n)] = func(b []byte) []byte { return b[:random.IntN(len(b))] }
		all[fmt.Sprint("may be page ", n)] = func(b []byte) []byte {
			at := random.IntN(len(b)/size) * size
			return noise(b, at, at+size)
		}
	}
	return all
}

func TestADamagedFileIsPutAsideAndBegunAnew(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(5, 6))
	for what, damage := range damages(random) {
		t.Run(what, func(t *testing.T) {
			r := newRig(t)
			pairs := make([]string, 0, 1000)
			for n := range 500 {
				pairs = append(pairs, fmt.Sprint("key ", n), strings.Repeat("value ", 10))
			}
			r.put(pairs...)
			if err := os.WriteFile(r.Path, damage([]byte(r.content())), 0o600); err != nil {
				t.Fatal(err)
			}
			r.put("new", "value") // whatever it is
			switch kept := r.kept(); {
			case len(kept) == 0 && strings.HasPrefix(what, "may be"): // what was hit is free, or not read
				if r.log.Len() > 0 {
					t.Errorf("nothing was put aside, and the log says %s", &r.log)
				}
			default:
				r.putAside()
			}
			r.put()
			if r.got["new"] != "value" {
				t.Errorf("what was written after it is not there: %v", r.got)
			}
		})
	}
}

// putAside fails the test unless the file was put aside, loudly, and nothing of it is
// in the one that was begun. It returns where it is.
func (r *rig) putAside() string {
	r.t.Helper()
	aside := r.Path + ".damaged-20260504T120307.089"
	if diff := cmp.Diff([]string{aside}, r.kept()); diff != "" {
		r.t.Fatalf("put aside (-want +got):\n%s", diff)
	}
	text := r.log.String()
	if strings.Count(text, "level=ERROR") != 1 || !strings.Contains(text, "box.db is damaged and was put aside; what was in it is lost") ||
		!strings.Contains(text, "kept_as="+aside) {
		r.t.Errorf("the log says %s", text)
	}
	if len(r.got) > 0 {
		r.t.Errorf("the new one is read as %v", r.got)
	}
	return aside
}

// fault reads where there is nothing.
func fault(*bbolt.DB) error {
	var nowhere *rig
	return nowhere.read(nil)
}

func TestWhatItsReaderCannotReadIsDamage(t *testing.T) {
	t.Parallel()
	for what, fail := range map[string]func(*bbolt.DB) error{
		"error": func(*bbolt.DB) error { return errors.New("it is nonsense") },
		"panic": func(*bbolt.DB) error { panic("it is nonsense") },
		"panic in a transaction": func(db *bbolt.DB) error {
			return db.View(func(*bbolt.Tx) error { panic("it is nonsense") })
		},
		"panic as it writes": func(db *bbolt.DB) error {
			return db.Update(func(*bbolt.Tx) error { panic("it is nonsense") })
		},
		"panic that keeps bbolt's lock": func(db *bbolt.DB) error {
			_, err := db.Begin(true)
			return errors.Join(err, fault(db))
		},
		"fault": fault,
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.put("a", "1")
			r.read = func(db *bbolt.DB) error {
				if len(r.got) == 0 {
					return nil
				}
				return fail(db)
			}
			db, err := r.open()
			if err != nil {
				t.Fatal(err)
			}
			r.Path = r.putAside()
			if err := db.Close(); err != nil {
				t.Error(err)
			}
			r.read = func(*bbolt.DB) error { return nil }
			if r.put(); r.got["a"] != "1" {
				t.Errorf("what was put aside holds %v", r.got)
			}
		})
	}
}
