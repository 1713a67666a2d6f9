package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"throughline/lineage"
	"throughline/slo"
)

// write tells a person what would change.
func (f *rehearsed) write(console Console) error {
	s := &sheet{colour: colours(console), width: columns(console.Out), zone: time.Local}
	n := f.replayed
	s.sentence("", "  ", plainInk, fmt.Sprintf("replayed %d pieces of evidence since %s: %d CloudEvents, %d that are in quarantine, %d spans and %d log records",
		n.All(), s.moment(&f.since), n.Events, n.Refused, n.Spans, n.Logs))
	if n.Unkept > 0 {
		s.sentence("", "  ", warnInk, fmt.Sprintf("%d of the CloudEvents came in before all that a contract can read was kept; they count as they were mapped then, on both sides", n.Unkept))
	}
	if f.cut != "" {
		s.sentence("", "  ", warnInk, fmt.Sprintf("stopped at the limit of %d: %s; raise --limit, or go back less far with --since", n.All(), f.cut))
	}
	if f.was == f.is {
		s.line(piece{dimInk, "it is the catalogue that is in force"})
	}
	if f.executions.n+f.clocks.n+f.refusals.n == 0 {
		s.line(piece{goodInk, fmt.Sprintf("nothing changes: %d transactions and %d deadlines are as they were", f.executions.of, f.clocks.of)})
	}
	f.heading(s, "transactions", f.executions.n, f.executions.of, len(f.executions.first))
	for _, c := range f.executions.first {
		s.line(piece{boldInk, "  " + c.Ref.Flow + " " + c.Ref.Anchor.String()}, piece{plainInk, ": " + outlook(c.Was) + " → " + outlook(c.Is)})
		for _, what := range c.What {
			s.line(piece{dimInk, "      " + what})
		}
	}
	f.heading(s, "deadlines", f.clocks.n, f.clocks.of, len(f.clocks.first))
	for _, c := range f.clocks.first {
		s.line(piece{boldInk, "  " + c.Key.SLA + " " + c.Key.Subject.String()}, piece{plainInk, ": " + s.clock(c.Was) + " → " + s.clock(c.Is)})
	}
	f.heading(s, "quarantine: CloudEvents", f.refusals.n, f.refusals.of, len(f.refusals.first))
	for _, c := range f.refusals.first {
		s.line(piece{boldInk, "  " + c.Source + " " + c.ID}, piece{plainInk, ", " + c.Type + ": " + refusal(c.Was) + " → " + refusal(c.Is)})
	}
	_, err := io.WriteString(console.Out, s.text.String())
	return err
}

func (f *rehearsed) heading(s *sheet, what string, n, of, told int) {
	if n == 0 {
		return
	}
	text := fmt.Sprintf("%s: %d of %d would be otherwise", what, n, of)
	if told < n {
		text += fmt.Sprintf("; these are the first %d", told)
	}
	s.line(piece{plainInk, text})
}

func outlook(x *lineage.Summary) string {
	if x == nil {
		return "none"
	}
	text := string(x.State)
	if x.Stage != "" {
		text += " at " + x.Stage
	}
	if x.Unanchored {
		text += ", without an anchor"
	}
	return fmt.Sprintf("%s, %d objects, %d events", text, x.Objects, x.Events)
}

func (s *sheet) clock(c *slo.Clock) string {
	if c == nil {
		return "none"
	}
	parts := []string{string(c.State)}
	if c.Verdict != slo.None {
		parts = append(parts, string(c.Verdict))
	}
	return strings.Join(append(parts, "due "+s.moment(&c.DueAt)), ", ")
}

func refusal(why string) string {
	if why == "" {
		return "taken"
	}
	return "refused, " + why
}

