package lineage

import (
	"strings"
	"testing"
	"time"
)

func TestAnOutcomeIsTakenInAnyCaseAndOneThatNobodyKnowsIsRefused(t *testing.T) {
	t.Parallel()
	cat := testMapping(t)
	for data, want := range map[string]struct {
		outcome Outcome
		refused string
	}{
		`{"stage":"s"}`:                {},
		`{"stage":"s","outcome":null}`: {},
		`{"stage":"s","outcome":""}`:   {},
		`{"stage":"s","outcome":[]}`:   {},
		`{"outcome":"ok"}`:             {outcome: OutcomeOK},
		`{"outcome":"Success"}`:        {outcome: OutcomeOK},
		`{"outcome":"failed"}`:         {outcome: OutcomeFailed},
		`{"outcome":" FAILED "}`:       {outcome: OutcomeFailed},
		`{"outcome":"error"}`:          {outcome: OutcomeFailed},
		`{"outcome":"failure"}`:        {outcome: OutcomeFailed},
		`{"outcome":"Rejected"}`:       {outcome: OutcomeFailed},
		`{"outcome":"Retrying"}`:       {outcome: OutcomeRetrying},
		`{"outcome":"nok"}`:            {refused: `data.outcome: "nok" is no outcome; want ok (or success), failed (or failure, error, rejected) or retrying`},
		`{"outcome":false}`:            {refused: `data.outcome: "false" is no outcome`},
	} {
		e, err := mapped(t, cat, `{"specversion":"1.0","id":"1","source":"s","type":"t","subject":"order/1","data":`+data+`}`)
		switch {
		case want.refused != "" && (err == nil || KindOf(err) != Invalid || !strings.Contains(err.Error(), want.refused)):
			t.Errorf("%s: %v, want %s", data, err, want.refused)
		case want.refused == "" && (err != nil || e.Outcome != want.outcome):
			t.Errorf("%s: %q, %v, want %q", data, e.Outcome, err, want.outcome)
		}
	}
}

func TestAContractRefusesAnOutcomeThatItDoesNotList(t *testing.T) {
	t.Parallel()
	const contracts = `
kind: contract
type: strict
version: 1
map: {subject: {type: order, id: /no}, stage: s, outcome: {from: /status, values: {A: ok, R: failed}}}
---
kind: contract
type: lenient
version: 1
map: {subject: {type: order, id: /no}, stage: s, outcome: {always: retrying, from: /status, values: {A: ok}}}
---
kind: contract
signal: span
type: POST
version: 1
map: {subject: {type: order, id: no}, stage: s, outcome: {from: status, values: {A: ok}}}
`
	cat, err := ParseCatalogue([]File{{Name: "t.yaml", Data: []byte(contracts)}})
	if err != nil {
		t.Fatal(err)
	}
	for event, want := range map[string]string{
		`"strict","data":{"no":"1","status":"A"}`:  "ok",
		`"strict","data":{"no":"1","status":"R"}`:  "failed",
		`"strict","data":{"no":"1"}`:               "",
		`"strict","data":{"no":"1","status":"X"}`:  `refused: contract strict@1: /status: "X" is no outcome; the contract lists A, R`,
		`"lenient","data":{"no":"1","status":"X"}`: "retrying",
	} {
		e, err := mapped(t, cat, `{"specversion":"1.0","id":"1","source":"s","type":`+event+`}`)
		got := string(e.Outcome)
		if err != nil {
			got = "refused: " + err.Error()
		}
		if got != want {
			t.Errorf("%s: %s, want %s", event, got, want)
		}
	}
	s := Span{Service: "erp", Name: "POST", Status: "Error", TraceID: TraceID{1}, SpanID: SpanID{1}, Start: time.Unix(1e9, 0), Business: []Attr{{"no", "1"}, {"status", "X"}}}
	if e, ok := cat.FromSpan(&s); !ok || e.Stage != "s" || e.Outcome != OutcomeFailed {
		t.Errorf("a span, which is never refused, ends as its own status says: %+v, %t", e, ok)
	}
}
