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
		want := slo.IncidentQuery{Tenant: "default", State: slo.Firing, SLA: "invoice-posted", Limit: 7, Cursor: "i/1"}
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
	got := get(newServer(t, f), "/incidents?state=firing&sla=invoice-posted&limit=7&cursor=i%2F1")
	want := []string{
		"▲ firing Invoice posted within 1 min of booking order SO-1 overdue for 4 min due 11:56:00 UTC 1,250.00 EUR invoice ✕ failed tax code Z7 Acknowledge … 11:56:00 UTC",
		"▲ firing finance is behind 3 deadlines not certain yet behind for less than a minute Acknowledge … 12:00:00 UTC",
		"◐ acknowledged Invoice posted within 1 min of booking order SO-1 overdue for 4 min due 11:56:00 UTC 1,250.00 EUR invoice ✕ failed tax code Z7 Ada 11:56:00 UTC",
		"✓ resolved Invoice posted within 1 min of booking order SO-1 resolved after 4 min due 11:56:00 UTC 1,250.00 EUR invoice ✕ failed tax code Z7 11:56:00 UTC",
	}
	if rows := got.texts(t, "incident"); !slices.Equal(rows, want) {
		t.Errorf("the rows are\n%q, want\n%q", rows, want)
	}
	for _, part := range []string{
		`href="/incidents?cursor=i%2F2&amp;limit=7&amp;sla=invoice-posted&amp;state=firing"`, `href="/incidents/00c0ffee"`, `href="/lineage/order/SO-1?system=erp"`,
		`href="/incidents/00c0ffee?back=%2Fincidents%3Fcursor%3Di%252F1%26limit%3D7%26sla%3Dinvoice-posted%26state%3Dfiring#acknowledge"`,
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
	for path, code := range map[string]int{"/incidents/none": http.StatusNotFound, "/incidents?state=gone": http.StatusBadRequest, "/incidents?limit=0": http.StatusBadRequest, "/incidents?sla=gone": http.StatusBadRequest} {
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
	want := "Order SO-1 missed “Invoice posted within 1 min of booking”, due by 11:56:00 UTC. Resolved at 12:00:00 UTC: what was owed came, late."
	if texts := got.texts(t, "sentence"); !slices.Equal(texts, []string{want}) {
		t.Errorf("it says %q", texts)
	}
	if len(got.texts(t, "acknowledge")) != 0 || strings.Contains(got.body, "data-countdown") {
		t.Error("it is offered, or counted down")
	}
}

func TestQueuesAreListedDeadLettersFirst(t *testing.T) {
	t.Parallel()
	f := house()
	want := []string{
		"DEAD ✕ dead letters whole stream nats 1 0 0 ! over a minute 59 min 2026-03-02 11:59:00 ? not measured lately",
		"ORDERS erp-sync nats 1,204 3 2 ! over a minute 1 min 12 s 2026-03-02 12:00:00",
	}
	if rows := get(newServer(t, f), "/queues").texts(t, "queue"); !slices.Equal(rows, want) {
		t.Errorf("the rows are %q", rows)
	}
	none := house()
	none.queues = func() ([]lineage.Queue, error) { return nil, nil }
	if texts := get(newServer(t, none), "/queues").texts(t, "no-queues"); len(texts) != 1 || !strings.Contains(texts[0], "--watch-nats nats://") {
		t.Errorf("it says %q", texts)
	}
}
