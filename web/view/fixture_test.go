package view_test

import (
	"strconv"
	"strings"
	"time"

	"throughline/lineage"
	"throughline/slo"
	"throughline/web/view"
)

// noon is the moment that every page of the tests is drawn for.
var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// told is a sentence without the marks around what others have written in it.
func told(sentence string) string {
	return strings.NewReplacer("\u2068", "", "\u2069", "").Replace(sentence)
}

func utc() view.Clock { return view.Clock{Now: noon} }

func object(kind, system, id string) lineage.Object {
	return lineage.Object{Type: kind, System: system, ID: id}
}

func traceID(b byte) lineage.TraceID { return lineage.TraceID{0: 1, 15: b} }

// order is a transaction with one of everything; evil stands wherever a source
// chooses the text.
func order(evil string) *lineage.Execution {
	opportunity, quote := object("opportunity", "crm", "O-1"+evil), object("quote", "crm", "Q-1")
	so, invoice, payment, run := object("order", "erp", "SO-1"), object("invoice", "erp"+evil, "INV-1"), object("payment", "bank", "P-1"), object("payment_run", "bank", "R-1")
	at := func(minutes int) time.Time { return noon.Add(-time.Hour + time.Duration(minutes)*time.Minute) }
	says := []lineage.Evidence{{Kind: lineage.SpanEvent, Source: "otel:erp" + evil, ID: "e-9" + evil}}
	return &lineage.Execution{
		Flow: "quote-to-cash" + evil, Anchor: so, State: lineage.StateFailed, Stage: "invoice",
		StartedAt: at(0), LastAt: at(10), Truncated: true,
		Members: []lineage.Member{
			{Object: opportunity, Rank: -2},
			{Object: quote, Rank: -1},
			{Object: so, Rank: 0, Amount: eur(125000), Aliases: []lineage.Object{object("order", "crm", "006A"+evil)}},
			{Object: invoice, Rank: 2},
			{Object: payment, Rank: 3, Placeholder: true},
			{Object: run, Rank: 4, Leaf: true},
		},
		Edges: []lineage.Edge{
			{From: quote, To: opportunity, Qualifier: "fulfils" + evil, Evidence: says},
			{From: so, To: quote, Qualifier: "fulfils", Evidence: says},
			{From: invoice, To: so, Qualifier: "bills", Evidence: says, Allocations: []lineage.Allocation{{Amount: eur(60000), By: says[0], At: at(5)}}},
			{From: payment, To: invoice, Qualifier: "pays", Evidence: says},
			{From: run, To: payment, Qualifier: "contains", Evidence: says},
		},
		Claims: []lineage.Claim{
			{Claim: "correlation:c-1" + evil, State: lineage.Claimed},
			{Claim: "trace:" + traceID(1).String(), State: lineage.Pending},
			{Claim: "causation:x" + evil, State: lineage.Ambiguous},
		},
		Events: []*lineage.Event{
			{
				Source: "crm" + evil, ID: "e-1" + evil, Type: "crm.won" + evil, Time: at(0), Stage: "won" + evil, TraceID: traceID(1),
				Correlation: "c-1" + evil, Causation: "e-0" + evil, Contract: "won/v1" + evil, Payload: `{"note":"` + evil + `"}`,
				Refs: []lineage.Ref{{Object: opportunity, Role: lineage.Subject}, {Object: quote, Role: lineage.Role("fulfils" + evil)}},
			},
			{Source: "erp", ID: "e-2", Type: "erp.invoice", Time: at(10), Stage: "invoice", Outcome: lineage.OutcomeFailed, Attempt: 4, Reason: "422" + evil, Answer: 422, Amount: eur(125000)},
		},
		Stages: []lineage.Stage{
			{Name: "won" + evil, State: lineage.StateDone, First: at(0), Last: at(0), Attempts: 1},
			{Name: "invoice", State: lineage.StateFailed, First: at(5), Last: at(10), Attempts: 4, Reason: "422 TAX_CODE" + evil},
			{Name: "payment", State: lineage.StatePending},
			{Name: "billed" + evil, State: lineage.StateAmbiguous, First: at(7), Last: at(7), Covered: eur(5000), Target: eur(125000), Reason: "invoice 1 does not say how much" + evil},
		},
	}
}

func span(trace lineage.TraceID, id, parent byte, start, took time.Duration) lineage.Span {
	s := lineage.Span{
		TraceID: trace, SpanID: lineage.SpanID{7: id}, Name: "span " + strconv.Itoa(int(id)), Service: "erp", Kind: "Server",
		Start: noon.Add(start), Duration: took, Status: "Unset",
	}
	if parent > 0 {
		s.Parent = lineage.SpanID{7: parent}
	}
	return s
}

