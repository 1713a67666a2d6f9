package slo

import (
	"maps"
	"slices"
	"time"

	"throughline/lineage"
)

// Rehearsal judges executions as if all that is known of them had become known at once,
// and records nothing. It is not safe for concurrent use.
type Rehearsal struct {
	rules []*Rule
	facts map[Key][]Fact
}

// NewRehearsal checks the SLAs. Errors are of kind Invalid.
func NewRehearsal(slas []lineage.SLA) (*Rehearsal, error) {
	r := &Rehearsal{facts: make(map[Key][]Fact)}
	for _, s := range slas {
		rule, err := NewRule(s)
		if err != nil {
			return nil, err
		}
		r.rules = append(r.rules, rule)
	}
	return r, nil
}

// Take takes one execution.
func (r *Rehearsal) Take(x *lineage.Execution) {
	for _, rule := range r.rules {
		for _, p := range rule.Parts(x) {
			key := Key{rule.Name, p.Subject}
			r.facts[key] = append(r.facts[key], p.Facts...)
		}
	}
}

// Clocks returns the clock of every subject as it stands at a moment, sorted by SLA and
// subject. No source counts as behind.
func (r *Rehearsal) Clocks(now time.Time) []Clock {
	byName := make(map[string]*Rule)
	for _, rule := range r.rules {
		byName[rule.Name] = rule
	}
	var clocks []Clock
	for _, key := range slices.SortedFunc(maps.Keys(r.facts), Key.Compare) {
		c, _ := byName[key.SLA].Step(Clock{Key: key}, r.facts[key], Moment{Now: now})
		if c.State != Pending {
			clocks = append(clocks, c)
		}
	}
	return clocks
}

// ClockChange is one clock that two rehearsals bring to other ends. Nil: there is none.
type ClockChange struct {
	Key     Key
	Was, Is *Clock
}

// CompareClocks tells which of two sorted lists of clocks differ in what people see of
// them: state, verdict, start, deadline and end.
func CompareClocks(was, is []Clock) []ClockChange {
	var changes []ClockChange
	for len(was) > 0 || len(is) > 0 {
		var c ClockChange
		first := -1
		switch {
		case len(was) == 0:
			first = 1
		case len(is) > 0:
			first = was[0].Key.Compare(is[0].Key)
		}
		if first <= 0 {
			c.Key, c.Was, was = was[0].Key, &was[0], was[1:]
		}
		if first >= 0 {
			c.Key, c.Is, is = is[0].Key, &is[0], is[1:]
		}
		if first != 0 || !c.Was.looks(c.Is) {
			changes = append(changes, c)
		}
	}
	return changes
}

func (c *Clock) looks(d *Clock) bool {
	return c.State == d.State && c.Verdict == d.Verdict && c.Episode == d.Episode &&
		c.StartedAt.Equal(d.StartedAt) && c.DueAt.Equal(d.DueAt) && c.EndedAt.Equal(d.EndedAt)
}
