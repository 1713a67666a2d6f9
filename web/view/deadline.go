package view

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"throughline/lineage"
	"throughline/slo"
)

// Deadline is one clock of an execution.
type Deadline struct {
	Title     string
	Subject   Object // empty for the anchor
	Badge     Badge
	Due       Time
	Countdown string // when it runs out, for machines; "" unless it runs
	Note      string // how it ended, or what holds it
	Runbook   Runbook
}

// Runbook is what to do about a breach: an address or a sentence.
type Runbook struct{ Text, URL string }

func newRunbook(text string) Runbook {
	if strings.HasPrefix(text, "https://") || strings.HasPrefix(text, "http://") {
		return Runbook{text, text}
	}
	return Runbook{Text: text}
}

// maxDeadlines is how many clocks of an execution a page lists.
const maxDeadlines = 20

// NewDeadlines shows the clocks of an execution whose anchor is given: those that
// want somebody first, each group by deadline.
func NewDeadlines(clocks []slo.Reading, anchor lineage.Object, l Lore, c Clock) Cut[Deadline] {
	clocks = slices.Clone(clocks)
	slices.SortStableFunc(clocks, func(a, b slo.Reading) int { return cmp.Compare(urgency(&a), urgency(&b)) })
	out := make([]Deadline, 0, len(clocks))
	for _, r := range clocks[:min(len(clocks), maxDeadlines)] {
		d := Deadline{Title: titleOf(r.SLA), Badge: clockBadge(&r.Clock), Due: c.near(r.DueAt), Note: note(&r, l, c)}
		if r.Subject != anchor {
			d.Subject = newObject(r.Subject)
		}
		if r.State == slo.Running {
			d.Countdown = d.Due.ISO
		}
		if r.AtRisk() {
			d.Runbook = newRunbook(r.SLA.Runbook)
		}
		out = append(out, d)
	}
	return Cut[Deadline]{out, len(clocks) - len(out)}
}

func urgency(r *slo.Reading) int {
	switch {
	case r.AtRisk():
		return 0
	case r.State == slo.Running:
		return 1
	case r.State == slo.Paused:
		return 2
	case r.Verdict == slo.Breached:
		return 3
	default:
		return 4
	}
}

func clockBadge(c *slo.Clock) Badge {
	switch {
	case c.Open() && c.Verdict == slo.Breached && c.Provisional:
		return Badge{"warn", "?", "overdue, not certain yet"}
	case c.Open() && c.Verdict == slo.Breached:
		return Badge{"bad", "✕", "breached"}
	case c.State == slo.Running:
		return Badge{"busy", "◔", "running"}
	case c.State == slo.Paused:
		return Badge{"calm", "‖", "on hold"}
	case c.State == slo.Cancelled:
		return Badge{"calm", "–", "cancelled"}
	case c.State == slo.Ended && c.Verdict == slo.Breached:
		return Badge{"bad", "✕", "missed"}
	case c.State == slo.Ended:
		return Badge{"good", "✓", "kept"}
	default:
		return Badge{"calm", "○", "not started"}
	}
}

// note says what the badge and the deadline leave open.
func note(r *slo.Reading, l Lore, c Clock) string {
	var out []string
	switch {
	case r.State == slo.Ended && r.Verdict == slo.Breached && !r.EndedAt.IsZero():
		out = append(out, "came "+Span(r.EndedAt.Sub(r.DueAt))+" late, at "+c.Near(r.EndedAt))
	case r.State == slo.Ended && !r.EndedAt.IsZero():
		out = append(out, "came at "+c.Near(r.EndedAt))
	case r.State == slo.Paused:
		out = append(out, "its time does not count just now")
	case r.Open() && r.Provisional:
		out = append(out, l.closing(r.SLA)+" is behind, so it may have come")
	}
	if r.Verdict == slo.Corrected {
		out = append(out, "it was called a breach, and was none")
	}
	if r.Episode > 0 {
		out = append(out, "started anew "+times(r.Episode))
	}
	return strings.Join(out, "; ")
}

func times(n int) string {
	switch n {
	case 1:
		return "once"
	case 2:
		return "twice"
	default:
		return Count(n) + " times"
	}
}

// within tells a target or a window: "1 min 30 s", "24 h", "30 days".
func within(d time.Duration) string {
	if d > 48*time.Hour && d%(24*time.Hour) == 0 {
		return Of(int(d/(24*time.Hour)), "day")
	}
	if d >= 24*time.Hour && d <= 48*time.Hour && d%time.Hour == 0 {
		return Count(int64(d/time.Hour)) + nbsp + "h"
	}
	return Span(d)
}
