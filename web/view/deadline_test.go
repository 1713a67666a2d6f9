package view_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"throughline/lineage"
	"throughline/slo"
	"throughline/web/view"
)

func TestADeadlineSaysHowItStands(t *testing.T) {
	t.Parallel()
	due, so := at(4, 7), object("order", "erp", "SO-1")
	with := func(r slo.Reading, change func(*slo.Reading)) slo.Reading {
		change(&r)
		return r
	}
	ended := func(verdict slo.Verdict, after time.Duration) slo.Reading {
		return with(clock(due, slo.Ended, verdict), func(r *slo.Reading) { r.EndedAt = due.Add(after) })
	}
	for name, tc := range map[string]struct {
		clock               slo.Reading
		badge, note         string
		counted, hasRunbook bool
	}{
		"one that runs":                      {clock(due, slo.Running, slo.None), "◔ running", "", true, false},
		"one that has run out":               {clock(due, slo.Running, slo.Breached), "✕ breached", "", true, true},
		"one that may not have run out":      {with(clock(due, slo.Running, slo.Breached), func(r *slo.Reading) { r.Provisional = true }), "? overdue, not certain yet", "finance is behind, so it may have come", true, false},
		"one on hold":                        {clock(due, slo.Paused, slo.None), "‖ on hold", "its time does not count just now", false, false},
		"one that ran out and is on hold":    {clock(due, slo.Paused, slo.Breached), "✕ breached", "its time does not count just now", false, true},
		"one that was kept":                  {ended(slo.Met, -time.Second), "✓ kept", "came at 11:04:06 UTC", false, false},
		"one that was missed":                {ended(slo.Breached, 2*time.Minute), "✕ missed", "came 2 min late, at 11:06:07 UTC", false, false},
		"one that was called a breach":       {ended(slo.Corrected, -time.Second), "✓ kept", "came at 11:04:06 UTC; it was called a breach, and was none", false, false},
		"one of which nothing is owed":       {clock(due, slo.Cancelled, slo.None), "– cancelled", "", false, false},
		"one that has not started":           {clock(due, slo.Pending, slo.None), "○ not started", "", false, false},
		"one that has started anew, twice":   {with(clock(due, slo.Running, slo.None), func(r *slo.Reading) { r.Episode = 2 }), "◔ running", "started anew twice", true, false},
		"one that goes on after it was none": {clock(due, slo.Running, slo.Corrected), "◔ running", "it was called a breach, and was none", true, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := view.NewDeadlines([]slo.Reading{tc.clock}, so, view.Lore{Catalogue: catalogue()}, utc()).Rows[0]
			if badge := got.Badge.Sign + " " + got.Badge.Word; badge != tc.badge || told(got.Note) != tc.note {
				t.Errorf("%q, %q; want %q, %q", badge, got.Note, tc.badge, tc.note)
			}
			if (got.Countdown != "") != tc.counted || (got.Runbook.Text != "") != tc.hasRunbook || got.Subject.ID != "" {
				t.Errorf("counted down to %q, runbook %q, about %q", got.Countdown, got.Runbook.Text, got.Subject.ID)
			}
		})
	}
}

func TestOnlyWhatRunsIsCountedDown(t *testing.T) {
	t.Parallel()
	e := order("")
	page := render(t, view.LineagePage(view.NewLineage(object("order", "", "SO-1"), lineage.Answer{Executions: []*lineage.Execution{e}}, lore(""), utc())))
	var counted int
	for n := range nodes(t, page) {
		if to := attr(n, "data-countdown"); to != "" {
			counted++
			if n.FirstChild != nil || attr(n, "role") != "timer" || attr(n, "aria-live") != "off" || to != "2026-03-02T11:59:00Z" {
				t.Errorf("to %s, with role %q and text in it", to, attr(n, "role"))
			}
		}
	}
	if counted != 3 { // of the nine clocks
		t.Errorf("%d are counted down, want 3", counted)
	}
}

func TestAPageThatStandsStillIsDrawnTheSameASecondLater(t *testing.T) {
	t.Parallel()
	firing := incident("")
	draw := func(c view.Clock) []string {
		answer := lineage.Answer{Executions: []*lineage.Execution{order("")}}
		return []string{
			render(t, view.LineagePage(view.NewLineage(object("order", "", "SO-1"), answer, lore(""), c))),
			render(t, view.OverviewPage(view.Overview{Flows: []view.Flow{view.NewFlow(flow(""), figures(""), lore(""), c)}})),
			render(t, view.IncidentPage(view.NewIncident(&firing, lore(""), c), "", "")),
			render(t, view.IncidentsPage(view.Incidents{Rows: view.NewIncidents([]slo.Incident{firing}, lore(""), c)})),
		}
	}
	then, now := draw(view.Clock{Now: noon.Add(time.Second)}), draw(view.Clock{Now: noon.Add(40 * time.Second)})
	if !slices.Equal(then, now) {
		t.Error("a page is not as it was")
	}
}

func TestTheMostUrgentDeadlinesComeFirstAndTheRestIsCounted(t *testing.T) {
	t.Parallel()
	so := object("order", "erp", "SO-1")
	clocks := []slo.Reading{clock(at(1, 0), slo.Ended, slo.Met), clock(at(2, 0), slo.Running, slo.None), clock(at(3, 0), slo.Running, slo.Breached)}
	for range 30 {
		r := clock(at(4, 0), slo.Ended, slo.Met)
		r.Subject = object("invoice", "erp", "INV-1")
		clocks = append(clocks, r)
	}
	got := view.NewDeadlines(clocks, so, view.Lore{}, utc())
	if len(got.Rows) != 20 || got.More != 13 {
		t.Fatalf("%d rows and %d more", len(got.Rows), got.More)
	}
	if words := got.Rows[0].Badge.Word + ", " + got.Rows[1].Badge.Word + ", " + got.Rows[2].Badge.Word; words != "breached, running, kept" {
		t.Errorf("they come as %s", words)
	}
	if got.Rows[3].Subject.ID != "INV-1" {
		t.Error("what a deadline is about is not told when that is not the anchor")
	}
}

func TestARunbookIsALinkOnlyWhenItIsAnAddress(t *testing.T) {
	t.Parallel()
	for book, link := range map[string]bool{
		"https://runbooks.example/1": true, "http://runbooks.example/1": true,
		"javascript:alert(1)": false, "Ask finance, see https://x": false, "data:text/html,x": false,
	} {
		i := incident("")
		i.Impact.Runbook = book
		page := render(t, view.IncidentPage(view.NewIncident(&i, view.Lore{}, utc()), "", ""))
		linked := false
		for n := range nodes(t, page) {
			linked = linked || n.Type == html.ElementNode && attr(n, "href") == book
		}
		if linked != link || !strings.Contains(page, book) {
			t.Errorf("%s: linked is %v", book, linked)
		}
	}
}
