package slo_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"throughline/lineage"
	"throughline/slo"
)

var monday = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

// arrival is a fact and when it came to be known.
type arrival struct {
	slo.Fact
	at time.Time
}

func drawSLA(t *rapid.T) lineage.SLA {
	s := lineage.SLA{
		Name: "s", Flow: "f", Subject: "order", Start: "start", Stop: "stop",
		Target: lineage.Duration(time.Duration(rapid.IntRange(1, 400).Draw(t, "target")) * time.Minute),
	}
	if rapid.Bool().Draw(t, "pauses") {
		s.Pause, s.Resume = "pause", "resume"
	}
	if rapid.Bool().Draw(t, "cancels") {
		s.Cancel = "cancel"
	}
	if rapid.Bool().Draw(t, "resets") {
		s.Reset = "reset"
	}
	if rapid.Bool().Draw(t, "keeps hours") {
		s.Calendar = &lineage.Calendar{
			Zone: "Europe/Berlin", Hours: map[string]string{"mon-fri": "09:00-12:00, 13:00-17:00"}, Holidays: []string{"2026-03-03"},
		}
	}
	return s
}

// drawArrivals draws facts on a grid of minutes, each known from its time on or later.
func drawArrivals(t *rapid.T) []arrival {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) arrival {
		at := monday.Add(time.Duration(rapid.IntRange(0, 2000).Draw(t, "minute")) * time.Minute)
		late := rapid.SampledFrom([]int{0, 0, 0, 1, 90, 1500}).Draw(t, "late")
		return arrival{
			slo.Fact{Stage: rapid.SampledFrom([]string{"start", "start", "stop", "pause", "resume", "cancel", "reset", "other"}).Draw(t, "stage"), At: at},
			at.Add(time.Duration(late) * time.Minute),
		}
	}), 0, 9).Draw(t, "facts")
}

func factsAt(all []arrival, now time.Time) []slo.Fact {
	var known []slo.Fact
	for _, a := range all {
		if !a.at.After(now) {
			known = append(known, a.Fact)
		}
	}
	return known
}

func newClock() slo.Clock {
	return slo.Clock{Tenant: "default", Key: slo.Key{SLA: "s", Subject: lineage.Object{Type: "order", ID: "1"}}}
}

// known is a clock as it is known now, without how it came to be known.
type known struct {
	episode             int
	state               slo.State
	kept, breached      bool
	started, due, ended time.Time
}

func knowledge(c slo.Clock) known {
	k := known{c.Episode, c.State, c.Verdict == slo.Met || c.Verdict == slo.Corrected && c.State == slo.Ended, c.Verdict == slo.Breached, c.StartedAt, c.DueAt, c.EndedAt}
	if c.State != slo.Running {
		k.due = time.Time{} // on hold there is none, and after the end nobody asks
	}
	if c.StartedAt.IsZero() || c.State == slo.Cancelled {
		k.started, k.ended = time.Time{}, time.Time{}
	}
	return k
}

func TestWhatIsKnownNowDoesNotDependOnHowItCameToBeKnown(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rule, err := slo.NewRule(drawSLA(t))
		if err != nil {
			t.Fatal(err)
		}
		arrivals := drawArrivals(t)
		end := monday.Add(5000 * time.Minute)
		moments := []time.Time{end}
		for _, a := range arrivals {
			moments = append(moments, a.at)
		}
		for range rapid.IntRange(0, 6).Draw(t, "sweeps") {
			moments = append(moments, monday.Add(time.Duration(rapid.IntRange(0, 4000).Draw(t, "sweep"))*time.Minute))
		}
		slices.SortFunc(moments, time.Time.Compare)
		behind := time.Duration(rapid.SampledFrom([]int{0, 30, 3000}).Draw(t, "behind")) * time.Minute
		clock := newClock()
		var told []slo.Transition
		for _, now := range moments {
			at := slo.Moment{Now: now, Watermark: now.Add(-behind)}
			if now.Equal(end) {
				at.Watermark = end
			}
			var more []slo.Transition
			facts := factsAt(arrivals, now)
			clock, more = rule.Step(clock, facts, at)
			told = append(told, more...)
			slices.Reverse(facts)
			if _, again := rule.Step(clock, append(facts, facts...), at); len(again) > 0 {
				t.Fatalf("at %s told twice: %+v", now, again)
			}
		}
		atOnce, _ := rule.Step(newClock(), factsAt(arrivals, end), slo.Moment{Now: end, Watermark: end})
		if got, want := knowledge(clock), knowledge(atOnce); got != want && want.state != slo.Pending {
			t.Fatalf("bit by bit\n%+v\nat once\n%+v\ntold %+v", got, want, told)
		}
		checkHistory(t, told)
	})
}

// checkHistory holds what must be true of every history that is told.
func checkHistory(t *rapid.T, told []slo.Transition) {
	ids := map[string]bool{}
	type story struct {
		breached, open bool
		last           slo.Kind // by which it ended
	}
	stories := map[int]*story{} // by episode
	for _, x := range told {
		s := stories[x.Clock.Episode]
		if s == nil {
			s = &story{}
			stories[x.Clock.Episode] = s
		}
		if ids[x.ID] {
			t.Fatalf("the identity %s is used twice: %+v", x.ID, told)
		}
		ids[x.ID] = true
		switch x.Kind {
		case slo.Started:
			if s.open {
				t.Fatalf("started while it runs: %+v", told)
			}
			s.open, s.breached = true, false
		case slo.BreachKind:
			if s.breached || x.LateBy < 0 {
				t.Fatalf("breached twice, or before its deadline: %+v", told)
			}
			s.breached = true
		case slo.Confirmed:
			if !s.breached {
				t.Fatalf("confirmed without a breach: %+v", told)
			}
		case slo.Correction:
			if !s.breached {
				t.Fatalf("corrected without a breach: %+v", told)
			}
			s.breached = false
		case slo.EndedKind, slo.CancelKind, slo.Withdrawn:
			if !s.open && s.last == x.Kind {
				t.Fatalf("ended twice in the same way: %+v", told)
			}
			s.open, s.last = false, x.Kind
		case slo.Reopened:
			if s.open {
				t.Fatalf("taken up while it runs: %+v", told)
			}
			s.open = true
		}
	}
}

