package web

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"throughline/lineage"
	"throughline/slo"
)

func TestIncidentsAreListedForOnCall(t *testing.T) {
	t.Parallel()
	f := house()
	list := f.incidents
	f.incidents = func(q slo.IncidentQuery) (slo.IncidentPage, error) {
		want := slo.IncidentQuery{Tenant: "default", State: slo.Firing, SLA: "invoice-posted", Flow: "quote-to-cash", Limit: 7, Cursor: "i/1"}
		if q != want {
			t.Errorf("asked for %+v, want %+v", q, want)
		}
		page, err := list(q)
		late := slo.Incident{ID: "2", Kind: slo.LateIncident, Source: "/billing", State: slo.Firing, OpenedAt: noon, Waiting: 3}
		taken := firing()
		taken.ID, taken.AcknowledgedAt, taken.Owner = "3", noon, "Ada"
		over := firing()
		over.ID, over.State, over.ResolvedAt, over.Resolution = "4", slo.Resolved, noon, slo.ByEnd
		page.Incidents = append(page.Incidents, late, taken, over)
		return page, err
	}
	got := get(newServer(t, f), "/incidents?state=firing&sla=invoice-posted&flow=quote-to-cash&limit=7&cursor=i%2F1")
	want := []string{
		"▲ firing Invoice posted within 1 min of booking order SO-1 overdue for 4 min due 11:56:00 UTC 1,250.00 EUR invoice ✕ failed tax code Z7 Acknowledge … 11:56:00 UTC",
		"▲ firing finance is behind 3 deadlines not certain yet behind for less than a minute Acknowledge … 12:00:00 UTC",
		"◐ acknowledged Invoice posted within 1 min of booking order SO-1 overdue for 4 min due 11:56:00 UTC 1,250.00 EUR invoice ✕ failed tax code Z7 Ada 11:56:00 UTC",
		"✓ resolved Invoice posted within 1 min of booking order SO-1 resolved after 4 min due 11:56:00 UTC was 1,250.00 EUR what was owed came, late 11:56:00 UTC",
	}
	if rows := got.texts(t, "incident"); !slices.Equal(rows, want) {
		t.Errorf("the rows are\n%q, want\n%q", rows, want)
	}
	for _, part := range []string{
		`href="/incidents?cursor=i%2F2&amp;flow=quote-to-cash&amp;limit=7&amp;sla=invoice-posted&amp;state=firing"`, `href="/incidents/00c0ffee"`, `href="/lineage/order/SO-1?system=erp"`,
		`href="/incidents/00c0ffee?back=%2Fincidents%3Fcursor%3Di%252F1%26flow%3Dquote-to-cash%26limit%3D7%26sla%3Dinvoice-posted%26state%3Dfiring#acknowledge"`,
	} {
		if !strings.Contains(got.body, part) {
			t.Errorf("there is no %s", part)
		}
	}
	if n := strings.Count(got.body, "data-countdown="); n != 2 { // of the two breaches that stand
		t.Errorf("%d are counted down, want 2", n)
	}
	if texts := got.texts(t, "firing"); !slices.Equal(texts, []string{"▲ 1 firing"}) {
		t.Errorf("it counts %q", texts)
	}
}

func TestAnEmptyListSaysPlainlyThatNothingIsOverdue(t *testing.T) {
	t.Parallel()
	for path, tc := range map[string]struct {
		page slo.IncidentPage
		want string
	}{
		"/incidents":                                   {slo.IncidentPage{}, "Nothing is overdue"},
		"/incidents?state=firing":                      {slo.IncidentPage{Resolved: 3}, "Nothing is overdue"},
		"/incidents?state=resolved":                    {slo.IncidentPage{}, "No incident matches these filters"},
		"/incidents?state=firing&sla=invoice-posted":   {slo.IncidentPage{Firing: 2}, "No incident matches these filters"},
		"/incidents?sla=invoice-posted&state=resolved": {slo.IncidentPage{Firing: 2}, "No incident matches these filters"},
		"/incidents?flow=quote-to-cash":                {slo.IncidentPage{}, "Nothing is overdue"},
		"/incidents?sla=gone":                          {slo.IncidentPage{}, "No SLA of that name is in the catalogue"},
		"/incidents?flow=gone":                         {slo.IncidentPage{}, "No flow of that name is in the catalogue"},
	} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			f := house()
			f.incidents = func(slo.IncidentQuery) (slo.IncidentPage, error) { return tc.page, nil }
			if texts := get(newServer(t, f), path).texts(t, "no-incidents"); len(texts) != 1 || !strings.HasPrefix(texts[0], tc.want) {
				t.Errorf("it says %q", texts)
			}
		})
	}
}

