package lineage

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// ContractChange is one difference between two versions of a contract.
type ContractChange struct {
	// Place is a JSON pointer into the data (* stands for each element of a list, and
	// "" for all of it), or a field of the mapping, as map.subject.
	Place  string        `json:"place"`
	Kind   ChangeKind    `json:"kind"`
	Breaks Compatibility `json:"breaks"` // full: both directions; empty: neither
	Text   string        `json:"text"`   // in plain words, beginning with the place

	way route // in the newer contract
}

// ChangeKind says what sort of difference a change is.
type ChangeKind string

// The kinds of changes.
const (
	FieldAdded    ChangeKind = "added"
	FieldRemoved  ChangeKind = "removed"
	FieldRenamed  ChangeKind = "renamed"  // removed, and one of the same form added beside it
	FieldRetyped  ChangeKind = "retyped"  //
	FieldRequired ChangeKind = "required" // it was optional
	FieldOptional ChangeKind = "optional" // it was required
	FieldNarrowed ChangeKind = "narrowed" // fewer values are taken
	FieldWidened  ChangeKind = "widened"  // more values are taken
	FieldChanged  ChangeKind = "changed"  // in a way that is not taken apart, and so counts as breaking
	MapChanged    ChangeKind = "mapping"  // what is read out of the data
)

// BreaksBackward tells whether the newer version cannot read all that the older
// one wrote.
func (c ContractChange) BreaksBackward() bool { return c.Breaks.backward() }

// BreaksForward tells whether the older version cannot read all that the newer one
// writes.
func (c ContractChange) BreaksForward() bool { return c.Breaks.forward() }

// CompareContracts tells the differences between two versions of a contract, sorted
// by place. Data may hold fields that a schema does not name, unless it says
// otherwise: that an optional field is described now breaks nobody.
func CompareContracts(older, newer *Contract) []ContractChange {
	c := comparison{older: older, newer: newer, old: shapesOf(older.Schema), new: shapesOf(newer.Schema)}
	c.fields()
	c.mapping()
	slices.SortStableFunc(c.changes, func(a, b ContractChange) int { return cmp.Compare(a.Place, b.Place) })
	return c.changes
}

// comparison compares one contract with another.
type comparison struct {
	older, newer *Contract
	old, new     shapes
	changes      []ContractChange
}

// breaks makes a promise of its directions.
func breaks(backward, forward bool) Compatibility {
	switch {
	case backward && forward:
		return CompatibleFull
	case backward:
		return CompatibleBackward
	case forward:
		return CompatibleForward
	default:
		return CompatibleNone
	}
}

func (c *comparison) add(pointer string, kind ChangeKind, breaks Compatibility, format string, args ...any) {
	at := route{"schema"}
	for near := pointer; ; near = parent(near) {
		if s, ok := c.new[near]; ok {
			at = append(at, s.at...)
			break
		}
		if near == "" {
			break
		}
	}
	name := cmp.Or(pointer, "the data")
	c.changes = append(c.changes, ContractChange{Place: pointer, Kind: kind, Breaks: breaks, Text: name + " " + fmt.Sprintf(format, args...), way: at})
}

func (c *comparison) fields() {
	all := make(map[string]bool)
	for _, s := range []shapes{c.old, c.new} {
		for pointer := range s {
			all[pointer] = true
		}
	}
	renamed := c.renamed()
	for _, pointer := range slices.Sorted(maps.Keys(all)) {
		was, is := firm(c.old, pointer), firm(c.new, pointer)
		switch {
		case was == nil && is == nil, pointer != "" && c.within(pointer): // told in a branch, or with what holds it
		case was == nil:
			if _, ok := renamed[pointer]; !ok {
				c.added(pointer, is)
			}
		case is == nil:
			c.removed(pointer, was, renamed)
		default:
			c.compare(pointer, was, is)
		}
	}
}

