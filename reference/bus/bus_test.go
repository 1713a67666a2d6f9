package bus_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.opentelemetry.io/otel/trace"
	"go.uber.org/goleak"

	"throughline/reference/bus"
	"throughline/reference/service"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func startBus(t *testing.T, cfg bus.Config, deps bus.Deps) *bus.Bus {
	t.Helper()
	b, err := bus.New(cfg, deps)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return b
}

func openService(t *testing.T) (*service.Service, *bus.Refusals) {
	t.Helper()
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) }))
	t.Cleanup(collector.Close)
	s, err := service.New(service.Config{Name: "probe", Source: "urn:x", Dir: t.TempDir(), OTLP: collector.URL, Events: collector.URL}, service.Deps{})
	if err != nil {
		t.Fatal(err)
	}
	refusals := bus.NewRefusals(s)
	if err := s.Open(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return s, refusals
}

// delivery is a message as its handler saw it, and the trace it was in.
type delivery struct {
	bus.Message
	trace trace.TraceID
}

func consume(t *testing.T, b *bus.Bus, s *service.Service, c bus.Consumer, fail func(bus.Message) error) <-chan delivery {
	t.Helper()
	got := make(chan delivery, 100)
	c.Handle = func(ctx context.Context, m bus.Message) error {
		err := fail(m)
		got <- delivery{m, trace.SpanContextFromContext(ctx).TraceID()}
		return err
	}
	if err := b.Consume(t.Context(), s, c); err != nil {
		t.Fatal(err)
	}
	return got
}

func TestMessageThatFailsComesAgain(t *testing.T) {
	t.Parallel()
	var retries atomic.Int64
	b := startBus(t, bus.Config{Dir: t.TempDir()}, bus.Deps{Retry: func(string) { retries.Add(1) }})
	s, _ := openService(t)
	got := consume(t, b, s, bus.Consumer{Stream: "CRM", Name: "probe", Subject: "crm.thing"}, func(m bus.Message) error {
		if m.Attempt < 3 {
			return errors.New("not yet")
		}
		return nil
	})
	s.Run()
	m := bus.Message{Subject: "crm.thing", ID: "m1", Correlation: "c1", Body: []byte(`{}`)}
	for range 3 { // a sender that repeats itself is heard once
		if err := b.Publish(t.Context(), s, m, nil); err != nil {
			t.Fatal(err)
		}
	}
	for attempt := 1; attempt <= 3; attempt++ {
		if d := <-got; d.Attempt != attempt || d.ID != "m1" || d.Correlation != "c1" {
			t.Errorf("delivery %d is %+v", attempt, d.Message)
		}
	}
	m.ID = "m2"
	if err := b.Publish(t.Context(), s, m, nil); err != nil {
		t.Fatal(err)
	}
	if d := <-got; d.ID != "m2" || retries.Load() < 2 {
		t.Errorf("after m1 came %s, with %d retries counted; want m2 and 2", d.ID, retries.Load())
	}
}

func TestTraceGoesOnOnlyWhereItIsWanted(t *testing.T) {
	t.Parallel()
	b := startBus(t, bus.Config{Dir: t.TempDir()}, bus.Deps{})
	s, _ := openService(t)
	fine := func(bus.Message) error { return nil }
	kept := consume(t, b, s, bus.Consumer{Stream: "CRM", Name: "kept", Subject: "crm.thing", Continues: true}, fine)
	lost := consume(t, b, s, bus.Consumer{Stream: "ERP", Name: "lost", Subject: "erp.thing"}, fine)
	s.Run()
	ctx, span := s.Span(t.Context(), "send both", trace.SpanKindInternal, nil)
	defer span.End()
	for _, subject := range []string{"crm.thing", "erp.thing"} {
		if err := b.Publish(ctx, s, bus.Message{Subject: subject, ID: subject}, nil); err != nil {
			t.Fatal(err)
		}
	}
	sent := span.SpanContext().TraceID()
	if got := (<-kept).trace; got != sent {
		t.Errorf("the trace is %s where it goes on, want %s", got, sent)
	}
	if got := (<-lost).trace; got == sent || !got.IsValid() {
		t.Errorf("the trace is %s where it is lost, want a new one", got)
	}
}

func TestAnotherServerCanCarryTheMessages(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	host := startBus(t, bus.Config{Dir: dir}, bus.Deps{})
	guest := startBus(t, bus.Config{URL: host.URL()}, bus.Deps{})
	s, _ := openService(t)
	got := consume(t, host, s, bus.Consumer{Stream: "BILLING", Name: "probe", Subject: "billing.thing"}, func(bus.Message) error { return nil })
	s.Run()
	if err := guest.Publish(t.Context(), s, bus.Message{Subject: "billing.thing", ID: "m"}, nil); err != nil {
		t.Fatal(err)
	}
	<-got
	if _, err := bus.New(bus.Config{}, bus.Deps{}); err == nil || !strings.Contains(err.Error(), "Dir is missing") {
		t.Errorf("a bus from nothing: %v", err)
	}
}

func TestDelaysGrowAndEnd(t *testing.T) {
	t.Parallel()
	before := time.Duration(0)
	for attempt := 1; attempt < 100; attempt++ {
		d := bus.Delay(attempt)
		if d < before || d > 15*time.Second || d < 200*time.Millisecond {
			t.Errorf("delay after attempt %d is %v, before it %v", attempt, d, before)
		}
		before = d
	}
}

func TestServiceThatStopsGivesBackWhatItHasNotDone(t *testing.T) {
	t.Parallel()
	b := startBus(t, bus.Config{Dir: t.TempDir()}, bus.Deps{})
	first, _ := openService(t)
	busy := make(chan struct{}, 10)
	err := b.Consume(t.Context(), first, bus.Consumer{
		Stream: "CRM", Name: "probe", Subject: "crm.thing",
		Handle: func(ctx context.Context, _ bus.Message) error {
			busy <- struct{}{}
			<-ctx.Done()
			return ctx.Err()
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	first.Run()
	for _, id := range []string{"m1", "m2", "m3"} {
		if err := b.Publish(t.Context(), first, bus.Message{Subject: "crm.thing", ID: id}, nil); err != nil {
			t.Fatal(err)
		}
	}
	<-busy
	begin := time.Now()
	if err := first.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	second, _ := openService(t)
	got := consume(t, b, second, bus.Consumer{Stream: "CRM", Name: "probe", Subject: "crm.thing"}, func(bus.Message) error { return nil })
	second.Run()
	came := make(map[string]bool)
	for range 3 {
		came[(<-got).ID] = true
	}
	if took := time.Since(begin); len(came) != 3 || took > 20*time.Second {
		t.Errorf("%v came again after %v; want all three, and no wait for an answer that never comes", came, took)
	}
}
