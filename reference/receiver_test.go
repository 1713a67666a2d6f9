package reference_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"

	cloudevents "github.com/cloudevents/sdk-go/v2/event"
	coltrace "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	trace "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// receiver takes OTLP traces and CloudEvents, as the collector does, and fails
// the test on anything else.
type receiver struct {
	t      *testing.T
	server *httptest.Server
	strict bool        // one identity has one content
	down   atomic.Bool // answers 503
	turned atomic.Int64

	mu     sync.Mutex
	events map[string]cloudevents.Event // by source and id
	posts  int                          // of events that were accepted, repeats included
	spans  []span
}

// span is what the tests look at.
type span struct {
	service, name, trace string
	id                   string
	kind                 trace.Span_SpanKind
	attributes           map[string]string
}

func newReceiver(t *testing.T) *receiver {
	r := &receiver{t: t, strict: true, events: make(map[string]cloudevents.Event)}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/traces", r.takeTraces)
	mux.HandleFunc("POST /v1/events", r.takeEvent)
	mux.HandleFunc("/", func(_ http.ResponseWriter, req *http.Request) {
		t.Errorf("nobody should ask for %s %s", req.Method, req.URL)
	})
	r.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if r.down.Load() {
			r.turned.Add(1)
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		mux.ServeHTTP(w, req)
	}))
	t.Cleanup(r.server.Close)
	return r
}

// whole reads a request. A sender that is killed leaves half of one, of which
// nothing is taken.
func whole(w http.ResponseWriter, req *http.Request) (body []byte, ok bool) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
	}
	return body, err == nil
}

func (r *receiver) takeTraces(w http.ResponseWriter, req *http.Request) {
	raw, ok := whole(w, req)
	if !ok {
		return
	}
	var in coltrace.ExportTraceServiceRequest
	if err := proto.Unmarshal(raw, &in); err != nil {
		r.t.Errorf("traces: %v", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, resource := range in.ResourceSpans {
		name := ""
		for _, kv := range resource.Resource.Attributes {
			if kv.Key == "service.name" {
				name = kv.Value.GetStringValue()
			}
		}
		for _, scope := range resource.ScopeSpans {
			for _, s := range scope.Spans {
				attributes := make(map[string]string)
				for _, kv := range s.Attributes {
					attributes[kv.Key] = kv.Value.GetStringValue()
				}
				r.spans = append(r.spans, span{name, s.Name, string(s.TraceId), string(s.SpanId), s.Kind, attributes})
			}
		}
	}
}

func (r *receiver) takeEvent(w http.ResponseWriter, req *http.Request) {
	raw, ok := whole(w, req)
	if !ok {
		return
	}
	var e cloudevents.Event
	if err := json.Unmarshal(raw, &e); err != nil {
		r.t.Errorf("event: %v", err)
		return
	}
	if err := e.Validate(); err != nil {
		r.t.Errorf("event: %v", err)
	}
	if got := req.Header.Get("Content-Type"); got != "application/cloudevents+json" {
		r.t.Errorf("event has content type %q", got)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.posts++
	key := e.Source() + "\n" + e.ID()
	if old, ok := r.events[key]; ok && r.strict && old.String() != e.String() {
		r.t.Errorf("one identity, two contents:\n%s\n%s", old, e)
	}
	r.events[key] = e
	w.WriteHeader(http.StatusAccepted)
}

func (r *receiver) byType() map[string][]cloudevents.Event {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := make(map[string][]cloudevents.Event)
	for _, e := range r.events {
		all[e.Type()] = append(all[e.Type()], e)
	}
	return all
}

func (r *receiver) allSpans() []span {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]span(nil), r.spans...)
}
