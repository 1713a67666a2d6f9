package view_test

import (
	"testing"
	"time"

	"throughline/lineage"
	"throughline/web/view"
)

func TestAnIncidentIsToldWhoRejectedItsTransaction(t *testing.T) {
	t.Parallel()
	l := view.Lore{Catalogue: catalogue()}
	for name, tc := range map[string]struct {
		change func(*lineage.Execution)
		want   string
	}{
		"who rejected it, and who had accepted it": {rejected, "Finance rejected it at 11:03:07 UTC. Before that, ERP had accepted the order with 200 at 11:02:58 UTC, so nothing failed on the way in."},
		"nothing where nobody did":                 {func(*lineage.Execution) {}, ""},
		"when it was put right": {func(e *lineage.Execution) {
			rejected(e)
			e.State, e.Stages[2].State = lineage.StateCompleted, lineage.StateDone
			e.Events = append(e.Events, &lineage.Event{Source: "/billing", Stage: "invoiced", Time: at(9, 0)})
		}, "Finance had rejected it at 11:03:07 UTC: “tax code Z7 is not defined for country FR”; it came to invoiced at 11:09:00 UTC. Before the rejection, ERP had accepted the order with 200 at 11:02:58 UTC, so nothing failed on the way in."},
	} {
		if got := told(view.Rejection(booked(tc.change), l, utc())); got != tc.want {
			t.Errorf("%s:\n got %q\nwant %q", name, got, tc.want)
		}
	}
}

func TestWhatGoesOnSaysForHowLongAndNotWhatItTook(t *testing.T) {
	t.Parallel()
	started := noon.Add(-time.Hour - 20*time.Second)
	for name, tc := range map[string]struct {
		state              lineage.State
		started, last, end time.Time
		name, took, listed string
	}{
		"one that is open":       {lineage.StateOpen, started, started.Add(time.Millisecond), time.Time{}, "Open for", "1 h", "1 h so far"},
		"one that is new":        {lineage.StateOpen, noon.Add(-time.Second), noon, time.Time{}, "Open for", "under 1 min", "under 1 min so far"},
		"one that is retrying":   {lineage.StateRetrying, started, started, time.Time{}, "Open for", "1 h", "1 h so far"},
		"one that is complete":   {lineage.StateCompleted, started, noon, started.Add(time.Minute), "Took", "1 min", "1 min"},
		"one that has failed":    {lineage.StateFailed, started, started.Add(2 * time.Second), time.Time{}, "Took", "2 s", "2 s"},
		"one that tells no time": {lineage.StateOpen, time.Time{}, time.Time{}, time.Time{}, "Open for", "—", "—"},
	} {
		e := booked(func(e *lineage.Execution) {
			e.State, e.StartedAt, e.LastAt, e.EndedAt = tc.state, tc.started, tc.last, tc.end
		})
		x := view.NewExecution(e, lineage.Object{}, "x1", view.Lore{}, utc())
		rows := view.NewSummaries([]lineage.Summary{e.Summarise()}, utc())
		if x.TookName != tc.name || x.Took != tc.took || rows[0].Took != tc.listed {
			t.Errorf("%s: %s %q, in a list %q", name, x.TookName, x.Took, rows[0].Took)
		}
	}
}
