package lineage

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Drift is how the live payloads of one kind of event differ from the contract that
// read them. Shares are of the sample, without what could not be looked at.
type Drift struct {
	Source     string
	Type       string
	Contract   string // as Event.Contract, "" for the conventions
	Known      bool   // the catalogue has this version of the contract
	Deprecated bool   // it should not be sent any more
	Newest     bool   // no later version is in the catalogue
	Events     int    // in the window
	First      time.Time
	Last       time.Time
	Seen       int // payloads that were looked at
	Unread     int // payloads that could not be
	Cut        bool

	Unknown []DriftField // seen, and the schema does not describe it
	Absent  []DriftField // described, or read by the mapping, and never seen
	Lacking []DriftField // required, and not always there
	Retyped []DriftField // of another type than described

	Refused int    // events of the type from the source that were quarantined in the window
	Reason  string // of the latest of them
}

// Drifts tells whether payloads are not as the contract says. That an optional field
// never came is worth knowing, and nobody's fault.
func (d *Drift) Drifts() bool {
	return len(d.Unknown)+len(d.Lacking)+len(d.Retyped)+d.Refused > 0 || slices.ContainsFunc(d.Absent, func(f DriftField) bool { return f.Required })
}

// DriftField is a place in payloads that is not as the contract says.
type DriftField struct {
	Place    string
	Types    []string // that were seen
	Want     []string // types that the schema takes; none: any
	Required bool
	Read     string // the field of the mapping that reads it, as map.refs.0.id
	Events   int    // that have it; of Lacking and Retyped the values that are wrong
	Of       int    // of how many
}

// Drift compares what came in with the contracts that read it. What drifts comes
// first, then what came most often.
func (c *Catalogue) Drift(t *Traffic, now time.Time) []Drift {
	type kind struct{ source, typ string }
	first := make(map[kind]int)
	var all []Drift
	for i := range t.Kinds {
		d := c.driftOf(&t.Kinds[i], now)
		if at := (kind{d.Source, d.Type}); d.Newest || first[at] == 0 {
			first[at] = len(all) + 1
		}
		all = append(all, d)
	}
	for _, r := range t.Refused {
		at := first[kind{r.Source, r.Type}]
		if at == 0 {
			_, known := c.contracts[contractKey{"event", r.Type}]
			all = append(all, Drift{Source: r.Source, Type: r.Type, Known: known, First: r.Last, Last: r.Last})
			at = len(all)
		}
		all[at-1].Refused, all[at-1].Reason = r.Events, r.Reason
	}
	slices.SortStableFunc(all, func(a, b Drift) int {
		return cmp.Or(truth(b.Drifts())-truth(a.Drifts()), cmp.Compare(b.Events, a.Events),
			cmp.Compare(a.Source, b.Source), cmp.Compare(a.Type, b.Type), cmp.Compare(a.Contract, b.Contract))
	})
	return all
}

