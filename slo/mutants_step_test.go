package slo_test

import (
	"slices"
	"testing"
	"time"

	"throughline/lineage"
	"throughline/slo"
)

// minutes is a fact at a number of minutes after the clocks of these tests begin.
func minutes(stage string, n int) slo.Fact {
	return slo.Fact{Stage: stage, At: monday.Add(time.Duration(n) * time.Minute)}
}

// hourRule promises a stop within an hour that counts.
func hourRule(t *testing.T) *slo.Rule {
	t.Helper()
	rule, err := slo.NewRule(lineage.SLA{
		Name: "s", Flow: "f", Subject: "order", Start: "start", Stop: "stop", Pause: "pause", Resume: "resume", Cancel: "cancel", Reset: "reset",
		Target: lineage.Duration(time.Hour),
	})
	if err != nil {
		t.Fatal(err)
	}
	return rule
}

func TestAPauseOnHoldAndAResumeOffHoldChangeNothing(t *testing.T) {
	t.Parallel()
	rule := hourRule(t)
	for name, c := range map[string]struct {
		marks []slo.Fact
		want  int // minutes after the start at which it is due; 0: it is on hold
	}{
		"one hold":                          {[]slo.Fact{minutes("pause", 10), minutes("resume", 20)}, 70},
		"a second pause while it is on":     {[]slo.Fact{minutes("pause", 10), minutes("pause", 15), minutes("resume", 20)}, 70},
		"a second resume while it is off":   {[]slo.Fact{minutes("pause", 10), minutes("resume", 20), minutes("resume", 25)}, 70},
		"a resume before any pause":         {[]slo.Fact{minutes("resume", 5), minutes("pause", 10), minutes("resume", 20)}, 70},
		"two pauses and no resume":          {[]slo.Fact{minutes("pause", 10), minutes("pause", 15)}, 0},
		"a second pause, and another hold":  {[]slo.Fact{minutes("pause", 10), minutes("pause", 15), minutes("resume", 20), minutes("pause", 30), minutes("resume", 35)}, 75},
		"a resume at the moment of a pause": {[]slo.Fact{minutes("pause", 10), minutes("resume", 10)}, 60},
	} {
		clock, _ := rule.Step(newClock(), append(c.marks, minutes("start", 0)), slo.Moment{Now: monday.Add(40 * time.Minute)})
		switch due := monday.Add(time.Duration(c.want) * time.Minute); {
		case c.want == 0 && clock.State != slo.Paused:
			t.Errorf("%s: the clock is %s; want it on hold", name, clock.State)
		case c.want > 0 && (clock.State != slo.Running || !clock.DueAt.Equal(due)):
			t.Errorf("%s: the clock is %s and due at %s; want it running, and due at %s", name, clock.State, clock.DueAt, due)
		}
	}
}

func TestAStopThatCameAfterTheCancellationMeetsNothing(t *testing.T) {
	t.Parallel()
	rule, now := hourRule(t), slo.Moment{Now: monday.Add(40 * time.Minute)}
	facts := []slo.Fact{minutes("start", 0), minutes("stop", 30)}
	clock, _ := rule.Step(newClock(), facts, now)
	if clock.State != slo.Ended || clock.Verdict != slo.Met {
		t.Fatalf("the clock is %s with verdict %q; want it ended and met", clock.State, clock.Verdict)
	}
	clock, _ = rule.Step(clock, append(facts, minutes("cancel", 20)), now)
	if clock.State != slo.Cancelled || clock.Verdict != slo.None {
		t.Errorf("the cancellation before the stop is known: the clock is %s with verdict %q; want it cancelled and none", clock.State, clock.Verdict)
	}
	if clock, _ = rule.Step(clock, facts, now); clock.State != slo.Ended || clock.Verdict != slo.Met {
		t.Errorf("the cancellation is taken back: the clock is %s with verdict %q; want it ended and met", clock.State, clock.Verdict)
	}
}

// A ledger keeps of two transitions with one identity one, so a second life of an
// episode must not use what the first one told.
func TestAnEpisodeThatBeginsAgainUsesNoIdentityTwice(t *testing.T) {
	t.Parallel()
	rule, clock := hourRule(t), newClock()
	known := map[string]slo.Transition{}
	var kinds []slo.Kind
	step := func(minute int, facts ...slo.Fact) {
		t.Helper()
		var told []slo.Transition
		clock, told = rule.Step(clock, append(facts, minutes("start", 0)), slo.Moment{Now: monday.Add(time.Duration(minute) * time.Minute)})
		for _, x := range told {
			if was, again := known[x.ID]; again {
				t.Errorf("%s of episode %d at %s has the identity of %s of episode %d at %s", x.Kind, x.Clock.Episode, x.At, was.Kind, was.Clock.Episode, was.At)
			}
			known[x.ID] = x
			kinds = append(kinds, x.Kind)
		}
	}
	held := []slo.Fact{minutes("pause", 12), minutes("resume", 14), minutes("pause", 16)}
	step(20, append(held, minutes("reset", 10))...)
	step(30) // the reset is taken back, and the holds
	step(40, minutes("pause", 35), minutes("reset", 32))
	want := []slo.Kind{
		slo.Started, slo.CancelKind, slo.Started, slo.PausedKind, slo.ResumedKind, slo.PausedKind,
		slo.Withdrawn, slo.Reopened,
		slo.CancelKind, slo.Started, slo.PausedKind,
	}
	if !slices.Equal(kinds, want) || clock.Episode != 1 {
		t.Errorf("told %v, the last of episode %d; want %v, of episode 1", kinds, clock.Episode, want)
	}
}
