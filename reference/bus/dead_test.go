package bus_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"go.opentelemetry.io/otel/trace"

	"throughline/reference/bus"
	"throughline/reference/service"
)

// deadLetters returns the stream and what is in it.
func deadLetters(t *testing.T, b *bus.Bus) (jetstream.Stream, []*jetstream.RawStreamMsg) {
	t.Helper()
	conn, err := nats.Connect(b.URL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	js, err := jetstream.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	stream, err := js.Stream(t.Context(), "DLQ")
	if err != nil {
		t.Fatal(err)
	}
	var all []*jetstream.RawStreamMsg
	state := stream.CachedInfo().State
	for n := state.FirstSeq; n <= state.LastSeq && state.Msgs > 0; n++ {
		msg, err := stream.GetMsg(t.Context(), n)
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, msg)
	}
	return stream, all
}

// until polls until done returns true.
func until(t *testing.T, what string, done func() bool) {
	t.Helper()
	deadline := time.NewTimer(30 * time.Second)
	defer deadline.Stop()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-deadline.C:
			t.Fatalf("never: %s", what)
		case <-tick.C:
		}
	}
}

// brink is a consumer whose messages were refused as often as can be but once.
func brink(t *testing.T, s *service.Service, refusals *bus.Refusals, name string, ids ...string) bus.Consumer {
	t.Helper()
	err := s.DB.Update(func() error {
		for _, id := range ids {
			refusals.Put(name+"/"+id, bus.Tries-1)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return bus.Consumer{Stream: "CRM", Name: name, Subject: "crm.thing", Refusals: refusals, Continues: true}
}

func TestOnlyTheOtherSystemsNoMakesADeadLetter(t *testing.T) {
	t.Parallel()
	dead := make(chan string, 1)
	b := startBus(t, bus.Config{Dir: t.TempDir()}, bus.Deps{Dead: func(consumer string) { dead <- consumer }})
	s, refusals := openService(t)
	got := consume(t, b, s, brink(t, s, refusals, "probe", "m1"), func(m bus.Message) error {
		if m.Attempt < 3 {
			return errors.New("the line is broken") // is nobody's answer
		}
		return service.Refuse(503, "the pricing engine\ndoes not answer")
	})
	s.Run()
	ctx, span := s.Span(t.Context(), "send it", trace.SpanKindInternal, nil)
	defer span.End()
	if err := b.Publish(ctx, s, bus.Message{Subject: "crm.thing", ID: "m1", Correlation: "c1", Body: []byte(`{"n":1}`)}, nil); err != nil {
		t.Fatal(err)
	}
	for attempt := 1; attempt <= 3; attempt++ {
		if d := <-got; d.Attempt != attempt || d.Refusals != bus.Tries-1 || !d.Last() {
			t.Errorf("delivery %d is %+v", attempt, d.Message)
		}
	}
	if consumer := <-dead; consumer != "probe" {
		t.Errorf("%s has a dead letter", consumer)
	}
	if n, err := b.Waiting(t.Context()); err != nil || n != 0 {
		t.Errorf("%d messages wait, %v", n, err)
	}
	_, letters := deadLetters(t, b)
	if len(letters) != 1 {
		t.Fatalf("%d dead letters, want 1", len(letters))
	}
	letter := letters[0]
	if letter.Subject != "dlq.crm.thing" || string(letter.Data) != `{"n":1}` || letter.Header.Get("Correlation-Id") != "c1" {
		t.Errorf("dead letter is %s %s %v", letter.Subject, letter.Data, letter.Header)
	}
	for name, want := range map[string]string{
		bus.DeadSubject: "crm.thing", bus.DeadID: "m1", bus.DeadConsumer: "probe", bus.DeadAttempts: "3",
		bus.DeadError: "503: the pricing engine does not answer",
	} {
		if got := letter.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if at, err := time.Parse(time.RFC3339Nano, letter.Header.Get(bus.DeadAt)); err != nil || time.Since(at) > time.Minute {
		t.Errorf("%s is %s", bus.DeadAt, letter.Header.Get(bus.DeadAt))
	}
	until(t, "the refusals are forgotten", func() (forgotten bool) {
		s.DB.View(func() { forgotten = refusals.Len() == 0 })
		return forgotten
	})
}

func TestDeadLetterIsPutBackOnce(t *testing.T) {
	t.Parallel()
	dead := make(chan string, 2)
	b := startBus(t, bus.Config{Dir: t.TempDir()}, bus.Deps{Dead: func(consumer string) { dead <- consumer }})
	s, refusals := openService(t)
	got := consume(t, b, s, brink(t, s, refusals, "probe", "m1", "m2"), func(m bus.Message) error {
		if strings.Contains(m.ID, "redriven") {
			return nil
		}
		return service.Refuse(422, "no")
	})
	s.Run()
	ctx, span := s.Span(t.Context(), "send both", trace.SpanKindInternal, nil)
	defer span.End()
	for _, id := range []string{"m1", "m2"} {
		if err := b.Publish(ctx, s, bus.Message{Subject: "crm.thing", ID: id, Correlation: "c1", Body: []byte(`{"n":1}`)}, nil); err != nil {
			t.Fatal(err)
		}
		<-got
		<-dead
	}
	none := func(bus.Message) service.IDs { return nil }
	stream, letters := deadLetters(t, b)
	if len(letters) != 2 {
		t.Fatalf("%d dead letters, want 2", len(letters))
	}
	if err := b.Redrive(t.Context(), s, letters[0].Time.Add(-time.Millisecond), none); err != nil {
		t.Fatal(err)
	}
	if _, left := deadLetters(t, b); len(left) != 2 {
		t.Errorf("%d dead letters are left, though none was old enough", len(left))
	}
	// One that was cut off after it had stored the first message.
	if err := b.Publish(t.Context(), s, bus.Message{Subject: "crm.thing", ID: "m1:redriven:1", Body: []byte(`{"n":1}`)}, nil); err != nil {
		t.Fatal(err)
	}
	if d := <-got; d.ID != "m1:redriven:1" {
		t.Errorf("%s came", d.ID)
	}
	if err := b.Redrive(t.Context(), s, time.Now().Add(time.Hour), none); err != nil {
		t.Fatal(err)
	}
	d := <-got
	if d.ID != "m2:redriven:2" || d.Correlation != "c1" || string(d.Body) != `{"n":1}` || d.Refusals != 0 || d.trace != span.SpanContext().TraceID() {
		t.Errorf("after it came %+v in trace %s, want m2 and trace %s", d.Message, d.trace, span.SpanContext().TraceID())
	}
	info, err := stream.Info(t.Context())
	if err != nil || info.State.Msgs != 0 {
		t.Errorf("%d dead letters are left, %v", info.State.Msgs, err)
	}
	if len(got) != 0 {
		t.Errorf("%s came too", (<-got).ID)
	}
}

func TestFullDeadLettersLeaveTheMessageWhereItIs(t *testing.T) {
	t.Parallel()
	b := startBus(t, bus.Config{Dir: t.TempDir()}, bus.Deps{Dead: func(consumer string) { t.Errorf("%s has a dead letter", consumer) }})
	s, refusals := openService(t)
	conn, err := nats.Connect(b.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	js, err := jetstream.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	full := jetstream.StreamConfig{Name: "DLQ", Subjects: []string{"dlq.>"}, Discard: jetstream.DiscardNew, MaxBytes: 1}
	if _, err := js.UpdateStream(t.Context(), full); err != nil {
		t.Fatal(err)
	}
	got := consume(t, b, s, brink(t, s, refusals, "probe", "m1"), func(bus.Message) error { return service.Refuse(503, "no") })
	s.Run()
	if err := b.Publish(t.Context(), s, bus.Message{Subject: "crm.thing", ID: "m1"}, nil); err != nil {
		t.Fatal(err)
	}
	for attempt := 1; attempt <= 3; attempt++ {
		if d := <-got; d.Attempt != attempt {
			t.Errorf("delivery %d is %+v", attempt, d.Message)
		}
	}
	if n, err := b.Waiting(t.Context()); err != nil || n != 1 {
		t.Errorf("%d messages wait, %v; want the one that could not be put away", n, err)
	}
}