func truth(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (c *Catalogue) driftOf(k *TrafficKind, now time.Time) Drift {
	d := Drift{
		Source: k.Source, Type: k.Type, Contract: k.Contract, Events: k.Events, First: k.First, Last: k.Last,
		Seen: k.Sampled - k.Unread, Unread: k.Unread, Cut: k.Cut,
	}
	versions := c.contracts[contractKey{"event", k.Type}]
	at := slices.IndexFunc(versions, func(v *contract) bool { return v.name == k.Contract })
	if at < 0 {
		return d
	}
	d.Known, d.Newest, d.Deprecated = true, at == len(versions)-1, c.Deprecated(k.Contract, now)
	if d.Seen > 0 {
		s := sightings{drift: &d, contract: versions[at], known: shapesOf(versions[at].Schema), seen: make(map[string][]SeenPath)}
		for _, p := range k.Paths {
			s.seen[p.Place] = append(s.seen[p.Place], p)
		}
		s.unknown()
		s.promised()
		s.read()
	}
	return d
}

// sightings compares what was seen with one contract.
type sightings struct {
	drift    *Drift
	contract *contract
	known    shapes
	seen     map[string][]SeenPath // by place
}

// count is how many events have something at a place, and how many values there are
// of a type; of any type with "".
func (s *sightings) count(place, typ string) (events, times int) {
	for _, p := range s.seen[place] {
		if typ == "" || p.Type == typ {
			events, times = max(events, p.Events), times+p.Times
		}
	}
	return events, times
}

func (s *sightings) types(place string) []string {
	var types []string
	for _, p := range s.seen[place] {
		types = append(types, p.Type)
	}
	slices.Sort(types)
	return slices.Compact(types)
}

// unknown finds what the schema does not describe, where it describes what stands
// beside it. What is below an unknown field goes with it.
func (s *sightings) unknown() {
	for _, place := range keysOf(s.seen) {
		up := parent(place)
		holder, described := s.known[up]
		if _, ok := s.known[place]; ok || place == "" || !described || holder.open || !s.known.describes(up) {
			continue
		}
		events, _ := s.count(place, "")
		s.drift.Unknown = append(s.drift.Unknown, DriftField{Place: place, Types: s.types(place), Events: events, Of: s.drift.Seen})
	}
}

// promised finds what the schema describes and what is not so.
func (s *sightings) promised() {
	for _, place := range s.known.pointers() {
		shape := s.known[place]
		_, there := s.count(place, "")
		_, holders := s.count(parent(place), "object")
		field := DriftField{Place: place, Types: s.types(place), Want: shape.types, Required: shape.required}
		switch {
		case there == 0 && strings.HasSuffix(place, "/*"):
			continue // lists may be empty
		case there == 0 && holders > 0 && !shape.choice:
			field.Of = holders
			s.drift.Absent = append(s.drift.Absent, field)
			continue
		case shape.required && there < holders:
			lacking := field
			lacking.Events, lacking.Of = holders-there, holders
			s.drift.Lacking = append(s.drift.Lacking, lacking)
		}
		wrong := 0
		for _, p := range s.seen[place] {
			if !covers(shape.types, []string{p.Type}) {
				wrong += p.Times
			}
		}
		if wrong > 0 && !shape.choice {
			field.Events, field.Of = wrong, there
			s.drift.Retyped = append(s.drift.Retyped, field)
		}
	}
}

// read finds what the mapping reads and what never came, where the schema has not
// told so already.
func (s *sightings) read() {
	told := make(map[string]int)
	for i, f := range s.drift.Absent {
		told[f.Place] = i + 1
	}
	for _, l := range s.contract.locations() {
		if !strings.HasPrefix(l.text, "/") {
			continue
		}
		place := elements(l.text)
		if s.reached(l.text) || s.reached(place) || !s.asked(place) {
			continue
		}
		if at := told[place]; at > 0 {
			s.drift.Absent[at-1].Read = cmp.Or(s.drift.Absent[at-1].Read, l.way.String())
		} else if !s.coveredBy(place, told) {
			s.drift.Absent = append(s.drift.Absent, DriftField{Place: place, Read: l.way.String(), Of: s.drift.Seen})
			told[place] = len(s.drift.Absent)
		}
	}
	slices.SortStableFunc(s.drift.Absent, func(a, b DriftField) int { return cmp.Compare(a.Place, b.Place) })
}

// reached tells whether something was ever seen at a place, or it is the end of a
// list that was.
func (s *sightings) reached(place string) bool {
	if _, ok := s.seen[place]; ok {
		return true
	}
	list, ok := strings.CutSuffix(place, "/*")
	return ok && slices.Contains(s.types(list), "array")
}

// asked tells whether there was ever an element in which a place could have been.
func (s *sightings) asked(place string) bool {
	end := strings.LastIndex(place, "/*/")
	if end < 0 {
		return true
	}
	_, times := s.count(place[:end+2], "")
	return times > 0
}

// coveredBy tells whether what holds a place was told to be absent.
func (s *sightings) coveredBy(place string, told map[string]int) bool {
	for up := parent(place); up != ""; up = parent(up) {
		if told[up] > 0 {
			return true
		}
	}
	return false
}

// elements writes * for every number of an element.
func elements(location string) string {
	parts := strings.Split(location, "/")
	for i, part := range parts {
		if part != "" && strings.Trim(part, "0123456789") == "" {
			parts[i] = "*"
		}
	}
	return strings.Join(parts, "/")
}
