package slo_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"throughline/lineage"
	"throughline/slo"
)

// noon is when the deadlines of these tests pass.
func noon() time.Time { return time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC) }

// transition is one of the clock of order 1 of the SLA posted, which started a
// minute before noon, was due at noon, and is noticed a number of seconds later.
func transition(kind slo.Kind, late int, change ...func(*slo.Transition)) *slo.Transition {
	recorded := noon().Add(time.Duration(late) * time.Second)
	t := &slo.Transition{
		Kind: kind, At: recorded, Recorded: recorded,
		Clock: slo.Clock{
			Tenant: "default", Key: slo.Key{SLA: "posted", Subject: lineage.Object{Type: "order", ID: "1"}},
			State: slo.Running, Verdict: slo.Breached,
			StartedAt: noon().Add(-time.Minute), DueAt: noon(), BreachedAt: noon().Add(time.Second),
		},
		Impact: slo.Impact{Title: "Posted within 1 min", Severity: lineage.SeverityPage, Source: "erp"},
	}
	for _, f := range change {
		f(t)
	}
	return t
}

func provisional(t *slo.Transition) { t.Provisional, t.Clock.Provisional = true, true }

func over(state slo.State) func(*slo.Transition) {
	return func(t *slo.Transition) { t.Clock.State, t.Clock.EndedAt = state, noon().Add(30*time.Second) }
}

func due(at time.Time) func(*slo.Transition) {
	return func(t *slo.Transition) { t.Due, t.Clock.DueAt = at, at }
}

