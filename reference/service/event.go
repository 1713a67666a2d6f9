package service

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	cloudevents "github.com/cloudevents/sdk-go/v2/event"
	"github.com/google/uuid"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// Event is what a service tells the world: a CloudEvent, before it has its form.
type Event struct {
	Type        string
	Key         string // the same key and type are the same event, however often it is told
	Subject     string
	Time        time.Time
	Correlation string            // "" where the system knows none
	Trace       trace.SpanContext // zero where the system keeps none
	Data        any
	Twice       bool // it is posted twice, as by a sender that has forgotten the first time
}

// Events is a service's outbox of CloudEvents. They are posted in structured
// mode until the receiver answers 2xx.
type Events struct {
	*Outbox
	source string
}

// newEvents makes the outbox of the source; url is where events are posted.
func newEvents(s *Service, source, url string) *Events {
	post := func(ctx context.Context, _ string, l Letter) error {
		return s.post(ctx, url, l)
	}
	return &Events{Outbox: newOutbox(s.DB, "events", 4, s.Log, post), source: source}
}

// Put adds an event. It is called inside DB.Update, after Wait.
func (o *Events) Put(e Event) error {
	ce := cloudevents.New()
	ce.SetID(uuid.NewSHA1(uuid.NameSpaceURL, []byte(o.source+"\n"+e.Type+"\n"+e.Key)).String())
	ce.SetSource(o.source)
	ce.SetType(e.Type)
	ce.SetSubject(e.Subject)
	ce.SetTime(e.Time)
	if e.Correlation != "" {
		ce.SetExtension("correlationid", e.Correlation)
	}
	if e.Trace.IsValid() {
		carrier := propagation.MapCarrier{}
		propagation.TraceContext{}.Inject(trace.ContextWithSpanContext(context.Background(), e.Trace), carrier)
		ce.SetExtension("traceparent", carrier["traceparent"])
	}
	if err := ce.SetData(cloudevents.ApplicationJSON, e.Data); err != nil {
		return fmt.Errorf("event %s: %w", e.Type, err)
	}
	body, err := ce.MarshalJSON()
	if err != nil {
		return fmt.Errorf("event %s: %w", e.Type, err)
	}
	letter := Letter{Header: map[string]string{"Content-Type": cloudevents.ApplicationCloudEventsJSON}, Body: body}
	o.Outbox.Put(ce.ID(), letter)
	if e.Twice {
		o.Outbox.Put(ce.ID()+" again", letter)
	}
	return nil
}

// post sends a letter and returns nil when it was accepted.
func (s *Service) post(ctx context.Context, url string, l Letter) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(string(l.Body)))
	if err != nil {
		return err
	}
	for k, v := range l.Header {
		req.Header.Set(k, v)
	}
	res, err := s.http.Do(req)
	if err != nil {
		return err
	}
	return readAnswer(res, nil)
}
