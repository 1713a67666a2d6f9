package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"throughline/lineage"
)

func TestAFlowIsExportedEventByEvent(t *testing.T) {
	t.Parallel()
	quote := object("quote", "crm", "Q-1")
	s := newServer(t, &fake{catalogue: theCatalogue(), flowEvents: func(flow string, yield func(*lineage.Event) error) error {
		if flow != "quote-to-cash" {
			t.Errorf("asked for the flow %q", flow)
		}
		return errors.Join(
			yield(&lineage.Event{
				Source: "erp", ID: "e<1>", Type: "order.created", Time: noon, Stage: "order", Outcome: lineage.OutcomeFailed, Reason: "No.", Attempt: 2, Answer: 422,
				Amount: eur(1250), Correlation: "c-1", Causation: "e-0", TraceID: theTrace, Payload: `{"n": 1.50}`,
				Refs:      []lineage.Ref{{Object: theOrder, Role: lineage.Subject}},
				Relations: []lineage.Relation{{From: theOrder, To: quote, Qualifier: "fulfils", Amount: eur(5)}},
			}),
			yield(&lineage.Event{Source: "otel:erp", ID: "e-2", Kind: lineage.SpanEvent, Payload: "no JSON"}),
		)
	}})
	a := get(s, "/api/v1/export/quote-to-cash/events")
	if media := a.Header.Get("Content-Type"); a.StatusCode != http.StatusOK || media != "application/x-ndjson" {
		t.Fatalf("%s, %s: %s", a.Status, media, a.body)
	}
	got := strings.Split(strings.TrimSpace(a.body), "\n")
	want := []string{
		`{"event":{"kind":"event","source":"erp","id":"e<1>","type":"order.created","time":"2026-03-02T12:00:00Z","stage":"order","outcome":"failed","reason":"No.","attempt":2,"answer":422,
		"amount":{"minor":1250,"currency":"EUR","text":"12.50"},"correlation":"c-1","causation":"e-0","trace_id":"ab000000000000000000000000000001","span_id":"",
		"refs":[{"type":"order","system":"erp","scope":"","id":"SO-1","role":"subject","amount":null}],
		"relations":[{"from":{"type":"order","system":"erp","scope":"","id":"SO-1"},"to":{"type":"quote","system":"crm","scope":"","id":"Q-1"},"qualifier":"fulfils","amount":{"minor":5,"currency":"EUR","text":"0.05"}}],
		"data":{"n":1.50}}}`,
		`{"event":{"kind":"span","source":"otel:erp","id":"e-2","type":"","time":null,"stage":"","outcome":"","reason":"","attempt":0,"answer":0,"amount":null,"correlation":"","causation":"",
		"trace_id":"","span_id":"","refs":[],"relations":[],"data":"no JSON"}}`,
		`{"end":{"lines":2}}`,
	}
	if len(got) != len(want) {
		t.Fatalf("%d lines:\n%s", len(got), a.body)
	}
	for i := range want {
		golden(t, got[i], want[i])
	}
}

func TestAFlowIsExportedExecutionByExecution(t *testing.T) {
	t.Parallel()
	s := newServer(t, &fake{
		catalogue: theCatalogue(),
		list: func(q lineage.ListQuery) (lineage.Page, error) {
			if q.Cursor == "" {
				return lineage.Page{Executions: []lineage.Summary{{Flow: q.Flow, Anchor: theOrder}}, Next: "more"}, nil
			}
			return lineage.Page{Executions: []lineage.Summary{{Flow: q.Flow, Anchor: object("order", "erp", "merged")}}}, nil
		},
		lookup: func(q lineage.ObjectQuery) (lineage.Answer, error) {
			if q.ID != theOrder.ID {
				return lineage.Answer{}, lineage.Errorf(lineage.NotFound, "look up", "there is no such object")
			}
			other := execution()
			other.Anchor.ID = "other" // that holds the order as well
			return lineage.Answer{Executions: []*lineage.Execution{other, execution()}}, nil
		},
	})
	a := get(s, "/api/v1/export/quote-to-cash/executions")
	got := strings.Split(strings.TrimSpace(a.body), "\n")
	if len(got) != 2 || got[1] != `{"end":{"lines":1}}` {
		t.Fatalf("%s: %s", a.Status, a.body)
	}
	want := `{"execution":{"anchor":{"type":"order","system":"erp","scope":"","id":"SO-1"},"unanchored":false,"truncated":false,"state":"open","events":[{"kind":"event","source":"erp","id":"e-1",`
	if !strings.HasPrefix(got[0], want) || !strings.Contains(got[0], `"id":"e-2"`) {
		t.Errorf("got %s\nwant %s…", got[0], want)
	}
}

func TestAnExportThatBreaksOffSaysSo(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		events int
		code   int
		want   string
	}{
		"before the first line": {0, http.StatusServiceUnavailable, `"status":503`},
		"in the middle":         {3, http.StatusOK, `{"error":"the export was cut short; the log has the reason"}`},
	} {
		s := newServer(t, &fake{catalogue: theCatalogue(), flowEvents: func(_ string, yield func(*lineage.Event) error) error {
			for i := range c.events {
				if err := yield(&lineage.Event{ID: fmt.Sprint(i)}); err != nil {
					return err
				}
			}
			return lineage.Errorf(lineage.Unavailable, "ask", "the store is away")
		}})
		a := get(s, "/api/v1/export/quote-to-cash/events")
		if a.StatusCode != c.code || !strings.Contains(a.body, c.want) || strings.Contains(a.body, `"end"`) {
			t.Errorf("%s: %s: %s", name, a.Status, a.body)
		}
	}
}

func TestAFlowThatIsNotIsNamed(t *testing.T) {
	t.Parallel()
	a := get(newServer(t, &fake{catalogue: theCatalogue()}), "/api/v1/export/nope/events")
	if a.StatusCode != http.StatusNotFound || !strings.Contains(a.body, `There is no flow \"nope\"; there are transaction, quote-to-cash`) {
		t.Errorf("%s: %s", a.Status, a.body)
	}
}

func TestOnlySoManyExportsRunAtOnce(t *testing.T) {
	t.Parallel()
	begun, end := make(chan bool), make(chan bool)
	s := newServer(t, &fake{catalogue: theCatalogue(), flowEvents: func(string, func(*lineage.Event) error) error {
		begun <- true
		<-end
		return nil
	}})
	handler := s.server.Handler
	ask := func() int {
		w := httptest.NewRecorder()
		r := httptest.NewRequestWithContext(context.Background(), http.MethodGet, "/api/v1/export/quote-to-cash/events", nil)
		r.Host = "localhost"
		handler.ServeHTTP(w, r)
		return w.Code
	}
	done := make(chan int)
	for range maxExports {
		go func() { done <- ask() }()
		<-begun
	}
	if code := ask(); code != http.StatusTooManyRequests {
		t.Errorf("one more is answered %d", code)
	}
	close(end)
	for range maxExports {
		if code := <-done; code != http.StatusOK {
			t.Errorf("one that runs is answered %d", code)
		}
	}
}
