package web

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/net/html"

	"throughline/lineage"
	"throughline/slo"
)

// noon is the moment at which the tests take place.
var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// fake is the rest of the house. What a test does not set fails it when asked.
type fake struct {
	t              *testing.T
	search         func(q string) ([]lineage.Match, error)
	lookup         func(lineage.ObjectQuery) (lineage.Answer, error)
	list           func(lineage.ListQuery) (lineage.Page, error)
	overview       func() ([]lineage.FlowOverview, error)
	traceSummaries func([]lineage.TraceID) ([]lineage.TraceSummary, error)
	spans          func([]lineage.TraceID, int) ([]lineage.Span, error)
	quarantine     func(limit int, cursor string) ([]lineage.Quarantined, string, error)
	clocks         func([]lineage.Object) ([]slo.Reading, error)
	figures        func() ([]slo.Figures, error)
	incidents      func(slo.IncidentQuery) (slo.IncidentPage, error)
	incident       func(id string) (slo.Incident, error)
	acknowledge    func(id, owner, comment string) (slo.Incident, error)
	queues         func() ([]lineage.Queue, error)
	transitions    func(slo.Key, int) ([]slo.Transition, error)
	trend          func(time.Time, time.Duration) ([]lineage.Queue, error)
	variants       func(lineage.VariantQuery) (lineage.Variants, error)
	variantList    func(lineage.VariantListQuery) (lineage.VariantPage, error)
	variantType    string // that the last list was asked for
	stitchability  func(lineage.StitchQuery) (lineage.Stitchability, error)
	traffic        func(lineage.TrafficQuery) (lineage.Traffic, error)
	flowEvents     func(flow string, yield func(*lineage.Event) error) error
	catalogue      *lineage.Catalogue
	status         func() (Status, error)
	suppressed     func(id string) (lineage.Suppressed, error)
	heard          map[string]time.Time
	sightings      func(ctx context.Context, id string, limit int) (lineage.Sought[lineage.Sighting], error)
	refusals       func(ctx context.Context, id string, limit int) (lineage.Sought[lineage.Quarantined], error)
	ready          func() []string
	feed           *feed
	desk           // what is decided, and held back
}

func (f *fake) unknown(what string) error {
	f.t.Errorf("the test does not expect a call of %s", what)
	return fmt.Errorf("%s is not expected", what)
}

func (f *fake) Search(_ context.Context, tenant, q string) ([]lineage.Match, error) {
	if f.search == nil || tenant != "default" {
		return nil, f.unknown("Search")
	}
	return f.search(q)
}

func (f *fake) Lookup(_ context.Context, q lineage.ObjectQuery) (lineage.Answer, error) {
	if f.lookup == nil || q.Tenant != "default" {
		return lineage.Answer{}, f.unknown("Lookup")
	}
	return f.lookup(q)
}

func (f *fake) List(_ context.Context, q lineage.ListQuery) (lineage.Page, error) {
	if f.list == nil || q.Tenant != "default" {
		return lineage.Page{}, f.unknown("List")
	}
	return f.list(q)
}

func (f *fake) Overview(_ context.Context, tenant string) ([]lineage.FlowOverview, error) {
	if f.overview == nil || tenant != "default" {
		return nil, f.unknown("Overview")
	}
	return f.overview()
}

func (f *fake) Subscribe(tenant string) (<-chan lineage.Change, func()) {
	if f.feed == nil || tenant != "default" {
		f.unknown("Subscribe") //nolint:errcheck // it has failed the test
		return nil, func() {}
	}
	return f.feed.subscribe(tenant)
}

func (f *fake) TraceSummaries(_ context.Context, tenant string, ids []lineage.TraceID) ([]lineage.TraceSummary, error) {
	if f.traceSummaries == nil || tenant != "default" {
		return nil, f.unknown("TraceSummaries")
	}
	return f.traceSummaries(ids)
}

func (f *fake) Spans(_ context.Context, tenant string, ids []lineage.TraceID, limit int) ([]lineage.Span, error) {
	if f.spans == nil || tenant != "default" {
		return nil, f.unknown("Spans")
	}
	return f.spans(ids, limit)
}

func (f *fake) Quarantine(_ context.Context, tenant string, limit int, cursor string) ([]lineage.Quarantined, string, error) {
	if f.quarantine == nil || tenant != "default" {
		return nil, "", f.unknown("Quarantine")
	}
	return f.quarantine(limit, cursor)
}

