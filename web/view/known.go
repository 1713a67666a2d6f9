package view

import (
	"cmp"

	"throughline/slo"
)

// Known is what was known of an incident's clock, and when: its transitions in the
// order in which they were told.
type Known struct {
	Rows    []KnownRow
	Away    bool // the store cannot be asked just now
	Nothing bool // there is no clock to tell of
}

// KnownRow is one transition.
type KnownRow struct {
	What               string
	At, Noticed, Until Time
}

// NewKnown makes the rows of transitions.
func NewKnown(list []slo.Transition, c Clock) Known {
	var out Known
	for i := range list {
		t := &list[i]
		due := t.Due
		if due.IsZero() {
			due = t.Clock.DueAt
		}
		out.Rows = append(out.Rows, KnownRow{kindWords(t), c.time(t.At), c.time(t.Recorded), c.time(due)})
	}
	return out
}

// kindWords says what happened to a clock.
func kindWords(t *slo.Transition) string {
	switch t.Kind {
	case slo.Started:
		return "the clock started"
	case slo.Restarted:
		return "it had started at another time"
	case slo.Rescheduled:
		return "the deadline moved"
	case slo.PausedKind:
		return "put on hold"
	case slo.ResumedKind:
		return "taken off hold"
	case slo.BreachKind:
		if t.Provisional {
			return "the deadline passed, not certain yet"
		}
		return "the deadline passed"
	case slo.Confirmed:
		return "the breach is certain"
	case slo.Correction:
		return "it was no breach"
	case slo.EndedKind:
		if t.Verdict == slo.Breached {
			return "what was owed came, late"
		}
		return "what was owed came in time"
	case slo.CancelKind:
		return "nothing is owed any more"
	case slo.Reopened:
		return "what had ended it was taken back"
	case slo.Explained:
		return "what it means is known better"
	case slo.Withdrawn:
		return withdrawn
	default:
		return cmp.Or(string(t.Kind), "not told")
	}
}

// withdrawn says why a promise does not stand any more.
const withdrawn = "the promise was withdrawn: its SLA left the catalogue, or what started it was taken back"