// firm is what a schema says of a place outside of all branches.
func firm(s shapes, pointer string) *shape {
	if found, ok := s[pointer]; ok && !found.choice {
		return found
	}
	return nil
}

// within tells whether what holds a place is itself new, gone or told in a branch.
func (c *comparison) within(pointer string) bool {
	up := parent(pointer)
	return firm(c.old, up) == nil || firm(c.new, up) == nil
}

func (c *comparison) added(pointer string, is *shape) {
	if strings.HasSuffix(pointer, "/*") {
		c.add(pointer, FieldNarrowed, CompatibleBackward, "is described now: elements that version %d took may not be right any more", c.older.Version)
		return
	}
	closed := c.old[parent(pointer)].closed
	text := "is new and optional"
	if is.required {
		text = fmt.Sprintf("is new and required: what version %d wrote lacks it", c.older.Version)
	}
	if closed {
		text += fmt.Sprintf("; version %d takes no other fields", c.older.Version)
	}
	c.add(pointer, FieldAdded, breaks(is.required, closed), "%s", text)
}

func (c *comparison) removed(pointer string, was *shape, renamed map[string]string) {
	if strings.HasSuffix(pointer, "/*") {
		c.add(pointer, FieldWidened, CompatibleForward, "is not described any more: version %d may not take every element", c.older.Version)
		return
	}
	closed := c.new[parent(pointer)].closed
	forward, backward := was.required, closed
	text := "is gone"
	if was.required {
		text += fmt.Sprintf("; version %d requires it", c.older.Version)
	}
	if closed {
		text += fmt.Sprintf("; version %d takes no other fields, and version %d may have written it", c.newer.Version, c.older.Version)
	}
	kind := FieldRemoved
	for to, from := range renamed {
		if from == pointer {
			kind = FieldRenamed
			text += fmt.Sprintf("; %s of the same form is new beside it: perhaps it is called so now", to)
			backward = backward || c.new[to].required
			forward = forward || c.old[parent(to)].closed
		}
	}
	c.add(pointer, kind, breaks(backward, forward), "%s", text)
}

// renamed finds new fields that look like one that is gone from beside them: the
// new one's pointer, and the old one's. It takes exactly one of each.
func (c *comparison) renamed() map[string]string {
	gone, come := make(map[string][]string), make(map[string][]string)
	sort := func(from, to shapes, into map[string][]string) {
		for _, pointer := range from.pointers() {
			up := parent(pointer)
			if pointer == "" || firm(from, pointer) == nil || firm(to, pointer) != nil || firm(from, up) == nil || firm(to, up) == nil {
				continue
			}
			form := up + " " + from.form(pointer)
			into[form] = append(into[form], pointer)
		}
	}
	sort(c.old, c.new, gone)
	sort(c.new, c.old, come)
	pairs := make(map[string]string)
	for form, is := range come {
		if was := gone[form]; len(is) == 1 && len(was) == 1 {
			pairs[is[0]] = was[0]
		}
	}
	return pairs
}

// form is all that a schema says of a place and below it, as text.
func (s shapes) form(pointer string) string {
	var b strings.Builder
	for _, p := range s.pointers() {
		if below, ok := strings.CutPrefix(p, pointer); ok && (below == "" || below[0] == '/') {
			f := *s[p]
			f.at = nil
			fmt.Fprintf(&b, "%s %+v\n", below, f)
		}
	}
	return b.String()
}