func (f *fake) ClocksOf(_ context.Context, tenant string, objects []lineage.Object) ([]slo.Reading, error) {
	if f.clocks == nil || tenant != "default" {
		return nil, f.unknown("ClocksOf")
	}
	return f.clocks(objects)
}

func (f *fake) Figures(_ context.Context, tenant string) ([]slo.Figures, error) {
	if f.figures == nil || tenant != "default" {
		return nil, f.unknown("Figures")
	}
	return f.figures()
}

func (f *fake) Incidents(_ context.Context, q slo.IncidentQuery) (slo.IncidentPage, error) {
	if f.incidents == nil || q.Tenant != "default" {
		return slo.IncidentPage{}, f.unknown("Incidents")
	}
	return f.incidents(q)
}

func (f *fake) Incident(_ context.Context, tenant, id string) (slo.Incident, error) {
	if f.incident == nil || tenant != "default" {
		return slo.Incident{}, f.unknown("Incident")
	}
	return f.incident(id)
}

func (f *fake) Acknowledge(_ context.Context, tenant, id, owner, comment string) (slo.Incident, error) {
	if f.acknowledge == nil || tenant != "default" {
		return slo.Incident{}, f.unknown("Acknowledge")
	}
	return f.acknowledge(id, owner, comment)
}

func (f *fake) Queues(_ context.Context, tenant string) ([]lineage.Queue, error) {
	if f.queues == nil || tenant != "default" {
		return nil, f.unknown("Queues")
	}
	return f.queues()
}

func (f *fake) Transitions(_ context.Context, tenant string, key slo.Key, limit int) ([]slo.Transition, error) {
	if f.transitions == nil || tenant != "default" {
		return nil, f.unknown("Transitions")
	}
	return f.transitions(key, limit)
}

func (f *fake) QueueTrend(_ context.Context, tenant string, since time.Time, step time.Duration) ([]lineage.Queue, error) {
	if f.trend == nil || tenant != "default" {
		return nil, f.unknown("QueueTrend")
	}
	return f.trend(since, step)
}

func (f *fake) Variants(_ context.Context, q lineage.VariantQuery) (lineage.Variants, error) {
	if f.variants == nil || q.Tenant != "default" {
		return lineage.Variants{}, f.unknown("Variants")
	}
	return f.variants(q)
}

func (f *fake) VariantExecutions(_ context.Context, q lineage.VariantListQuery, ofType string) (lineage.VariantPage, error) {
	if f.variantList == nil || q.Tenant != "default" {
		return lineage.VariantPage{}, f.unknown("VariantExecutions")
	}
	f.variantType = ofType
	return f.variantList(q)
}

func (f *fake) FlowEvents(_ context.Context, tenant, flow string, yield func(*lineage.Event) error) error {
	if f.flowEvents == nil || tenant != "default" {
		return f.unknown("FlowEvents")
	}
	return f.flowEvents(flow, yield)
}

func (f *fake) Traffic(_ context.Context, q lineage.TrafficQuery) (lineage.Traffic, error) {
	if f.traffic == nil || q.Tenant != "default" {
		return lineage.Traffic{}, f.unknown("Traffic")
	}
	return f.traffic(q)
}

func (f *fake) Stitchability(_ context.Context, q lineage.StitchQuery) (lineage.Stitchability, error) {
	if f.stitchability == nil || q.Tenant != "default" {
		return lineage.Stitchability{}, f.unknown("Stitchability")
	}
	return f.stitchability(q)
}

// Catalogue is what is in force: an empty one unless the test says otherwise.
func (f *fake) Catalogue() *lineage.Catalogue {
	if f.catalogue != nil {
		return f.catalogue
	}
	c, err := lineage.NewCatalogue(lineage.Definition{})
	if err != nil {
		f.t.Error(err)
	}
	return c
}

func (f *fake) Status(context.Context) (Status, error) {
	if f.status == nil {
		return Status{}, f.unknown("Status")
	}
	return f.status()
}

func (f *fake) Suppressed(_ context.Context, tenant, id string) (lineage.Suppressed, error) {
	if f.suppressed == nil || tenant != "default" {
		return lineage.Suppressed{}, f.unknown("Suppressed")
	}
	return f.suppressed(id)
}