func TestADeadlineIsWhereTheMinutesThatCountHaveRunOut(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		sla := drawSLA(t)
		sla.Cancel, sla.Reset = "", ""
		rule, err := slo.NewRule(sla)
		if err != nil {
			t.Fatal(err)
		}
		facts := factsAt(drawArrivals(t), monday.Add(9000*time.Minute))
		facts = slices.DeleteFunc(facts, func(f slo.Fact) bool { return f.Stage == "stop" })
		clock, _ := rule.Step(newClock(), facts, slo.Moment{Now: monday.Add(-time.Hour)})
		if clock.State == slo.Pending {
			return
		}
		want, holds := countMinutes(&sla, facts, clock.StartedAt)
		if holds != (clock.State == slo.Paused) {
			t.Fatalf("on hold: %v; the clock is %s", holds, clock.State)
		}
		if !holds && !clock.DueAt.Equal(want) {
			t.Fatalf("due %s; counted by the minute it is %s", clock.DueAt, want)
		}
	})
}

// countMinutes counts a target down minute by minute, as directly as the rule is
// said. It returns true when it never ends because of a hold.
func countMinutes(s *lineage.SLA, facts []slo.Fact, start time.Time) (due time.Time, holds bool) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		panic(err)
	}
	counts := func(at time.Time) bool {
		if s.Calendar == nil {
			return true
		}
		local := at.In(berlin)
		minute := 60*local.Hour() + local.Minute()
		weekday := local.Weekday() >= time.Monday && local.Weekday() <= time.Friday
		return weekday && local.Format(time.DateOnly) != "2026-03-03" && (minute >= 540 && minute < 720 || minute >= 780 && minute < 1020)
	}
	marked := func(stage string, at time.Time) bool {
		return slices.ContainsFunc(facts, func(f slo.Fact) bool { return f.Stage == stage && f.At.Equal(at) })
	}
	left, on := time.Duration(s.Target), false
	for at := monday; ; at = at.Add(time.Minute) {
		if left == 0 {
			return at, false
		}
		if s.Pause != "" {
			pauses, resumes := marked(s.Pause, at), marked(s.Resume, at)
			switch {
			case pauses && resumes && on:
				on = false // on hold until now, and a hold of no length is none
			case pauses && resumes:
			case pauses:
				on = true
			case resumes:
				on = false
			}
		}
		if at.After(monday.Add(40 * 24 * time.Hour)) {
			return at, on
		}
		if !at.Before(start) && !on && counts(at) {
			left -= time.Minute
		}
	}
}

func TestABreachWaitsForWhatIsStillOnItsWay(t *testing.T) {
	t.Parallel()
	rule, err := slo.NewRule(lineage.SLA{Name: "s", Flow: "f", Subject: "order", Start: "start", Stop: "stop", Target: lineage.Duration(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	facts := []slo.Fact{{Stage: "start", At: monday}}
	due := monday.Add(time.Hour)
	for name, c := range map[string]struct {
		now, watermark  time.Duration // after the deadline
		told, uncertain bool
	}{
		"the source is a moment behind and patience lasts":    {2 * time.Second, -time.Second, false, false},
		"the source has told all up to the deadline":          {2 * time.Second, 0, true, false},
		"patience has run out and the source is still behind": {3 * time.Second, -time.Second, true, true},
	} {
		clock, _ := rule.Step(newClock(), facts, slo.Moment{Now: monday})
		clock, told := rule.Step(clock, facts, slo.Moment{Now: due.Add(c.now), Watermark: due.Add(c.watermark), Patience: 3 * time.Second})
		if (len(told) == 1) != c.told || clock.Provisional != c.uncertain {
			t.Errorf("%s: told %+v, provisional %v", name, told, clock.Provisional)
		}
	}
}

func TestAResetBeginsAnotherEpisodeAndCancelsTheOneBefore(t *testing.T) {
	t.Parallel()
	rule, err := slo.NewRule(lineage.SLA{Name: "s", Flow: "f", Subject: "order", Start: "start", Stop: "stop", Reset: "changed", Target: lineage.Duration(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	facts := []slo.Fact{{"start", monday}, {"changed", monday.Add(50 * time.Minute)}, {"stop", monday.Add(100 * time.Minute)}}
	clock, told := rule.Step(newClock(), facts, slo.Moment{Now: monday.Add(2 * time.Hour)})
	var kinds []slo.Kind
	for _, x := range told {
		kinds = append(kinds, x.Kind)
	}
	if want := []slo.Kind{slo.Started, slo.CancelKind, slo.Started, slo.EndedKind}; !slices.Equal(kinds, want) || clock.Verdict != slo.Met || clock.Episode != 1 {
		t.Fatalf("told %v, verdict %s of episode %d; want %v, met", kinds, clock.Verdict, clock.Episode, want)
	}
}
