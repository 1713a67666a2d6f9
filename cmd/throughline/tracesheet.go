package main

import (
	"strconv"
	"strings"
	"time"
)

// traced writes everything that was found.
func (s *sheet) traced(t *traced) {
	if t.Missing != nil {
		s.missing(t)
		return
	}
	switch len(t.Executions) {
	case 0:
		for _, m := range t.Matches {
			s.line(piece{boldInk, nameOf(m.tracedObject)}, piece{dimInk, "  known by name, in no transaction yet"})
		}
	case 1:
	default:
		s.line(piece{plainInk, clean(t.ID) + " is in " + strconv.Itoa(len(t.Executions)) + " transactions"})
		s.line()
	}
	for i := range t.Executions {
		if i > 0 {
			s.line()
		}
		s.execution(&t.Executions[i], t)
	}
	if len(t.Plain) > 0 {
		s.line()
	}
	for _, x := range t.Plain {
		s.line(piece{dimInk, "By correlation id alone: " + x.Anchor.ID + ", " + count(len(x.Objects), "object") + ", " + count(len(x.Events), "event")})
	}
}

// label begins a fact about a transaction.
func label(name string) string { return "  " + name + strings.Repeat(" ", max(1, 10-len(name))) }

const unlabelled = "            "

func (s *sheet) execution(x *tracedExecution, t *traced) {
	sign := signOf(x.State)
	flow := "  " + x.Flow
	if x.unanchored {
		flow += ", no anchor yet"
	}
	s.line(piece{sign.ink, sign.text + " " + x.State + "  "}, piece{boldInk, nameOf(x.root())}, piece{dimInk, flow})
	s.sentence(label("events"), unlabelled, plainInk, x.period(s))
	if len(x.Stages) > 0 {
		s.wrapped(label("stages"), unlabelled, "  ", plainInk, stagesOf(x.Stages))
	}
	if last := lastFailure(x.Stages); last != nil {
		s.sentence(label("failure"), unlabelled, badInk, last.Name+" at "+s.moment(last.Last)+": "+last.Reason)
	}
	for _, c := range x.Clocks {
		ink, words := c.tell(s, x)
		s.sentence(label("deadline"), unlabelled, ink, words)
	}
	s.line()
	s.tree(x, t)
	if x.Truncated {
		s.sentence("  ! ", "    ", warnInk, "Truncated: it is larger than the flow's cap, so objects of the highest ranks are left out.")
	}
}

// period tells how many events there are, and from when to when.
func (x *tracedExecution) period(s *sheet) string {
	var first, last *time.Time
	for _, e := range x.Events { // they come sorted by time
		if e.Time != nil && first == nil {
			first = e.Time
		}
		if e.Time != nil {
			last = e.Time
		}
	}
	n := count(len(x.Events), "event")
	switch {
	case first == nil:
		return n
	case first.Equal(*last):
		return n + ", at " + s.moment(first)
	default:
		return n + ", from " + s.moment(first) + " to " + s.moment(last)
	}
}

// signOf is the sign and the ink of a state.
func signOf(state string) piece {
	switch state {
	case "completed", "done":
		return piece{goodInk, "✓"}
	case "failed":
		return piece{badInk, "✕"}
	case "retrying":
		return piece{warnInk, "↻"}
	case "open":
		return piece{busyInk, "◔"}
	case "partial":
		return piece{busyInk, "◑"}
	case "observed":
		return piece{dimInk, "◎"}
	default:
		return piece{dimInk, "○"}
	}
}

// stagesOf are the stages, each with its sign.
func stagesOf(stages []tracedStage) []string {
	var out []string
	for _, stage := range stages {
		text := signOf(stage.State).text + " " + stage.Name
		if stage.State != "done" && stage.State != "pending" {
			text += " " + stage.State
		}
		if stage.Attempts > 1 {
			text += " (" + count(stage.Attempts, "attempt") + ")"
		}
		out = append(out, text)
	}
	return out
}

// lastFailure is the stage that failed last and has not gone well since.
func lastFailure(stages []tracedStage) *tracedStage {
	var last *tracedStage
	for i := range stages {
		s := &stages[i]
		if s.State == "done" || s.Reason == "" {
			continue
		}
		if last == nil || s.Last != nil && (last.Last == nil || s.Last.After(*last.Last)) {
			last = s
		}
	}
	return last
}

// tell tells a deadline.
func (c tracedClock) tell(s *sheet, x *tracedExecution) (ink, string) {
	text := c.Title
	if c.Subject.Type != x.Anchor.Type || c.Subject.ID != x.Anchor.ID {
		text += ", " + nameOf(c.Subject)
	}
	due := "by " + s.moment(c.DueAt)
	switch {
	case c.State == "ended" && c.Verdict == "breached":
		return warnInk, "✕ " + text + ": missed, it was due " + due
	case c.State == "ended" && c.Verdict != "":
		return goodInk, "✓ " + text + ": " + c.Verdict + ", it was due " + due
	case c.Verdict == "breached" && c.Provisional:
		return warnInk, "! " + text + ": it was due " + due + ", and what closes it is late"
	case c.Verdict == "breached":
		return badInk, "! " + text + ": it was due " + due
	case c.State == "running":
		return busyInk, "◔ " + text + ": due " + due
	default:
		return dimInk, "○ " + text + ": " + c.State
	}
}

// missing tells that nothing goes by the id, and what was found out about it.
func (s *sheet) missing(t *traced) {
	s.line(piece{boldInk, "Nothing goes by " + clean(t.ID) + "."})
	for _, f := range t.Missing.Findings {
		s.line()
		s.sentence("  • ", "    ", plainInk, f.What)
		if f.Quote != "" {
			s.sentence("    ", "    ", dimInk, "“"+f.Quote+"”")
		}
		s.sentence("    ", "    ", dimInk, "What to do: "+f.Do)
	}
	s.line()
	s.line(piece{plainInk, "What was searched:"})
	for _, r := range t.Missing.Searched {
		sign := "  ✓ "
		if !r.Complete {
			sign = "  ◌ "
		}
		s.sentence(sign, "    ", plainInk, r.Where+": "+r.How)
	}
}

func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return strconv.Itoa(n) + " " + thing + "s"
}

// nameOf is an object as a person says it, with its issuer.
func nameOf(o tracedObject) string {
	name := strings.ReplaceAll(o.Type, "_", " ") + " " + o.ID
	if o.System != "" {
		name += " (" + o.System + ")"
	}
	return name
}
