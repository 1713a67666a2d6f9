package alerts

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"throughline/lineage"
	"throughline/slo"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// ledger is a ledger of transitions that never frees what it is told is done, as one
// whose other readers are behind; free makes it forget.
type ledger struct {
	mu    sync.Mutex
	told  []slo.Transition
	last  uint64
	done  uint64
	knows bool // that a place beyond its end is none of its own
	more  chan struct{}
}

func newLedger() *ledger { return &ledger{more: make(chan struct{})} }

// tell appends transitions.
func (l *ledger) tell(told ...slo.Transition) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, t := range told {
		l.last++
		t.Seq = l.last
		if t.ID == "" {
			t.ID = fmt.Sprintf("%s %s %d", t.Clock.Subject.ID, t.Kind, t.Seq)
		}
		l.told = append(l.told, t)
	}
	close(l.more)
	l.more = make(chan struct{})
}

func (l *ledger) After(ctx context.Context, seq uint64, limit int) ([]slo.Transition, error) {
	for {
		l.mu.Lock()
		at, _ := slices.BinarySearchFunc(l.told, seq+1, func(t slo.Transition, seq uint64) int { return int(t.Seq) - int(seq) })
		found, more, ahead := slices.Clone(l.told[at:min(at+limit, len(l.told))]), l.more, l.knows && seq > l.last
		l.mu.Unlock()
		switch {
		case ahead:
			return nil, lineage.Errorf(lineage.NotFound, "read transitions", "it is another ledger")
		case len(found) > 0:
			return found, nil
		}
		select {
		case <-more:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func (l *ledger) Done(_ context.Context, reader string, seq uint64) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if reader != "alerts" || seq < l.done {
		return errors.New("done by " + reader + ", backwards")
	}
	l.done = seq
	return nil
}

func (l *ledger) free() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.told = slices.DeleteFunc(l.told, func(t slo.Transition) bool { return t.Seq <= l.done })
}

func (l *ledger) doneUpTo() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.done
}

// store keeps the greatest version of each incident.
type store struct {
	mu    sync.Mutex
	away  bool
	calls int
	rows  map[string]slo.Incident
}

func (s *store) SaveIncidents(_ context.Context, incidents []slo.Incident) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.calls++; s.away {
		return lineage.Errorf(lineage.Unavailable, "save incidents", "the store is away")
	}
	if s.rows == nil {
		s.rows = map[string]slo.Incident{}
	}
	for _, i := range incidents {
		if i.Version >= s.rows[i.ID].Version {
			s.rows[i.ID] = i
		}
	}
	return nil
}

func (s *store) set(away bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.away = away
}

func (s *store) row(id string) slo.Incident {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rows[id]
}

// call is what the webhook got.
type call struct {
	at     time.Time
	key    string
	header http.Header
	packet packet
	body   string
}

// pager is a receiver without a network. It says 200 unless answer says otherwise.
type pager struct {
	t      testing.TB
	mu     sync.Mutex
	calls  []call
	answer func(c *call) (int, http.Header, error)
}

func (p *pager) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	c := call{at: time.Now(), key: r.Header.Get("Idempotency-Key"), header: r.Header, body: string(body)}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(&c.packet); err != nil {
		p.t.Errorf("the body is not what Alertmanager sends: %v", err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calls = append(p.calls, c)
	status, header := http.StatusOK, http.Header{}
	if p.answer != nil {
		status, header, err = p.answer(&c)
	}
	if err != nil {
		return nil, err
	}
	return &http.Response{
		StatusCode: status, Header: header, Request: r, ProtoMajor: 1, ProtoMinor: 1, Body: io.NopCloser(strings.NewReader("thank you")),
	}, nil
}

func (p *pager) got() []call {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.calls)
}

// log is what was logged, as text.
type logged struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *logged) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// rig is a house in which alerts run.
type rig struct {
	*Alerts
	t        testing.TB
	cfg      Config
	ledger   *ledger
	store    *store
	pager    *pager
	log      *logged
	registry *prometheus.Registry
	step     func(string) error
}

const secret = "s3cr3t-t0ken"

