package web

import (
	"time"

	"throughline/lineage"
	"throughline/slo"
)

func object(kind, system, id string) lineage.Object {
	return lineage.Object{Type: kind, System: system, ID: id}
}

var (
	theOrder   = object("order", "erp", "SO-1")
	theInvoice = object("invoice", "erp", "INV/1")
	theTrace   = lineage.TraceID{0: 0xab, 15: 1}
	theRef     = lineage.ExecutionRef{Flow: "quote-to-cash", Anchor: theOrder}
)

// execution is a small transaction with one of everything that the API shows.
func execution() *lineage.Execution {
	at := func(seconds int) time.Time { return noon.Add(-time.Hour + time.Duration(seconds)*time.Second) }
	quote := object("quote", "crm", "Q-1")
	return &lineage.Execution{
		Tenant: "default", Flow: "quote-to-cash", Anchor: theOrder, State: lineage.StateOpen, Stage: "order",
		Members: []lineage.Member{
			{Object: quote, Rank: -1, Placeholder: true},
			{Object: theOrder, Amount: eur(125000), Aliases: []lineage.Object{object("order", "crm", "006A")}},
			{Object: theInvoice, Rank: 2, Leaf: true},
		},
		Edges: []lineage.Edge{{
			From: theInvoice, To: theOrder, Qualifier: "bills",
			Evidence: []lineage.Evidence{{Kind: lineage.BusinessEvent, Source: "erp", ID: "e-2"}},
		}},
		Claims: []lineage.Claim{{Claim: "correlation:c-1", State: lineage.Claimed}},
		Events: []*lineage.Event{
			{
				Source: "erp", ID: "e-1", Type: "order.created", Time: at(0), Stage: "order", Attempt: 2, TraceID: theTrace,
				Refs: []lineage.Ref{{Object: theOrder, Role: lineage.Subject}, {Object: quote, Role: "fulfils"}},
			},
			{
				Source: "otel:erp", ID: "e-2", Kind: lineage.SpanEvent, Type: "POST /invoices", Outcome: lineage.OutcomeFailed, Answer: 422, Amount: eur(-5),
				Refs: []lineage.Ref{{Object: theInvoice, Role: lineage.Subject}},
			},
		},
		Stages: []lineage.Stage{
			{Name: "order", State: lineage.StateDone, First: at(0), Last: at(0), Attempts: 2, DoneAt: at(0)},
			{Name: "invoice", State: lineage.StatePending},
		},
		StartedAt: at(0), LastAt: at(0),
	}
}

func eur(cents int64) lineage.Money { return lineage.Money{Minor: cents, Currency: "EUR"} }

// promised is the one SLA of the tests.
func promised() lineage.SLA {
	return lineage.SLA{
		Name: "invoice-posted", Title: "Invoice posted within 1 min of booking", Flow: "quote-to-cash", Subject: "order",
		Start: "order", Stop: "invoice", Target: lineage.Duration(time.Minute), ClosingSource: "/billing", Runbook: "Ask finance.",
	}
}

// theCatalogue names what the tests call by name.
func theCatalogue() *lineage.Catalogue {
	c, err := lineage.NewCatalogue(lineage.Definition{
		Systems: map[string]lineage.System{"erp": {Name: "ERP"}},
		Sources: map[string]lineage.Source{"/billing": {Name: "finance"}},
		SLAs:    []lineage.SLA{promised()},
		Flows: []lineage.Flow{{
			Name: "quote-to-cash", Anchor: "order", Ranks: map[string]int{"quote": -1, "order": 0, "invoice": 2},
			Stages: []lineage.StageRule{{Name: "order", Type: "order"}, {Name: "invoice", Type: "invoice"}},
		}},
	})
	if err != nil {
		panic(err) // it is a constant of the tests
	}
	return c
}

// running is the clock of the order, which is due in a minute.
func running() slo.Reading {
	return slo.Reading{SLA: promised(), Clock: slo.Clock{
		Key: slo.Key{SLA: "invoice-posted", Subject: theOrder}, State: slo.Running,
		StartedAt: noon, DueAt: noon.Add(time.Minute),
	}}
}

// firing is a breach that nobody has taken yet.
func firing() slo.Incident {
	return slo.Incident{
		ID: "00c0ffee", Kind: slo.BreachIncident, Key: slo.Key{SLA: "invoice-posted", Subject: theOrder}, Source: "/billing",
		State: slo.Firing, StartedAt: noon.Add(-5 * time.Minute), DueAt: noon.Add(-4 * time.Minute), OpenedAt: noon.Add(-4 * time.Minute),
		LateBy: 500 * time.Millisecond, Told: true, History: []slo.Entry{{At: noon.Add(-4 * time.Minute), Text: "the deadline passed"}},
		Impact: slo.Impact{
			Flow: "quote-to-cash", Anchor: theOrder, Title: "Invoice posted within 1 min of booking", Severity: lineage.SeverityPage,
			Runbook: "Ask finance.", Stage: "invoice", State: lineage.StateFailed, Reason: "tax code Z7", Amount: eur(125000),
		},
	}
}