func (f *fake) Heard() map[string]time.Time { return f.heard }

func (f *fake) Sightings(ctx context.Context, tenant, id string, limit int) (lineage.Sought[lineage.Sighting], error) {
	if f.sightings == nil || tenant != "default" {
		return lineage.Sought[lineage.Sighting]{}, f.unknown("Sightings")
	}
	return f.sightings(ctx, id, limit)
}

func (f *fake) Refusals(ctx context.Context, tenant, id string, limit int) (lineage.Sought[lineage.Quarantined], error) {
	if f.refusals == nil || tenant != "default" {
		return lineage.Sought[lineage.Quarantined]{}, f.unknown("Refusals")
	}
	return f.refusals(ctx, id, limit)
}

// feed hands changes to whoever has subscribed.
type feed struct {
	mu   sync.Mutex
	subs map[chan lineage.Change]bool
	made int
}

func newFeed() *feed { return &feed{subs: map[chan lineage.Change]bool{}} }

func (f *feed) subscribe(string) (<-chan lineage.Change, func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	c := make(chan lineage.Change, 64)
	f.subs[c] = true
	f.made++
	return c, func() { f.drop(c) }
}

func (f *feed) drop(c chan lineage.Change) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.subs[c] {
		delete(f.subs, c)
		close(c)
	}
}

// publish says that executions have changed.
func (f *feed) publish(refs ...lineage.ExecutionRef) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for c := range f.subs {
		select {
		case c <- lineage.Change{Tenant: "default", Executions: refs}:
		default:
		}
	}
}

// cutAll closes every subscription, as a feed does with a slow reader.
func (f *feed) cutAll() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for c := range f.subs {
		delete(f.subs, c)
		close(c)
	}
}

func (f *fake) deps() Deps {
	reg := prometheus.NewPedanticRegistry()
	ready := f.ready
	if ready == nil {
		ready = func() []string { return nil }
	}
	return Deps{
		Lineage: f, Traces: f, Quarantine: f, Exports: f, Status: f, Suppressed: f, Texts: f, Decisions: f, Guards: f, Audit: f, Absences: f, Ready: ready, Clocks: f, Incidents: f, Queues: f, History: f, Trends: f, Variants: f, Stitching: f, Traffic: f, Catalogue: f.Catalogue,
		Registerer: reg, Gatherer: reg, Now: func() time.Time { return noon },
	}
}

// newServer makes a server that does not listen.
func newServer(t *testing.T, f *fake) *Server {
	t.Helper()
	f.t = t
	s, err := New(Config{Addr: "127.0.0.1:0", Version: "v1"}, f.deps())
	if err != nil {
		t.Fatal(err)
	}
	s.assets.missing = nil // the tests do not depend on what npm has brought
	t.Cleanup(func() {
		if err := s.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return s
}

// answer is what a server said.
type answer struct {
	*http.Response
	body string
}

// get asks a server that does not listen. Headers come as "Name: value".
func get(s *Server, path string, headers ...string) answer {
	return do(s, httptest.NewRequest(http.MethodGet, path, nil), headers...)
}

func do(s *Server, r *http.Request, headers ...string) answer {
	r.Host = "localhost:8080"
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		if name == "Host" {
			r.Host = value
		} else {
			r.Header.Add(name, value)
		}
	}
	w := httptest.NewRecorder()
	s.server.Handler.ServeHTTP(w, r)
	res := w.Result()
	body, _ := io.ReadAll(res.Body)
	return answer{res, string(body)}
}

// texts are the texts of the elements with a data-testid, blanks made single.
func (a answer) texts(t *testing.T, id string) []string {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(a.body))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for n := range doc.Descendants() {
		for _, at := range n.Attr {
			if at.Key == "data-testid" && at.Val == id {
				out = append(out, text(n))
			}
		}
	}
	return out
}

func text(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type != html.TextNode {
			continue
		}
		b.WriteString(d.Data)
		if !isolated(d.NextSibling) && !(isolated(d.Parent) && d.Parent.NextSibling != nil && d.Parent.NextSibling.Type == html.TextNode) {
			b.WriteString(" ")
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// isolated tells whether a node is what others have written, inside a sentence of ours.
func isolated(n *html.Node) bool { return n != nil && n.Type == html.ElementNode && n.Data == "bdi" }
