package view_test

import (
	"testing"
	"time"

	"throughline/lineage"
	"throughline/slo"
	"throughline/web/view"
)

// at is a moment of the tests: minute and second past eleven.
func at(minute, second int) time.Time {
	return time.Date(2026, 3, 2, 11, minute, second, 0, time.UTC)
}

// booked is an order that the ERP has accepted and whose invoice is due.
func booked(change func(*lineage.Execution)) *lineage.Execution {
	so, opportunity := object("order", "erp", "SO-1"), object("opportunity", "crm", "O-1")
	e := &lineage.Execution{
		Flow: "quote-to-cash", Anchor: so, State: lineage.StateOpen, Stage: "ordered", StartedAt: at(0, 0), LastAt: at(2, 58),
		Members: []lineage.Member{{Object: opportunity, Rank: -2}, {Object: so}},
		Stages: []lineage.Stage{
			{Name: "won", Type: "opportunity", State: lineage.StateDone},
			{Name: "ordered", Type: "order", State: lineage.StateDone},
			{Name: "invoiced", Type: "invoice", State: lineage.StatePending},
		},
		Events: []*lineage.Event{
			{Source: "/crm", ID: "1", Type: "won", Stage: "won", Time: at(0, 0), Refs: []lineage.Ref{{Object: opportunity, Role: lineage.Subject}}},
			{
				Source: "/sync", ID: "2", Type: "transferred", Stage: "ordered", Outcome: lineage.OutcomeOK, Answer: 200, Time: at(2, 58),
				Refs: []lineage.Ref{{Object: opportunity, Role: lineage.Subject}, {Object: so, Role: "fulfils"}},
			},
		},
	}
	change(e)
	return e
}

// rejected is the booked order after finance has said no.
func rejected(e *lineage.Execution) {
	e.State, e.Stage = lineage.StateFailed, "invoiced"
	e.Stages[2] = lineage.Stage{Name: "invoiced", Type: "invoice", State: lineage.StateFailed, Attempts: 1}
	e.Events = append(e.Events, &lineage.Event{
		Source: "/billing", ID: "3", Type: "refused", Stage: "invoiced", Outcome: lineage.OutcomeFailed, Time: at(3, 7),
		Reason: "tax code Z7 is not defined for country FR.", Refs: []lineage.Ref{{Object: e.Anchor, Role: lineage.Subject}},
	})
}

// clock is one of the order's SLA.
func clock(due time.Time, state slo.State, verdict slo.Verdict) slo.Reading {
	r := slo.Reading{SLA: invoiced("")}
	r.Subject, r.State, r.Verdict, r.DueAt, r.StartedAt = object("order", "erp", "SO-1"), state, verdict, due, due.Add(-time.Minute)
	return r
}

func whereOf(e *lineage.Execution, clocks ...slo.Reading) string {
	return told(view.NewExecution(e, lineage.Object{}, "x1", view.Lore{Catalogue: catalogue(), Clocks: clocks}, utc()).Where)
}

