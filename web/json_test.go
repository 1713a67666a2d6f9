package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"throughline/lineage"
	"throughline/slo"
)

// golden compares JSON texts as they would be set out over lines.
func golden(t *testing.T, got, want string) {
	t.Helper()
	var g, w bytes.Buffer
	if err := json.Indent(&g, []byte(got), "", " "); err != nil {
		t.Fatalf("%v: %s", err, got)
	}
	if err := json.Indent(&w, []byte(want), "", " "); err != nil {
		t.Fatal(err)
	}
	if strings.TrimSpace(g.String()) != strings.TrimSpace(w.String()) {
		t.Errorf("\n got %s\nwant %s", g.String(), w.String())
	}
}

func TestTheAPIKeepsItsShapes(t *testing.T) {
	t.Parallel()
	const execution = `{
		"flow":"quote-to-cash","anchor":{"type":"order","id":"SO-1"},"state":"open","truncated":false,
		"objects":[
			{"type":"quote","id":"Q-1","system":"crm","aliases":[],"rank":-1,"leaf":false,"placeholder":true,"amount":null,
			 "why":{"text":"what brings quote Q-1 here is not shown: the cap of this transaction leaves it out, or the flow has changed since","steps":[],"same":[],"cut":true}},
			{"type":"order","id":"SO-1","system":"erp","aliases":[{"type":"order","id":"006A","system":"crm"}],"rank":0,"leaf":false,"placeholder":false,"amount":{"minor":125000,"currency":"EUR","text":"1250.00"},
			 "why":{"text":"order SO-1 is the anchor of this transaction; order 006A (crm) is the same object as order SO-1 (erp): none of the events of this transaction says so itself","steps":[],"same":[
				{"a":{"type":"order","id":"006A","system":"crm","scope":""},"b":{"type":"order","id":"SO-1","system":"erp","scope":""},"evidence":null,
				 "text":"order 006A (crm) is the same object as order SO-1 (erp): none of the events of this transaction says so itself"}],"cut":false}},
			{"type":"invoice","id":"INV/1","system":"erp","aliases":[],"rank":2,"leaf":true,"placeholder":false,"amount":null,
			 "why":{"text":"invoice INV/1 bills order SO-1: event e-2 from erp","steps":[
				{"object":{"type":"invoice","id":"INV/1","system":"erp","scope":""},"next":{"type":"order","id":"SO-1","system":"erp","scope":""},
				 "says":{"from":{"type":"invoice","id":"INV/1","system":"erp","scope":""},"to":{"type":"order","id":"SO-1","system":"erp","scope":""},"qualifier":"bills"},
				 "claim":"","evidence":{"kind":"event","source":"erp","id":"e-2","type":"","time":null},"anchor_evidence":null,"more":0,
				 "text":"invoice INV/1 bills order SO-1: event e-2 from erp"}],"same":[],"cut":false}}],
		"relations":[{"from":{"type":"invoice","id":"INV/1"},"to":{"type":"order","id":"SO-1"},"qualifier":"bills","evidence":[{"kind":"event","source":"erp","id":"e-2","amount":null}],"amount":null}],
		"claims":[{"claim":"correlation:c-1","state":"claimed"}],
		"events":[
			{"source":"erp","id":"e-1","type":"order.created","time":"2026-03-02T11:00:00Z","stage":"order","outcome":"","attempt":2,"trace_id":"ab000000000000000000000000000001",
			 "refs":[{"type":"order","id":"SO-1","role":"subject"},{"type":"quote","id":"Q-1","role":"fulfils"}],"answer":0,"amount":null},
			{"source":"otel:erp","id":"e-2","type":"POST /invoices","time":null,"stage":"","outcome":"failed","attempt":0,"trace_id":"","refs":[{"type":"invoice","id":"INV/1","role":"subject"}],"answer":422,"amount":{"minor":-5,"currency":"EUR","text":"-0.05"}}],
		"stages":[{"name":"order","state":"done","first":"2026-03-02T11:00:00Z","last":"2026-03-02T11:00:00Z","attempts":2,"reason":"","done_at":"2026-03-02T11:00:00Z","covered":null,"target":null,"short":null},{"name":"invoice","state":"pending","first":null,"last":null,"attempts":0,"reason":"","done_at":null,"covered":null,"target":null,"short":null}],
		"clocks":[{"sla":"invoice-posted","title":"Invoice posted within 1 min of booking","subject":{"type":"order","id":"SO-1"},"state":"running","verdict":"","provisional":false,
			"started_at":"2026-03-02T12:00:00Z","due_at":"2026-03-02T12:01:00Z","breached_at":null,"ended_at":null,"episode":0}],
		"traces":[{"trace_id":"ab000000000000000000000000000001","spans":%s,"errors":%s}]}`
	one := fmt.Sprintf(execution, "2", "1")
	for name, tc := range map[string]struct {
		path, want string
		change     func(*fake)
	}{
		"a lineage": {path: "/api/v1/lineage/order/SO-1", want: `{"executions":[` + one + `],"unanchored":[]}`},
		"a lineage while the store is away": {
			path: "/api/v1/lineage/order/SO-1", want: `{"executions":[` + fmt.Sprintf(execution, "null", "null") + `],"unanchored":[]}`,
			change: func(f *fake) {
				f.traceSummaries = func([]lineage.TraceID) ([]lineage.TraceSummary, error) {
					return nil, lineage.Errorf(lineage.Unavailable, "ask", "away")
				}
			},
		},
		"an unanchored lineage": {
			path: "/api/v1/lineage/order/SO-1", want: `{"executions":[],"unanchored":[` + one + `]}`,
			change: func(f *fake) {
				lookup := f.lookup
				f.lookup = func(q lineage.ObjectQuery) (lineage.Answer, error) {
					a, err := lookup(q)
					return lineage.Answer{Unanchored: a.Executions}, err
				}
			},
		},
		"an unknown object": {
			path: "/api/v1/lineage/order/SO-1", want: `{"executions":[],"unanchored":[]}`,
			change: func(f *fake) {
				f.lookup = func(lineage.ObjectQuery) (lineage.Answer, error) { return lineage.Answer{}, nil }
			},
		},
		"a search": {
			path:   "/api/v1/search?q=INV%2F1",
			want:   `{"matches":[{"type":"invoice","id":"INV/1","system":"erp","executions":[{"flow":"quote-to-cash","anchor":{"type":"order","id":"SO-1"}}]},{"type":"trace","id":"x","system":"","executions":[]}]}`,
			change: func(f *fake) { f.search = twoMatches },
		},
		"the first page of a search": {
			path:   "/api/v1/search?q=INV%2F1&limit=1",
			want:   `{"matches":[{"type":"invoice","id":"INV/1","system":"erp","executions":[{"flow":"quote-to-cash","anchor":{"type":"order","id":"SO-1"}}]}],"next":"1"}`,
			change: func(f *fake) { f.search = twoMatches },
		},
		"the last page of a search": {
			path:   "/api/v1/search?q=INV%2F1&limit=1&cursor=1",
			want:   `{"matches":[{"type":"trace","id":"x","system":"","executions":[]}]}`,
			change: func(f *fake) { f.search = twoMatches },
		},
		"executions": {
			path: "/api/v1/executions?flow=quote-to-cash",
			want: `{"executions":[{"flow":"quote-to-cash","anchor":{"type":"order","id":"SO-1"},"state":"open","started_at":"2026-03-02T12:00:00Z","stage":"order"}],"next":"c/2"}`,
		},
		"no executions": {
			path: "/api/v1/executions", want: `{"executions":[],"next":""}`,
			change: func(f *fake) {
				f.list = func(lineage.ListQuery) (lineage.Page, error) { return lineage.Page{}, nil }
			},
		},
		"incidents": {
			path: "/api/v1/incidents?limit=5&state=firing&sla=invoice-posted", want: `{"incidents":[` + theIncident + `],"next":"i/2","firing":1,"resolved":12}`,
		},
		"no incidents": {
			path: "/api/v1/incidents", want: `{"incidents":[],"next":"","firing":0,"resolved":0}`,
			change: func(f *fake) {
				f.incidents = func(slo.IncidentQuery) (slo.IncidentPage, error) { return slo.IncidentPage{}, nil }
			},
		},
		"an incident": {path: "/api/v1/incidents/00c0ffee", want: withTransitions(theTransitions)},
		"an incident while the store is away": {
			path: "/api/v1/incidents/00c0ffee", want: withTransitions("null"),
			change: func(f *fake) {
				f.transitions = func(slo.Key, int) ([]slo.Transition, error) {
					return nil, lineage.Errorf(lineage.Unavailable, "ask", "away")
				}
			},
		},
		"the incident of a late source": {
			path: "/api/v1/incidents/1", change: func(f *fake) {
				f.incident = func(string) (slo.Incident, error) {
					return slo.Incident{ID: "1", Kind: slo.LateIncident, Source: "/billing", State: slo.Resolved, Resolution: slo.ByCatchingUp, ResolvedAt: noon, Waiting: 2}, nil
				}
			},
			want: `{"id":"1","kind":"source-late","sla":"","title":"","severity":"","source":"/billing","flow":"","subject":null,"anchor":null,"episode":0,"state":"resolved",
				"started_at":null,"due_at":null,"opened_at":null,"late_by":0,"resolved_at":"2026-03-02T12:00:00Z","resolution":"caught-up","stage":"","stage_state":"","reason":"",
				"amount":null,"runbook":"","waiting":2,"acknowledged_at":null,"owner":"","comment":"","history":[],"page":"/incidents/1","transitions":[]}`,
		},
		"figures": {
			path: "/api/v1/figures",
			want: `{"figures":[{"sla":"invoice-posted","title":"Invoice posted within 1 min of booking","flow":"quote-to-cash","target":60,"open":7,"breached":2,"waiting":1,"met":117,"missed":3,
				"next_due_at":"2026-03-02T12:01:00Z","oldest_due_at":"2026-03-02T11:00:00Z",
				"at_risk":[{"minor":99,"currency":"CHF","text":"0.99"},{"minor":125000,"currency":"EUR","text":"1250.00"}],"unpriced":1,"window":86400,"as_of":"2026-03-02T12:00:00Z"}]}`,
		},
		"queues, dead letters first": {
			path: "/api/v1/queues",
			want: `{"queues":[
				{"system":"nats","name":"DEAD","consumer":"","depth":1,"in_hand":0,"redelivered":0,"oldest_at":"2026-03-02T11:00:00Z","oldest_age":3540,"dead_letter":true,"measured_at":"2026-03-02T11:59:00Z"},
				{"system":"nats","name":"ORDERS","consumer":"erp-sync","depth":1204,"in_hand":3,"redelivered":2,"oldest_at":"2026-03-02T11:58:48Z","oldest_age":72,"dead_letter":false,"measured_at":"2026-03-02T12:00:00Z"}]}`,
		},
		"a quarantine": {
			path: "/api/v1/quarantine",
			want: `{"quarantine":[
				{"id":"q1","signal":"events","source":"erp","event_id":"e-9","type":"order.changed","reason":"time is not RFC 3339","ingested_at":"2026-03-02T12:00:00Z","size":12,"payload":"{\"id\":\"e-9\"}","payload_cut":false},
				{"id":"q2","signal":"traces","source":"","event_id":"","type":"","reason":"","ingested_at":"2026-03-02T12:00:00Z","size":2,"payload_base64":"/wA=","payload_cut":false}],"next":"n1"}`,
		},
		"a status": {
			path: "/api/v1/status",
			want: `{"ready":true,"reasons":[],"notes":["acknowledges after fsync"],"version":"v1","started_at":"2026-03-02T10:00:00Z","in_flight":3,
				"signals":{"events":{"received":1009,"refused":1,"quarantined":2,"deduplicated":3,"stored":1000,"stitched":999,"lag":1.5}}}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := house()
			if tc.change != nil {
				tc.change(f)
			}
			got := get(newServer(t, f), tc.path)
			if got.StatusCode != http.StatusOK || got.Header.Get("Content-Type") != "application/json" {
				t.Fatalf("%d %s %s", got.StatusCode, got.Header.Get("Content-Type"), got.body)
			}
			golden(t, got.body, tc.want)
		})
	}
}

// theIncident is the shape of an incident.
const theIncident = `{"id":"00c0ffee","kind":"breach","sla":"invoice-posted","title":"Invoice posted within 1 min of booking","severity":"page","source":"/billing",
	"flow":"quote-to-cash","subject":{"type":"order","id":"SO-1"},"anchor":{"type":"order","id":"SO-1"},"episode":0,"state":"firing",
	"started_at":"2026-03-02T11:55:00Z","due_at":"2026-03-02T11:56:00Z","opened_at":"2026-03-02T11:56:00Z","late_by":0.5,"resolved_at":null,"resolution":"",
	"stage":"invoice","stage_state":"failed","reason":"tax code Z7","amount":{"minor":125000,"currency":"EUR","text":"1250.00"},"runbook":"Ask finance.","waiting":0,
	"acknowledged_at":null,"owner":"","comment":"","history":[{"at":"2026-03-02T11:56:00Z","text":"the deadline passed"}],"page":"/incidents/00c0ffee"}`

// theTransitions are what was known of it.
const theTransitions = `[
	{"kind":"started","at":"2026-03-02T11:55:00Z","noticed_at":"2026-03-02T11:55:01Z","due_at":"2026-03-02T11:56:00Z","late_by":0,"verdict":"","provisional":false},
	{"kind":"breached","at":"2026-03-02T11:56:00Z","noticed_at":"2026-03-02T11:56:00.5Z","due_at":"2026-03-02T11:56:00Z","late_by":0.5,"verdict":"","provisional":false}]`

func withTransitions(list string) string {
	return strings.TrimSuffix(theIncident, "}") + `,"transitions":` + list + "}"
}

func twoMatches(string) ([]lineage.Match, error) {
	return []lineage.Match{{Object: theInvoice, Executions: []lineage.ExecutionRef{theRef}}, {Object: object("trace", "", "x")}}, nil
}

func TestBadQuestionsAreToldWhatIsWrong(t *testing.T) {
	t.Parallel()
	for path, tc := range map[string]struct {
		code   int
		detail string
	}{
		"/api/v1/executions?limit=0":                         {400, `Limit "0" is not a whole number from 1 to 1000.`},
		"/api/v1/executions?limit=1001":                      {400, `Limit "1001" is not a whole number from 1 to 1000.`},
		"/api/v1/quarantine?limit=ten":                       {400, `Limit "ten" is not a whole number from 1 to 1000.`},
		"/api/v1/incidents?limit=-1":                         {400, `Limit "-1" is not a whole number from 1 to 1000.`},
		"/api/v1/incidents?limit=1001":                       {400, `Limit "1001" is not a whole number from 1 to 1000.`},
		"/api/v1/incidents?state=acknowledged":               {400, `State "acknowledged" is none of firing, resolved.`},
		"/api/v1/incidents?cursor=zz":                        {400, `Cursor "zz" is none that was handed out.`},
		"/api/v1/incidents/none":                             {404, `There is no incident none.`},
		"/api/v1/executions?state=gone":                      {400, `State "gone" is none of observed, open, completed, failed, retrying.`},
		"/api/v1/search?q=%20":                               {400, `The parameter q is empty; give it an id.`},
		"/api/v1/search?q=x&cursor=y":                        {400, `Cursor "y" is none that was handed out.`},
		"/api/v1/search?q=%ff":                               {400, `The parameter q is not valid UTF-8.`},
		"/api/v1/search?q=a%00b":                             {400, `The parameter q holds a zero byte.`},
		"/api/v1/search?q=" + strings.Repeat("x", 4097):      {400, `The parameter q is longer than 4096 bytes.`},
		"/api/v1/search?q=%zz":                               {400, `The query string cannot be read: invalid URL escape "%zz".`},
		"/api/v1/lineage/order/":                             {400, `The path has no id; write it as order/ID.`},
		"/api/v1/lineage/order/" + strings.Repeat("y", 4097): {400, `The parameter id is longer than 4096 bytes.`},
		"/api/v1/nothing":                                    {404, `There is nothing at GET /api/v1/nothing.`},
	} {
		t.Run(path[:min(len(path), 60)], func(t *testing.T) {
			t.Parallel()
			f := house()
			f.search = twoMatches
			f.incidents = func(q slo.IncidentQuery) (slo.IncidentPage, error) {
				return slo.IncidentPage{}, lineage.Errorf(lineage.Invalid, "list incidents", "cursor %q is none that was handed out", q.Cursor)
			}
			got := get(newServer(t, f), path)
			var p problem
			if err := json.Unmarshal([]byte(got.body), &p); err != nil {
				t.Fatalf("%v: %s", err, got.body)
			}
			if got.StatusCode != tc.code || p.Status != tc.code || p.Detail != tc.detail || p.Title == "" || p.Request == "" {
				t.Errorf("%d %+v", got.StatusCode, p)
			}
			if got.Header.Get("Content-Type") != "application/problem+json" {
				t.Errorf("it is %s", got.Header.Get("Content-Type"))
			}
		})
	}
}

func TestFailuresInsideAreNotTold(t *testing.T) {
	t.Parallel()
	f := house()
	f.lookup = func(lineage.ObjectQuery) (lineage.Answer, error) {
		return lineage.Answer{}, fmt.Errorf("dial tcp 10.0.0.7: password=hunter2")
	}
	s := newServer(t, f)
	for _, path := range []string{"/api/v1/lineage/order/1", "/lineage/order/1"} {
		got := get(s, path)
		if got.StatusCode != http.StatusServiceUnavailable || got.Header.Get("Retry-After") == "" || strings.Contains(got.body, "hunter2") {
			t.Errorf("%s: %d %s", path, got.StatusCode, got.body)
		}
	}
}