func (c *comparison) compare(pointer string, was, is *shape) {
	if !slices.Equal(was.types, is.types) {
		narrower, wider := !covers(is.types, was.types), !covers(was.types, is.types)
		if narrower || wider {
			c.add(pointer, FieldRetyped, breaks(narrower, wider), "is %s now and was %s", anyOf(is.types), anyOf(was.types))
		}
	}
	switch {
	case is.required && !was.required:
		c.add(pointer, FieldRequired, CompatibleBackward, "is required now: what version %d wrote may lack it", c.older.Version)
	case was.required && !is.required:
		c.add(pointer, FieldOptional, CompatibleForward, "is optional now, and version %d requires it", c.older.Version)
	}
	c.compareValues(pointer, was, is)
	if was.closed != is.closed {
		if is.closed {
			c.add(pointer, FieldNarrowed, CompatibleBackward, "takes no other fields now")
		} else {
			c.add(pointer, FieldWidened, CompatibleForward, "takes other fields now, which version %d does not", c.older.Version)
		}
	}
	for _, word := range both(keysOf(was.limits), keysOf(is.limits)) {
		c.compareLimit(pointer, word, was.limits, is.limits)
	}
	for _, word := range both(keysOf(was.rules), keysOf(is.rules)) {
		if word == "additionalProperties" && was.closed != is.closed {
			continue
		}
		before, had := was.rules[word]
		now, has := is.rules[word]
		switch {
		case before == now:
		case !had:
			c.add(pointer, FieldNarrowed, CompatibleBackward, "has %s now: %s", word, clip(now))
		case !has:
			c.add(pointer, FieldWidened, CompatibleForward, "has %s no more, and version %d holds to it", word, c.older.Version)
		default:
			c.add(pointer, FieldChanged, CompatibleFull, "has another %s, which is not compared further and so counts as breaking", word)
		}
	}
}

func (c *comparison) compareValues(pointer string, was, is *shape) {
	gone, come := minus(was.enum, is.enum), minus(is.enum, was.enum)
	switch {
	case was.enum == nil && is.enum == nil:
	case was.enum == nil:
		c.add(pointer, FieldNarrowed, CompatibleBackward, "takes only %s now", strings.Join(is.enum, ", "))
	case is.enum == nil:
		c.add(pointer, FieldWidened, CompatibleForward, "takes any value now, and version %d only %s", c.older.Version, strings.Join(was.enum, ", "))
	default:
		if len(gone) > 0 {
			c.add(pointer, FieldNarrowed, CompatibleBackward, "does not take %s any more", strings.Join(gone, ", "))
		}
		if len(come) > 0 {
			c.add(pointer, FieldWidened, CompatibleForward, "takes %s now, which version %d does not", strings.Join(come, ", "), c.older.Version)
		}
	}
}

func (c *comparison) compareLimit(pointer, word string, was, is map[string]float64) {
	before, had := was[word]
	now, has := is[word]
	upper := limitKeywords()[word]
	switch {
	case had && has && before == now:
	case !had || has && upper == (now < before):
		c.add(pointer, FieldNarrowed, CompatibleBackward, "has a %s of %s now%s", word, plainNumber(now), ifHad(had, before))
	case !has:
		c.add(pointer, FieldWidened, CompatibleForward, "has no %s any more; version %d has %s", word, c.older.Version, plainNumber(before))
	default:
		c.add(pointer, FieldWidened, CompatibleForward, "has a %s of %s now%s", word, plainNumber(now), ifHad(had, before))
	}
}

func ifHad(had bool, before float64) string {
	if !had {
		return ""
	}
	return " and had " + plainNumber(before)
}

func plainNumber(n float64) string { return strconv.FormatFloat(n, 'g', -1, 64) }

// covers tells whether every type of the second list is one of the first.
func covers(all, some []string) bool {
	if all == nil {
		return true
	}
	if some == nil {
		return false
	}
	for _, name := range some {
		if !slices.Contains(all, name) && (name != "integer" || !slices.Contains(all, "number")) {
			return false
		}
	}
	return true
}

func anyOf(types []string) string {
	if types == nil {
		return "of any type"
	}
	return strings.Join(types, " or ")
}

// minus are the elements of a that are not in b.
func minus(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(text string) bool { return slices.Contains(b, text) })
}

// both are the elements of both lists, sorted.
func both(a, b []string) []string {
	all := append(slices.Clone(a), b...)
	slices.Sort(all)
	return slices.Compact(all)
}
