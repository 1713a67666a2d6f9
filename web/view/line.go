package view

import (
	"slices"
	"strings"

	"throughline/lineage"
	"throughline/slo"
)

// story tells one execution in short sentences: where it is, why, and what comes
// next.
type story struct {
	*lineage.Execution
	lore   Lore
	clocks []slo.Reading // by deadline
	c      Clock
}

// where says in plain words where an execution is.
func where(e *lineage.Execution, l Lore, c Clock) string {
	s := &story{e, l, l.Of(e), c}
	switch {
	case e.Unanchored:
		return s.loose()
	case e.State == lineage.StateCompleted:
		return "Complete: " + all(len(e.Stages)) + took(e) + "." + s.missed() + s.mended()
	case e.State == lineage.StateFailed:
		return s.stopped() + s.next()
	case e.State == lineage.StateRetrying:
		return s.retrying() + s.next()
	case e.State == lineage.StateOpen:
		return s.open()
	default:
		return s.observed()
	}
}

// observed tells an execution of a flow without stages. Its objects may owe something
// in another flow all the same.
func (s *story) observed() string {
	events := Of(len(s.Events), "event") + ", the last " + s.sign() + "."
	first, breached := s.breached()
	switch {
	case breached:
		return "Observed. " + s.promise(first) + s.others() + " " + events + runbook(first)
	case slices.ContainsFunc(s.clocks, func(r slo.Reading) bool { return r.Open() }):
		return "Observed: this flow names no stages, but another has a deadline open." + s.due() + " " + events
	default:
		return "Observed: this flow names no stages, so nothing is owed. " + events
	}
}

func (s *story) sign() string {
	if sign := s.c.Since(s.LastAt); sign != "" {
		return sign
	}
	return "at a time that was not told"
}

func all(stages int) string {
	if stages == 1 {
		return "its only stage is done"
	}
	return "all " + Count(stages) + " stages are done"
}

func took(e *lineage.Execution) string {
	if e.EndedAt.IsZero() || e.StartedAt.IsZero() {
		return ""
	}
	return ", " + Span(e.EndedAt.Sub(e.StartedAt)) + " from first to last"
}

// open tells an execution that goes on: what is missing by its deadline comes
// first.
func (s *story) open() string {
	first, breached := s.breached()
	switch {
	case !breached:
		return s.waiting() + s.mended() + s.due()
	case first.Provisional:
		return s.promise(first) + s.others() + " " + s.waiting()
	default:
		return s.owed(first) + " is missing: it was due by " + s.c.Near(first.DueAt) + "." + s.others() + " " + s.waiting() + runbook(first)
	}
}

func (s *story) waiting() string {
	since := s.trouble()
	if sign := s.c.Since(s.LastAt); sign != "" {
		since += " The last event came " + sign + "."
	}
	furthest := -1
	for i, stage := range s.Stages {
		switch {
		case stage.State == lineage.StateAmbiguous:
			return "How far " + said(stage.Name) + " has come cannot be told: " + said(ended(stage.Reason)) + "." + since
		case stage.State == lineage.StatePartial && !stage.Target.IsZero():
			return "Under way at " + said(stage.Name) + ": " + progressOf(stage) + ", so " + Money(stage.Short()) + " is missing." + since
		case stage.State == lineage.StatePartial:
			return "Under way at " + said(stage.Name) + ": some of its objects have reached it, not all." + since
		case stage.Name == s.Stage:
			furthest = i
		}
	}
	var unseen, ahead []string
	for i, stage := range s.Stages {
		switch {
		case stage.State != lineage.StatePending:
		case i < furthest:
			unseen = append(unseen, said(stage.Name))
		default:
			ahead = append(ahead, said(stage.Name))
		}
	}
	missing := ""
	if len(unseen) > 0 {
		missing = " Nothing was seen of " + strings.Join(unseen, ", ") + " before it."
	}
	switch {
	case len(ahead) > 0 && furthest < 0:
		return "Waiting for its first stage, " + ahead[0] + "." + since
	case len(ahead) > 0:
		return "Waiting for " + ahead[0] + "; " + said(s.Stage) + " is the furthest that it has come." + missing + since
	case furthest >= 0:
		return "It has come to " + said(s.Stage) + ", its last stage." + missing + since
	}
	return "Under way." + since
}

// trouble tells the last failure that no later success of the same step, or of its stage,
// made good, in its source's words.
func (s *story) trouble() string {
	type step struct{ source, name string }
	well, through := make(map[step]bool), make(map[string]bool)
	for i := len(s.Events) - 1; i >= 0; i-- {
		event := s.Events[i]
		at := step{event.Source, event.Type}
		switch {
		case event.Outcome != lineage.OutcomeFailed:
			well[at] = true
			through[event.Stage] = event.Stage != "" && !failed(event) || through[event.Stage]
		case !well[at] && !through[event.Stage]:
			return " But " + nameOf(event.Type) + " failed at " + said(s.lore.source(event.Source)) + quoted(event.Reason) + "."
		}
	}
	return ""
}

// loose tells what no anchor reaches. When a deadline for the anchor has passed,
// it is told what it never became.
func (s *story) loose() string {
	first, breached := s.breached()
	goods := ""
	if breached {
		goods = s.lore.goods(first.SLA.Flow, first.SLA.Stop)
	}
	switch became := said(capital(first.SLA.Start)) + ", but never became " + an(goods) + ": "; {
	case goods == "" || goods != s.lore.anchor(s.Execution):
		return s.adrift()
	case first.Provisional:
		return said(capital(first.SLA.Start)) + ", and not yet " + an(goods) + ": it was due by " + s.c.Near(first.DueAt) + ", but " +
			s.lore.closing(first.SLA) + " is behind and may have kept it."
	case s.State == lineage.StateFailed && s.failure(lineage.StateFailed) != nil:
		return became + s.rejected(s.failure(lineage.StateFailed)) + " " + s.promise(first) + runbook(first)
	case s.State == lineage.StateRetrying:
		return became + s.attempt() + " " + s.promise(first) + runbook(first)
	default:
		return became + "it was due by " + s.c.Near(first.DueAt) + ", and nothing of it was seen." + runbook(first)
	}
}

func (s *story) adrift() string {
	switch s.State {
	case lineage.StateFailed:
		return s.stopped() + s.next()
	case lineage.StateRetrying:
		return s.retrying() + s.next()
	}
	return "No " + said(s.Flow) + " anchor reaches these objects yet: they were seen, but what should have followed was not. The last sign came " +
		s.sign() + "." + s.due()
}

func capital(word string) string {
	if word == "" {
		return ""
	}
	return strings.ToUpper(word[:1]) + word[1:]
}
