package lineage

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

func (f *faults) checkType(e entry, t Type) *refusals {
	if t.Class != Business && t.Class != Context && t.Class != Technical {
		f.at(e, route{"class"}, "class is %q; want business, context or technical", t.Class)
	}
	if err := t.Normalise.check(); err != nil {
		f.at(e, route{"normalise"}, "%v", err)
	}
	if t.Scope == e.name {
		f.at(e, route{"scope"}, "scope is the type itself; want the type of what its ids are unique within, such as supplier")
	}
	refuse, i, err := newRefusals(t.Refuse)
	if err != nil {
		f.at(e, route{"refuse", i}, "refuse has %q, which is no regular expression: %v", clip(t.Refuse[i]), err)
	}
	return refuse
}

func (f *faults) checkSystem(e entry, s System) {
	if err := s.Normalise.check(); err != nil {
		f.at(e, route{"normalise"}, "%v", err)
	}
}

func (f *faults) checkQualifier(e entry, _ Qualifier) {
	if e.name == "" || e.name == string(Subject) || e.name == string(Alias) {
		f.rule(e, nil, "the name is %q; want a qualifier such as bills (subject and alias are roles of their own)", e.name)
	}
}

func (f *faults) checkSource(e entry, s Source) {
	for _, d := range []struct {
		name  string
		value Duration
	}{{"heartbeat", s.Heartbeat}, {"lag", s.Lag}} {
		if d.value < 0 {
			f.rule(e, route{d.name}, "%s is %s; want a duration of 0 or more", d.name, time.Duration(d.value))
		}
	}
}

func (f *faults) checkGuard(e entry, g Guard) {
	if g.Type == "" || g.To == "" || g.Max < 1 {
		f.at(e, route{"max"}, "want type, to and max of at least 1")
	}
}

func (f *faults) checkFlow(e entry, flow *Flow) {
	if flow.Name == "" || flow.Name == TransactionFlow {
		f.at(e, route{"name"}, "name is %q; want a name other than the built-in flow's", flow.Name)
	}
	if _, ok := flow.Ranks[flow.Anchor]; !ok {
		f.at(e, route{"ranks"}, "ranks has no rank for the anchor %q", flow.Anchor)
	}
	for _, limit := range []struct {
		name  string
		value int
	}{{"max_objects", flow.MaxObjects}, {"max_claimed", flow.MaxClaimed}} {
		if limit.value < 0 {
			f.rule(e, route{limit.name}, "%s is %d; want 1 or more, or 0 for the usual", limit.name, limit.value)
		}
	}
	for i, leaf := range flow.Leaf {
		if leaf == flow.Anchor {
			f.at(e, route{"leaf", i}, "leaf names %q, which is the anchor; nothing would be walked from it", leaf)
		} else if _, ok := flow.Ranks[leaf]; !ok {
			f.at(e, route{"leaf", i}, "leaf names %q, which has no rank", leaf)
		}
	}
	seen := make(map[string]bool)
	for i, s := range flow.Stages {
		if s.Name == "" || seen[s.Name] {
			f.at(e, route{"stages", i, "name"}, "stage name %q is empty or used twice", s.Name)
		}
		seen[s.Name] = true
		if _, ok := flow.Ranks[s.Type]; !ok {
			f.at(e, route{"stages", i, "type"}, "stage %s: type is %q; want a type with a rank", s.Name, s.Type)
		}
		if _, ok := flow.Ranks[s.By]; !ok && s.By != "" {
			f.at(e, route{"stages", i, "by"}, "stage %s: by is %q; want a type with a rank", s.Name, s.By)
		}
		f.checkCompletion(e, flow, i)
	}
}

func (f *faults) checkCompletion(e entry, flow *Flow, i int) {
	s := flow.Stages[i]
	switch s.Complete {
	case "", CompleteAny, CompleteAll, CompleteAmount:
	case CompleteCount:
		if s.Count < 1 {
			f.at(e, route{"stages", i, "count"}, "stage %s: complete is count; want count of at least 1", s.Name)
		}
	default:
		f.at(e, route{"stages", i, "complete"}, "stage %s: complete is %q; want any, all, count or amount", s.Name, s.Complete)
	}
	if err := s.checkAmount(flow); err != nil {
		name, _, _ := strings.Cut(err.Error(), " ")
		f.at(e, route{"stages", i, name}, "stage %s: %v", s.Name, err)
	}
}

