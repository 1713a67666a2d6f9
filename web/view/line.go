package view

import (
	"strings"

	"throughline/lineage"
)

// where says in one sentence where an execution is, and what it waits for.
func where(e *lineage.Execution, c Clock) string {
	switch {
	case e.Unanchored:
		return "No " + e.Flow + " anchor reaches these objects yet: they were seen, but what should have followed was not. The last sign came " + c.sign(e) + "."
	case e.State == lineage.StateCompleted:
		return "Complete: " + all(len(e.Stages)) + took(e) + "."
	case e.State == lineage.StateFailed:
		return "Stopped" + at(e, lineage.StateFailed) + ", and nobody is trying again." + next(e)
	case e.State == lineage.StateRetrying:
		return "Trying again" + at(e, lineage.StateRetrying) + "; another attempt is due." + next(e)
	case e.State == lineage.StateOpen:
		return waiting(e, c)
	default:
		return "Observed: this flow names no stages, so nothing is owed. " + Of(len(e.Events), "event") + ", the last " + c.sign(e) + "."
	}
}

func (c Clock) sign(e *lineage.Execution) string {
	if s := c.Since(e.LastAt); s != "" {
		return s
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

// at names the stage that is in the given state, how often it was tried and why
// it failed, in its source's words.
func at(e *lineage.Execution, state lineage.State) string {
	for _, s := range e.Stages {
		if s.State != state {
			continue
		}
		out := " at " + s.Name
		if s.Attempts > 1 {
			out += " after " + Count(s.Attempts) + " attempts"
		}
		if s.Reason != "" {
			out += ": “" + strings.TrimRight(s.Reason, ". ") + "”"
		}
		return out
	}
	if e.Stage != "" {
		return " at " + e.Stage
	}
	return ""
}

func waiting(e *lineage.Execution, c Clock) string {
	since := ""
	if s := c.Since(e.LastAt); s != "" {
		since = " The last event came " + s + "."
	}
	for _, s := range e.Stages {
		switch s.State {
		case lineage.StatePartial:
			return "Under way at " + s.Name + ": some of its objects have reached it, not all." + since
		case lineage.StatePending:
			if e.Stage == "" {
				return "Waiting for its first stage, " + s.Name + "." + since
			}
			return "Waiting for " + s.Name + "; " + e.Stage + " is the furthest that it has come." + since
		}
	}
	return "Under way." + since
}

func next(e *lineage.Execution) string {
	for _, s := range e.Stages {
		if s.State == lineage.StatePending {
			return " Next would be " + s.Name + "."
		}
	}
	return ""
}
