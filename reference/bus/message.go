package bus

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/propagation"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"throughline/reference/service"
)

// correlationHeader carries the correlation id where the sender knows one.
const correlationHeader = "Correlation-Id"

// Message is one message of a subject such as crm.quote.accepted.
type Message struct {
	Subject     string
	ID          string // the same for a repeat
	Correlation string // "" where the sender knows none
	Body        []byte
	Attempt     int // of its delivery, from 1; a server that was killed may count anew
}

// Publish sends a message within a producer span of s, whose trace travels
// with it. It returns once the message is stored. A repeat is stored once.
func (b *Bus) Publish(ctx context.Context, s *service.Service, m Message, ids service.IDs) error {
	ctx, span := s.Span(ctx, "send "+m.Subject, trace.SpanKindProducer, ids)
	span.SetAttributes(describe(m, "send", semconv.MessagingOperationTypeSend)...)
	header := nats.Header{}
	if m.Correlation != "" {
		header.Set(correlationHeader, m.Correlation)
	}
	propagation.TraceContext{}.Inject(ctx, propagation.HeaderCarrier(header))
	_, err := b.js.PublishMsg(ctx, &nats.Msg{Subject: m.Subject, Header: header, Data: m.Body}, jetstream.WithMsgID(m.ID))
	if err != nil {
		err = fmt.Errorf("publish %s: %w", m.Subject, err)
	}
	return service.End(span, err)
}

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
}

// Consume runs a consumer within spans of s until ctx ends.
func (b *Bus) Consume(ctx context.Context, s *service.Service, c Consumer) error {
	consumer, err := b.js.CreateOrUpdateConsumer(ctx, c.Stream, jetstream.ConsumerConfig{
		Durable: c.Name, FilterSubject: c.Subject, AckPolicy: jetstream.AckExplicitPolicy, AckWait: 30 * time.Second,
	})
	if err != nil {
		return fmt.Errorf("consumer %s: %w", c.Name, err)
	}
	messages, err := consumer.Messages(jetstream.PullMaxMessages(8))
	if err != nil {
		return fmt.Errorf("consumer %s: %w", c.Name, err)
	}
	s.Go(func(ctx context.Context) {
		defer context.AfterFunc(ctx, messages.Stop)()
		for ctx.Err() == nil {
			msg, err := messages.Next()
			if errors.Is(err, jetstream.ErrMsgIteratorClosed) {
				return
			}
			if err != nil {
				b.deps.Log.Warn("NATS is away", "consumer", c.Name, "err", err)
				continue
			}
			b.deal(ctx, s, c, msg)
		}
	})
	return nil
}

// deal handles one delivery and answers for it.
func (b *Bus) deal(ctx context.Context, s *service.Service, c Consumer, msg jetstream.Msg) {
	m := Message{
		Subject: msg.Subject(), ID: msg.Headers().Get(jetstream.MsgIDHeader),
		Correlation: msg.Headers().Get(correlationHeader), Body: msg.Data(), Attempt: 1,
	}
	if meta, err := msg.Metadata(); err == nil {
		m.Attempt = int(meta.NumDelivered)
	}
	parent := ctx
	if c.Continues {
		parent = propagation.TraceContext{}.Extract(ctx, propagation.HeaderCarrier(msg.Headers()))
	}
	var ids service.IDs
	if c.IDs != nil {
		ids = c.IDs(m)
	}
	spanCtx, span := s.Span(parent, "process "+m.Subject, trace.SpanKindConsumer, ids)
	span.SetAttributes(describe(m, "process", semconv.MessagingOperationTypeProcess)...)
	span.SetAttributes(semconv.MessagingConsumerGroupName(c.Name), attribute.Int("messaging.nats.message.delivery_count", m.Attempt))
	err := service.End(span, c.Handle(spanCtx, m))
	if err == nil {
		err = msg.DoubleAck(ctx)
	}
	if err == nil || ctx.Err() != nil {
		return // what was not confirmed when the service stops comes again
	}
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

func describe(m Message, name string, typ attribute.KeyValue) []attribute.KeyValue {
	kvs := []attribute.KeyValue{
		attribute.String("messaging.system", "nats"), semconv.MessagingOperationName(name), typ,
		semconv.MessagingDestinationName(m.Subject), semconv.MessagingMessageID(m.ID),
		semconv.MessagingMessageBodySize(len(m.Body)),
	}
	if m.Correlation != "" {
		kvs = append(kvs, semconv.MessagingMessageConversationID(m.Correlation))
	}
	return kvs
}
