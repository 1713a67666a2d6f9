package pipeline

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"throughline/collector/journal"
	"throughline/collector/journal/journaltest"
	"throughline/lineage"
)

// fataler is a test, or one run of a property.
type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
}

// rig is a pipeline on a machine that can go down, with a store and a feed that
// outlive it.
type rig struct {
	t     fataler
	cfg   Config
	fs    *journaltest.FS
	store *store
	feed  *feed
	dec   *lines
	cat   *lineage.Catalogue

	j, ledger *journal.Journal
	p         *Pipeline
	reg       *prometheus.Registry
	ahead     time.Duration // of ingest times
}

func newRig(t fataler) *rig {
	fs := journaltest.New()
	cat, err := lineage.ParseCatalogue(nil)
	if err != nil {
		t.Fatalf("catalogue: %v", err)
	}
	return &rig{
		t: t, fs: fs, cat: cat, dec: &lines{version: 1},
		store: &store{fs: fs, rows: map[place]string{}, names: map[place]identity{}},
		feed:  &feed{fs: fs, seen: map[string]bool{}},
		cfg:   Config{BlockRows: 6, BlockAge: 20 * time.Millisecond, Pending: 2, RetryMin: time.Millisecond, RetryMax: 20 * time.Millisecond, Settle: 10 * time.Millisecond},
	}
}

// up starts everything. It reports false when the machine went down meanwhile.
func (r *rig) up() bool {
	r.t.Helper()
	ok := func(err error) bool {
		if err != nil && !r.fs.Down() {
			r.t.Fatalf("start: %v", err)
		}
		return err == nil
	}
	var err error
	deps := journal.Deps{FS: r.fs}
	if r.j, err = journal.Open(journal.Config{Dir: "j", SegmentBytes: 2048, MaxBytes: 1 << 20}, deps); !ok(err) {
		return false
	}
	if r.ledger, err = journal.Open(journal.Config{Dir: "l", SegmentBytes: 4096, MaxBytes: 1 << 20}, deps); !ok(err) {
		return false
	}
	r.reg = prometheus.NewRegistry()
	r.p, err = New(r.cfg, Deps{
		Journal: r.j, Ledger: r.ledger, Sink: r.store, Memory: r.store, Feed: r.feed, Decoder: r.dec,
		Catalogue: func() *lineage.Catalogue { return r.cat }, Registerer: r.reg,
	})
	return ok(err) && ok(r.p.Start(context.Background()))
}

// down ends the process at once, and with power the machine too.
func (r *rig) down(power func(int) int) {
	r.fs.Stop()
	if r.p != nil {
		now, cancel := context.WithCancel(context.Background())
		cancel()
		_ = r.p.Stop(now)
	}
	r.close()
	if power == nil {
		r.fs.Restart()
	} else {
		r.fs.PowerLoss(power)
	}
}

func (r *rig) close() {
	for _, j := range []*journal.Journal{r.j, r.ledger} {
		if j != nil {
			_ = j.Close()
		}
	}
	r.p, r.j, r.ledger = nil, nil, nil
}

// stop ends the process as it should end.
func (r *rig) stop() {
	r.t.Helper()
	if err := r.p.Stop(context.Background()); err != nil {
		r.t.Fatalf("stop: %v", err)
	}
	r.close()
}

// send appends a request of lines and tells whether it was acknowledged.
func (r *rig) send(signal lineage.Signal, items int, payload string) bool {
	err := r.j.Append(context.Background(), journal.Record{
		Signal: signal, Items: uint32(items), Tenant: "default", Source: "test", Ingested: time.Now().Add(r.ahead), Payload: []byte(payload),
	})
	if err != nil && !r.fs.Down() {
		r.t.Fatalf("append: %v", err)
	}
	return err == nil
}

// drain waits until nothing is in flight and the feed is durable. It only works
// in a bubble, where waiting takes no time.
func (r *rig) drain() Status {
	r.t.Helper()
	for range 5000 {
		synctest.Wait()
		r.balance()
		if s := r.p.Status(); s.State == "running" && s.InFlight == 0 && s.Pending == 0 {
			return s
		}
		<-time.After(5 * time.Millisecond)
	}
	r.t.Fatalf("it does not drain: %+v", r.p.Status())
	return Status{}
}

// balance is the identity that must hold at every moment.
func (r *rig) balance() {
	r.t.Helper()
	if wrong := r.store.fault(); wrong != "" {
		r.t.Fatalf("%s", wrong)
	}
	for _, s := range r.p.Status().Signals {
		if s.Received != s.Stored+s.Quarantined+s.Deduplicated+s.InFlight {
			r.t.Fatalf("the accounting does not close: %+v", s)
		}
	}
}

// lines decodes records whose payload is a line an item: "span trace id content
// business", "log content" or "event source id content". "bad" is an item that
// cannot be decoded, "poison" a record, "panic" one that breaks the decoder.
type lines struct{ version uint32 }

func (d *lines) Version() uint32 { return d.version }

func (d *lines) Decode(rec *journal.Record, _ *lineage.Catalogue, into *lineage.Block) error {
	for line := range strings.Lines(string(rec.Payload)) {
		f := append(strings.Fields(line), "", "", "", "", "")
		switch f[0] {
		case "span":
			s := lineage.Span{Tenant: rec.Tenant, Service: "svc", Name: f[3], Hash: hashOf(f[3]), Ingested: rec.Ingested}
			copy(s.TraceID[:], fmt.Sprintf("%016s", f[1]))
			copy(s.SpanID[:], fmt.Sprintf("%08s", f[2]))
			if f[4] != "" || d.version > 1 {
				s.Business = []lineage.Attr{{Key: "order.id", Value: f[1] + f[4]}}
			}
			into.Spans = append(into.Spans, s)
		case "log":
			into.Logs = append(into.Logs, lineage.Log{Tenant: rec.Tenant, Body: f[1], Hash: hashOf(f[1]), Ingested: rec.Ingested})
		case "event":
			into.Events = append(into.Events, lineage.Event{
				Tenant: rec.Tenant, Source: f[1], ID: f[2], Type: f[3], Hash: hashOf(f[3]), Ingested: rec.Ingested,
				Refs: []lineage.Ref{{Object: lineage.Object{Type: "order", ID: f[2]}, Role: lineage.Subject}},
			})
		case "bad":
			into.Quarantine = append(into.Quarantine, rejected(rec, "", "", "", "it is bad", []byte(line)))
		case "panic":
			panic("as asked")
		default:
			return lineage.Errorf(lineage.Invalid, "decode", "poison")
		}
	}
	return nil
}

func hashOf(s string) uint64 {
	n, _ := strconv.ParseUint(s, 36, 64)
	return n*2654435761 + 1
}

var errStore = errors.New("the store does not answer")

// stopNow ends the process without waiting for the store.
func (r *rig) stopNow() {
	now, cancel := context.WithCancel(context.Background())
	cancel()
	_ = r.p.Stop(now)
	r.close()
}

// reopen opens the journals alone.
func (r *rig) reopen() {
	r.t.Helper()
	var err error
	if r.j, err = journal.Open(journal.Config{Dir: "j", SegmentBytes: 2048, MaxBytes: 1 << 20}, journal.Deps{FS: r.fs}); err != nil {
		r.t.Fatalf("open: %v", err)
	}
}
