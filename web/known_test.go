package web

import (
	"net/http"
	"slices"
	"testing"

	"throughline/lineage"
	"throughline/slo"
)

func TestAnIncidentTellsWhatWasKnownThen(t *testing.T) {
	t.Parallel()
	got := get(newServer(t, house()), "/incidents/00c0ffee")
	want := []string{
		"the clock started 2026-03-02 11:55:00 UTC 2026-03-02 11:55:01 UTC 2026-03-02 11:56:00 UTC",
		"the deadline passed 2026-03-02 11:56:00 UTC 2026-03-02 11:56:00 UTC 2026-03-02 11:56:00 UTC",
	}
	if rows := got.texts(t, "transition"); !slices.Equal(rows, want) {
		t.Errorf("the rows are %q", rows)
	}
}

func TestAnIncidentStandsWithoutTheStore(t *testing.T) {
	t.Parallel()
	f := house()
	f.transitions = func(slo.Key, int) ([]slo.Transition, error) {
		return nil, lineage.Errorf(lineage.Unavailable, "ask", "away")
	}
	got := get(newServer(t, f), "/incidents/00c0ffee")
	if got.StatusCode != http.StatusOK || len(got.texts(t, "known-away")) != 1 || len(got.texts(t, "sentence")) != 1 {
		t.Errorf("%d %s", got.StatusCode, got.body)
	}
}

func TestALateSourceHasNoClockToTellOf(t *testing.T) {
	t.Parallel()
	f := house()
	f.transitions, f.clocks = nil, nil
	f.incident = func(string) (slo.Incident, error) {
		return slo.Incident{ID: "2", Kind: slo.LateIncident, Source: slo.OwnSource, State: slo.Firing, OpenedAt: noon, Waiting: 1}, nil
	}
	got := get(newServer(t, f), "/incidents/2")
	if len(got.texts(t, "known")) != 0 {
		t.Error("it tells of one")
	}
	want := "Throughline itself is behind. 1 deadline passed that it may still have kept; each is confirmed or corrected once it has caught up. Nobody looks after it yet."
	if texts := got.texts(t, "sentence"); !slices.Equal(texts, []string{want}) {
		t.Errorf("it says %q", texts)
	}
}

func TestTheClockOfAMergedSubjectIsFoundUnderItsOrigin(t *testing.T) {
	t.Parallel()
	f, asked := house(), []slo.Key{}
	first := object("order", "crm", "006A")
	f.clocks = func([]lineage.Object) ([]slo.Reading, error) {
		r := running()
		r.Origin = first
		return []slo.Reading{r}, nil
	}
	transitions := f.transitions
	f.transitions = func(key slo.Key, limit int) ([]slo.Transition, error) {
		asked = append(asked, key)
		list, err := transitions(key, limit)
		list[0].Clock.Episode = 1 // of another incident
		return list, err
	}
	got := get(newServer(t, f), "/incidents/00c0ffee")
	if want := []slo.Key{{SLA: "invoice-posted", Subject: first}}; !slices.Equal(asked, want) {
		t.Errorf("asked for %v, want %v", asked, want)
	}
	if rows := got.texts(t, "transition"); len(rows) != 1 {
		t.Errorf("the rows are %q", rows)
	}
}

func TestAnOpenPageAsksForWhatWasKnownEveryFiveSecondsAtMost(t *testing.T) {
	t.Parallel()
	f, asked := house(), 0
	transitions := f.transitions
	f.transitions = func(key slo.Key, limit int) ([]slo.Transition, error) {
		asked++
		return transitions(key, limit)
	}
	p, err := newServer(t, f).incidentPage(ask{ID: "00c0ffee"})
	if err != nil {
		t.Fatal(err)
	}
	for _, seconds := range []int{0, 1, 2, 4} {
		load(t, p, seconds)
	}
	if asked != 1 {
		t.Errorf("asked %d times within five seconds", asked)
	}
	if load(t, p, 5); asked != 2 {
		t.Errorf("asked %d times after five seconds", asked)
	}
}
