package pipeline

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"throughline/lineage"
)

// bubble starts a rig in a bubble and stops it at the end.
func bubble(t *testing.T, f func(t *testing.T, r *rig)) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.up()
		defer func() {
			if r.p != nil {
				r.store.kill(false)
				r.stop()
			}
		}()
		f(t, r)
	})
}

func signal(s Status, of lineage.Signal) SignalStatus { return s.Signals[of-1] }

func expect(t *testing.T, got, want SignalStatus) {
	t.Helper()
	want.Signal = got.Signal
	if got != want {
		t.Fatalf("got %+v, want %+v", got, want)
	}
}

func TestPipeline(t *testing.T) {
	t.Parallel()
	const three = "span t1 s1 a\nspan t1 s2 b\nspan t2 s3 c"
	cases := map[string]func(t *testing.T, r *rig){
		"What is appended is stored": func(t *testing.T, r *rig) {
			r.send(lineage.Traces, 3, three)
			r.send(lineage.Logs, 1, "log x")
			r.send(lineage.Events, 1, "event crm e1 won")
			s := r.drain()
			expect(t, signal(s, lineage.Traces), SignalStatus{Received: 3, Stored: 3})
			expect(t, signal(s, lineage.Logs), SignalStatus{Received: 1, Stored: 1})
			if e := r.store.table("events"); len(e) != 1 || e[0] != "event crm e1 won" || !r.feed.seen["crm e1 won"] {
				t.Fatalf("%q, fed %v", e, r.feed.seen)
			}
		},
		"A resend is dropped and counted, in the same block, in a later one, and after a restart": func(t *testing.T, r *rig) {
			for range 2 {
				r.send(lineage.Traces, 3, three)
				r.send(lineage.Logs, 2, "log x\nlog y")
				r.send(lineage.Events, 1, "event crm e1 won")
			}
			r.drain()
			r.send(lineage.Traces, 3, three)
			r.drain()
			r.stop()
			r.up()
			r.send(lineage.Traces, 3, three)
			r.send(lineage.Logs, 1, "log y")
			r.send(lineage.Events, 1, "event crm e1 won")
			s := r.drain()
			expect(t, signal(s, lineage.Traces), SignalStatus{Received: 12, Stored: 3, Deduplicated: 9})
			expect(t, signal(s, lineage.Logs), SignalStatus{Received: 5, Stored: 2, Deduplicated: 3})
			if e := signal(s, lineage.Events); e.Stored != 1 || e.Deduplicated != 2 {
				t.Fatalf("%+v", e)
			}
		},
		"Two equal lines in one request are both kept": func(t *testing.T, r *rig) {
			r.send(lineage.Logs, 3, "log x\nlog x\nlog y")
			r.send(lineage.Logs, 3, "log x\nlog x\nlog y")
			expect(t, signal(r.drain(), lineage.Logs), SignalStatus{Received: 6, Stored: 3, Deduplicated: 3})
		},
		"A span under the identity of another goes to quarantine, every time": func(t *testing.T, r *rig) {
			r.send(lineage.Traces, 2, "span t1 s1 a\nspan t1 s1 b")
			r.send(lineage.Traces, 1, "span t1 s1 b")
			expect(t, signal(r.drain(), lineage.Traces), SignalStatus{Received: 3, Stored: 1, Quarantined: 2})
			if q := r.store.table("quarantine"); len(q) != 2 || q[0] != q[1] || !strings.Contains(q[0], "another span") {
				t.Fatalf("%q", q)
			}
		},
		"Events under one identity with other contents are all evidence": func(t *testing.T, r *rig) {
			r.send(lineage.Events, 3, "event crm e1 won\nevent crm e1 lost\nevent crm e1 won")
			if s := signal(r.drain(), lineage.Events); s.Stored != 2 || s.Deduplicated != 1 {
				t.Fatalf("%+v", s)
			}
		},
		"Poison does not block, and takes nothing with it but its own record": func(t *testing.T, r *rig) {
			r.send(lineage.Traces, 3, three)
			r.send(lineage.Traces, 5, "span t9 s9 z\npoison")
			r.send(lineage.Traces, 1, "panic")
			r.send(lineage.Traces, 2, "bad\nspan t3 s4 d")
			s := r.drain()
			expect(t, signal(s, lineage.Traces), SignalStatus{Received: 11, Stored: 4, Quarantined: 7})
			if q := r.store.table("quarantine"); len(q) != 3 {
				t.Fatalf("%q", q)
			}
		},
		"An edge that counted wrongly is put right": func(t *testing.T, r *rig) {
			r.send(lineage.Traces, 0, three)
			r.send(lineage.Logs, 7, "log a\nlog b")
			s := r.drain()
			expect(t, signal(s, lineage.Traces), SignalStatus{Received: 3, Stored: 3})
			expect(t, signal(s, lineage.Logs), SignalStatus{Received: 2, Stored: 2})
		},
		"An identifier is one row a trace, object and block": func(t *testing.T, r *rig) {
			r.send(lineage.Traces, 4, "span t1 s1 a x\nspan t1 s2 b x\nspan t1 s3 c y\nspan t2 s4 d x")
			r.drain()
			if ids := r.store.table("identifiers"); len(ids) != 3 || len(r.store.table("events")) != 4 {
				t.Fatalf("%q %q", ids, r.store.table("events"))
			}
		},
		"A failed insert is tried again in doubt, whatever became of it": func(t *testing.T, r *rig) {
			r.store.plan(refuses, commits, halves, halves, commits)
			r.send(lineage.Traces, 3, three)
			r.drain()
			if rows := r.store.table("spans"); len(rows) != 3 || r.store.asked != 5 {
				t.Fatalf("%q, asked %d times", rows, r.store.asked)
			}
		},
		"While the store is dead nothing is refused, the feed goes on for a while, and then all is stored": func(t *testing.T, r *rig) {
			r.drain()
			r.store.kill(true)
			for i := range 100 {
				r.send(lineage.Events, 1, fmt.Sprintf("event crm e%d c%d", i, i))
				<-time.After(30 * time.Millisecond)
				r.balance()
			}
			s := r.p.Status()
			if s.InFlight != 100 || s.Pending > r.cfg.Pending+3 || len(s.Troubles) == 0 || !r.feed.seen["crm e1 c1"] {
				t.Fatalf("%+v", s)
			}
			if lag := signal(s, lineage.Events).Lag; lag < 2900*time.Millisecond || lag > 3200*time.Millisecond {
				t.Fatalf("lag %v", lag)
			}
			r.store.kill(false)
			if s := r.drain(); signal(s, lineage.Events).Stored != 100 || len(s.Troubles) != 0 {
				t.Fatalf("%+v", s)
			}
		},
		"The journal is freed only behind the feed's checkpoint": func(t *testing.T, r *rig) {
			r.feed.stall()
			for i := range 60 {
				r.send(lineage.Events, 1, fmt.Sprintf("event crm e%d c%d %s", i, i, strings.Repeat("-", 100)))
			}
			r.drain()
			if s := r.j.Stats(); s.First != 1 || s.Segments < 5 {
				t.Fatalf("%+v", s)
			}
			if s := signal(r.p.Status(), lineage.Events); s.Stitched != 0 {
				t.Fatalf("%+v", s)
			}
			r.feed.catchUp()
			<-time.After(time.Second)
			if s := r.j.Stats(); s.Segments > 2 {
				t.Fatalf("%+v", s)
			}
			if s := signal(r.p.Status(), lineage.Events); s.Stitched != 60 {
				t.Fatalf("%+v", s)
			}
		},
		"What the feed has not made durable is fed again after a restart, and not stored again": func(t *testing.T, r *rig) {
			r.feed.stall()
			for i := range 20 {
				r.send(lineage.Events, 1, fmt.Sprintf("event crm e%d c%d", i, i))
			}
			r.drain()
			r.stop()
			clear(r.feed.seen)
			r.up()
			s := r.drain()
			if len(r.feed.seen) != 20 || signal(s, lineage.Events).Stored != 20 || len(r.store.table("events")) != 20 {
				t.Fatalf("fed %d, %+v", len(r.feed.seen), s)
			}
		},
		"A block has the records of one day": func(t *testing.T, r *rig) {
			r.send(lineage.Logs, 1, "log a")
			r.ahead = 24 * time.Hour
			r.send(lineage.Logs, 1, "log b")
			s := r.drain()
			if n := len(r.store.table("logs")); n != 2 || s.Block%epoch != 1 {
				t.Fatalf("%d logs, block %d", n, s.Block)
			}
		},
		"Damage goes to quarantine, and its items are accounted for": func(t *testing.T, r *rig) {
			r.store.kill(true)
			r.stopNow()
			for i := range 3 {
				r.reopen()
				r.send(lineage.Logs, 2, fmt.Sprintf("log a%d\nlog b%d", i, i))
				r.close()
			}
			names, _ := r.fs.List("j")
			b := r.fs.Bytes("j/" + names[1])
			b[len(b)-1] ^= 1
			r.fs.Put("j/"+names[1], b)
			r.store.kill(false)
			r.up()
			expect(t, signal(r.drain(), lineage.Logs), SignalStatus{Received: 6, Stored: 4, Quarantined: 2})
			if q := r.store.table("quarantine"); len(q) != 1 || !strings.Contains(q[0], "1 acknowledged records are lost") {
				t.Fatalf("%q", q)
			}
		},
		"Metrics show the accounting": func(t *testing.T, r *rig) {
			r.send(lineage.Logs, 2, "log x\nlog y")
			r.send(lineage.Logs, 1, "log x")
			r.drain()
			expected := `
# HELP throughline_pipeline_items_total Items since the journal began, by what became of them; received is their sum with those in flight.
# TYPE throughline_pipeline_items_total counter
throughline_pipeline_items_total{fate="deduplicated",signal="events"} 0
throughline_pipeline_items_total{fate="deduplicated",signal="logs"} 1
throughline_pipeline_items_total{fate="deduplicated",signal="traces"} 0
throughline_pipeline_items_total{fate="quarantined",signal="events"} 0
throughline_pipeline_items_total{fate="quarantined",signal="logs"} 0
throughline_pipeline_items_total{fate="quarantined",signal="traces"} 0
throughline_pipeline_items_total{fate="received",signal="events"} 0
throughline_pipeline_items_total{fate="received",signal="logs"} 3
throughline_pipeline_items_total{fate="received",signal="traces"} 0
throughline_pipeline_items_total{fate="stored",signal="events"} 0
throughline_pipeline_items_total{fate="stored",signal="logs"} 2
throughline_pipeline_items_total{fate="stored",signal="traces"} 0
`
			if err := testutil.GatherAndCompare(r.reg, strings.NewReader(expected), "throughline_pipeline_items_total"); err != nil {
				t.Fatal(err)
			}
		},
	}
	for name, f := range cases {
		t.Run(name, func(t *testing.T) { t.Parallel(); bubble(t, f) })
	}
}

func TestNewChecksWhatIsRequired(t *testing.T) {
	t.Parallel()
	if _, err := New(Config{}, Deps{}); lineage.KindOf(err) != lineage.Internal || !strings.Contains(err.Error(), "Journal is required") {
		t.Fatalf("got %v", err)
	}
}

func TestStopIsSafeTwiceAndBeforeStart(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *rig) {
		p := r.p
		r.stop()
		if err := p.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		r.reopen()
		p, err := New(r.cfg, p.deps)
		if err != nil || p.Stop(t.Context()) != nil {
			t.Fatal(err)
		}
		r.close()
	})
}

func TestRunsAreReadAsTheyWereWritten(t *testing.T) {
	t.Parallel()
	var r runs
	for i, f := range []fate{keep, resent, resent, conflict, keep, resent} {
		r.add(i, f)
	}
	b, err := r.MarshalJSON()
	if err != nil || string(b) != "[1,2,1,3,1,2,5,1,1]" {
		t.Fatalf("%s %v", b, err)
	}
	var again runs
	if err := again.UnmarshalJSON(b); err != nil || !slices.Equal(r, again) {
		t.Fatalf("%v %v", again, err)
	}
}
