package ocel

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"throughline/lineage"
)

// Assembler makes a log of what the house knows: events that were brought in from a
// log become what they were there, with everything that the log's facts say of their
// objects; any other event is told in OCEL's words. A log all of whose events come
// back is equal to the one that was brought in.
type Assembler struct {
	logs    map[string]*origin // by their names
	natives []*lineage.Event
	broken  int // facts that cannot be read
}

// origin is a log that was brought in, as far as it has come back.
type origin struct {
	name    string
	said    []*logWords
	facts   map[string]map[string]*Object // by object and version
	objects map[string]*Object            // of all versions, when all has come
	events  []Event
}

// NewAssembler returns one that has nothing yet.
func NewAssembler() *Assembler { return &Assembler{logs: make(map[string]*origin)} }

// Add takes one event or fact, each once and in any order. It keeps e.
func (a *Assembler) Add(e *lineage.Event) {
	var said struct {
		OCEL words `json:"ocel"`
	}
	source, fact := strings.CutSuffix(e.Source, Facts)
	name, ours := strings.CutPrefix(source, Sources)
	if !ours || json.Unmarshal([]byte(e.Payload), &said) != nil {
		a.native(e, fact && ours)
		return
	}
	switch w := said.OCEL; {
	case fact && w.Log != nil && e.Type == logFact:
		o := a.origin(name)
		o.said = append(o.said, w.Log)
	case fact && w.Object != nil && e.Type == objectFact && a.origin(name).know(versionOf(e.ID), w.Object):
	case !fact && w.Event != nil && e.Type == EventType(name, w.Event.Type) && w.Event.ID == e.ID && a.origin(name).happened(w.Event):
	default:
		a.native(e, fact)
	}
}

// native keeps an event that no log told. A fact is nobody's event.
func (a *Assembler) native(e *lineage.Event, fact bool) {
	if fact {
		a.broken++
	} else {
		a.natives = append(a.natives, e)
	}
}

func (a *Assembler) origin(name string) *origin {
	if a.logs[name] == nil {
		a.logs[name] = &origin{name: name, facts: make(map[string]map[string]*Object)}
	}
	return a.logs[name]
}

// know takes a part of what a version of a log says of an object, or false where it
// cannot be read.
func (o *origin) know(version string, w *wireObject) bool {
	var changes []Change
	for _, a := range w.Attributes {
		v, told, err := valueOf(a.Value)
		at, bad := ParseTime(a.Time)
		if !told || err != nil || bad != nil {
			return false
		}
		changes = append(changes, Change{a.Name, at, v})
	}
	if o.facts[w.ID] == nil {
		o.facts[w.ID] = make(map[string]*Object)
	}
	known := o.facts[w.ID][version]
	if known == nil {
		known = &Object{ID: w.ID, Type: w.Type}
		o.facts[w.ID][version] = known
	}
	known.Attributes = append(known.Attributes, changes...)
	known.Relationships = append(known.Relationships, relationshipsOf(w.Relationships)...)
	return true
}

// settle makes each object of what all versions say of it. What several say is said once:
// as often as the one that says it most often does.
func (o *origin) settle() {
	o.objects = make(map[string]*Object, len(o.facts))
	for id, versions := range o.facts {
		names := slices.Sorted(maps.Keys(versions))
		all := *versions[names[0]]
		for _, name := range names[1:] {
			all.Attributes = joined(all.Attributes, versions[name].Attributes)
			all.Relationships = joined(all.Relationships, versions[name].Relationships)
		}
		o.objects[id] = &all
	}
}

// joined is one list with what another has beyond it.
func joined[T comparable](list, other []T) []T {
	have := make(map[T]int, len(list))
	for _, one := range list {
		have[one]++
	}
	for _, one := range other {
		if have[one] > 0 {
			have[one]--
		} else {
			list = append(list, one)
		}
	}
	return list
}

// whole tells whether every event has come back of a log that told how many it has.
func (o *origin) whole() bool {
	n := -1
	for _, said := range o.said {
		n = max(n, said.Events)
	}
	return n >= 0 && len(o.events) >= n
}

// happened takes an event as the log says it, or false where it cannot be read.
func (o *origin) happened(w *eventWords) bool {
	at, err := ParseTime(w.Time)
	if err != nil {
		return false
	}
	e := Event{ID: w.ID, Type: w.Type, Time: at}
	for _, a := range w.Attributes {
		v, told, err := valueOf(a.Value)
		if !told || err != nil {
			return false
		}
		e.Attributes = append(e.Attributes, Named{a.Name, v})
	}
	for _, typ := range slices.Sorted(maps.Keys(w.Relationships)) {
		for _, qualifier := range slices.Sorted(maps.Keys(w.Relationships[typ])) {
			for _, id := range w.Relationships[typ][qualifier] {
				e.Relationships = append(e.Relationships, Relationship{id, qualifier})
			}
		}
	}
	o.events = append(o.events, e)
	return true
}

// Log returns the log of all that was added, sorted. Texts may be longer than Decode
// takes them. The error says what was told of an object or event that is no OCEL.
func (a *Assembler) Log(o Options) (*Log, error) {
	orElse(&o.MaxText, 64<<20)
	orElse(&o.MaxName, 16<<10)
	o = o.WithDefaults()
	if a.broken > 0 {
		o.Note(fmt.Sprintf("%d facts about objects of logs cannot be read; they are left out", a.broken))
	}
	b := newBuilder(o.Note)
	for _, name := range slices.Sorted(maps.Keys(a.logs)) {
		if from := a.logs[name]; len(from.events) > 0 {
			from.settle()
			b.bring(from)
		}
	}
	slices.SortFunc(a.natives, func(x, y *lineage.Event) int {
		return cmp.Or(strings.Compare(x.Source, y.Source), strings.Compare(x.ID, y.ID))
	})
	for _, e := range a.natives {
		b.tell(e)
	}
	l := b.finish()
	if err := l.Conform(o); err != nil {
		return nil, fmt.Errorf("what the house knows makes no OCEL log: %w", err)
	}
	l.Sort()
	return l, nil
}

// shown are the objects of a log that come out: all of it when all of its events
// do, otherwise those that its events name and what these lead to.
func (o *origin) shown() []*Object {
	ids := slices.Sorted(maps.Keys(o.objects))
	if !o.whole() {
		reached := make(map[string]bool)
		var next []string
		reach := func(r Relationship) {
			if !reached[r.ObjectID] && o.objects[r.ObjectID] != nil {
				reached[r.ObjectID] = true
				next = append(next, r.ObjectID)
			}
		}
		for i := range o.events {
			for _, r := range o.events[i].Relationships {
				reach(r)
			}
		}
		for len(next) > 0 {
			id := next[len(next)-1]
			next = next[:len(next)-1]
			for _, r := range o.objects[id].Relationships {
				reach(r)
			}
		}
		ids = slices.DeleteFunc(ids, func(id string) bool { return !reached[id] })
	}
	all := make([]*Object, 0, len(ids))
	for _, id := range ids {
		all = append(all, o.objects[id])
	}
	return all
}