func TestAnIncidentFollowsItsClock(t *testing.T) {
	t.Parallel()
	type outcome struct {
		Notices    []slo.Notice
		State      slo.IncidentState
		Resolution slo.Resolution
		Told       bool
		Due        time.Time
		Last       string // line of history
	}
	fires := outcome{State: slo.Firing, Told: true, Due: noon()}
	for _, c := range []struct {
		name string
		told []*slo.Transition
		want *outcome // besides what fires has; nil: there is none
	}{
		{"a clock that runs has none", []*slo.Transition{transition(slo.Started, -60)}, nil},
		{"a breach that may be taken back has none", []*slo.Transition{transition(slo.BreachKind, 1, provisional)}, nil},
		{"a breach fires once", []*slo.Transition{transition(slo.BreachKind, 1), transition(slo.BreachKind, 1)}, &outcome{
			Notices: []slo.Notice{slo.Opening}, Last: "the deadline 2026-05-04 12:00:00.000 UTC passed, noticed 1s later",
		}},
		{"a provisional breach fires when it is certain", []*slo.Transition{
			transition(slo.BreachKind, 1, provisional), transition(slo.Confirmed, 9),
		}, &outcome{Notices: []slo.Notice{slo.Opening}, Last: "the deadline 2026-05-04 12:00:00.000 UTC passed, noticed 1s later"}},
		{"what was owed comes late", []*slo.Transition{
			transition(slo.BreachKind, 1), transition(slo.EndedKind, 40, over(slo.Ended)),
		}, &outcome{
			Notices: []slo.Notice{slo.Opening, slo.Closing}, State: slo.Resolved, Resolution: slo.ByEnd,
			Last: "what was owed came at 2026-05-04 12:00:40.000 UTC, 40s after the deadline",
		}},
		{"evidence comes that it was kept", []*slo.Transition{
			transition(slo.BreachKind, 1), transition(slo.Correction, 5, over(slo.Ended)), transition(slo.EndedKind, 5, over(slo.Ended)),
		}, &outcome{
			Notices: []slo.Notice{slo.Opening, slo.Closing}, State: slo.Resolved, Resolution: slo.ByCorrection,
			Last: "evidence came that the deadline was kept",
		}},
		{"evidence comes that the deadline is later", []*slo.Transition{
			transition(slo.BreachKind, 1), transition(slo.Correction, 5),
		}, &outcome{
			Notices: []slo.Notice{slo.Opening, slo.Closing}, State: slo.Resolved, Resolution: slo.ByCorrection,
			Last: "the deadline is now 2026-05-04 12:00:00.000 UTC, which has not passed",
		}},
		{"nothing is owed any more", []*slo.Transition{
			transition(slo.BreachKind, 1), transition(slo.CancelKind, 5, over(slo.Cancelled)),
		}, &outcome{
			Notices: []slo.Notice{slo.Opening, slo.Closing}, State: slo.Resolved, Resolution: slo.ByCancellation, Last: "nothing is owed any more",
		}},
		{"nobody is woken for what is over", []*slo.Transition{
			transition(slo.BreachKind, 60, over(slo.Ended)), transition(slo.EndedKind, 60, over(slo.Ended)),
		}, &outcome{
			State: slo.Resolved, Resolution: slo.ByEnd, Last: "what was owed came at 2026-05-04 12:00:30.000 UTC, 30s after the deadline",
		}},
		{"what ended long ago and proves a breach is over as well", []*slo.Transition{
			transition(slo.BreachKind, 60, over(slo.Cancelled)),
		}, &outcome{State: slo.Resolved, Resolution: slo.ByCancellation, Last: "nothing is owed any more"}},
		{"an end that is taken back fires again", []*slo.Transition{
			transition(slo.BreachKind, 1), transition(slo.EndedKind, 40, over(slo.Ended)), transition(slo.Reopened, 50),
		}, &outcome{
			Notices: []slo.Notice{slo.Opening, slo.Closing, slo.Opening},
			Last:    "what had ended it was taken back, and the deadline 2026-05-04 12:00:00.000 UTC has passed",
		}},
		{"a hold that is known late moves the deadline", []*slo.Transition{
			transition(slo.BreachKind, 9), transition(slo.ResumedKind, 10, due(noon().Add(5*time.Second))),
		}, &outcome{
			Notices: []slo.Notice{slo.Opening}, Due: noon().Add(5 * time.Second), Last: "the deadline is now 2026-05-04 12:00:05.000 UTC",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var i *slo.Incident
			var notices []slo.Notice
			for _, x := range c.told {
				var notice slo.Notice
				if i, notice = slo.Note(i, x); notice != slo.NoNotice {
					notices = append(notices, notice)
				}
			}
			if c.want == nil {
				if i != nil || notices != nil {
					t.Fatalf("there is %+v, and the outside is told %v", i, notices)
				}
				return
			}
			want := *c.want
			if want.State == "" {
				want.State = fires.State
			}
			want.Told = len(want.Notices) > 0
			if want.Due.IsZero() {
				want.Due = fires.Due
			}
			got := outcome{notices, i.State, i.Resolution, i.Told, i.DueAt, i.History[len(i.History)-1].Text}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestAnIncidentKeepsItsIdentityWhenItsSubjectGetsAnotherName(t *testing.T) {
	t.Parallel()
	breach := transition(slo.BreachKind, 1)
	breach.Clock.Origin = breach.Clock.Subject
	i, _ := slo.Note(nil, breach)
	end := transition(slo.EndedKind, 5, over(slo.Ended))
	end.Clock.Origin, end.Clock.Subject.ID = breach.Clock.Subject, "0"
	if slo.BreachID(&breach.Clock) != slo.BreachID(&end.Clock) {
		t.Fatal("another name makes another incident")
	}
	if i, _ = slo.Note(i, end); i.Subject.ID != "0" {
		t.Errorf("the incident is about %s; want the name that counts now", i.Subject)
	}
}

func TestAForgottenIncidentComesBackWithALaterVersion(t *testing.T) {
	t.Parallel()
	i, _ := slo.NoteLate(nil, transition(slo.BreachKind, 1, provisional), 1)
	i, _ = slo.NoteLate(i, transition(slo.Confirmed, 2), 0)
	again, notice := slo.NoteLate(nil, transition(slo.BreachKind, 90, provisional), 1)
	if again.ID != i.ID || notice != slo.Opening {
		t.Fatalf("it is %s and told %q; want the same incident, told anew", again.ID, notice)
	}
	if again.Version <= i.Version {
		t.Errorf("version %d is not later than %d; what is kept elsewhere would hide it", again.Version, i.Version)
	}
}

func TestASourceThatIsBehindIsToldOnce(t *testing.T) {
	t.Parallel()
	var i *slo.Incident
	var told []slo.Notice
	for n, waiting := range []int{0, 1, 2, 1_000, 1_000, 3, 0, 0, 4, 0} {
		before := i
		var notice slo.Notice
		if i, notice = slo.NoteLate(i, transition(slo.BreachKind, n, provisional), waiting); notice != slo.NoNotice {
			told = append(told, notice)
		}
		if i != nil && i.Waiting != waiting {
			t.Errorf("%d breaches wait, and the incident says %d", waiting, i.Waiting)
		}
		if before != nil && before != i && before.Version >= i.Version {
			t.Errorf("version %d came after %d", i.Version, before.Version)
		}
	}
	if diff := cmp.Diff([]slo.Notice{slo.Opening, slo.Closing, slo.Opening, slo.Closing}, told); diff != "" {
		t.Errorf("(-want +told):\n%s", diff)
	}
	if i.Source != "erp" || i.Resolution != slo.ByCatchingUp {
		t.Errorf("it is about %q and was resolved by %q", i.Source, i.Resolution)
	}
	own := transition(slo.BreachKind, 1, provisional)
	own.Impact.Source = ""
	if i, _ = slo.NoteLate(nil, own, 1); i.Source != slo.OwnSource || i.ID != slo.LateID("default", slo.OwnSource) {
		t.Errorf("an SLA without a closing source waits for %q", i.Source)
	}
}

func TestOnlyAFiringIncidentCanBeAcknowledged(t *testing.T) {
	t.Parallel()
	i, _ := slo.Note(nil, transition(slo.BreachKind, 1))
	acked, err := i.Acknowledge(noon().Add(time.Minute), "ann", "I am on it")
	if err != nil || acked.Owner != "ann" || acked.Version <= i.Version {
		t.Fatalf("%+v, %v", acked, err)
	}
	if i.Owner != "" || len(i.History) != 1 {
		t.Error("the incident before was changed")
	}
	resolved, _ := slo.Note(acked, transition(slo.EndedKind, 70, over(slo.Ended)))
	if resolved.Owner != "ann" {
		t.Error("who looked after it is forgotten as it is resolved")
	}
	if _, err := resolved.Acknowledge(noon(), "bob", ""); lineage.KindOf(err) != lineage.Conflict {
		t.Errorf("a resolved incident is acknowledged: %v", err)
	}
	if again, _ := slo.Note(resolved, transition(slo.Reopened, 80)); again.Owner != "" {
		t.Error("who looked after the last time looks after it again, unasked")
	}
}

func TestHistoryIsBounded(t *testing.T) {
	t.Parallel()
	i, _ := slo.Note(nil, transition(slo.BreachKind, 1))
	for n := range 200 {
		i = i.WithEntry(noon(), fmt.Sprint(n))
	}
	if len(i.History) != 50 || i.History[49].Text != "199" {
		t.Errorf("%d lines, the last %q; want the last 50", len(i.History), i.History[len(i.History)-1].Text)
	}
}

// A clock lives through anything: facts come in any order and are taken back, the
// source is behind or not. What the outside was told is always what is so.
func TestAnIncidentFiresExactlyWhileItsClockIsAtRisk(t *testing.T) {
	t.Parallel()
	rule, err := slo.NewRule(lineage.SLA{
		Name: "posted", Subject: "order", Start: "start", Stop: "stop", Pause: "pause", Resume: "resume", Cancel: "cancel", Reset: "reset",
		Target: lineage.Duration(10 * time.Second), ClosingSource: "erp",
	})
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		w := witness{incidents: map[string]*slo.Incident{}, firing: map[string]bool{}}
		clock := slo.Clock{Tenant: "default", Key: slo.Key{SLA: "posted", Subject: lineage.Object{Type: "order", ID: "1"}}}
		now, facts := noon(), []slo.Fact{{Stage: "start", At: noon()}}
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 9).Draw(t, "later")) * time.Second)
			switch rapid.IntRange(0, 3).Draw(t, "what") {
			case 0:
				if len(facts) > 0 {
					n := rapid.IntRange(0, len(facts)-1).Draw(t, "taken back")
					facts = slices.Delete(slices.Clone(facts), n, n+1)
				}
			case 1, 2:
				facts = append(facts, slo.Fact{
					Stage: rapid.SampledFrom([]string{"start", "stop", "pause", "resume", "cancel", "reset"}).Draw(t, "stage"),
					At:    noon().Add(time.Duration(rapid.IntRange(0, 60).Draw(t, "at")) * time.Second),
				})
			}
			at := slo.Moment{Now: now}
			if rapid.Bool().Draw(t, "behind") {
				at.Watermark = noon().Add(time.Second)
			}
			var told []slo.Transition
			clock, told = rule.Step(clock, facts, at)
			for n := range told {
				w.hears(t, &told[n])
			}
			w.judges(t, &clock)
		}
	})
}

