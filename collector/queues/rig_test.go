package queues

import (
	"bytes"
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"go.uber.org/goleak"

	"throughline/lineage"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// serve starts a NATS server in this process, and ends it with the test.
func serve(t *testing.T, opts server.Options) *server.Server {
	t.Helper()
	opts.Host, opts.NoSigs, opts.NoLog = "127.0.0.1", true, true
	if opts.Port == 0 {
		opts.Port = server.RANDOM_PORT
	}
	srv, err := server.NewServer(&opts)
	if err != nil {
		t.Fatal(err)
	}
	srv.Start()
	t.Cleanup(func() { end(srv) })
	if !srv.ReadyForConnections(30 * time.Second) {
		t.Fatal("the NATS server was not ready within 30 s")
	}
	return srv
}

func end(srv *server.Server) {
	srv.Shutdown()
	srv.WaitForShutdown()
}

// site is a NATS server with a client that makes streams and sends messages, and
// the broker that measures it.
type site struct {
	t      *testing.T
	server *server.Server
	js     jetstream.JetStream
	broker *natsBroker
}

func newSite(t *testing.T) *site {
	t.Helper()
	srv := serve(t, server.Options{JetStream: true, StoreDir: t.TempDir()})
	where, err := parseAddress(srv.ClientURL())
	if err != nil {
		t.Fatal(err)
	}
	s := &site{t: t, server: srv, js: client(t, srv.ClientURL())}
	s.broker = newNATS(t.Context(), where, slog.New(slog.NewTextHandler(t.Output(), nil)))
	t.Cleanup(s.broker.close)
	return s
}

func client(t *testing.T, url string) jetstream.JetStream {
	t.Helper()
	conn, err := nats.Connect(url, nats.MaxReconnects(-1), nats.ReconnectWait(20*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	js, err := jetstream.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	return js
}

func (s *site) stream(cfg jetstream.StreamConfig) {
	s.t.Helper()
	if _, err := s.js.CreateStream(s.t.Context(), cfg); err != nil {
		s.t.Fatal(err)
	}
}

// patient has the server wait an hour for what it hands out from now on.
func (s *site) patient(c jetstream.Consumer) jetstream.Consumer {
	s.t.Helper()
	info, err := c.Info(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	info.Config.AckWait = time.Hour
	patient, err := s.js.UpdateConsumer(s.t.Context(), info.Stream, info.Config)
	if err != nil {
		s.t.Fatal(err)
	}
	return patient
}

// consumer makes one that confirms each message; filters may be left out.
func (s *site) consumer(stream string, cfg jetstream.ConsumerConfig, filters ...string) jetstream.Consumer {
	s.t.Helper()
	cfg.AckPolicy, cfg.FilterSubjects = jetstream.AckExplicitPolicy, filters
	if len(filters) == 1 {
		cfg.FilterSubject, cfg.FilterSubjects = filters[0], nil
	}
	c, err := s.js.CreateConsumer(s.t.Context(), stream, cfg)
	if err != nil {
		s.t.Fatal(err)
	}
	return c
}

// publish sends one message to each subject, and returns when each was written.
func (s *site) publish(stream string, subjects ...string) []time.Time {
	s.t.Helper()
	var written []time.Time
	for _, subject := range subjects {
		ack, err := s.js.Publish(s.t.Context(), subject, []byte("an order"))
		if err != nil {
			s.t.Fatal(err)
		}
		of, err := s.js.Stream(s.t.Context(), stream)
		if err != nil {
			s.t.Fatal(err)
		}
		msg, err := of.GetMsg(s.t.Context(), ack.Sequence)
		if err != nil {
			s.t.Fatal(err)
		}
		written = append(written, msg.Time)
	}
	return written
}

func (s *site) next(c jetstream.Consumer) jetstream.Msg {
	s.t.Helper()
	msg, err := c.Next(jetstream.FetchMaxWait(10 * time.Second))
	if err != nil {
		s.t.Fatal(err)
	}
	return msg
}

// confirm waits until the server has taken the confirmation.
func (s *site) confirm(msg jetstream.Msg) {
	s.t.Helper()
	if err := msg.DoubleAck(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
}

// measure returns what the broker says, by stream or stream/consumer.
func (s *site) measure() map[string]lineage.Queue {
	s.t.Helper()
	m, err := s.broker.measure(s.t.Context(), 500)
	if err != nil {
		s.t.Fatal(err)
	}
	if m.cut {
		s.t.Error("it says that there is more than was measured")
	}
	found := map[string]lineage.Queue{}
	for _, q := range m.queues {
		found[nameOf(q)] = q
	}
	return found
}

// sees polls what is measured until nothing differs from what is wanted. A
// consumer hears of a message a moment after its stream has it.
func (s *site) sees(what string, differs func(m map[string]lineage.Queue) string) {
	s.t.Helper()
	var diff string
	defer func() {
		if s.t.Failed() {
			s.t.Logf("%s: -want +got:\n%s", what, diff)
		}
	}()
	until(s.t, what, func() bool {
		diff = differs(s.measure())
		return diff == ""
	})
}

// has is a wish for sees: this queue is measured so.
func has(want lineage.Queue) func(map[string]lineage.Queue) string {
	want.System = "nats"
	return func(m map[string]lineage.Queue) string { return cmp.Diff(want, m[nameOf(want)]) }
}

func nameOf(q lineage.Queue) string {
	if q.Consumer == "" {
		return q.Name
	}
	return q.Name + "/" + q.Consumer
}

// until polls a condition.
func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("not within 30 s: %s", what)
		}
	}
}

// watch is a running watcher with its metrics, its log and its clock.
type watch struct {
	*Watcher
	metrics *prometheus.Registry
	log     *journal
	clock   *clock
}

// begin starts a watcher; without a broker it is one of NATS.
func begin(t *testing.T, cfg Config, store Store, b broker) *watch {
	t.Helper()
	r := &watch{metrics: prometheus.NewRegistry(), log: &journal{}, clock: &clock{now: noon}}
	deps := Deps{
		Store: store, Registerer: r.metrics, Now: r.clock.read,
		Log: slog.New(slog.NewTextHandler(r.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	if b == nil {
		var err error
		if r.Watcher, err = New(cfg, deps); err != nil {
			t.Fatal(err)
		}
	} else {
		cfg.fill()
		deps.fill()
		r.Watcher = newWatcher(cfg, deps, func(context.Context) broker { return b })
	}
	if err := r.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { halt(t, r.Watcher) })
	return r
}

func halt(t *testing.T, w *Watcher) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := w.Stop(ctx); err != nil {
		t.Error(err)
	}
}

// names are those of the queues that it knows, in its order.
func (r *watch) names(t *testing.T) []string {
	t.Helper()
	queues, err := r.Queues(t.Context(), "default")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, q := range queues {
		names = append(names, nameOf(q))
	}
	return names
}

// measured is how often it measured with a result.
func (r *watch) measured(result string) float64 {
	return testutil.ToFloat64(r.Watcher.metrics.measured.WithLabelValues(result))
}

// gauge is a metric by its labels, in the order consumer, queue, system.
func (r *watch) gauge(t *testing.T, name string) map[string]float64 {
	t.Helper()
	families, err := r.metrics.Gather()
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]float64{}
	for _, f := range families {
		if f.GetName() != name {
			continue
		}
		for _, m := range f.GetMetric() {
			var key []byte
			for _, l := range m.GetLabel() {
				key = append(append(key, l.GetValue()...), '|')
			}
			values[string(bytes.TrimSuffix(key, []byte("|")))] = m.GetGauge().GetValue() + m.GetCounter().GetValue()
		}
	}
	return values
}

// clock is one that stands still until it is set.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) read() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// journal is a log that can be read while it is written.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}
