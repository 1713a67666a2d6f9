package bus

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/propagation"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"throughline/reference/service"
)

// ackWait is how long the server waits for a sign of a message that was handed
// out, before it hands it out again: after a kill, the pause. While a message is
// dealt with, however long that takes, holdEvery says so.
const (
	ackWait   = 5 * time.Second
	holdEvery = ackWait / 4
)

// heartbeat is how often the server says that it still knows of a pull that waits.
// It was seen to forget one on a busy machine; a pull is renewed after two silent
// heartbeats, and with the client's default, 15 s, that stood still for 30 s.
const (
	pullExpiry = 30 * time.Second
	heartbeat  = 2 * time.Second
)

// ackTimeout is how long a server has to confirm that a message is done with.
const ackTimeout = 5 * time.Second

// Consumer takes the messages of one subject, one after the other.
type Consumer struct {
	Stream  string
	Name    string // durable; of its retries
	Subject string
	// Continues tells whether the sender's trace goes on here. Where it does
	// not, each message begins a new trace.
	Continues bool
	// IDs reads from a message what its span is about; nil for nothing.
	IDs func(m Message) service.IDs
	// Handle deals with a message. After an error it comes again, later and later.
	Handle func(ctx context.Context, m Message) error
	// Refusals counts how often the other system has refused a message, which is
	// when Handle returns a *service.StatusError; after Tries of these it is a dead
	// letter. Nil: it comes again for ever.
	Refusals *Refusals
}

func (c Consumer) ids(m Message) service.IDs {
	if c.IDs == nil {
		return nil
	}
	return c.IDs(m)
}

// row is what the refusals of a message are counted under.
func (c Consumer) row(m Message) string {
	return c.Name + "/" + cmp.Or(m.ID, c.Stream+"#"+strconv.FormatUint(m.sequence, 10))
}

// Consume runs a consumer within spans of s until ctx ends.
func (b *Bus) Consume(ctx context.Context, s *service.Service, c Consumer) error {
	consumer, err := b.js.CreateOrUpdateConsumer(ctx, c.Stream, jetstream.ConsumerConfig{
		Durable: c.Name, FilterSubject: c.Subject, AckPolicy: jetstream.AckExplicitPolicy, AckWait: ackWait,
	})
	if err != nil {
		return fmt.Errorf("consumer %s: %w", c.Name, err)
	}
	// One at a time: what waits here for its turn is held by nobody.
	messages, err := consumer.Messages(jetstream.PullMaxMessages(1), jetstream.PullExpiry(pullExpiry), jetstream.PullHeartbeat(heartbeat))
	if err != nil {
		return fmt.Errorf("consumer %s: %w", c.Name, err)
	}
	s.Go(func(ctx context.Context) {
		defer context.AfterFunc(ctx, func() { b.close(messages) })()
		for {
			msg, err := messages.Next()
			switch {
			case errors.Is(err, jetstream.ErrMsgIteratorClosed):
				return
			case err != nil:
				b.deps.Log.Warn("NATS is away", "consumer", c.Name, "err", err)
			case ctx.Err() != nil:
				b.giveBack(c, msg)
			default:
				b.deal(ctx, s, c, msg)
			}
		}
	})
	return nil
}

// close ends the taking of messages. Those that are here already are given back,
// if there is a server to give them to.
func (b *Bus) close(messages jetstream.MessagesContext) {
	if b.conn.IsConnected() {
		messages.Drain()
	} else {
		messages.Stop()
	}
}

// giveBack returns a message that the service stops before it has dealt with, so
// that it comes again at once and not only after its wait.
func (b *Bus) giveBack(c Consumer, msg jetstream.Msg) {
	if err := msg.Nak(); err != nil {
		b.deps.Log.Warn("not given back; it comes again after its wait", "consumer", c.Name, "err", err)
	}
}