// witness keeps what the outside was told.
type witness struct {
	incidents map[string]*slo.Incident
	firing    map[string]bool
	story     []string
}

func (w *witness) hears(t *rapid.T, x *slo.Transition) {
	id := slo.BreachID(&x.Clock)
	before := w.incidents[id]
	i, notice := slo.Note(before, x)
	w.story = append(w.story, fmt.Sprintf("%s %d %s→%s", x.Kind, x.Clock.Episode, x.Clock.State, notice))
	switch {
	case before != nil && i != before && i.Version <= before.Version:
		t.Fatalf("version %d came after %d: %s", i.Version, before.Version, w)
	case notice == slo.Opening && w.firing[id], notice == slo.Closing && !w.firing[id]:
		t.Fatalf("told %q twice: %s", notice, w)
	case i != nil && i.State == slo.Firing && !i.Told && i.LateBy <= slo.History:
		t.Fatalf("it fires and nobody is told: %s", w)
	}
	if i != nil {
		w.incidents[id] = i
	}
	if notice != slo.NoNotice {
		w.firing[id] = notice == slo.Opening
	}
}

func (w *witness) judges(t *rapid.T, clock *slo.Clock) {
	for id, i := range w.incidents {
		want := id == slo.BreachID(clock) && clock.AtRisk()
		if fires := i.State == slo.Firing; fires != want || w.firing[id] != want {
			t.Fatalf("the clock of episode %d is at risk: %t; the incident fires: %t; the outside believes so: %t; %s",
				i.Episode, want, fires, w.firing[id], w)
		}
		if want && !i.DueAt.Equal(clock.DueAt) {
			t.Fatalf("the incident says due %s, the clock %s: %s", i.DueAt, clock.DueAt, w)
		}
	}
	if clock.AtRisk() && w.incidents[slo.BreachID(clock)] == nil {
		t.Fatalf("the clock is at risk and has no incident: %s", w)
	}
}

