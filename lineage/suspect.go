package lineage

import (
	"slices"
	"strings"
	"time"
)

// suspects tells what works on a day and is hardly meant.
func (c *Catalogue) suspects(now time.Time) []Remark {
	f := &faults{places: c.def.places}
	for _, flow := range c.def.Flows {
		if len(flow.Stages) == 0 {
			f.doubt(entry{kind: "flow", name: flow.Name}, nil, "there are no stages: its executions never complete")
		}
	}
	for i := range c.def.SLAs {
		f.suspectSLA(c, &c.def.SLAs[i])
	}
	for i := range c.def.Contracts {
		f.suspectContract(c, &c.def.Contracts[i], now)
	}
	for _, name := range keysOf(c.def.Types) {
		if scope := c.def.Types[name].Scope; scope != "" && !c.knownType(scope) {
			f.doubt(entry{kind: "type", name: name}, route{"scope"}, "scope is %q; no type of that name is defined", scope)
		}
	}
	return f.found
}

// suspectSLA tells the conditions that nothing in the catalogue ever meets: a
// misspelt stop breaches for ever, and a misspelt start never begins.
func (f *faults) suspectSLA(c *Catalogue, s *SLA) {
	for _, condition := range []struct{ name, stage string }{
		{"start", s.Start},
		{"stop", s.Stop},
		{"pause", s.Pause},
		{"resume", s.Resume},
		{"cancel", s.Cancel},
		{"reset", s.Reset},
	} {
		if condition.stage != "" && !c.KnownStage(s.Flow, condition.stage) {
			f.doubt(entry{kind: "sla", name: s.Name}, route{condition.name},
				"%s is %q; neither the flow %s nor any contract has such a stage, so only events that name it themselves meet it", condition.name, condition.stage, s.Flow)
		}
	}
}

func (f *faults) suspectContract(c *Catalogue, k *Contract, now time.Time) {
	e := k.entry()
	switch {
	case k.Sunset.Passed(now):
		f.doubt(e, route{"sunset"}, "version %d was to end on %s; its events are still read, see who sends them and take it out", k.Version, k.Sunset)
	case k.Deprecated.Passed(now):
		f.doubt(e, route{"deprecated"}, "version %d is deprecated since %s", k.Version, k.Deprecated)
	}
	read := &contract{Contract: *k}
	for _, r := range read.references() {
		if !c.knownType(r.Type) {
			f.doubt(e, append(slices.Clone(r.way), "type"), "type is %q; no type of that name is defined, so it is taken for a business type without a rank", r.Type)
		}
		if c.def.Types[r.Type].Scope != "" && r.Scope == "" {
			f.doubt(e, r.way, "ids of type %s are unique within a %s only, and there is no scope: it never names anything", r.Type, c.def.Types[r.Type].Scope)
		}
	}
	f.suspectRoles(c, e, k)
	f.suspectOutcomes(e, k)
	if k.Signal != "event" || k.Schema == nil {
		return
	}
	known := shapesOf(k.Schema)
	for _, l := range read.locations() {
		if strings.HasPrefix(l.text, "/") && !known.may(l.text) {
			f.doubt(e, l.way, "%s is %s; the schema describes no such field", last(l.way), l.text)
		}
	}
}

func (f *faults) suspectRoles(c *Catalogue, e entry, k *Contract) {
	about := ""
	if k.Map.Subject != nil {
		about = k.Map.Subject.Type
	}
	for i, m := range k.Map.Refs {
		role := string(m.Role)
		if role == "" {
			continue
		}
		q, ok := c.qualifier(role)
		switch {
		case !ok:
			f.doubt(e, route{"map", "refs", i, "role"}, "role is %q; no qualifier of that name is known or defined under qualifiers", role)
		case len(q.From) > 0 && about != "" && !slices.Contains(q.From, about):
			f.doubt(e, route{"map", "refs", i, "role"}, "role is %s, which goes out from %s and not from %s", role, strings.Join(q.From, ", "), about)
		case len(q.To) > 0 && !slices.Contains(q.To, m.Type):
			f.doubt(e, route{"map", "refs", i, "role"}, "role is %s, which leads to %s and not to %s", role, strings.Join(q.To, ", "), m.Type)
		}
	}
}

func (f *faults) suspectOutcomes(e entry, k *Contract) {
	if k.Map.Outcome == nil {
		return
	}
	known := []Outcome{"", OutcomeOK, OutcomeFailed, OutcomeRetrying}
	if o := k.Map.Outcome.Always; !slices.Contains(known, o) {
		f.doubt(e, route{"map", "outcome"}, "outcome is %q; the rules know ok, failed and retrying", o)
	}
	for _, value := range keysOf(k.Map.Outcome.Values) {
		if o := k.Map.Outcome.Values[value]; !slices.Contains(known, o) {
			f.doubt(e, route{"map", "outcome", "values", value}, "outcome of %s is %q; the rules know ok, failed and retrying", value, o)
		}
	}
}

// qualifier finds what is known of a role: by the catalogue, else by the words of
// DESIGN §2.
func (c *Catalogue) qualifier(role string) (Qualifier, bool) {
	if q, ok := c.def.Qualifiers[role]; ok {
		return q, true
	}
	return Qualifier{}, slices.Contains([]string{"fulfils", "bills", "pays", "contains", "replaces", "cancels", "mentions"}, role)
}

func (c *Catalogue) knownType(typ string) bool {
	_, ok := c.def.Types[typ]
	return ok || typ == CorrelationType || typ == TraceType
}

// may tells whether data of a schema may hold something at a pointer, as far as the
// schema says: what holds it describes it, or describes no field at all.
func (s shapes) may(pointer string) bool {
	if _, ok := s[pointer]; ok {
		return true
	}
	for up := pointer; up != ""; {
		step := up
		up = parent(up)
		holder, ok := s[up]
		if !ok {
			continue
		}
		return holder.open || !s.describes(up) || anyStep(s, up, step, pointer)
	}
	return true
}

// describes tells whether a schema says of a place what it holds.
func (s shapes) describes(pointer string) bool {
	for p := range s {
		if p != "" && parent(p) == pointer {
			return true
		}
	}
	return false
}

// anyStep tells whether an element by its number is described as any element is.
func anyStep(s shapes, up, step, pointer string) bool {
	_, ok := s[up+"/*"]
	return ok && strings.Trim(step[len(up)+1:], "0123456789") == "" && s.may(up+"/*"+pointer[len(step):])
}
