package lineage

import (
	"errors"
	"slices"
	"strings"
	"time"
)

// SLA promises about every object of one type that Stop comes no later than
// Target after Start. The conditions are names of stages: of the flow, where the
// time counts at which the stage was done, or any other name that events report
// as their stage. It is judged by package slo.
type SLA struct {
	Name    string `yaml:"name" json:"name"`
	Version int    `yaml:"version" json:"version"` // the greatest one of a name is in force
	Title   string `yaml:"title" json:"title"`     // for people: "Invoice posted within 1 min of booking"
	Flow    string `yaml:"flow" json:"flow"`
	Subject string `yaml:"subject" json:"subject"` // type of the objects that it is about

	Start  string `yaml:"start" json:"start"`
	Stop   string `yaml:"stop" json:"stop"`
	Pause  string `yaml:"pause" json:"pause"`   // time on hold does not count, until Resume
	Resume string `yaml:"resume" json:"resume"` //
	Cancel string `yaml:"cancel" json:"cancel"` // nothing is owed any more
	Reset  string `yaml:"reset" json:"reset"`   // it starts anew, as another episode

	Target   Duration  `yaml:"target" json:"target"`
	Calendar *Calendar `yaml:"calendar" json:"calendar"` // when the target counts; nil: always

	// ClosingSource is the source that says Stop. While it is known to be behind
	// the deadline, a breach is provisional.
	ClosingSource string   `yaml:"closing_source" json:"closing_source"`
	Severity      Severity `yaml:"severity" json:"severity"` // empty means page
	Runbook       string   `yaml:"runbook" json:"runbook"`   // what to do about a breach: a sentence or an address
}

// Severity says how urgent a breach is.
type Severity string

// The severities, as on-call tools know them.
const (
	SeverityPage   Severity = "page"   // somebody is woken
	SeverityTicket Severity = "ticket" // somebody looks at it in working hours
)

// Source is what the catalogue says of one source of events.
type Source struct {
	Name string `yaml:"name" json:"name"` // for people: "finance"
	// Heartbeat is how often it promised to say something. After longer silence it
	// counts as behind. 0: nothing was promised, so silence is not lateness.
	Heartbeat Duration `yaml:"heartbeat" json:"heartbeat"`
	Lag       Duration `yaml:"lag" json:"lag"` // how late its events are known to arrive
}

// checkSLA checks what can be told of an SLA by itself.
func (f *faults) checkSLA(e entry, s *SLA) {
	told := len(f.found)
	for _, need := range []struct{ name, value, want string }{
		{"name", s.Name, "a name such as invoice-posted"},
		{"flow", s.Flow, "the name of a flow"},
		{"subject", s.Subject, "the type of object that it is about"},
		{"start", s.Start, "the stage that starts the clock"},
		{"stop", s.Stop, "the stage that ends it"},
	} {
		if need.value == "" {
			f.at(e, route{need.name}, "%s is missing; want %s", need.name, need.want)
		}
	}
	if strings.Trim(s.Name, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" || len(s.Name) > 63 {
		f.at(e, route{"name"}, "name is %q; want small letters, digits and dashes, at most 63, such as invoice-posted", clip(s.Name))
	}
	if s.Target <= 0 {
		f.at(e, route{"target"}, "target is %s; want a duration of more than 0", time.Duration(s.Target))
	}
	if s.Start != "" && s.Start == s.Stop {
		f.at(e, route{"stop"}, "start and stop are both %q; the clock would end as it starts", s.Start)
	}
	if s.Pause != "" && s.Resume == "" {
		f.at(e, route{"pause"}, "pause is %q and resume is missing; the clock would never go on", s.Pause)
	}
	if s.Severity != "" && s.Severity != SeverityPage && s.Severity != SeverityTicket {
		f.at(e, route{"severity"}, "severity is %q; want page or ticket", s.Severity)
	}
	schedule, err := s.Calendar.Schedule()
	if err != nil {
		f.at(e, append(route{"calendar"}, calendarField(err)...), "%v", err)
		return
	}
	if len(f.found) > told {
		return
	}
	if _, ok := schedule.Add(time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC), time.Duration(s.Target)); !ok {
		f.at(e, route{"target"}, "target is %s; its calendar is not open for so long within ten years", time.Duration(s.Target))
	}
}

// calendarField is the field that a calendar's error begins with, and of the hours
// the days.
func calendarField(err error) route {
	var told *Error
	if !errors.As(err, &told) {
		return nil
	}
	name, rest, _ := strings.Cut(told.Err.Error(), " ")
	name = strings.TrimSuffix(name, ":")
	if days, ok := strings.CutPrefix(rest, "of "); ok && name == "hours" {
		days, _, _ = strings.Cut(days, ":")
		return route{name, days}
	}
	return route{name}
}

// SLAs returns the SLAs of the catalogue, sorted by name. They must not be changed.
func (c *Catalogue) SLAs() []SLA { return c.def.SLAs }

// KnownStage tells whether a flow has a stage of that name, or a contract reports it.
// Events without a contract may report any other.
func (c *Catalogue) KnownStage(flow, name string) bool {
	for _, f := range c.def.Flows {
		if f.Name == flow && slices.ContainsFunc(f.Stages, func(s StageRule) bool { return s.Name == name }) {
			return true
		}
	}
	return slices.ContainsFunc(c.def.Contracts, func(k Contract) bool { return k.Map.Stage == name })
}

// Source returns what the catalogue says of a source; its name is the source
// itself when it says nothing.
func (c *Catalogue) Source(source string) Source {
	s := c.def.Sources[source]
	if s.Name == "" {
		s.Name = source
	}
	return s
}

// Heartbeats returns the sources that promised one, sorted.
func (c *Catalogue) Heartbeats() []string {
	var promised []string
	for name, s := range c.def.Sources {
		if s.Heartbeat > 0 {
			promised = append(promised, name)
		}
	}
	slices.Sort(promised)
	return promised
}

// SystemName returns what people call a system; its key when the catalogue does
// not say.
func (c *Catalogue) SystemName(system string) string {
	if s := c.def.Systems[system]; s.Name != "" {
		return s.Name
	}
	return system
}
