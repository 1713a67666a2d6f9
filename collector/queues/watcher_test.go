package queues

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go/jetstream"

	"throughline/lineage"
)

func TestWatcherSeesTheServerGoAndComeBack(t *testing.T) {
	t.Parallel()
	opts := server.Options{JetStream: true, StoreDir: t.TempDir()}
	srv := serve(t, opts)
	opts.Port = srv.Addr().(*net.TCPAddr).Port
	url := srv.ClientURL()
	end(srv)

	r := begin(t, Config{NATS: url, Every: time.Millisecond}, nil, nil)
	until(t, "it is away from the beginning", func() bool { return r.measured("failed") > 1 })
	if names := r.names(t); names != nil {
		t.Errorf("before the first measurement there are %v", names)
	}

	srv = serve(t, opts)
	js := client(t, url)
	if _, err := js.CreateStream(t.Context(), workQueue("CRM", "crm.>")); err != nil {
		t.Fatal(err)
	}
	until(t, "it comes", func() bool { return len(r.names(t)) == 1 })

	end(srv)
	failed := r.measured("failed")
	until(t, "it goes", func() bool { return r.measured("failed") > failed+1 })
	if diff := cmp.Diff([]string{"CRM"}, r.names(t)); diff != "" {
		t.Errorf("while it is away: -want +got:\n%s", diff)
	}

	serve(t, opts)
	until(t, "its client is there again", func() bool {
		_, err := js.CreateOrUpdateConsumer(t.Context(), "CRM", jetstream.ConsumerConfig{Durable: "quotes", AckPolicy: jetstream.AckExplicitPolicy})
		return err == nil
	})
	until(t, "it comes back", func() bool { return len(r.names(t)) == 2 })
	said := r.log.String()
	if away, again := strings.Count(said, "cannot be measured"), strings.Count(said, "measured again"); away != 2 || again != 2 {
		t.Errorf("it says %d times that it is away and %d times that it is back; want 2 and 2:\n%s", away, again, said)
	}
}

func TestVanishedConsumerVanishesFromTheMetrics(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.stream(workQueue("CRM", "crm.>"))
	s.stream(workQueue("DLQ", "dlq.>"))
	s.consumer("CRM", jetstream.ConsumerConfig{Durable: "quotes"}, "crm.quote")
	s.publish("CRM", "crm.quote", "crm.quote")
	s.publish("DLQ", "dlq.order")
	r := begin(t, Config{NATS: s.server.ClientURL(), Every: time.Millisecond}, nil, nil)
	depth := map[string]float64{"|CRM|nats": 2, "quotes|CRM|nats": 2, "|DLQ|nats": 1}
	until(t, "it is measured", func() bool { return cmp.Equal(depth, r.gauge(t, "throughline_queue_depth")) })
	if err := s.js.DeleteConsumer(t.Context(), "CRM", "quotes"); err != nil {
		t.Fatal(err)
	}
	delete(depth, "quotes|CRM|nats")
	until(t, "it vanishes", func() bool { return cmp.Equal(depth, r.gauge(t, "throughline_queue_depth")) })
	if diff := cmp.Diff(map[string]float64{"DLQ|nats": 1}, r.gauge(t, "throughline_dead_letters")); diff != "" {
		t.Errorf("dead letters: -want +got:\n%s", diff)
	}
}