func TestAFailureIsToldWithWhatEndpointMonitorsMiss(t *testing.T) {
	t.Parallel()
	const story = "Stopped at invoiced: finance rejected it at 11:03:07 UTC: “tax code Z7 is not defined for country FR”. " +
		"Before that, ERP had accepted the order with 200 at 11:02:58 UTC, so nothing failed on the way in."
	breach := clock(at(4, 7), slo.Running, slo.Breached)
	for name, tc := range map[string]struct {
		e      *lineage.Execution
		clocks []slo.Reading
		want   string
	}{
		"with the deadline that has passed and its runbook": {booked(rejected), []slo.Reading{breach}, story + " The invoice was due by 11:04:07 UTC. What to do: Ask finance."},
		"with the deadline that is ahead":                   {booked(rejected), []slo.Reading{clock(noon.Add(time.Minute), slo.Running, slo.None)}, story + " The invoice is due by 12:01:00 UTC."},
		"with neither when the clock is on hold":            {booked(rejected), []slo.Reading{clock(at(4, 7), slo.Paused, slo.None)}, story},
		"with the next stage when nothing is promised": {
			booked(func(e *lineage.Execution) {
				rejected(e)
				e.Stages = append(e.Stages, lineage.Stage{Name: "paid", State: lineage.StatePending})
			}),
			nil, story + " Next would be paid.",
		},
		"by the accepting source when no system is known": {
			booked(func(e *lineage.Execution) {
				rejected(e)
				e.Events[1].Refs = e.Events[1].Refs[:1]
			}),
			nil, "Stopped at invoiced: finance rejected it at 11:03:07 UTC: “tax code Z7 is not defined for country FR”. " +
				"Before that, the order sync had accepted the opportunity with 200 at 11:02:58 UTC, so nothing failed on the way in.",
		},
		"without a word of a smooth way in when an attempt had failed": {
			booked(func(e *lineage.Execution) {
				rejected(e)
				e.Events[0].Outcome, e.Events[1].Attempt = lineage.OutcomeRetrying, 2
			}),
			nil, "Stopped at invoiced: finance rejected it at 11:03:07 UTC: “tax code Z7 is not defined for country FR”. " +
				"Before that, ERP had accepted the order with 200 at 11:02:58 UTC, on attempt 2.",
		},
		"with the answer of who rejected it, and no more when nothing was accepted": {
			booked(func(e *lineage.Execution) {
				rejected(e)
				e.Events[1].Answer, e.Events[2].Answer, e.Stages[2].Attempts = 302, 422, 4
			}),
			nil, "Stopped at invoiced after 4 attempts: finance rejected it at 11:03:07 UTC with 422: “tax code Z7 is not defined for country FR”.",
		},
		"with the answer once when the reason says it": {
			booked(func(e *lineage.Execution) {
				rejected(e)
				e.Events[1].Answer, e.Events[2].Answer, e.Events[2].Reason = 0, 503, "POST /api/invoices: 503: busy"
			}),
			nil, "Stopped at invoiced: finance rejected it at 11:03:07 UTC: “POST /api/invoices: 503: busy”.",
		},
		"with what was not accepted, because it failed, left out": {
			booked(func(e *lineage.Execution) {
				rejected(e)
				e.Events[1].Outcome, e.Events[2].Reason = lineage.OutcomeFailed, ""
			}),
			nil, "Stopped at invoiced: finance rejected it at 11:03:07 UTC.",
		},
		"by its day when that was another day": {
			booked(func(e *lineage.Execution) {
				rejected(e)
				e.Events[1].Answer, e.Events[2].Time = 0, at(3, 7).AddDate(0, 0, -1)
			}),
			nil, "Stopped at invoiced: finance rejected it at 2026-03-01 11:03:07 UTC: “tax code Z7 is not defined for country FR”.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := whereOf(tc.e, tc.clocks...); got != tc.want {
				t.Errorf("\n got %q\nwant %q", got, tc.want)
			}
		})
	}
}

