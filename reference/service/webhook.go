package service

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"
)

// The headers of a webhook.
const (
	HookID    = "X-Webhook-Id"    // the same for every try
	HookEvent = "X-Webhook-Event" // what happened, such as order.booked
)

// errNoSubscriber keeps letters waiting until somebody subscribes.
var errNoSubscriber = errors.New("nobody has subscribed")

// Webhooks tells one subscriber what happened, by HTTP, until it answers 2xx.
// Like the outboxes of most business systems it keeps the message and not the
// trace that wrote it: the receiver's spans begin a new trace.
type Webhooks struct {
	*Outbox
	subscriber *Table[string]
}

// subscription is the body of POST /api/webhooks.
type subscription struct {
	URL string `json:"url"`
}

// NewWebhooks adds an outbox for webhooks to a service, and POST /api/webhooks
// by which a subscriber leaves its address.
func NewWebhooks(s *Service) *Webhooks {
	w := &Webhooks{subscriber: NewTable[string](s.DB, "subscriber")}
	w.Outbox = newOutbox(s.DB, "webhooks", 1, s.Log, func(ctx context.Context, key string, l Letter) error {
		return w.deliver(ctx, s, key, l)
	})
	s.Go(w.Run)
	s.Handle("POST /api/webhooks", func(r *http.Request) (int, any, error) {
		var sub subscription
		if err := Decode(r, &sub); err != nil {
			return 0, nil, err
		}
		if sub.URL == "" {
			return 0, nil, Refuse(http.StatusBadRequest, "url is missing; want the address that takes the webhooks")
		}
		err := s.DB.Update(func() error {
			w.subscriber.Put("url", sub.URL)
			return nil
		})
		w.ring()
		return http.StatusOK, sub, err
	})
	return w
}

// Put adds a webhook. It is called inside DB.Update, after Wait.
func (w *Webhooks) Put(event, id string, body any, ids IDs) error {
	raw, err := json.Marshal(body)
	if err != nil {
		return err
	}
	w.Outbox.Put(id, Letter{
		Header: map[string]string{"Content-Type": "application/json", HookEvent: event, HookID: id},
		Body:   raw,
		IDs:    ids,
	})
	return nil
}

func (w *Webhooks) deliver(ctx context.Context, s *Service, key string, l Letter) error {
	var url string
	w.db.View(func() { url, _ = w.subscriber.Get("url") })
	if url == "" {
		return errNoSubscriber
	}
	ctx, span := s.Span(trace.ContextWithSpanContext(ctx, trace.SpanContext{}), "POST webhook", trace.SpanKindClient, l.IDs)
	span.SetAttributes(semconv.HTTPRequestMethodPost, semconv.URLFull(url), semconv.MessagingMessageID(key))
	return End(span, s.post(ctx, url, l))
}