func flow(evil string) lineage.FlowOverview {
	return lineage.FlowOverview{
		Flow: "quote-to-cash" + evil, Total: 1234, Unanchored: 2,
		Stages:   []lineage.StageCount{{Stage: ""}, {Stage: "won" + evil, Open: 3, Failed: 1}, {Stage: "payment", Completed: 1230}},
		Latency:  lineage.Latency{Samples: 12, P50: 2 * time.Second, P95: 65 * time.Second, Max: 2 * time.Hour},
		Previous: lineage.Latency{Samples: 8, P50: time.Second, P95: 65 * time.Second},
		Trend:    []lineage.Latency{{Samples: 2, P50: time.Second, P95: 2 * time.Second}, {}, {Samples: 1, P50: time.Second, P95: 3 * time.Second}},
		Latest:   []lineage.Summary{{Flow: "quote-to-cash", Anchor: object("order", "erp", "SO-1"+evil), State: lineage.StateOpen, Stage: "won" + evil, StartedAt: noon, LastAt: noon.Add(time.Minute)}},
	}
}

func eur(cents int64) lineage.Money { return lineage.Money{Minor: cents, Currency: "EUR"} }

// invoiced is the promise that most tests are about.
func invoiced(evil string) lineage.SLA {
	return lineage.SLA{
		Name: "invoice-posted" + evil, Title: "Invoice posted within 1 min of booking" + evil, Flow: "quote-to-cash" + evil,
		Subject: "order", Start: "ordered", Stop: "invoiced", Target: lineage.Duration(time.Minute),
		ClosingSource: "/billing", Severity: lineage.SeverityPage, Runbook: "Ask finance" + evil,
	}
}

// lore is what the pages of the tests know: the clocks of the order.
func lore(evil string) view.Lore {
	so := object("order", "erp", "SO-1")
	clock := func(state slo.State, verdict slo.Verdict, provisional bool) slo.Reading {
		return slo.Reading{SLA: invoiced(evil), Clock: slo.Clock{
			Key: slo.Key{SLA: "invoice-posted" + evil, Subject: so}, State: state, Verdict: verdict, Provisional: provisional,
			StartedAt: noon.Add(-2 * time.Minute), DueAt: noon.Add(-time.Minute), EndedAt: noon.Add(-30 * time.Second), Episode: 1,
		}}
	}
	return view.Lore{Catalogue: catalogue(), Clocks: []slo.Reading{
		clock(slo.Running, slo.Breached, false), clock(slo.Running, slo.Breached, true), clock(slo.Running, slo.None, false),
		clock(slo.Paused, slo.None, false), clock(slo.Ended, slo.Met, false), clock(slo.Ended, slo.Corrected, false),
		clock(slo.Ended, slo.Breached, false), clock(slo.Cancelled, slo.None, false), clock(slo.Pending, slo.None, false),
	}}
}

func incident(evil string) slo.Incident {
	return slo.Incident{
		ID: "i-1" + evil, Kind: slo.BreachIncident, Key: slo.Key{SLA: "invoice-posted", Subject: object("order", "erp", "SO-1"+evil)},
		Source: "/billing" + evil, State: slo.Firing, StartedAt: noon.Add(-5 * time.Minute), DueAt: noon.Add(-4 * time.Minute),
		OpenedAt: noon.Add(-4 * time.Minute), LateBy: 500 * time.Millisecond,
		AcknowledgedAt: noon.Add(-time.Minute), Owner: "Ada" + evil, Comment: "looking" + evil,
		History: []slo.Entry{{At: noon.Add(-4 * time.Minute), Text: "the deadline passed" + evil}},
		Impact: slo.Impact{
			Flow: "quote-to-cash", Anchor: object("order", "erp", "SO-1"), Title: "Invoice posted within 1 min" + evil, Severity: lineage.SeverityPage,
			Runbook: "Ask finance" + evil, Stage: "invoiced" + evil, State: lineage.StateFailed, Reason: "tax code Z7" + evil, Amount: eur(125000),
		},
	}
}

func figures(evil string) []slo.Figures {
	return []slo.Figures{{
		SLA: invoiced(evil), Open: 7, Breached: 2, Waiting: 1, Met: 117, Missed: 3, Next: noon.Add(time.Minute),
		Risk: slo.Risk{Amounts: map[string]lineage.Money{"EUR": eur(125000), "CHF": {Minor: 99, Currency: "CHF"}}, Unpriced: 1}, Window: 24 * time.Hour, AsOf: noon.Add(-time.Second),
	}}
}

// catalogue names what the tests call by name.
func catalogue() *lineage.Catalogue {
	c, err := lineage.NewCatalogue(lineage.Definition{
		Types:   map[string]lineage.Type{"opportunity": {Class: lineage.Business}},
		Systems: map[string]lineage.System{"erp": {Name: "ERP"}, "crm": {Name: "CRM"}},
		Sources: map[string]lineage.Source{"/billing": {Name: "finance"}, "/sync": {Name: "the order sync"}},
		Flows: []lineage.Flow{{
			Name: "quote-to-cash", Anchor: "order",
			Ranks: map[string]int{"opportunity": -2, "order": 0, "invoice": 2, "payment": 3},
			Stages: []lineage.StageRule{
				{Name: "won", Type: "opportunity"},
				{Name: "ordered", Type: "order"},
				{Name: "invoiced", Type: "invoice"},
				{Name: "paid", Type: "invoice", By: "payment"},
			},
		}},
	})
	if err != nil {
		panic(err) // it is a constant of the tests
	}
	return c
}
