package view_test

import (
	"bytes"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	"golang.org/x/net/html"

	"throughline/lineage"
	"throughline/slo"
	"throughline/web/view"
)

// gallery is every component of the package with data in it; evil is put
// wherever a stranger chooses the text.
func gallery(evil string) map[string]templ.Component {
	c := utc()
	looked := object("order", "erp", "SO-1")
	e := order(evil)
	unanchored := order(evil)
	unanchored.Unanchored = true
	summary := lineage.TraceSummary{TraceID: traceID(1), Spans: 3, Errors: 1, Services: []string{"crm" + evil, "erp"}, Start: noon, End: noon.Add(1e9)}
	broken := span(traceID(1), 2, 1, 1e6, 1e6)
	broken.Status, broken.StatusMessage, broken.Name, broken.Attributes = "Error", "boom"+evil, "GET"+evil, `{"a":"`+evil+`"}`
	trace := view.NewTrace(summary, []lineage.Span{span(traceID(1), 1, 0, 0, 1e9), broken, span(traceID(1), 3, 9, 0, 0)}, 2, c)
	executions := view.Executions{Rows: view.NewSummaries(flow(evil).Latest, c), Zone: "UTC", Filter: view.Filter{Flow: evil}, Flows: []string{evil}, Stages: []string{evil}, First: "/executions", Next: "/executions?cursor=x"}
	quarantined := []lineage.Quarantined{{ID: "q" + evil, Signal: lineage.Events, Source: evil, EventID: evil, Type: evil, Reason: "bad " + evil, Payload: []byte(evil)}, {Payload: []byte{0xff, 0}}}
	lore, waiting := lore(evil), incident(evil)
	waiting.ID, waiting.State, waiting.ResolvedAt, waiting.Resolution, waiting.AcknowledgedAt = "i-2", slo.Resolved, noon, slo.ByEnd, time.Time{}
	late := slo.Incident{ID: "l-1" + evil, Kind: slo.LateIncident, Source: "erp" + evil, State: slo.Firing, OpenedAt: noon, Waiting: 2}
	bare := slo.Incident{State: slo.Firing, Impact: slo.Impact{Runbook: "https://runbooks.example/" + evil}}
	incidents := view.Incidents{
		Rows: view.NewIncidents([]slo.Incident{incident(evil), waiting, late}, lore, c), Filter: view.IncidentFilter{SLA: evil},
		SLAs: []string{evil}, Firing: 2, Here: "/incidents?sla=" + evil, Next: "/incidents?cursor=x",
	}
	mine := incidents
	mine.Owner = "Ada" + evil
	first, second := incident(evil), bare
	queues := []lineage.Queue{
		{System: "nats" + evil, Name: "ORDERS.dlq" + evil, Depth: 2, Oldest: noon.Add(-time.Hour), DeadLetter: true, At: noon},
		{System: "nats", Name: "ORDERS", Consumer: "erp" + evil, At: noon.Add(-time.Hour)},
	}
	page := view.Page{Title: "T" + evil, Query: evil, Section: "overview", Parts: []view.Part{{ID: "x", Body: view.SearchPage(view.Search{Query: evil})}}}
	frame := view.Frame{Path: "/" + evil, Live: "/live?page=" + evil, Theme: "dark", Zone: "UTC", Zones: []string{"UTC"}, Style: "/s.css", Icon: "/i.svg", Scripts: []string{"/a.js"}, Notes: []string{"note " + evil}, Version: evil}
	all := desk(evil)
	maps.Copy(all, map[string]templ.Component{
		"a whole document":           view.Whole(frame, page, c),
		"an update":                  view.Fragment(page.Parts[0], true),
		"a beat":                     view.Beat(),
		"a failure":                  view.Failure(404, "Not Found", evil, "r-1", "/"+evil),
		"an overview":                view.OverviewPage(view.Overview{Flows: []view.Flow{view.NewFlow(flow(evil), figures(evil), lore, c), view.NewFlow(lineage.FlowOverview{Flow: "bare"}, nil, lore, c), view.NewFlow(lineage.FlowOverview{Flow: "unpromised", Stages: []lineage.StageCount{{Stage: "s"}}}, nil, lore, c)}}),
		"an empty overview":          view.OverviewPage(view.Overview{First: view.FirstEvent{Events: "http://x/" + evil, HTTP: "http://x", GRPC: "http://y"}}),
		"a list of executions":       view.ExecutionsPage(executions),
		"an empty list":              view.ExecutionsPage(view.Executions{}),
		"a list narrowed to nothing": view.ExecutionsPage(view.Executions{Filter: view.Filter{State: "open"}}),
		"a lineage":                  view.LineagePage(view.NewLineage(looked, lineage.Answer{Executions: []*lineage.Execution{e, e}, Unanchored: []*lineage.Execution{unanchored}}, lore, c)),
		"an unknown object":          view.LineagePage(view.NewLineage(object("order", evil, evil), lineage.Answer{}, lore, c)),
		"what is missing":            view.MissingPage(view.NewMissing(facts(evil), lore, c)),
		"what is nowhere":            view.MissingPage(view.NewMissing(view.Facts{ID: evil, Asked: looked}, lore, c)),
		"a question what is missing": view.MissingPage(view.Missing{}),
		"traces":                     view.TracesPart(view.Traces{Traces: []view.Trace{trace}, More: 3, Problem: "away", Open: true}),
		"a search":                   view.SearchPage(view.Search{Query: evil, Matches: view.NewMatches([]lineage.Match{{Object: object("order", evil, "1"+evil), Executions: []lineage.ExecutionRef{{Flow: evil, Anchor: looked}}}, {Object: looked}}), More: 2}),
		"an empty search":            view.SearchPage(view.Search{}),
		"incidents":                  view.IncidentsPage(incidents),
		"incidents for one by name":  view.IncidentsPage(mine),
		"no incidents":               view.IncidentsPage(view.Incidents{SLAs: []string{"s"}}),
		"no promises":                view.IncidentsPage(view.Incidents{}),
		"incidents narrowed away":    view.IncidentsPage(view.Incidents{Firing: 1, Filter: view.IncidentFilter{State: "resolved"}}),
		"an incident":                view.IncidentPage(view.NewIncident(&first, lore, c), "Ada"+evil, "/incidents?sla="+evil),
		"a resolved incident":        view.IncidentPage(view.NewIncident(&waiting, lore, c), "", ""),
		"a source that is behind":    view.IncidentPage(view.NewIncident(&late, lore, c), "", ""),
		"an incident with a link":    view.IncidentPage(view.NewIncident(&second, lore, c), "", ""),
		"queues":                     view.QueuesPage(view.NewQueues(queues, append(queues, queues[0]), noon.Add(-time.Hour), c)),
		"no queues":                  view.QueuesPage(view.Queues{}),
		"variants":                   view.VariantsPage(variants(evil)),
		"stitchability":              view.StitchabilityPage(stitchability(evil)),
		"drift":                      view.DriftPage(drift(evil)),
		"no traffic":                 view.DriftPage(view.Drift{}),
		"no drift":                   view.DriftPage(view.Drift{Rest: []view.DriftKind{{Type: "t"}}, More: 1}),
		"a window without anything":  view.StitchabilityPage(view.Stitchability{}),
		"no gap":                     view.StitchabilityPage(view.Stitchability{Spans: 1}),
		"no flow with stages":        view.VariantsPage(view.Variants{}),
		"no variants":                view.VariantsPage(view.Variants{Flows: []string{evil}, Filter: view.VariantFilter{Flow: evil}}),
		"transactions of a variant":  view.VariantExecutionsPage(view.NewVariantExecutions(lineage.VariantPage{Page: lineage.Page{Executions: flow(evil).Latest, Next: evil}, Stages: []string{evil}}, view.VariantList{VariantFilter: view.VariantFilter{Flow: evil, State: evil}, Variant: evil}, c)),
		"a variant without any":      view.VariantExecutionsPage(view.VariantExecutions{}),
		"a quarantine":               view.QuarantinePage(view.Quarantine{Rows: view.NewQuarantined(quarantined, c), Zone: "UTC", Next: "/quarantine?cursor=x"}),
		"an empty quarantine":        view.QuarantinePage(view.Quarantine{}),
		"a status":                   view.StatusPage(view.Status{Reasons: []string{evil}, Notes: []string{evil}, Version: evil, Signals: []view.Signal{{Name: "traces", Received: 12345, Lag: "1 s"}}}),
	})
	return all
}