// The answer of a dry run for machines: fields are added, never renamed or removed.
type (
	dryRunAnswer struct {
		Was        string                         `json:"was"` // hash of the catalogue in force
		Is         string                         `json:"is"`  // and of the one that was tried
		Since      time.Time                      `json:"since"`
		Replayed   dryRunReplayed                 `json:"replayed"`
		Cut        string                         `json:"cut"` // in words, what was not replayed for the limit; "": all was
		Executions dryRunChanged[dryRunExecution] `json:"executions"`
		Clocks     dryRunChanged[dryRunClock]     `json:"clocks"`
		Quarantine dryRunChanged[dryRunRefusal]   `json:"quarantine"`
	}
	dryRunReplayed struct {
		Events    int `json:"events"`
		Refused   int `json:"refused"`
		Spans     int `json:"spans"`
		Logs      int `json:"logs"`
		Unkept    int `json:"unkept"` // of events: as they were mapped then
		Decisions int `json:"decisions"`
	}
	dryRunChanged[T any] struct {
		Changed int `json:"changed"`
		Of      int `json:"of"`
		First   []T `json:"first"`
	}
	dryRunObject struct {
		Type   string `json:"type"`
		ID     string `json:"id"`
		System string `json:"system"`
		Scope  string `json:"scope"`
	}
	dryRunExecution struct {
		Flow   string         `json:"flow"`
		Anchor dryRunObject   `json:"anchor"`
		Was    *dryRunOutlook `json:"was"`
		Is     *dryRunOutlook `json:"is"`
		What   []string       `json:"what"`
	}
	dryRunOutlook struct {
		State      string `json:"state"`
		Stage      string `json:"stage"`
		Unanchored bool   `json:"unanchored"`
		Objects    int    `json:"objects"`
		Events     int    `json:"events"`
	}
	dryRunClock struct {
		SLA     string         `json:"sla"`
		Subject dryRunObject   `json:"subject"`
		Was     *dryRunReading `json:"was"`
		Is      *dryRunReading `json:"is"`
	}
	dryRunReading struct {
		State   string    `json:"state"`
		Verdict string    `json:"verdict"`
		DueAt   time.Time `json:"due_at"`
	}
	dryRunRefusal struct {
		Source string `json:"source"`
		ID     string `json:"id"`
		Type   string `json:"type"`
		Was    string `json:"was"` // why it is refused; "": it is taken
		Is     string `json:"is"`
	}
)

func (f *rehearsed) answer() dryRunAnswer {
	out := dryRunAnswer{
		Was: f.was, Is: f.is, Since: f.since.UTC(), Cut: f.cut,
		Replayed:   dryRunReplayed{f.replayed.Events, f.replayed.Refused, f.replayed.Spans, f.replayed.Logs, f.replayed.Unkept, f.replayed.Decisions},
		Executions: dryRunChanged[dryRunExecution]{f.executions.n, f.executions.of, []dryRunExecution{}},
		Clocks:     dryRunChanged[dryRunClock]{f.clocks.n, f.clocks.of, []dryRunClock{}},
		Quarantine: dryRunChanged[dryRunRefusal]{f.refusals.n, f.refusals.of, []dryRunRefusal{}},
	}
	named := func(o lineage.Object) dryRunObject { return dryRunObject{o.Type, o.ID, o.System, o.Scope} }
	outlook := func(s *lineage.Summary) *dryRunOutlook {
		if s == nil {
			return nil
		}
		return &dryRunOutlook{string(s.State), s.Stage, s.Unanchored, s.Objects, s.Events}
	}
	for _, c := range f.executions.first {
		out.Executions.First = append(out.Executions.First, dryRunExecution{c.Ref.Flow, named(c.Ref.Anchor), outlook(c.Was), outlook(c.Is), append([]string{}, c.What...)})
	}
	reading := func(c *slo.Clock) *dryRunReading {
		if c == nil {
			return nil
		}
		return &dryRunReading{string(c.State), string(c.Verdict), c.DueAt}
	}
	for _, c := range f.clocks.first {
		out.Clocks.First = append(out.Clocks.First, dryRunClock{c.Key.SLA, named(c.Key.Subject), reading(c.Was), reading(c.Is)})
	}
	for _, c := range f.refusals.first {
		out.Quarantine.First = append(out.Quarantine.First, dryRunRefusal(c))
	}
	return out
}
