package web

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"throughline/lineage"
)

// loss is a report with one of everything in it.
func loss() lineage.Stitchability {
	return lineage.Stitchability{
		From: noon.Add(-24 * time.Hour), To: noon, AsOf: noon, Settled: noon, Spans: 1_000_000, Events: 50, SpansEvery: 6, EventsEvery: 1,
		SpansFrom: noon.Add(-time.Hour), EventsFrom: noon.Add(-24 * time.Hour),
		Sources: []lineage.SourceStitching{{
			Source: "/billing", Events: 50, Correlated: 1, Reached: 9,
			Mute: lineage.Lost{Events: 41, Type: "invoice.posted", Example: lineage.Object{ID: "e-1"}},
		}},
		Services: []lineage.ServiceStitching{{Service: "crm", Spans: 100, Named: 99, Naming: 50, Roots: 20, Children: 80, Orphans: 8, Orphaned: theTrace}, {Service: "one", Spans: 1, Named: 1, Roots: 1}},
		Calls: []lineage.Calls{
			{Caller: "crm", Target: "sync:80", Calls: 30, Broken: theTrace},
			{Caller: "sync", Messaging: true, Target: "won", Calls: 10, Continued: 10, Callees: map[string]int{"erp": 10}},
			{Caller: "erp", Target: "bank:80", Calls: 7, Continued: 3, Callees: map[string]int{"bank": 3}},
		},
		Entries: []lineage.Entries{{Service: "sync", Target: "sync:80", Entries: 30, Roots: 29}, {Service: "erp", Messaging: true, Target: "won", Entries: 10}, {Service: "bank", Entries: 3}},
		Claims:  []lineage.LyingClaims{{Source: "/billing", What: "correlation", IDs: 3, Lying: 1, Events: 9, Example: "batch", Anchors: 9, Type: "order"}},
		Adrift:  []lineage.Adrift{{Flow: "quote-to-cash", Type: "quote", Objects: 4, Example: "Q-1", Since: noon.Add(-time.Hour)}},
	}
}

func TestStitchabilitySaysWhatToMend(t *testing.T) {
	t.Parallel()
	f := house()
	f.stitchability = func(q lineage.StitchQuery) (lineage.Stitchability, error) {
		if !q.From.Equal(noon.Add(-24*time.Hour)) || !q.To.Equal(noon) || !slices.Equal(q.Anchors, []string{"order"}) || !slices.Equal(q.Flows, []string{"quote-to-cash"}) {
			t.Errorf("asked for %+v", q)
		}
		return loss(), nil
	}
	got := get(newServer(t, f), "/stitchability", "Cookie: zone=Europe/Berlin")
	for id, want := range map[string][]string{
		"came-in": {"1,000,000 spans and 50 events from 2026-03-01 13:00:00 CET to 2026-03-02 13:00:00 CET"},
		"as-of":   {"as of 2026-03-02 13:00:00 CET"},
		"sample":  {"! So many spans came in that one trace in 6 since 2026-03-02 12:00:00 CET was looked at: the counts of spans are theirs."},
		"gap": {
			"82 % 41 of 50 events of finance carry no correlation id and no trace, and name no object. Set correlationid on them, or name what they are about in their subject, as type/id. Most are invoice.posted.",
			"96.6 % 29 of 30 calls of crm to sync lose their trace: sync begins a new one. Have crm send traceparent with the request, and sync go on from it. Look at trace " + theTrace.String(),
			"10 % 8 of 80 spans of crm have a parent that never came. Export the spans of whoever calls crm; where traces are sampled, decide by the trace's id and not by the span. Look at trace " + theTrace.String(),
			"1 % 1 of 100 spans of crm lie in traces that name no object and no correlation id. Set an attribute such as order.id or correlation.id on one span of each trace, where it is known.",
			"33.3 % 1 of 3 correlation ids of finance name several objects of the type order each, up to 9, and so they join nothing. Give each order a correlation id of its own, and send that of the batch as something else. Look at correlation batch",
		},
		"source":  {"finance events 50 ✓ 9 reached ✕ 41 name nothing"},
		"service": {"crm 100 99 % 50 % 20 ? 8 orphans 10 %", "one 1 100 % 0 % 1 —"},
		"hop": {
			"crm sync requests 30 0 % 29 ✕ up to 29 dropped one of them", "sync erp won 10 100 % 0 ✓ goes on", "erp bank requests 7 42.8 % 0 ? 4 not seen again",
		},
		"adrift": {"quote-to-cash quote 4 quote Q-1 2026-03-02 12:00:00"},
	} {
		if texts := got.texts(t, id); !slices.Equal(texts, want) {
			t.Errorf("%s:\n got %q\nwant %q", id, texts, want)
		}
	}
	for _, link := range []string{
		"/variants/executions?flow=quote-to-cash&amp;from=2026-03-01T12%3A00%3A00Z&amp;to=2026-03-02T12%3A00%3A00Z&amp;type=quote&amp;which=loose",
		"/lineage/correlation/batch", "/lineage/trace/" + theTrace.String(), "/lineage/quote/Q-1",
	} {
		if !strings.Contains(got.body, `href="`+link+`"`) {
			t.Errorf("nothing leads to %s", link)
		}
	}
	if strings.Contains(got.body, "ws-connect") {
		t.Error("the page is watched: each look at it reads a day of spans")
	}
}