// house is a fake that knows the one transaction.
func house() *fake {
	return &fake{
		lookup: func(lineage.ObjectQuery) (lineage.Answer, error) {
			return lineage.Answer{Executions: []*lineage.Execution{execution()}}, nil
		},
		traceSummaries: func(ids []lineage.TraceID) ([]lineage.TraceSummary, error) {
			var out []lineage.TraceSummary
			for _, id := range ids {
				out = append(out, lineage.TraceSummary{TraceID: id, Spans: 2, Errors: 1, Services: []string{"crm", "erp"}, Start: noon, End: noon.Add(time.Second)})
			}
			return out, nil
		},
		spans: func(ids []lineage.TraceID, _ int) ([]lineage.Span, error) {
			return []lineage.Span{
				{TraceID: ids[0], SpanID: lineage.SpanID{1}, Name: "POST /orders", Service: "crm", Start: noon, Duration: time.Second},
				{TraceID: ids[0], SpanID: lineage.SpanID{2}, Parent: lineage.SpanID{1}, Name: "INSERT", Service: "erp", Start: noon, Status: "Error"},
			}, nil
		},
		list: func(lineage.ListQuery) (lineage.Page, error) {
			return lineage.Page{Executions: []lineage.Summary{
				{Flow: "quote-to-cash", Anchor: theOrder, State: lineage.StateOpen, Stage: "order", StartedAt: noon, LastAt: noon.Add(time.Minute), Objects: 3, Events: 2},
			}, Next: "c/2"}, nil
		},
		overview: func() ([]lineage.FlowOverview, error) {
			return []lineage.FlowOverview{{
				Flow: "quote-to-cash", Total: 7, Unanchored: 2,
				Stages:  []lineage.StageCount{{Stage: "order", Open: 3, Failed: 1}, {Stage: "invoice", Completed: 3}},
				Latency: lineage.Latency{Samples: 3, P50: 2 * time.Second, P95: 65 * time.Second, Max: time.Hour},
			}}, nil
		},
		quarantine: func(int, string) ([]lineage.Quarantined, string, error) {
			return []lineage.Quarantined{
				{ID: "q1", Signal: lineage.Events, Source: "erp", EventID: "e-9", Type: "order.changed", Reason: "time is not RFC 3339", Payload: []byte(`{"id":"e-9"}`), Ingested: noon},
				{ID: "q2", Signal: lineage.Traces, Payload: []byte{0xff, 0}, Ingested: noon},
			}, "n1", nil
		},
		catalogue: theCatalogue(),
		clocks:    func([]lineage.Object) ([]slo.Reading, error) { return []slo.Reading{running()}, nil },
		figures: func() ([]slo.Figures, error) {
			return []slo.Figures{{
				SLA: promised(), Open: 7, Breached: 2, Waiting: 1, Met: 117, Missed: 3, Next: noon.Add(time.Minute), Oldest: noon.Add(-time.Hour),
				Risk: slo.Risk{Amounts: map[string]lineage.Money{"EUR": eur(125000), "CHF": {Minor: 99, Currency: "CHF"}}, Unpriced: 1}, Window: 24 * time.Hour, AsOf: noon,
			}}, nil
		},
		incidents: func(slo.IncidentQuery) (slo.IncidentPage, error) {
			return slo.IncidentPage{Incidents: []slo.Incident{firing()}, Next: "i/2", Firing: 1, Resolved: 12}, nil
		},
		incident: func(id string) (slo.Incident, error) {
			if id != firing().ID {
				return slo.Incident{}, lineage.Errorf(lineage.NotFound, "find incident", "there is no incident %s", id)
			}
			return firing(), nil
		},
		queues: func() ([]lineage.Queue, error) {
			return []lineage.Queue{
				{System: "nats", Name: "ORDERS", Consumer: "erp-sync", Depth: 1204, InHand: 3, Redelivered: 2, Oldest: noon.Add(-72 * time.Second), At: noon},
				{System: "nats", Name: "DEAD", Depth: 1, Oldest: noon.Add(-time.Hour), DeadLetter: true, At: noon.Add(-time.Minute)},
			}, nil
		},
		transitions: func(slo.Key, int) ([]slo.Transition, error) {
			c := slo.Clock{Key: firing().Key, DueAt: noon.Add(-4 * time.Minute)}
			return []slo.Transition{
				{Kind: slo.Started, At: noon.Add(-5 * time.Minute), Recorded: noon.Add(-299 * time.Second), Clock: c},
				{Kind: slo.BreachKind, At: noon.Add(-4 * time.Minute), Recorded: noon.Add(-239500 * time.Millisecond), LateBy: 500 * time.Millisecond, Clock: c},
			}, nil
		},
		trend: func(since time.Time, _ time.Duration) ([]lineage.Queue, error) {
			at := func(minute int, depth int64) lineage.Queue {
				return lineage.Queue{System: "nats", Name: "ORDERS", Consumer: "erp-sync", Depth: depth, At: since.Add(time.Duration(minute) * time.Minute)}
			}
			return []lineage.Queue{at(0, 0), at(30, 2408), at(31, 1204)}, nil
		},
		status: func() (Status, error) {
			return Status{
				Version: "v1", Started: noon.Add(-2 * time.Hour), InFlight: 3, Notes: []string{"acknowledges after fsync"},
				Signals: []Signal{{Signal: lineage.Events, Received: 1009, Refused: 1, Quarantined: 2, Deduplicated: 3, Stored: 1000, Stitched: 999, Lag: 1500 * time.Millisecond}},
			}, nil
		},
		feed: newFeed(),
	}
}
