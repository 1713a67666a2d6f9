package view

import (
	"strings"

	"throughline/lineage"
	"throughline/slo"
)

// breached is the open breach whose deadline passed first. One that is certain
// goes before one that a late source may take back.
func (s *story) breached() (slo.Reading, bool) {
	var first slo.Reading
	found := false
	for _, r := range s.clocks {
		if r.Open() && r.Verdict == slo.Breached && (!found || first.Provisional && !r.Provisional) {
			first, found = r, true
		}
	}
	return first, found
}

// others counts the open breaches beside the one that was told.
func (s *story) others() string {
	n := -1
	for _, r := range s.clocks {
		if r.Open() && r.Verdict == slo.Breached {
			n++
		}
	}
	switch {
	case n <= 0:
		return ""
	case n == 1:
		return " One more deadline has passed."
	default:
		return " " + Count(n) + " more deadlines have passed."
	}
}

// next says what comes next: the deadline that stands, and what to do when it has
// passed, or else the next stage.
func (s *story) next() string {
	if first, breached := s.breached(); breached {
		return " " + s.promise(first) + s.others() + runbook(first)
	}
	if due := s.due(); due != "" {
		return due
	}
	for _, stage := range s.Stages {
		if stage.State == lineage.StatePending {
			return " Next would be " + said(stage.Name) + "."
		}
	}
	return ""
}

// due tells the next deadline of a clock that runs.
func (s *story) due() string {
	for _, r := range s.clocks {
		if r.State == slo.Running {
			return " " + s.promise(r)
		}
	}
	return ""
}

// promise tells a deadline: "The invoice was due by 12:04:07 UTC."
func (s *story) promise(r slo.Reading) string {
	is := " is due by "
	if r.Verdict == slo.Breached || !s.c.Now.Before(r.DueAt) {
		is = " was due by "
	}
	out := s.owed(r) + is + s.c.Near(r.DueAt)
	if r.Verdict == slo.Breached && r.Provisional {
		out += "; " + s.lore.closing(r.SLA) + " is behind, so it may have come"
	}
	return out + "."
}

// owed names what a clock waits for, as a sentence begins: "The invoice", "The
// payment of invoice INV-7". Where the subject is there and goes through the stage
// itself, it is the stage that is waited for: “answered”, of a ticket.
func (s *story) owed(r slo.Reading) string {
	goods := s.lore.goods(r.SLA.Flow, r.SLA.Stop)
	for _, stage := range s.Stages {
		if goods == "" && stage.Name == r.SLA.Stop {
			goods = stage.Type
		}
	}
	of := ""
	if r.Subject != s.Anchor {
		of = " of " + said(spoken(r.Subject.Type)) + " " + nameOf(r.Subject.ID)
	}
	switch goods {
	case "":
		return "“" + said(titleOf(r.SLA)) + "”" + of
	case r.Subject.Type:
		return "“" + said(r.SLA.Stop) + "”" + of
	default:
		return "The " + said(spoken(goods)) + of
	}
}

const whatToDo = " What to do: "

// ended is a sentence of others without its end, which is ours.
func ended(text string) string { return strings.TrimRight(text, ". \n") }

// runbook says what to do about a breach that is certain.
func runbook(r slo.Reading) string {
	if !r.AtRisk() || r.SLA.Runbook == "" {
		return ""
	}
	if book := newRunbook(r.SLA.Runbook); book.URL != "" {
		return whatToDo + said(book.URL)
	}
	return whatToDo + said(ended(r.SLA.Runbook)) + "."
}

// missed counts the deadlines that a complete execution has not kept.
func (s *story) missed() string {
	n := 0
	for _, r := range s.clocks {
		if r.State == slo.Ended && r.Verdict == slo.Breached {
			n++
		}
	}
	switch n {
	case 0:
		return ""
	case 1:
		return " One deadline was missed."
	default:
		return " " + Count(n) + " deadlines were missed."
	}
}