func TestStitchabilityKeepsItsShape(t *testing.T) {
	t.Parallel()
	f := house()
	f.stitchability = func(lineage.StitchQuery) (lineage.Stitchability, error) {
		r := loss()
		r.Claims, r.Services = nil, r.Services[1:]
		return r, nil
	}
	golden(t, get(newServer(t, f), "/api/v1/stitchability").body, `{
		"from":"2026-03-01T12:00:00Z","to":"2026-03-02T12:00:00Z","as_of":"2026-03-02T12:00:00Z","spans":1000000,"events":50,"spans_from":"2026-03-02T11:00:00Z","spans_every":6,"events_from":"2026-03-01T12:00:00Z","events_every":1,
		"gaps":[
			{"kind":"mute","signal":"event","source":"/billing","callee":"","affected":41,"of":50,
				"what":"41 of 50 events of finance carry no correlation id and no trace, and name no object.",
				"fix":"Set correlationid on them, or name what they are about in their subject, as type/id. Most are invoice.posted.","example":{"type":"","id":"e-1"}},
			{"kind":"hop","signal":"span","source":"crm","callee":"sync","affected":29,"of":30,
				"what":"29 of 30 calls of crm to sync lose their trace: sync begins a new one.",
				"fix":"Have crm send traceparent with the request, and sync go on from it.","example":{"type":"trace","id":"ab000000000000000000000000000001"}}],
		"sources":[{"signal":"event","source":"/billing","events":50,"correlated":1,"reached":9,"named":0,"claiming":0,"mute":41}],
		"services":[{"service":"one","spans":1,"named":1,"naming":0,"roots":1,"children":0,"orphans":0}],
		"hops":[
			{"caller":"crm","callee":"sync","messaging":false,"target":"sync:80","calls":30,"continued":0,"roots":29,"dropped":29},
			{"caller":"sync","callee":"erp","messaging":true,"target":"won","calls":10,"continued":10,"roots":0,"dropped":0},
			{"caller":"erp","callee":"bank","messaging":false,"target":"bank:80","calls":7,"continued":3,"roots":0,"dropped":0}],
		"adrift":[{"flow":"quote-to-cash","type":"quote","objects":4,"example":{"type":"quote","id":"Q-1"},"since":"2026-03-02T11:00:00Z"}]}`)
}

func TestAWindowInWhichNothingCameInTeaches(t *testing.T) {
	t.Parallel()
	f := house()
	f.stitchability = func(lineage.StitchQuery) (lineage.Stitchability, error) { return lineage.Stitchability{}, nil }
	s := newServer(t, f)
	if got := get(s, "/stitchability"); got.StatusCode != http.StatusOK || len(got.texts(t, "nothing")) != 1 {
		t.Errorf("%d %s", got.StatusCode, got.body)
	}
	for query, want := range map[string]string{
		"from=2026-03-03":               "From is 2026-03-03T00:00:00Z, which is not before now, 2026-03-02T12:00:00Z; without to the window ends now.",
		"from=2026-03-01&to=2026-02-01": "From is 2026-03-01T00:00:00Z, which is not before to, 2026-02-01T00:00:00Z.",
		"to=2026-02-30":                 `To \"2026-02-30\" is no time`,
	} {
		if got := get(s, "/api/v1/stitchability?"+query); got.StatusCode != http.StatusBadRequest || !strings.Contains(got.body, want) {
			t.Errorf("%s: %d %s", query, got.StatusCode, got.body)
		}
	}
}
