package journal_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"throughline/collector/journal"
	"throughline/collector/journal/journaltest"
	"throughline/lineage"
)

const dir = "j"

func noon() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) }

func small() journal.Config {
	return journal.Config{Dir: dir, SegmentBytes: 2048, MaxBytes: 1 << 20, MaxRecordBytes: 1 << 16}
}

func open(t testing.TB, cfg journal.Config, fs journal.FS) *journal.Journal {
	t.Helper()
	j, err := journal.Open(cfg, journal.Deps{FS: fs, Now: noon})
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	t.Cleanup(func() { _ = j.Close() })
	return j
}

func record(payload string) journal.Record {
	return journal.Record{
		Signal: lineage.Traces, Encoding: journal.Protobuf, Items: 3,
		Tenant: "default", Source: "peer", Ingested: noon(), Payload: []byte(payload),
	}
}

func add(t testing.TB, j *journal.Journal, payloads ...string) {
	t.Helper()
	for _, p := range payloads {
		if err := j.Append(context.Background(), record(p)); err != nil {
			t.Fatalf("append %q: %v", p, err)
		}
	}
}

// all reads everything that is there.
func all(t testing.TB, j *journal.Journal, from uint64) (recs []journal.Record) {
	t.Helper()
	r := j.Reader(from)
	defer r.Close()
	for {
		rec, ok, err := r.TryNext()
		if err != nil {
			t.Fatalf("read: %v", err)
		}
		if !ok {
			return recs
		}
		recs = append(recs, rec)
	}
}

func payloads(recs []journal.Record) (out []string) {
	for _, r := range recs {
		if r.Type == journal.Damaged {
			out = append(out, fmt.Sprintf("lost %d", r.Lost))
			continue
		}
		out = append(out, string(r.Payload))
	}
	return out
}

func want(t testing.TB, got []journal.Record, expected ...string) {
	t.Helper()
	if g, w := strings.Join(payloads(got), "|"), strings.Join(expected, "|"); g != w {
		t.Fatalf("read %q, want %q", g, w)
	}
}