func (w *witness) String() string { return strings.Join(w.story, ", ") }

func TestABreachOfAnotherTimeIsListedAndNobodyIsWoken(t *testing.T) {
	t.Parallel()
	rule, err := slo.NewRule(lineage.SLA{Name: "s", Flow: "f", Subject: "order", Start: "start", Stop: "stop", Target: lineage.Duration(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	for late, want := range map[time.Duration]slo.Notice{slo.History: slo.Opening, slo.History + time.Second: slo.NoNotice} {
		facts := []slo.Fact{{Stage: "start", At: monday}}
		clock, told := rule.Step(newClock(), facts, slo.Moment{Now: monday.Add(time.Hour + late)})
		i, notice := slo.Note(nil, &told[1])
		if notice != want || i.State != slo.Firing || i.Told != (want == slo.Opening) {
			t.Errorf("noticed %s late: notice %q of %+v", late, notice, i)
		}
		_, told = rule.Step(clock, append(facts, slo.Fact{Stage: "stop", At: monday.Add(9 * 24 * time.Hour)}), slo.Moment{Now: monday.Add(10 * 24 * time.Hour)})
		if done, notice := slo.Note(i, &told[0]); done.State != slo.Resolved || (notice == slo.Closing) != i.Told {
			t.Errorf("noticed %s late, then ended: notice %q of %+v", late, notice, done)
		}
	}
}
