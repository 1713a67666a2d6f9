package view

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"throughline/lineage"
)

// stopped tells a failure: who rejected what, in their words, and who had accepted
// it before, since that is what whoever watches endpoints has seen.
func (s *story) stopped() string {
	out := "Stopped"
	if stage := s.stageIn(lineage.StateFailed); stage != nil {
		out += " at " + said(stage.Name)
		if stage.Attempts > 1 {
			out += " after " + Count(stage.Attempts) + " attempts"
		}
		if failure := s.failure(lineage.StateFailed); failure != nil {
			return out + ": " + s.rejected(failure)
		}
		out += quoted(stage.Reason)
	} else if s.Stage != "" {
		out += " at " + said(s.Stage)
	}
	return out + ", and nobody is trying again."
}

// rejected says who rejected it, when and why, and who had accepted it before.
func (s *story) rejected(failure *lineage.Event) string {
	reason := failure.Reason
	if stage := s.stageIn(lineage.StateFailed); stage != nil {
		reason = cmp.Or(reason, stage.Reason)
	}
	return said(s.lore.source(failure.Source)) + " rejected it at " + s.c.Near(failure.Time) + answered(failure, reason) + quoted(reason) + "." +
		s.accepted(failure)
}

// accepted tells the last step before a failure that was answered with success.
func (s *story) accepted(failure *lineage.Event) string {
	before := s.Events[:max(0, slices.Index(s.Events, failure))]
	clean := true
	for i := len(before) - 1; i >= 0; i-- {
		e := before[i]
		if e.Answer < 200 || e.Answer > 299 || failed(e) {
			continue
		}
		who, what := s.lore.source(e.Source), "it"
		if subject := e.Subject(); !subject.IsZero() {
			what = "the " + said(spoken(subject.Type))
		}
		anchor := s.lore.anchor(s.Execution)
		for _, r := range e.Refs {
			if r.Object.Type == anchor && r.Object.System != "" {
				who, what = s.lore.system(r.Object.System), "the "+said(spoken(anchor))
				break
			}
		}
		out := " Before that, " + said(who) + " had accepted " + what + answered(e, "") + " at " + s.c.Near(e.Time)
		if e.Attempt > 1 {
			out += ", on attempt " + Count(e.Attempt)
		}
		for _, earlier := range before {
			clean = clean && !failed(earlier)
		}
		if clean {
			out += ", so nothing failed on the way in"
		}
		return out + "."
	}
	return ""
}

// retrying tells the last attempt that did not go well.
func (s *story) retrying() string { return "Retrying, not failed yet: " + s.attempt() }

func (s *story) attempt() string {
	stage := s.stageIn(lineage.StateRetrying)
	if stage == nil {
		return "another attempt is due."
	}
	out, n, reason := "an attempt", stage.Attempts, stage.Reason
	with := ""
	if e := s.failure(lineage.StateRetrying); e != nil {
		n, reason, with = cmp.Or(e.Attempt, n), cmp.Or(e.Reason, reason), ""
		with = answered(e, reason)
	}
	if n > 0 {
		out = "attempt " + Count(n)
	}
	return out + " of " + said(stage.Name) + " failed" + with + quoted(reason) + "; another attempt is due."
}

// stageIn is the first stage in a state, or nil.
func (s *story) stageIn(state lineage.State) *lineage.Stage {
	i := slices.IndexFunc(s.Stages, func(stage lineage.Stage) bool { return stage.State == state })
	if i < 0 {
		return nil
	}
	return &s.Stages[i]
}

// failure is the last event that put a stage into a state, failed or retrying, or
// nil when that cannot be told.
func (s *story) failure(state lineage.State) *lineage.Event {
	stage := s.stageIn(state)
	if stage == nil {
		return nil
	}
	outcome := lineage.OutcomeFailed
	if state == lineage.StateRetrying {
		outcome = lineage.OutcomeRetrying
	}
	for i := len(s.Events) - 1; i >= 0; i-- {
		if e := s.Events[i]; e.Outcome == outcome && reports(e, stage) {
			return e
		}
	}
	return nil
}

func failed(e *lineage.Event) bool {
	return e.Outcome == lineage.OutcomeFailed || e.Outcome == lineage.OutcomeRetrying
}

// answered tells a status code, " with 503", unless the reason says it already.
func answered(e *lineage.Event, reason string) string {
	if e.Answer == 0 || strings.Contains(reason, strconv.Itoa(e.Answer)) {
		return ""
	}
	return " with " + strconv.Itoa(e.Answer)
}

// maxQuoted is how much of a reason a sentence or a list quotes, in characters; the
// event has the whole.
const maxQuoted = 240

// quoted is a reason in its source's words: ": “…”".
func quoted(reason string) string {
	reason = strings.TrimRight(strings.Join(strings.Fields(reason), " "), ". ")
	if reason == "" {
		return ""
	}
	return ": “" + said(brief(reason)) + "”"
}