func newRig(t testing.TB) *rig {
	t.Helper()
	return &rig{
		t: t, ledger: newLedger(), store: &store{}, pager: &pager{t: t}, log: &logged{},
		cfg: Config{
			Dir: t.TempDir(), Webhook: "https://user:pass@pager.example/hook?key=queryk3y", Token: secret, Version: "test",
			URL: func() string { return "http://127.0.0.1:8080" }, noSync: true,
		},
	}
}

// start runs new alerts on what the last ones left.
func (r *rig) start() {
	r.t.Helper()
	if err := r.tryStart(); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) tryStart() error {
	r.t.Helper()
	r.registry = prometheus.NewRegistry()
	a, err := New(r.cfg, Deps{
		Ledger: r.ledger, Store: r.store, Client: &http.Client{Transport: r.pager}, Registerer: r.registry,
		Log: slog.New(slog.NewTextHandler(r.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	if err != nil {
		return err
	}
	if r.step != nil {
		a.step = r.step
	}
	r.Alerts = a
	return a.Start(r.t.Context())
}

func (r *rig) halt() {
	r.t.Helper()
	if err := r.Stop(context.Background()); err != nil {
		r.t.Error(err)
	}
}

// crash ends the alerts as a kill does: nothing is written any more.
func (r *rig) crash() {
	r.abandon()
	r.group.Wait()
	if err := r.book.db.Close(); err != nil {
		r.t.Error(err)
	}
}

// pass lets time go by, on a bubble's clock.
func pass(d time.Duration) { <-time.After(d) }

// settled waits until there is nothing left to do, and returns what was told.
func (r *rig) settled() []call {
	<-time.After(3 * time.Second)
	synctest.Wait()
	return r.pager.got()
}

func (r *rig) value(name string, labels ...string) float64 {
	r.t.Helper()
	families, err := r.registry.Gather()
	if err != nil {
		r.t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			var found []string
			for _, l := range m.GetLabel() {
				found = append(found, l.GetName()+"="+l.GetValue())
			}
			if f.GetName() == name && slices.Equal(found, labels) {
				return m.GetCounter().GetValue() + m.GetGauge().GetValue()
			}
		}
	}
	r.t.Fatalf("there is no metric %s%v", name, labels)
	return 0
}

// about makes a transition of the clock of an order, noticed seconds after its
// deadline at noon.
func about(order int, kind slo.Kind, late int, change ...func(*slo.Transition)) slo.Transition {
	noon := time.Date(2026, 5, 4, 12, 3, 7, 0, time.UTC)
	recorded := noon.Add(time.Duration(late)*time.Second + 700*time.Millisecond)
	t := slo.Transition{
		Kind: kind, At: recorded, Recorded: recorded,
		Clock: slo.Clock{
			Tenant: "default", Key: slo.Key{SLA: "invoice-posted", Subject: lineage.Object{Type: "order", System: "erp", ID: fmt.Sprint(order)}},
			State: slo.Running, Verdict: slo.Breached, StartedAt: noon.Add(-time.Minute), DueAt: noon, BreachedAt: recorded,
		},
		Impact: slo.Impact{
			Flow: "order-to-cash", Title: "Invoice posted within 1 min of booking", Severity: lineage.SeverityPage, Runbook: "Ask finance.",
			Source: "finance", Stage: "invoiced", State: lineage.StateFailed, Reason: "tax code <missing>",
			Amount: lineage.Money{Minor: 125_000, Currency: "EUR"},
		},
	}
	for _, f := range change {
		f(&t)
	}
	return t
}

func waits(t *slo.Transition) { t.Provisional, t.Clock.Provisional = true, true }

func ended(t *slo.Transition) { t.Clock.State, t.Clock.EndedAt = slo.Ended, t.At }

func corrected(t *slo.Transition) { t.Clock.Verdict = slo.Corrected }

// sticksAt is a transition that knows where it sticks by now.
func sticksAt(stage string) func(*slo.Transition) {
	return func(t *slo.Transition) {
		t.Impact.Stage, t.Impact.Reason, t.Impact.Severity = stage, "no carrier", lineage.SeverityTicket
	}
}

func orderID(order int) string {
	t := about(order, slo.BreachKind, 0)
	return slo.BreachID(&t.Clock)
}

// bubble runs a test on a clock that costs nothing.
func bubble(t *testing.T, f func(*testing.T, *rig)) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { f(t, newRig(t)) })
}