func TestAppendAndRead(t *testing.T) {
	t.Parallel()
	cases := map[string]func(t *testing.T, fs *journaltest.FS){
		"What is appended is read back in order, with everything it carries": func(t *testing.T, fs *journaltest.FS) {
			j := open(t, small(), fs)
			add(t, j, "a", "b")
			recs := all(t, j, 0)
			want(t, recs, "a", "b")
			r := recs[1]
			if r.Seq != recs[0].Seq+1 || r.Type != journal.Data || r.Signal != lineage.Traces || r.Encoding != journal.Protobuf ||
				r.Items != 3 || r.Tenant != "default" || r.Source != "peer" || !r.Ingested.Equal(noon()) || r.Before[lineage.Traces] != 3 {
				t.Fatalf("got %+v", r)
			}
		},
		"A reader follows the tail": func(t *testing.T, fs *journaltest.FS) {
			j := open(t, small(), fs)
			r := j.Reader(0)
			got := make(chan string)
			go func() {
				for range 2 {
					rec, err := r.Next(context.Background())
					got <- fmt.Sprint(string(rec.Payload), err)
				}
			}()
			for _, p := range []string{"x", "y"} {
				add(t, j, p)
				if g := <-got; g != p+"<nil>" {
					t.Fatalf("got %q", g)
				}
			}
		},
		"A reader that waits ends with its context": func(t *testing.T, fs *journaltest.FS) {
			j := open(t, small(), fs)
			ctx, cancel := context.WithCancel(context.Background())
			cancel()
			if _, err := j.Reader(0).Next(ctx); !errors.Is(err, context.Canceled) {
				t.Fatalf("got %v", err)
			}
		},
		"A reader that waits ends when the journal is closed": func(t *testing.T, fs *journaltest.FS) {
			j := open(t, small(), fs)
			done := make(chan error)
			go func() {
				_, err := j.Reader(0).Next(context.Background())
				done <- err
			}()
			_ = j.Close()
			if err := <-done; lineage.KindOf(err) != lineage.Unavailable {
				t.Fatalf("got %v", err)
			}
		},
		"Segments are begun as they fill, and a reader crosses them": func(t *testing.T, fs *journaltest.FS) {
			j := open(t, small(), fs)
			var sent []string
			for i := range 40 {
				sent = append(sent, fmt.Sprintf("%d-%s", i, strings.Repeat("z", 100)))
			}
			add(t, j, sent...)
			if s := j.Stats(); s.Segments < 4 {
				t.Fatalf("%d segments", s.Segments)
			}
			want(t, all(t, j, 0), sent...)
			want(t, all(t, j, 21), sent[20:]...)
		},
		"Everything is there after a restart, under the same identity, and numbers go on": func(t *testing.T, fs *journaltest.FS) {
			j := open(t, small(), fs)
			add(t, j, "a", "b")
			id := j.ID()
			_ = j.Close()
			j = open(t, small(), fs)
			add(t, j, "c")
			recs := all(t, j, 0)
			want(t, recs, "a", "b", "c")
			if j.ID() != id || recs[2].Seq <= recs[1].Seq || recs[2].Before[lineage.Traces] != 6 || j.Stats().Received[lineage.Traces] != 9 {
				t.Fatalf("id %s %s, got %+v", id, j.ID(), recs[2])
			}
			want(t, all(t, j, recs[1].Seq+1), "c")
		},
		"Restarts without a record leave no files behind, nor do they forget what was received": func(t *testing.T, fs *journaltest.FS) {
			j := open(t, small(), fs)
			id := j.ID()
			add(t, j, "a")
			for range 5 {
				_ = j.Close()
				j = open(t, small(), fs)
			}
			if s := j.Stats(); s.Segments != 2 || s.Received[lineage.Traces] != 3 || j.ID() != id {
				t.Fatalf("%+v", s)
			}
		},
		"Free deletes whole segments only, and a reader that wants a freed record is told": func(t *testing.T, fs *journaltest.FS) {
			j := open(t, small(), fs)
			for i := range 40 {
				add(t, j, fmt.Sprintf("%02d-%s", i, strings.Repeat("z", 100)))
			}
			before := j.Stats()
			if err := j.Free(20); err != nil {
				t.Fatal(err)
			}
			after := j.Stats()
			if after.Segments >= before.Segments || after.Bytes >= before.Bytes || after.First > 21 || after.First < 2 {
				t.Fatalf("before %+v, after %+v", before, after)
			}
			recs := all(t, j, 1)
			if recs[0].Type != journal.Damaged || recs[0].Lost != after.First-1 || recs[1].Seq != after.First {
				t.Fatalf("got %+v", recs[0])
			}
			if err := j.Free(1 << 40); err != nil {
				t.Fatal(err)
			}
			if s := j.Stats(); s.Segments != 1 || s.Received[lineage.Traces] != 120 {
				t.Fatalf("%+v", s)
			}
		},
		"A segment that is deleted, but not yet for good, is freed by the next call": func(t *testing.T, fs *journaltest.FS) {
			j := open(t, small(), fs)
			for i := range 40 {
				add(t, j, fmt.Sprintf("%02d-%s", i, strings.Repeat("z", 100)))
			}
			fs.FailSync(errors.New("the disk failed"))
			if err := j.Free(20); err == nil {
				t.Fatal("it was deleted without being told to the disk")
			}
			fs.FailSync(nil)
			if err := j.Free(20); err != nil || j.Stats().First < 2 {
				t.Fatalf("%v %+v", err, j.Stats())
			}
		},
		"Writers at the same time are each answered once": func(t *testing.T, fs *journaltest.FS) {
			j := open(t, small(), fs)
			var group sync.WaitGroup
			for w := range 20 {
				group.Go(func() {
					for i := range 20 {
						add(t, j, fmt.Sprintf("%d/%d", w, i))
					}
				})
			}
			group.Wait()
			seen := map[string]bool{}
			for _, p := range payloads(all(t, j, 0)) {
				if seen[p] {
					t.Fatalf("%s twice", p)
				}
				seen[p] = true
			}
			if len(seen) != 400 {
				t.Fatalf("%d records", len(seen))
			}
		},
	}
	for name, run := range cases {
		t.Run(name, func(t *testing.T) { t.Parallel(); run(t, journaltest.New()) })
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	cases := map[string]func(t *testing.T, fs *journaltest.FS){
		"At its bound data is refused as exhausted, cuts are not, and there is room again after Free": func(t *testing.T, fs *journaltest.FS) {
			cfg := small()
			cfg.MaxBytes = 4 * cfg.SegmentBytes
			j := open(t, cfg, fs)
			var err error
			for err == nil {
				err = j.Append(context.Background(), record(strings.Repeat("x", 500)))
			}
			if lineage.KindOf(err) != lineage.Exhausted {
				t.Fatalf("got %v", err)
			}
			cut := journal.Record{Type: journal.Cut, Payload: []byte("cut")}
			if err := j.Place(context.Background(), &cut); err != nil {
				t.Fatalf("cut: %v", err)
			}
			if err := j.Free(cut.Seq); err != nil {
				t.Fatal(err)
			}
			add(t, j, "again")
		},
		"A full disk refuses as exhausted, gives its reserve to a cut, and recovers by itself": func(t *testing.T, fs *journaltest.FS) {
			cfg := small()
			cfg.ReserveBytes = 4096
			j := open(t, cfg, fs)
			fs.Capacity(12 << 10)
			var err error
			n := 0
			for ; err == nil; n++ {
				err = j.Append(context.Background(), record(fmt.Sprintf("%03d%s", n, strings.Repeat("x", 400))))
			}
			if lineage.KindOf(err) != lineage.Exhausted || !errors.Is(err, syscall.ENOSPC) {
				t.Fatalf("got %v", err)
			}
			cut := journal.Record{Type: journal.Cut, Payload: bytes.Repeat([]byte("c"), 600)}
			if err := j.Place(context.Background(), &cut); err != nil {
				t.Fatalf("cut: %v", err)
			}
			if recs := all(t, j, 0); len(recs) != n {
				t.Fatalf("%d records, want %d and the cut", len(recs), n-1)
			}
			fs.Capacity(0)
			add(t, j, "again")
		},
		"One failed fsync is the end: nothing is acknowledged after it, and the record does not come back": func(t *testing.T, fs *journaltest.FS) {
			j := open(t, small(), fs)
			add(t, j, "a")
			fs.FailSync(syscall.EIO)
			for range 2 {
				if err := j.Append(context.Background(), record("b")); lineage.KindOf(err) != lineage.Unavailable {
					t.Fatalf("got %v", err)
				}
				fs.FailSync(nil)
			}
			if j.Stats().Err == nil {
				t.Fatal("the state says that all is well")
			}
			_ = j.Close()
			want(t, all(t, open(t, small(), fs), 0), "a")
		},
		"A payload over the limit is too large, a long tenant is invalid": func(t *testing.T, fs *journaltest.FS) {
			j := open(t, small(), fs)
			if err := j.Append(context.Background(), record(strings.Repeat("x", 1<<16+1))); lineage.KindOf(err) != lineage.TooLarge {
				t.Fatalf("got %v", err)
			}
			if err := j.Append(context.Background(), journal.Record{Tenant: strings.Repeat("x", 256)}); lineage.KindOf(err) != lineage.Invalid {
				t.Fatalf("got %v", err)
			}
		},
		"A closed journal refuses, and closing twice is no error": func(t *testing.T, fs *journaltest.FS) {
			j := open(t, small(), fs)
			if err := errors.Join(j.Close(), j.Close()); err != nil {
				t.Fatal(err)
			}
			if err := j.Append(context.Background(), record("x")); lineage.KindOf(err) != lineage.Unavailable {
				t.Fatalf("got %v", err)
			}
		},
		"A second process is refused with a sentence": func(t *testing.T, fs *journaltest.FS) {
			j := open(t, small(), fs)
			_, err := journal.Open(small(), journal.Deps{FS: fs})
			if lineage.KindOf(err) != lineage.Conflict || !strings.Contains(err.Error(), "another process has the journal in j open") {
				t.Fatalf("got %v", err)
			}
			_ = j.Close()
			open(t, small(), fs)
		},
		"A bound that segments cannot keep is refused": func(t *testing.T, fs *journaltest.FS) {
			if _, err := journal.Open(journal.Config{Dir: dir, MaxBytes: 64 << 20}, journal.Deps{FS: fs}); lineage.KindOf(err) != lineage.Invalid {
				t.Fatalf("got %v", err)
			}
		},
	}
	for name, run := range cases {
		t.Run(name, func(t *testing.T) { t.Parallel(); run(t, journaltest.New()) })
	}
}

func TestDisk(t *testing.T) {
	t.Parallel()
	cfg := small()
	cfg.Dir = filepath.Join(t.TempDir(), "journal")
	cfg.ReserveBytes = 4096
	j := open(t, cfg, nil)
	add(t, j, "a", "b")
	if _, err := journal.Open(cfg, journal.Deps{}); lineage.KindOf(err) != lineage.Conflict {
		t.Fatalf("a second journal: %v", err)
	}
	entries, err := os.ReadDir(cfg.Dir)
	if err != nil || len(entries) != 3 {
		t.Fatalf("%v %v", entries, err)
	}
	for _, e := range entries {
		if info, err := e.Info(); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", e.Name(), info.Mode())
		}
	}
	if info, err := os.Stat(cfg.Dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the directory has mode %v", info.Mode())
	}
	_ = j.Close()
	j = open(t, cfg, nil)
	want(t, all(t, j, 0), "a", "b")
	if err := j.Free(1 << 19); err != nil {
		t.Fatal(err)
	}
	if s := j.Stats(); s.Segments != 1 {
		t.Fatalf("%+v", s)
	}
	_ = j.Close()
	names, _ := filepath.Glob(filepath.Join(cfg.Dir, "*.segment"))
	target := filepath.Join(t.TempDir(), "elsewhere")
	if err := errors.Join(os.Rename(names[0], target), os.Symlink(target, names[0])); err != nil {
		t.Fatal(err)
	}
	if _, err := journal.Open(cfg, journal.Deps{}); !errors.Is(err, syscall.ELOOP) {
		t.Fatalf("a symbolic link in the place of a segment: %v", err)
	}
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	reg := prometheus.NewRegistry()
	fs := journaltest.New()
	j, err := journal.Open(small(), journal.Deps{FS: fs, Registerer: reg, Now: noon})
	if err != nil {
		t.Fatal(err)
	}
	add(t, j, "a", "b")
	fs.FailSync(syscall.EIO)
	_ = j.Append(context.Background(), record("c"))
	expected := `
# HELP throughline_journal_failed 1 when the disk has failed and nothing is accepted any more.
# TYPE throughline_journal_failed gauge
throughline_journal_failed{journal="data"} 1
# HELP throughline_journal_records_total Records on disk for good.
# TYPE throughline_journal_records_total counter
throughline_journal_records_total{journal="data"} 2
# HELP throughline_journal_refused_total Records refused: exhausted (no room, try later) or unavailable (the disk has failed).
# TYPE throughline_journal_refused_total counter
throughline_journal_refused_total{journal="data",reason="unavailable"} 1
# HELP throughline_journal_segments Segment files.
# TYPE throughline_journal_segments gauge
throughline_journal_segments{journal="data"} 1
`
	if err := testutil.GatherAndCompare(reg, strings.NewReader(expected), "throughline_journal_failed",
		"throughline_journal_records_total", "throughline_journal_refused_total", "throughline_journal_segments"); err != nil {
		t.Fatal(err)
	}
	_ = j.Close()
	if left, err := reg.Gather(); err != nil || len(left) != 0 {
		t.Fatalf("metrics stay registered after Close: %v %v", left, err)
	}
}