// checkTogether checks what the entries of a catalogue say of each other.
func (f *faults) checkTogether(c *Catalogue) {
	for _, name := range keysOf(c.def.Types) {
		scope := c.def.Types[name].Scope
		if within, ok := c.def.Types[scope]; ok && within.Scope != "" {
			f.at(entry{kind: "type", name: name}, route{"scope"}, "scope is %s, whose ids have a scope themselves; want a type whose ids stand alone", scope)
		}
	}
	for _, flow := range c.def.Flows {
		for _, typ := range keysOf(flow.Ranks) {
			if t, ok := c.def.Types[typ]; ok && t.Class != Business {
				f.at(entry{kind: "flow", name: flow.Name}, route{"ranks", typ}, "ranks names %s, a %s type; only business types have a rank", typ, t.Class)
			}
		}
	}
	for i := range c.def.SLAs {
		f.checkSLAFlow(&c.def.SLAs[i], c.def.Flows)
	}
	for i := range c.def.Contracts {
		f.checkAliases(&c.def.Contracts[i])
	}
	f.checkVersions(c)
}

func (f *faults) checkSLAFlow(s *SLA, flows []Flow) {
	e := entry{kind: "sla", name: s.Name}
	at := slices.IndexFunc(flows, func(flow Flow) bool { return flow.Name == s.Flow })
	if at < 0 {
		f.at(e, route{"flow"}, "flow is %q; there is no such flow", s.Flow)
	} else if _, ok := flows[at].Ranks[s.Subject]; !ok {
		f.at(e, route{"subject"}, "subject is %q; want a type with a rank in the flow %s", s.Subject, s.Flow)
	}
}

// checkVersions compares every version of a contract with the one before it, and a
// team's with the centre's. What breaks is told; what breaks a promise is refused.
func (f *faults) checkVersions(c *Catalogue) {
	for i := range c.def.Contracts {
		k := &c.def.Contracts[i]
		if i > 0 && c.def.Contracts[i-1].Signal == k.Signal && c.def.Contracts[i-1].Type == k.Type {
			f.checkPromise(&c.def.Contracts[i-1], k)
		}
		if team := c.def.owners[k.entry()]; team != "" {
			if central := c.centre(k); central != nil {
				f.checkTeam(team, central, k)
			}
		}
	}
}

func (f *faults) checkPromise(older, newer *Contract) {
	for _, change := range CompareContracts(older, newer) {
		broken := change.BreaksBackward() && newer.Compatibility.backward() || change.BreaksForward() && newer.Compatibility.forward()
		switch {
		case broken:
			f.rule(newer.entry(), change.way, "version %d promises %s compatibility with version %d, and %s", newer.Version, newer.Compatibility, older.Version, change.Text)
		case change.Breaks != CompatibleNone:
			f.doubt(newer.entry(), change.way, "version %d breaks %s compatibility with version %d: %s", newer.Version, change.Breaks.inWords(), older.Version, change.Text)
		}
	}
}

// checkTeam holds a team's version to what the centre's takes: all that it lets pass
// the centre's would as well.
func (f *faults) checkTeam(team string, central, k *Contract) {
	for _, change := range CompareContracts(central, k) {
		if change.BreaksForward() {
			f.rule(k.entry(), change.way, "version %d is team %s's, who may narrow the centre's version %d (%s) but not weaken it: %s",
				k.Version, team, central.Version, f.places[central.entry()], change.Text)
		}
	}
}

// centre finds the centre's version that a team's has to hold to: the nearest one
// below it, else the nearest above.
func (c *Catalogue) centre(k *Contract) *Contract {
	var nearest *Contract
	for i := range c.def.Contracts {
		other := &c.def.Contracts[i]
		if other.Signal != k.Signal || other.Type != k.Type || c.def.owners[other.entry()] != "" {
			continue
		}
		if nearest == nil || other.Version < k.Version {
			nearest = other
		}
	}
	return nearest
}

func compareContracts(a, b Contract) int {
	return cmp.Or(cmp.Compare(a.Signal, b.Signal), cmp.Compare(a.Type, b.Type), cmp.Compare(a.Version, b.Version))
}
