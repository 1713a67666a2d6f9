package pipeline

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"throughline/lineage"
)

// Whatever one byte of the ledger does, every span stays stored exactly once.
func TestDamageInTheLedgerNeitherLosesNorDoubles(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		probe := newRig(t)
		names := beforeTheLast(probe)
		for _, name := range names {
			for at := 0; at < len(probe.fs.Bytes(name)); at += 7 {
				r := newRig(t)
				beforeTheLast(r)
				b := r.fs.Bytes(name)
				if at >= len(b) {
					continue
				}
				b[at] ^= 0x55
				r.fs.Put(name, b)
				r.up()
				r.drain()
				if rows := r.store.table("spans"); len(rows) != 12 || len(slices.Compact(slices.Clone(rows))) != 12 {
					t.Fatalf("%s byte %d: %d spans: %q", name, at, len(rows), rows)
				}
				r.stop()
			}
		}
	})
}

// beforeTheLast leaves a rig down with two blocks stored, and one in doubt of
// which half is. It returns the segments of the ledger.
func beforeTheLast(r *rig) (names []string) {
	r.up()
	for i := range 2 {
		r.send(lineage.Traces, 4, fourSpans(i))
		r.drain()
	}
	r.store.plan(append([]mishap{halves}, slices.Repeat([]mishap{refuses}, 1000)...)...)
	r.send(lineage.Traces, 4, fourSpans(2))
	for len(r.store.table("spans")) != 10 {
		<-time.After(time.Millisecond)
	}
	r.down(nil)
	r.store.mishaps = nil
	list, _ := r.fs.List("l")
	for _, n := range list {
		if strings.HasSuffix(n, ".segment") {
			names = append(names, "l/"+n)
		}
	}
	return names
}

func fourSpans(i int) string {
	var lines []string
	for k := range 4 {
		lines = append(lines, fmt.Sprintf("span t%d s%d c%d", i, 4*i+k, 4*i+k))
	}
	return strings.Join(lines, "\n")
}

func TestLedger(t *testing.T) {
	t.Parallel()
	cases := map[string]func(t *testing.T, r *rig){
		"A ledger that cannot be written stops nothing for good": func(t *testing.T, r *rig) {
			r.send(lineage.Traces, 4, fourSpans(0))
			r.fs.Capacity(1)
			<-time.After(100 * time.Millisecond)
			if s := r.p.Status(); len(s.Troubles) != 1 || !strings.Contains(s.Troubles[0], "the disk is full") || s.InFlight != 4 {
				t.Fatalf("%+v", s)
			}
			r.fs.Capacity(0)
			if s := r.drain(); s.Signals[0].Stored != 4 || len(s.Troubles) != 0 {
				t.Fatalf("%+v", s)
			}
		},
		"A new ledger beside an old journal takes in what is there once more, and drops it": func(t *testing.T, r *rig) {
			r.feed.stall()
			r.send(lineage.Traces, 4, fourSpans(0))
			r.drain()
			r.stop()
			names, _ := r.fs.List("l")
			for _, n := range names {
				r.fs.Delete("l/" + n)
			}
			r.up()
			s := r.drain().Signals[0]
			if s.Received != 4 || s.Deduplicated != 4 || len(r.store.table("spans")) != 4 {
				t.Fatalf("%+v", s)
			}
		},
		"A catalogue that nobody knows any more gives the block up, and nothing is lost": func(t *testing.T, r *rig) {
			r.store.kill(true)
			r.stopNow()
			r.store.kill(false)
			r.store.plan(halves)
			r.up()
			r.send(lineage.Traces, 4, fourSpans(0))
			for len(r.store.table("spans")) == 0 {
				<-time.After(time.Millisecond)
			}
			r.down(nil)
			r.cat = must(lineage.ParseCatalogue([]lineage.File{{Name: "a.yaml", Data: []byte("kind: types\ntypes:\n  parcel: {class: business}\n")}}))
			r.up()
			s := r.drain().Signals[0]
			if len(r.store.table("spans")) != 4 || s.Stored+s.Deduplicated != 4 {
				t.Fatalf("%+v %q", s, r.store.table("spans"))
			}
		},
	}
	for name, f := range cases {
		t.Run(name, func(t *testing.T) { t.Parallel(); bubble(t, f) })
	}
}

// FuzzLedger feeds the ledger's reader anything: it must not panic, and what it
// takes for a cut must come out as it went in.
func FuzzLedger(f *testing.F) {
	f.Add([]byte(`{"writer":"w","block":3,"first":1,"last":2,"records":2,"fates":[1,2,1,5,1,2]}`))
	f.Add([]byte(`{"fates":[9,1,1,3,1,1]}`))
	f.Add([]byte(`{"fates":[1]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var cp checkpoint
		_ = json.Unmarshal(b, &cp)
		var c cut
		if json.Unmarshal(b, &c) != nil {
			return
		}
		again, err := json.Marshal(&c)
		if err != nil {
			t.Fatal(err)
		}
		var d cut
		if err := json.Unmarshal(again, &d); err != nil || !c.same(&d) {
			t.Fatalf("%s: %v", again, err)
		}
		s := script{left: c.Fates}
		for i := range 100 {
			s.at(i)
		}
	})
}