func render(t *testing.T, c templ.Component) string {
	t.Helper()
	var b bytes.Buffer
	if err := c.Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestEveryComponentDrawsValidAccessibleHTML(t *testing.T) {
	t.Parallel()
	for name, c := range gallery("") {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := render(t, c)
			if strings.Contains(text, "@when") || strings.Contains(text, "@tag") || strings.Contains(text, "@copies") || strings.Contains(text, "@prose") {
				t.Error("a component was written out and not called")
			}
			seen := map[string]bool{}
			for n := range nodes(t, text) {
				for _, a := range n.Attr {
					if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
						t.Errorf("<%s %s=%q>: the content security policy allows nothing inline", n.Data, a.Key, a.Val)
					}
					if a.Key == "id" && seen[a.Val] {
						t.Errorf("the id %q stands twice", a.Val)
					}
					if a.Key == "id" {
						seen[a.Val] = true
					}
				}
				if n.Data == "th" && n.FirstChild == nil {
					t.Error("a table's heading is empty")
				}
				if n.Data == "svg" && attr(n, "aria-hidden") == "" && attr(n, "aria-label") == "" {
					t.Error("a drawing is neither named nor hidden")
				}
			}
		})
	}
}

func TestWhatStrangersWriteIsInert(t *testing.T) {
	t.Parallel()
	for _, evil := range []string{`"><script>alert(1)</script>`, `'><img src=x onerror=alert(1)>`, `</title></pre></svg><svg onload=alert(1)>`, `javascript:alert(1)`} {
		for name, c := range gallery(evil) {
			t.Run(name+" with "+evil, func(t *testing.T) {
				t.Parallel()
				for n := range nodes(t, render(t, c)) {
					if n.Data == "script" && attr(n, "src") != "/a.js" || n.Data == "img" {
						t.Errorf("<%s> came in", n.Data)
					}
					for _, a := range n.Attr {
						if strings.HasPrefix(a.Key, "on") {
							t.Errorf("<%s %s=%q> came in", n.Data, a.Key, a.Val)
						}
						if (a.Key == "href" || a.Key == "src" || a.Key == "action") && strings.HasPrefix(a.Val, "javascript:") {
							t.Errorf("<%s %s=%q> came in", n.Data, a.Key, a.Val)
						}
					}
				}
			})
		}
	}
}

// nodes walks the elements of a text that is parsed as a browser would.
func nodes(t *testing.T, text string) func(yield func(*html.Node) bool) {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return func(yield func(*html.Node) bool) {
		for n := range doc.Descendants() {
			if n.Type == html.ElementNode && !yield(n) {
				return
			}
		}
	}
}

func attr(n *html.Node, key string) string {
	i := slices.IndexFunc(n.Attr, func(a html.Attribute) bool { return a.Key == key })
	if i < 0 {
		return ""
	}
	return n.Attr[i].Val
}
