package bus

import (
	"context"
	"fmt"

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
	Refusals    int // how often the other system has refused it before, where its consumer counts that

	sequence uint64 // in its stream
}

// Last tells whether one refusal more makes a dead letter of the message.
func (m Message) Last() bool { return m.Refusals+1 >= Tries }

// Publish sends a message within a producer span of s, whose trace travels
// with it. It returns once the message is stored. A repeat is stored once.
func (b *Bus) Publish(ctx context.Context, s *service.Service, m Message, ids service.IDs) error {
	return b.send(ctx, s, m, nats.Header{}, ids)
}

func (b *Bus) send(ctx context.Context, s *service.Service, m Message, header nats.Header, ids service.IDs) error {
	ctx, span := s.Span(ctx, "send "+m.Subject, trace.SpanKindProducer, ids)
	span.SetAttributes(describe(m, "send", semconv.MessagingOperationTypeSend)...)
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