func TestWhatIsOwedIsToldByItsDeadline(t *testing.T) {
	t.Parallel()
	open := booked(func(*lineage.Execution) {})
	trying := booked(func(e *lineage.Execution) {
		e.State, e.Stage = lineage.StateRetrying, "ordered"
		e.Stages[1] = lineage.Stage{Name: "ordered", Type: "order", State: lineage.StateRetrying, Attempts: 3}
		e.Events[1] = &lineage.Event{Source: "/sync", ID: "2", Stage: "ordered", Outcome: lineage.OutcomeRetrying, Attempt: 3, Answer: 503, Reason: "Service Unavailable", Time: at(2, 58)}
	})
	breach := clock(at(4, 7), slo.Running, slo.Breached)
	provisional := breach
	provisional.Provisional = true
	payment := clock(at(5, 0), slo.Running, slo.Breached)
	payment.SLA.Stop, payment.SLA.Runbook, payment.Subject = "paid", "https://runbooks.example/paid", object("opportunity", "crm", "O-1")
	foreign := breach
	foreign.SLA.Flow = "another"
	unnamed := clock(noon.Add(time.Minute), slo.Running, slo.None)
	unnamed.SLA.Stop = "audited"
	answered, own := breach, provisional
	answered.SLA.Stop, own.SLA.ClosingSource = "ordered", ""
	again := booked(func(e *lineage.Execution) {
		*e = *trying
		e.Events = []*lineage.Event{{Source: "/sync", ID: "2", Stage: "ordered", Outcome: lineage.OutcomeRetrying, Attempt: 3, Answer: 503, Reason: "POST /api/orders: 503: busy", Time: at(2, 58)}}
	})
	mended := func(e *lineage.Execution) {
		rejected(e)
		e.State, e.Stages[2].State = lineage.StateCompleted, lineage.StateDone
		e.Events = append(e.Events, &lineage.Event{Source: "/billing", ID: "4", Type: "posted", Stage: "invoiced", Time: at(6, 30)})
	}
	paying := func(e *lineage.Execution) {
		mended(e)
		e.State, e.Stages = lineage.StateOpen, append(e.Stages, lineage.Stage{Name: "paid", State: lineage.StatePending})
	}
	const history = "Finance had rejected it at 11:03:07 UTC: “tax code Z7 is not defined for country FR”; it came to invoiced at 11:06:30 UTC."
	const rest = "Waiting for invoiced; ordered is the furthest that it has come. The last event came 57 min ago."
	for name, tc := range map[string]struct {
		e      *lineage.Execution
		clocks []slo.Reading
		want   string
	}{
		"what is missing comes first":                         {open, []slo.Reading{breach}, "The invoice is missing: it was due by 11:04:07 UTC. " + rest + " What to do: Ask finance."},
		"a deadline ahead comes last":                         {open, []slo.Reading{clock(noon.Add(time.Minute), slo.Running, slo.None)}, rest + " The invoice is due by 12:01:00 UTC."},
		"one that nobody has judged yet was due":              {open, []slo.Reading{clock(noon, slo.Running, slo.None)}, rest + " The invoice was due by 12:00:00 UTC."},
		"one that no stage tells of goes by its title":        {open, []slo.Reading{unnamed}, rest + " “Invoice posted within 1 min of booking” is due by 12:01:00 UTC."},
		"a late source may have sent it":                      {open, []slo.Reading{provisional}, "The invoice was due by 11:04:07 UTC; finance is behind, so it may have come. " + rest},
		"a certain breach goes before an uncertain one":       {open, []slo.Reading{provisional, payment}, "The payment of opportunity O-1 is missing: it was due by 11:05:00 UTC. One more deadline has passed. " + rest + " What to do: https://runbooks.example/paid"},
		"several breaches are counted":                        {open, []slo.Reading{breach, payment, payment}, "The invoice is missing: it was due by 11:04:07 UTC. 2 more deadlines have passed. " + rest + " What to do: Ask finance."},
		"a stage of the subject's own type goes by its name":  {open, []slo.Reading{answered}, "“ordered” is missing: it was due by 11:04:07 UTC. " + rest + " What to do: Ask finance."},
		"a code that the reason says is not said twice":       {again, nil, "Retrying, not failed yet: attempt 3 of ordered failed: “POST /api/orders: 503: busy”; another attempt is due. Next would be invoiced."},
		"the house itself may be behind":                      {open, []slo.Reading{own}, "The invoice was due by 11:04:07 UTC; Throughline itself is behind, so it may have come. " + rest},
		"an SLA of another flow is not this one's":            {open, []slo.Reading{foreign}, rest},
		"retrying is not failed yet":                          {trying, nil, "Retrying, not failed yet: attempt 3 of ordered failed with 503: “Service Unavailable”; another attempt is due. Next would be invoiced."},
		"retrying under a deadline says so":                   {trying, []slo.Reading{clock(noon.Add(time.Minute), slo.Running, slo.None)}, "Retrying, not failed yet: attempt 3 of ordered failed with 503: “Service Unavailable”; another attempt is due. The invoice is due by 12:01:00 UTC."},
		"what was rejected and put right says so":             {booked(mended), []slo.Reading{clock(at(4, 7), slo.Ended, slo.Breached)}, "Complete: all 3 stages are done. One deadline was missed. " + history},
		"also while something is still to come":               {booked(paying), nil, "Waiting for paid; invoiced is the furthest that it has come. The last event came 57 min ago. " + history},
		"what is complete tells how many deadlines it missed": {booked(func(e *lineage.Execution) { e.State = lineage.StateCompleted }), []slo.Reading{clock(at(4, 7), slo.Ended, slo.Breached), clock(at(4, 7), slo.Ended, slo.Met)}, "Complete: all 3 stages are done. One deadline was missed."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := whereOf(tc.e, tc.clocks...); got != tc.want {
				t.Errorf("\n got %q\nwant %q", got, tc.want)
			}
		})
	}
}

