package lineage

import (
	"fmt"
	"reflect"
)

// mapping compares what two versions read out of their data. Whoever relies on what
// the older one told is broken when the newer one tells it no more; where in the
// data it stands is nobody's business but the contract's.
func (c *comparison) mapping() {
	older, newer := &c.older.Map, &c.newer.Map
	switch {
	case older.Subject == nil && newer.Subject == nil:
	case older.Subject == nil:
		c.reads(CompatibleNone, route{"map", "subject"}, "names a %s now", newer.Subject.Type)
	case newer.Subject == nil:
		c.reads(CompatibleForward, route{"map"}, "names no subject any more; it was a %s", older.Subject.Type)
	case older.Subject.named() != newer.Subject.named():
		c.reads(CompatibleFull, route{"map", "subject"}, "is %s now and was %s: events of the two are about different things", newer.Subject.named(), older.Subject.named())
	case older.Subject.ID != newer.Subject.ID:
		c.reads(CompatibleNone, route{"map", "subject", "id"}, "is read at %s now", newer.Subject.ID)
	}
	was, is := namesIn(older), namesIn(newer)
	for _, name := range minus(keysOf(was), keysOf(is)) {
		c.reads(CompatibleForward, route{"map", "refs"}, "names no %s any more", name)
	}
	for _, name := range minus(keysOf(is), keysOf(was)) {
		c.reads(CompatibleNone, route{"map", "refs"}, "names a %s now", name)
	}
	c.stage(older.Stage, newer.Stage)
	for _, part := range []struct {
		name     string
		had, has any
	}{
		{"outcome", older.Outcome, newer.Outcome},
		{"amount", older.Amount, newer.Amount},
		{"correlation", older.Correlation, newer.Correlation},
		{"attempt", older.Attempt, newer.Attempt},
		{"answer", older.Answer, newer.Answer},
		{"reason", older.Reason, newer.Reason},
	} {
		had, has := !reflect.ValueOf(part.had).IsZero(), !reflect.ValueOf(part.has).IsZero()
		switch {
		case had && !has:
			c.reads(CompatibleForward, route{"map", part.name}, "is told no more")
		case has && !had:
			c.reads(CompatibleNone, route{"map", part.name}, "is told now")
		case !reflect.DeepEqual(part.had, part.has):
			c.reads(CompatibleNone, route{"map", part.name}, "is read otherwise now")
		}
	}
}

func (c *comparison) stage(was, is string) {
	switch {
	case was == is:
	case was == "":
		c.reads(CompatibleNone, route{"map", "stage"}, "is %s now", is)
	case is == "":
		c.reads(CompatibleForward, route{"map", "stage"}, "is told no more; it was %s", was)
	default:
		c.reads(CompatibleFull, route{"map", "stage"}, "is %s now and was %s", is, was)
	}
}

func (c *comparison) reads(breaks Compatibility, w route, format string, args ...any) {
	place := w.String()
	c.changes = append(c.changes, ContractChange{Place: place, Kind: MapChanged, Breaks: breaks, Text: place + " " + fmt.Sprintf(format, args...), way: w})
}

// named is what kind of object a reference names.
func (m *RefMapping) named() string {
	if m.System == "" {
		return m.Type
	}
	return m.Type + " of " + m.System
}

// namesIn are the references and aliases of a mapping, in words.
func namesIn(m *Mapping) map[string]bool {
	names := make(map[string]bool)
	for _, r := range m.Refs {
		role := r.Role
		if role == "" {
			role = Mentions
		}
		names[fmt.Sprintf("%s that it %s", r.named(), role)] = true
	}
	for _, a := range m.Aliases {
		names[fmt.Sprintf("%s that is also a %s", a.A.named(), a.B.named())] = true
	}
	return names
}
