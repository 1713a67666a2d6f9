package ocel

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"throughline/lineage"
)

// builder puts a log together from several origins. Ids are unique in it, over all
// types: an object or event whose id is taken by another gets its origin before it.
type builder struct {
	log         Log
	note        func(string)
	objectTypes map[string]map[string]ValueType
	eventTypes  map[string]map[string]ValueType
	objects     map[string]*Object
	events      map[string]bool
}

func newBuilder(note func(string)) *builder {
	return &builder{
		note:        note,
		objectTypes: make(map[string]map[string]ValueType), eventTypes: make(map[string]map[string]ValueType),
		objects: make(map[string]*Object), events: make(map[string]bool),
	}
}

// bring adds a log that was brought in. An object that another log has under the same
// id and type is the same.
func (b *builder) bring(from *origin) {
	for _, said := range from.said {
		declare(b.objectTypes, said.ObjectTypes)
		declare(b.eventTypes, said.EventTypes)
	}
	called := make(map[string]string, len(from.objects))
	shown := from.shown()
	for _, o := range shown {
		id := o.ID
		for b.objects[id] != nil && b.objects[id].Type != o.Type {
			id = from.name + "/" + id
		}
		called[o.ID] = id
		if b.objects[id] == nil {
			b.objects[id] = &Object{ID: id, Type: o.Type}
		}
	}
	for _, o := range shown {
		to := b.objects[called[o.ID]]
		own := len(to.Attributes) == 0 && len(to.Relationships) == 0
		for _, a := range o.Attributes {
			if own || !slices.Contains(to.Attributes, a) {
				to.Attributes = append(to.Attributes, a)
			}
		}
		for _, r := range b.resolve(from, o.Relationships, called) {
			if own || !slices.Contains(to.Relationships, r) {
				to.Relationships = append(to.Relationships, r)
			}
		}
		need(b.objectTypes, o.Type)
	}
	for _, e := range from.events {
		need(b.eventTypes, e.Type)
		e.ID = b.free(e.ID, from.name)
		e.Relationships = b.resolve(from, e.Relationships, called)
		b.log.Events = append(b.log.Events, e)
	}
}

// resolve renames the objects of relationships. An object whose fact has not come
// has no type, and what leads to it is left out.
func (b *builder) resolve(from *origin, list []Relationship, called map[string]string) []Relationship {
	var all []Relationship
	for _, r := range list {
		if id, ok := called[r.ObjectID]; ok {
			all = append(all, Relationship{id, r.Qualifier})
		} else {
			b.note("log " + from.name + ": objects are named whose facts are not there; bring the log in again")
		}
	}
	return all
}

// free is an event's id that is not taken, and takes it.
func (b *builder) free(id, origin string) string {
	for b.events[id] {
		id = origin + "/" + id
	}
	b.events[id] = true
	return id
}

// tell adds an event of lineage's own. Its id is its source and id, those of objects
// are as lineage writes them, and its data stands in an attribute as it came.
func (b *builder) tell(e *lineage.Event) {
	typ := cmp.Or(clean(e.Type), e.Kind.String())
	need(b.eventTypes, typ)
	out := Event{ID: b.free(clean(e.Source+"#"+e.ID), "throughline"), Type: typ, Time: e.Time}
	say := func(name string, t ValueType, text string) {
		if text == "" {
			return
		}
		b.eventTypes[typ][name] = wider(b.eventTypes[typ][name], t)
		out.Attributes = append(out.Attributes, Named{name, Value{t, strings.ToValidUTF8(text, "\uFFFD")}})
	}
	say("source", String, e.Source)
	say("kind", String, e.Kind.String())
	say("stage", String, e.Stage)
	say("outcome", String, string(e.Outcome))
	say("reason", String, e.Reason)
	say("attempt", Integer, positive(e.Attempt))
	say("answer", Integer, positive(e.Answer))
	if !e.Amount.IsZero() {
		say("amount", String, e.Amount.Decimal())
		say("currency", String, e.Amount.Currency)
	}
	say("allocations", String, allocationsOf(e))
	say("correlation", String, e.Correlation)
	say("causation", String, e.Causation)
	if !e.TraceID.IsZero() {
		say("trace", String, e.TraceID.String())
	}
	say("data", String, e.Payload)
	for _, r := range e.Refs {
		out.Relationships = append(out.Relationships, Relationship{b.object(r.Object).ID, clean(string(r.Role))})
	}
	for _, r := range e.Relations {
		from, to := b.object(r.From), Relationship{b.object(r.To).ID, clean(r.Qualifier)}
		if !slices.Contains(from.Relationships, to) {
			from.Relationships = append(from.Relationships, to)
		}
	}
	b.log.Events = append(b.log.Events, out)
}

// object is the OCEL object of one of lineage's. Its id begins with its type, and so
// no other object has it, unless a log that was brought in does.
func (b *builder) object(o lineage.Object) *Object {
	id, typ := clean(o.String()), clean(o.Type)
	need(b.objectTypes, typ)
	for b.objects[id] != nil && b.objects[id].Type != typ {
		id = "throughline/" + id
	}
	if b.objects[id] == nil {
		b.objects[id] = &Object{ID: id, Type: typ}
	}
	return b.objects[id]
}

// clean fits a text that spans and logs may hold into a name.
func clean(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}

func positive(n int) string {
	if n <= 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// need declares a type that nobody declared.
func need(types map[string]map[string]ValueType, name string) {
	if types[name] == nil {
		types[name] = make(map[string]ValueType)
	}
}

// declare adds declarations. Where two logs differ, the attribute holds both.
func declare(types map[string]map[string]ValueType, list []wireType) {
	for _, t := range list {
		need(types, t.Name)
		for _, a := range t.Attributes {
			types[t.Name][a.Name] = wider(types[t.Name][a.Name], ValueType(a.Type))
		}
	}
}

func (b *builder) finish() *Log {
	b.log.ObjectTypes, b.log.EventTypes = listed(b.objectTypes), listed(b.eventTypes)
	for _, id := range slices.Sorted(maps.Keys(b.objects)) {
		b.log.Objects = append(b.log.Objects, *b.objects[id])
	}
	return &b.log
}

func listed(types map[string]map[string]ValueType) []Type {
	var all []Type
	for _, name := range slices.Sorted(maps.Keys(types)) {
		t := Type{Name: name}
		for _, a := range slices.Sorted(maps.Keys(types[name])) {
			t.Attributes = append(t.Attributes, Attribute{a, types[name][a]})
		}
		all = append(all, t)
	}
	return all
}