func TestWhatNoAnchorReachesIsToldByWhatItNeverBecame(t *testing.T) {
	t.Parallel()
	opportunity := object("opportunity", "crm", "O-1")
	loose := func(change func(*lineage.Execution)) *lineage.Execution {
		return booked(func(e *lineage.Execution) {
			e.Unanchored, e.Anchor, e.Members, e.Events, e.Stage = true, opportunity, e.Members[:1], e.Events[:1], "won"
			e.Stages[1].State = lineage.StatePending
			change(e)
		})
	}
	refused := func(state lineage.State, outcome lineage.Outcome) *lineage.Execution {
		return loose(func(e *lineage.Execution) {
			e.State, e.Stages[1] = state, lineage.Stage{Name: "ordered", Type: "order", State: state, Attempts: 2}
			e.Events = append(e.Events, &lineage.Event{Source: "/sync", Stage: "ordered", Outcome: outcome, Attempt: 2, Answer: 400, Reason: "no such customer", Time: at(1, 0)})
		})
	}
	plain := loose(func(*lineage.Execution) {})
	won := clock(at(4, 7), slo.Running, slo.Breached)
	won.SLA.Start, won.SLA.Stop, won.SLA.Subject, won.SLA.ClosingSource, won.Subject = "won", "ordered", "opportunity", "/sync", opportunity
	provisional, ahead, other := won, won, won
	provisional.Provisional = true
	ahead.Verdict, ahead.DueAt = slo.None, noon.Add(time.Minute)
	other.SLA.Stop = "invoiced"
	const adrift = "No quote-to-cash anchor reaches these objects yet: they were seen, but what should have followed was not. The last sign came 57 min ago."
	for name, tc := range map[string]struct {
		e    *lineage.Execution
		r    []slo.Reading
		want string
	}{
		"and nothing was seen":            {plain, []slo.Reading{won}, "Won, but never became an order: it was due by 11:04:07 UTC, and nothing of it was seen. What to do: Ask finance."},
		"because it was rejected":         {refused(lineage.StateFailed, lineage.OutcomeFailed), []slo.Reading{won}, "Won, but never became an order: the order sync rejected it at 11:01:00 UTC with 400: “no such customer”. The order was due by 11:04:07 UTC. What to do: Ask finance."},
		"while it is tried again":         {refused(lineage.StateRetrying, lineage.OutcomeRetrying), []slo.Reading{won}, "Won, but never became an order: attempt 2 of ordered failed with 400: “no such customer”; another attempt is due. The order was due by 11:04:07 UTC. What to do: Ask finance."},
		"or may yet, from a late source":  {plain, []slo.Reading{provisional}, "Won, and not yet an order: it was due by 11:04:07 UTC, but the order sync is behind and may have kept it."},
		"or has time left":                {plain, []slo.Reading{ahead}, adrift + " The order is due by 12:01:00 UTC."},
		"or nothing is promised":          {plain, nil, adrift},
		"or something else was promised":  {plain, []slo.Reading{other}, adrift + " The invoice was due by 11:04:07 UTC."},
		"or was rejected without promise": {refused(lineage.StateFailed, lineage.OutcomeFailed), nil, "Stopped at ordered after 2 attempts: the order sync rejected it at 11:01:00 UTC with 400: “no such customer”. Next would be invoiced."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := whereOf(tc.e, tc.r...); got != tc.want {
				t.Errorf("\n got %q\nwant %q", got, tc.want)
			}
		})
	}
}
