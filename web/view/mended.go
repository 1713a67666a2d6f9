package view

import (
	"slices"
	"strings"

	"throughline/lineage"
)

// mended tells of the last stage that had been rejected and was done after all: who had
// rejected it, when and why, and when it came. "" where nothing had been.
func (s *story) mended() string {
	sentence, _ := s.rejectedOnce()
	return sentence
}

// rejectedOnce tells the same, and the rejection.
func (s *story) rejectedOnce() (string, *lineage.Event) {
	for i := len(s.Stages) - 1; i >= 0; i-- {
		stage := &s.Stages[i]
		if stage.State != lineage.StateDone && stage.State != lineage.StatePartial {
			continue
		}
		at := slices.IndexFunc(s.Events, func(e *lineage.Event) bool { return e.Outcome == lineage.OutcomeFailed && reports(e, stage) })
		if at < 0 {
			continue
		}
		rejection := s.Events[at]
		out := " " + begun(said(s.lore.source(rejection.Source))) + " had rejected it at " + s.c.Near(rejection.Time) + quoted(rejection.Reason)
		for _, e := range s.Events[at+1:] {
			if !failed(e) && reports(e, stage) {
				return out + "; it came to " + said(stage.Name) + " at " + s.c.Near(e.Time) + ".", rejection
			}
		}
	}
	return "", nil
}

// reports tells whether an event says how a stage went.
func reports(e *lineage.Event, stage *lineage.Stage) bool {
	implied := e.Stage == "" && e.Kind == lineage.BusinessEvent && stage.Type != "" && e.Subject().Type == stage.Type
	return e.Stage == stage.Name || implied
}

// Rejection tells, beside what an incident says itself, who rejected its transaction and
// who had accepted it before; of one that was put right, when that was. "" where nobody
// rejected anything.
func Rejection(e *lineage.Execution, l Lore, c Clock) string {
	s := &story{e, l, nil, c}
	if failure := s.failure(lineage.StateFailed); failure != nil {
		return begun(said(l.source(failure.Source))) + " rejected it at " + c.Near(failure.Time) + answered(failure, failure.Reason) + "." + s.accepted(failure)
	}
	sentence, rejection := s.rejectedOnce()
	if rejection == nil {
		return ""
	}
	return strings.TrimSpace(sentence) + strings.Replace(s.accepted(rejection), "Before that", "Before the rejection", 1)
}