func TestAnIncidentIsShownWithAllOfIt(t *testing.T) {
	t.Parallel()
	s := newServer(t, house())
	got := get(s, "/incidents/00c0ffee")
	for id, want := range map[string][]string{
		"sentence": {"Order SO-1 has missed “Invoice posted within 1 min of booking”: it was due by 11:56:00 UTC and is still owed. Its transaction stopped at invoice: “tax code Z7”. 1,250.00 EUR is at risk. Nobody looks after it yet."},
		"runbook":  {"What to do: Ask finance."},
		"at-risk":  {"1,250.00 EUR"},
		"history":  {"2026-03-02 11:56:00 UTC the deadline passed"},
	} {
		if texts := got.texts(t, id); !slices.Equal(texts, want) {
			t.Errorf("%s:\n got %q\nwant %q", id, texts, want)
		}
	}
	if len(got.texts(t, "acknowledge")) != 1 || !strings.Contains(got.body, "ws-connect") {
		t.Error("it cannot be acknowledged, or is not live")
	}
	for path, code := range map[string]int{"/incidents/none": http.StatusNotFound, "/incidents?state=gone": http.StatusBadRequest, "/incidents?limit=0": http.StatusBadRequest} {
		if got := get(s, path); got.StatusCode != code || len(got.texts(t, "failure")) != 1 {
			t.Errorf("%s: %d, want %d on a page", path, got.StatusCode, code)
		}
	}
}

func TestAResolvedIncidentIsNotOfferedToAnybody(t *testing.T) {
	t.Parallel()
	f := house()
	f.incident = func(string) (slo.Incident, error) {
		i := firing()
		i.State, i.ResolvedAt, i.Resolution, i.Owner, i.AcknowledgedAt = slo.Resolved, noon, slo.ByEnd, "Ada", noon
		return i, nil
	}
	got := get(newServer(t, f), "/incidents/00c0ffee")
	want := "Order SO-1 missed “Invoice posted within 1 min of booking”, due by 11:56:00 UTC. 1,250.00 EUR was at risk. Resolved at 12:00:00 UTC: what was owed came, late."
	if texts := got.texts(t, "sentence"); !slices.Equal(texts, []string{want}) {
		t.Errorf("it says %q", texts)
	}
	if len(got.texts(t, "acknowledge")) != 0 || strings.Contains(got.body, "data-countdown") {
		t.Error("it is offered, or counted down")
	}
	if stuck := got.texts(t, "stuck"); !slices.Equal(stuck, []string{"invoice"}) {
		t.Errorf("it stuck at %q", stuck)
	}
	for _, now := range []string{"Where it sticks", "What to do", "At risk", "is at risk", `class="reason"`, "failed"} {
		if strings.Contains(got.body, now) {
			t.Errorf("it says %q as if it still stood", now)
		}
	}
}

func TestTheIncidentsOfARemovedSLAAreStillListed(t *testing.T) {
	t.Parallel()
	f := house()
	list := f.incidents
	f.incidents = func(q slo.IncidentQuery) (slo.IncidentPage, error) {
		if q.SLA != "once-promised" {
			t.Errorf("asked for %q", q.SLA)
		}
		return list(q)
	}
	s := newServer(t, f)
	if got := get(s, "/api/v1/incidents?sla=once-promised"); got.StatusCode != http.StatusOK {
		t.Errorf("the API says %d: %s", got.StatusCode, got.body)
	}
	got := get(s, "/incidents?sla=once-promised")
	if len(got.texts(t, "incident")) != 1 || !strings.Contains(got.body, `<option value="once-promised" selected>`) || !strings.Contains(got.body, `<option value="invoice-posted">`) {
		t.Errorf("%d %s", got.StatusCode, got.body)
	}
}

func TestAnIncidentTellsWhoRejectedItsTransaction(t *testing.T) {
	t.Parallel()
	f := house()
	rejected := execution()
	rejected.State, rejected.Stages[0].State = lineage.StateFailed, lineage.StateFailed
	rejected.Events = append(rejected.Events, &lineage.Event{Source: "/billing", Stage: rejected.Stages[0].Name, Outcome: lineage.OutcomeFailed, Time: noon})
	f.lookup = func(q lineage.ObjectQuery) (lineage.Answer, error) {
		if q.Type != "order" || q.ID != "SO-1" || q.Flow != firing().Impact.Flow {
			t.Errorf("asked for %+v", q)
		}
		return lineage.Answer{Executions: []*lineage.Execution{rejected}}, nil
	}
	s := newServer(t, f)
	if got := get(s, "/incidents/00c0ffee").texts(t, "rejection"); len(got) != 1 || !strings.HasPrefix(got[0], "Finance rejected it at 12:00:00 UTC.") {
		t.Errorf("it says %q", got)
	}
	f.lookup = func(lineage.ObjectQuery) (lineage.Answer, error) {
		return lineage.Answer{}, lineage.Errorf(lineage.Unavailable, "look up", "starting")
	}
	if got := get(s, "/incidents/00c0ffee"); got.StatusCode != http.StatusOK || len(got.texts(t, "rejection")) != 0 {
		t.Errorf("without its lineage: %d", got.StatusCode)
	}
}
