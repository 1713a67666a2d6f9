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
	since := trouble(e)
	if s := c.Since(e.LastAt); s != "" {
		since += " The last event came " + s + "."
	}
	furthest := -1
	for i, s := range e.Stages {
		switch {
		case s.State == lineage.StatePartial:
			return "Under way at " + s.Name + ": some of its objects have reached it, not all." + since
		case s.Name == e.Stage:
			furthest = i
		}
	}
	var unseen, ahead []string
	for i, s := range e.Stages {
		switch {
		case s.State != lineage.StatePending:
		case i < furthest:
			unseen = append(unseen, s.Name)
		default:
			ahead = append(ahead, s.Name)
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
		return "Waiting for " + ahead[0] + "; " + e.Stage + " is the furthest that it has come." + missing + since
	case furthest >= 0:
		return "It has come to " + e.Stage + ", its last stage." + missing + since
	}
	return "Under way." + since
}

// trouble tells the last failure that no later success of the same step made good,
// in its source's words.
func trouble(e *lineage.Execution) string {
	type step struct{ source, name string }
	well := make(map[step]bool)
	for i := len(e.Events) - 1; i >= 0; i-- {
		event := e.Events[i]
		at := step{event.Source, event.Type}
		switch {
		case event.Outcome != lineage.OutcomeFailed:
			well[at] = true
		case !well[at]:
			out := " But " + event.Type + " failed at " + strings.TrimPrefix(event.Source, "otel:")
			if event.Reason != "" {
				out += ": “" + strings.TrimRight(event.Reason, ". ") + "”"
			}
			return out + "."
		}
	}
	return ""
}

func next(e *lineage.Execution) string {
	for _, s := range e.Stages {
		if s.State == lineage.StatePending {
			return " Next would be " + s.Name + "."
		}
	}
	return ""
}
