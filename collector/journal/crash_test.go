package journal_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"throughline/collector/journal"
	"throughline/collector/journal/journaltest"
)

// world is a journal on a machine that may go down at any step, and what its
// clients know.
type world struct {
	rt    *rapid.T
	fs    *journaltest.FS
	j     *journal.Journal
	sent  int
	acked map[string]uint64 // acknowledged and not freed, with its seq
	doubt map[string]bool   // sent and never answered, or freed: may be there
}

func (w *world) open() {
	j, err := journal.Open(small(), journal.Deps{FS: w.fs, Now: noon})
	if err != nil && !w.fs.Down() {
		w.rt.Fatalf("open: %v", err)
	}
	w.j = j
}

// send appends n records at the same time.
func (w *world) send(n, size int) {
	var group sync.WaitGroup
	var mu sync.Mutex
	for range n {
		w.sent++
		rec := record(fmt.Sprintf("%06d-%s", w.sent, strings.Repeat("p", size)))
		group.Go(func() {
			err := w.j.Place(context.Background(), &rec)
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				w.acked[string(rec.Payload)] = rec.Seq
			} else {
				w.doubt[string(rec.Payload)] = true
			}
		})
	}
	group.Wait()
}

// down ends the process; power says whether the machine goes with it.
func (w *world) down(power bool) {
	w.fs.Stop()
	if w.j != nil {
		_ = w.j.Close()
		w.j = nil
	}
	if power {
		w.fs.PowerLoss(func(n int) int { return rapid.IntRange(0, n-1).Draw(w.rt, "fate") })
	} else {
		w.fs.Restart()
	}
}

// free gives up everything up to one of the records.
func (w *world) free(rt *rapid.T) {
	if len(w.acked) == 0 {
		return
	}
	upTo := rapid.SampledFrom(slices.Sorted(maps.Values(w.acked))).Draw(rt, "up to")
	for p, seq := range w.acked {
		if seq <= upTo {
			delete(w.acked, p)
			w.doubt[p] = true
		}
	}
	if err := w.j.Free(upTo); err != nil {
		rt.Fatalf("free: %v", err)
	}
}

// check reads everything: each acknowledged record is there once and unchanged,
// and nothing that nobody sent.
func (w *world) check() {
	r := w.j.Reader(0)
	defer r.Close()
	seen := map[string]uint64{}
	last := uint64(0)
	for {
		rec, ok, err := r.TryNext()
		if err != nil {
			w.rt.Fatalf("read: %v", err)
		}
		if !ok {
			break
		}
		if rec.Type == journal.Damaged {
			continue // of writes that nobody was answered
		}
		p := string(rec.Payload)
		if _, again := seen[p]; rec.Seq <= last || again || w.acked[p] == 0 && !w.doubt[p] {
			w.rt.Fatalf("record %d after %d: %.20q, seen before: %v", rec.Seq, last, p, again)
		}
		seen[p], last = rec.Seq, rec.Seq
	}
	for p, seq := range w.acked {
		if seen[p] != seq {
			w.rt.Fatalf("%.20q was acknowledged as %d and is found at %d", p, seq, seen[p])
		}
	}
}

func TestEverythingAcknowledgedIsThereOnceAfterAnyCrash(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		w := &world{rt: rt, fs: journaltest.New(), acked: map[string]uint64{}, doubt: map[string]bool{}}
		w.open()
		defer func() { _ = w.j.Close() }()
		rt.Repeat(map[string]func(*rapid.T){
			"send": func(rt *rapid.T) {
				w.send(rapid.IntRange(1, 6).Draw(rt, "n"), rapid.IntRange(0, 900).Draw(rt, "size"))
			},
			"free": w.free,
			"crash": func(rt *rapid.T) {
				w.down(rapid.Bool().Draw(rt, "power"))
				w.open()
			},
			"crash in the middle of work": func(rt *rapid.T) {
				w.fs.CrashAt(rapid.IntRange(1, 12).Draw(rt, "step"))
				for i := 0; i < 10 && !w.fs.Down(); i++ {
					w.send(3, 300)
				}
				w.down(rapid.Bool().Draw(rt, "power"))
				w.open()
			},
			"crash while it is opened": func(rt *rapid.T) {
				w.down(rapid.Bool().Draw(rt, "power"))
				w.fs.CrashAt(rapid.IntRange(1, 8).Draw(rt, "step"))
				w.open()
				w.down(rapid.Bool().Draw(rt, "power"))
				w.open()
			},
			"": func(*rapid.T) { w.check() },
		})
	})
}

// A journal that answers before it syncs, or does not sync the directory, must
// be caught by the model; otherwise the property above shows nothing.
func TestTheModelHasTeeth(t *testing.T) {
	t.Parallel()
	type modelled interface {
		journal.FS
		model() *journaltest.FS
	}
	for name, fs := range map[string]modelled{
		"A file that is not synced is lost with the power":            noSync{journaltest.New()},
		"A name whose directory is not synced is lost with the power": noSyncDir{journaltest.New()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j := open(t, small(), fs)
			add(t, j, "a")
			fs.model().Stop()
			_ = j.Close()
			fs.model().PowerLoss(func(int) int { return 0 })
			if recs := all(t, open(t, small(), fs), 0); len(recs) != 0 {
				t.Fatalf("still there: %q", payloads(recs))
			}
		})
	}
}

type noSync struct{ *journaltest.FS }

func (n noSync) model() *journaltest.FS { return n.FS }

func (n noSync) Create(name string) (journal.File, error) {
	f, err := n.FS.Create(name)
	return noSyncFile{f}, err
}

type noSyncFile struct{ journal.File }

func (noSyncFile) Sync() error { return nil }

type noSyncDir struct{ *journaltest.FS }

func (n noSyncDir) model() *journaltest.FS { return n.FS }

func (noSyncDir) SyncDir(string) error { return nil }
