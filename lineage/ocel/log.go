package ocel

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Log is one object-centric event log. Decode and the assembler give logs that
// conform: ids are unique, types are declared, every relationship leads to an
// object of the log, and values are of their declared types.
type Log struct {
	ObjectTypes []Type
	EventTypes  []Type
	Objects     []Object
	Events      []Event
}

// Type declares one type of events or objects.
type Type struct {
	Name       string
	Attributes []Attribute
}

// Attribute declares one attribute of a type.
type Attribute struct {
	Name string
	Type ValueType
}

// Object is one object, and what is known of it over time.
type Object struct {
	ID            string
	Type          string
	Attributes    []Change
	Relationships []Relationship // to other objects
}

// Change says that an attribute has a value from a time on. Values that were
// always so have the time [Always].
type Change struct {
	Name  string
	Time  time.Time
	Value Value
}

// Always is the time at which the standard puts attributes' first values.
func Always() time.Time { return time.Unix(0, 0).UTC() }

// Event is one event.
type Event struct {
	ID            string
	Type          string
	Time          time.Time
	Attributes    []Named
	Relationships []Relationship // to the objects that it is about
}

// Named is the value of one attribute of an event.
type Named struct {
	Name  string
	Value Value
}

// Relationship names an object, and in which part.
type Relationship struct {
	ObjectID  string
	Qualifier string
}

// Sort brings everything into one order, which has no meaning in the standard:
// two logs that say the same are then equal.
func (l *Log) Sort() {
	for _, types := range [][]Type{l.ObjectTypes, l.EventTypes} {
		for i := range types {
			slices.SortFunc(types[i].Attributes, func(a, b Attribute) int { return strings.Compare(a.Name, b.Name) })
		}
		slices.SortFunc(types, func(a, b Type) int { return strings.Compare(a.Name, b.Name) })
	}
	for i := range l.Objects {
		l.Objects[i].sort()
	}
	slices.SortFunc(l.Objects, func(a, b Object) int { return strings.Compare(a.ID, b.ID) })
	for i := range l.Events {
		e := &l.Events[i]
		slices.SortFunc(e.Attributes, func(a, b Named) int {
			return cmp.Or(strings.Compare(a.Name, b.Name), a.Value.compare(b.Value))
		})
		slices.SortFunc(e.Relationships, Relationship.compare)
	}
	slices.SortFunc(l.Events, func(a, b Event) int {
		return cmp.Or(a.Time.Compare(b.Time), strings.Compare(a.ID, b.ID))
	})
}

func (o *Object) sort() {
	slices.SortFunc(o.Attributes, func(a, b Change) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), a.Time.Compare(b.Time), a.Value.compare(b.Value))
	})
	slices.SortFunc(o.Relationships, Relationship.compare)
}

// sorted is the object in the order of Sort; o stays as it is.
func (o *Object) sorted() *Object {
	s := *o
	s.Attributes, s.Relationships = slices.Clone(o.Attributes), slices.Clone(o.Relationships)
	s.sort()
	return &s
}

func (r Relationship) compare(s Relationship) int {
	return cmp.Or(strings.Compare(r.ObjectID, s.ObjectID), strings.Compare(r.Qualifier, s.Qualifier))
}