// hold tells the server, until it is released, that a message is being dealt with.
func (b *Bus) hold(c Consumer, msg jetstream.Msg) (release func()) {
	done := make(chan struct{})
	ticker := time.NewTicker(holdEvery)
	go func() {
		defer ticker.Stop()
		for {
			select {
			case <-done:
				return
			case <-ticker.C:
			}
			if err := msg.InProgress(); err != nil && !errors.Is(err, jetstream.ErrMsgAlreadyAckd) {
				b.deps.Log.Warn("not held; it may come twice", "consumer", c.Name, "err", err)
			}
		}
	}()
	return func() { close(done) }
}

// take reads a message and what is remembered of it.
func (c Consumer) take(s *service.Service, msg jetstream.Msg) Message {
	m := Message{
		Subject: msg.Subject(), ID: msg.Headers().Get(jetstream.MsgIDHeader),
		Correlation: msg.Headers().Get(correlationHeader), Body: msg.Data(), Attempt: 1,
	}
	if meta, err := msg.Metadata(); err == nil {
		m.Attempt, m.sequence = int(meta.NumDelivered), meta.Sequence.Stream
	}
	if c.Refusals != nil {
		s.DB.View(func() { m.Refusals, _ = c.Refusals.Get(c.row(m)) })
	}
	return m
}

// deal handles one delivery and answers for it.
func (b *Bus) deal(ctx context.Context, s *service.Service, c Consumer, msg jetstream.Msg) {
	defer b.hold(c, msg)()
	m := c.take(s, msg)
	parent := ctx
	if c.Continues {
		parent = propagation.TraceContext{}.Extract(ctx, propagation.HeaderCarrier(msg.Headers()))
	}
	spanCtx, span := s.Span(parent, "process "+m.Subject, trace.SpanKindConsumer, c.ids(m))
	span.SetAttributes(describe(m, "process", semconv.MessagingOperationTypeProcess)...)
	span.SetAttributes(semconv.MessagingConsumerGroupName(c.Name), attribute.Int("messaging.nats.message.delivery_count", m.Attempt))
	err := service.End(span, c.Handle(spanCtx, m))
	if ctx.Err() != nil && err != nil {
		b.giveBack(c, msg)
		return
	}
	dead := false
	if err != nil {
		var failed error
		if dead, failed = b.givesUp(spanCtx, s, c, m, err); failed != nil {
			dead, err = false, errors.Join(err, failed)
		}
	}
	if err == nil || dead {
		err = b.finish(ctx, s, c, m, msg, dead)
	}
	if err != nil {
		b.again(c, m, msg, err)
	}
}

// finish takes a message that was dealt with, or is a dead letter, out of its
// stream, and forgets its refusals.
func (b *Bus) finish(ctx context.Context, s *service.Service, c Consumer, m Message, msg jetstream.Msg, dead bool) error {
	sure, cancel := context.WithTimeout(context.WithoutCancel(ctx), ackTimeout) // also while the service stops
	defer cancel()
	if err := msg.DoubleAck(sure); err != nil {
		return err // it comes again
	}
	if dead {
		b.deps.Dead(c.Name)
		b.deps.Log.Warn("a message is a dead letter", "consumer", c.Name, "id", m.ID, "attempt", m.Attempt)
	}
	if !dead && m.Refusals == 0 {
		return nil
	}
	if err := s.DB.Update(func() error { c.Refusals.Delete(c.row(m)); return nil }); err != nil {
		b.deps.Log.Warn("refusals are still counted", "consumer", c.Name, "id", m.ID, "err", err)
	}
	return nil
}

// again has a message come again, later and later.
func (b *Bus) again(c Consumer, m Message, msg jetstream.Msg, err error) {
	delay := Delay(m.Attempt)
	b.deps.Retry(c.Name)
	b.deps.Log.Warn("a message comes again", "consumer", c.Name, "id", m.ID, "attempt", m.Attempt, "in", delay, "err", err)
	if err := msg.NakWithDelay(delay); err != nil {
		b.deps.Log.Warn("not told to come again; it will after its wait", "consumer", c.Name, "id", m.ID, "err", err)
	}
}

// Delay is how long a message waits after its nth delivery failed: 200 ms,
// doubled each time, at most 15 s.
func Delay(attempt int) time.Duration {
	return min(200*time.Millisecond<<min(attempt-1, 10), 15*time.Second)
}