func TestMoreQueuesThanAreMeasuredIsSaidOnce(t *testing.T) {
	t.Parallel()
	b := &script{}
	b.set(measurement{queues: []lineage.Queue{queue("A"), queue("B")}, cut: true}, nil)
	r := begin(t, Config{Every: 1, MostQueues: 2}, nil, b)
	until(t, "it is measured twice", func() bool { return r.measured("ok") > 1 })
	if n := strings.Count(r.log.String(), "raise MostQueues"); n != 1 {
		t.Errorf("it is said %d times", n)
	}
	if diff := cmp.Diff(map[string]float64{"": 1}, r.gauge(t, "throughline_queue_limit_exceeded")); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestMeasurementIsInOrderAndOfOneTenant(t *testing.T) {
	t.Parallel()
	b := &script{}
	withConsumer := queue("A")
	withConsumer.Consumer = "x"
	b.set(measurement{queues: []lineage.Queue{queue("B"), withConsumer, queue("A")}}, nil)
	r := begin(t, Config{Every: 1, Tenant: "acme"}, nil, b)
	until(t, "it is measured", func() bool { return r.measured("ok") > 0 })
	got, err := r.Queues(t.Context(), "acme")
	want := []lineage.Queue{queue("A"), withConsumer, queue("B")}
	for i := range want {
		want[i].Tenant, want[i].At = "acme", noon
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v, -want +got:\n%s", err, diff)
	}
	if names := r.names(t); names != nil {
		t.Errorf("another tenant sees %v", names)
	}
	got[0].Name = "changed"
	if again, _ := r.Queues(t.Context(), "acme"); again[0].Name != "A" {
		t.Error("who reads a measurement can change it")
	}
}

func TestAgeGoesOnWhileTheBrokerIsAwayAndOldFiguresAreNotShown(t *testing.T) {
	t.Parallel()
	b := &script{}
	q := queue("A")
	q.Depth, q.InHand, q.Redelivered, q.Oldest = 9, 3, 1, noon.Add(-time.Minute)
	b.set(measurement{queues: []lineage.Queue{q}}, nil)
	r := begin(t, Config{Every: 1}, nil, b)
	until(t, "it is measured", func() bool { return r.measured("ok") > 0 })
	b.set(measurement{}, errors.New("away"))
	until(t, "it is away", func() bool { return r.measured("failed") > 0 })
	r.clock.pass(30 * time.Second)
	for name, want := range map[string]float64{"depth": 9, "in_hand": 3, "redelivered": 1, "oldest_seconds": 90} {
		if diff := cmp.Diff(map[string]float64{"|A|nats": want}, r.gauge(t, "throughline_queue_"+name)); diff != "" {
			t.Errorf("%s: -want +got:\n%s", name, diff)
		}
	}
	r.clock.pass(31 * time.Second)
	if got := r.gauge(t, "throughline_queue_depth"); len(got) > 0 {
		t.Errorf("after a minute it still shows %v", got)
	}
	if names := r.names(t); len(names) != 1 {
		t.Errorf("the last measurement was %v", names)
	}
}

func TestWatcherStartsOnceAndStopsTwice(t *testing.T) {
	t.Parallel()
	idle, err := New(Config{NATS: "nats://127.0.0.1:1"}, Deps{})
	if err != nil {
		t.Fatal(err)
	}
	halt(t, idle) // it was never started
	b := &script{}
	r := begin(t, Config{Every: 1}, nil, b)
	if err := r.Start(t.Context()); lineage.KindOf(err) != lineage.Conflict {
		t.Errorf("the second start says %v", err)
	}
	second := newWatcher(r.cfg, r.deps, r.connect)
	if err := second.Start(t.Context()); lineage.KindOf(err) != lineage.Internal {
		t.Errorf("a second watcher with the same metrics says %v", err)
	}
	halt(t, r.Watcher)
	halt(t, r.Watcher)
	if families, err := r.metrics.Gather(); err != nil || len(families) > 0 {
		t.Errorf("after the end there are metrics: %v, %v", families, err)
	}
	if n := b.closed(); n != 1 {
		t.Errorf("the broker was closed %d times", n)
	}
}

func queue(name string) lineage.Queue { return lineage.Queue{System: "nats", Name: name, Depth: 1} }

// script is a broker that says what it is told to.
type script struct {
	mu     sync.Mutex
	says   measurement
	err    error
	closes int
}

func (s *script) set(m measurement, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.says, s.err = m, err
}

func (s *script) measure(context.Context, int) (measurement, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.says
	m.queues = append([]lineage.Queue(nil), m.queues...)
	return m, s.err
}

func (s *script) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closes++
}

func (s *script) closed() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closes
}
