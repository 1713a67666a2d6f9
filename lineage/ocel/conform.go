package ocel

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"throughline/lineage"
)

// Conform checks a log that was just read and brings its values into the form of
// their declared types. The error is of kind Invalid or TooLarge and names the type,
// event or object, the field and the fix.
func (l *Log) Conform(o Options) error {
	o = o.WithDefaults()
	c := conform{options: o, objects: make(map[string]bool, len(l.Objects))}
	var err error
	if c.eventTypes, err = c.types("eventTypes", l.EventTypes); err != nil {
		return err
	}
	if c.objectTypes, err = c.types("objectTypes", l.ObjectTypes); err != nil {
		return err
	}
	for _, part := range []func(*Log) error{c.counts, c.objectIDs, c.eventIDs, c.undeclared, c.objectValues, c.eventValues} {
		if err := part(l); err != nil {
			return err
		}
	}
	return nil
}

type conform struct {
	options     Options
	eventTypes  map[string]*declared
	objectTypes map[string]*declared
	objects     map[string]bool // by id
}

// declared is a type with its attributes by name.
type declared struct {
	*Type
	of    map[string]ValueType
	found map[string]ValueType // what is not declared turned out to be
}

func wrong(format string, args ...any) error {
	return lineage.Errorf(lineage.Invalid, "read OCEL", format, args...)
}

func tooLarge(format string, args ...any) error {
	return lineage.Errorf(lineage.TooLarge, "read OCEL", format, args...)
}

// name checks a text that is a name; empty ones are allowed where may says so.
func (c *conform) name(what, text string, mayBeEmpty bool) error {
	switch {
	case text == "" && !mayBeEmpty:
		return wrong("%s is missing or empty", what)
	case len(text) > c.options.MaxName:
		return tooLarge("%s has %d bytes; at most %d are taken", what, len(text), c.options.MaxName)
	case !utf8.ValidString(text) || strings.ContainsRune(text, 0):
		return wrong("%s %q is no text: it has bytes that are not UTF-8, or zero", what, clip(text))
	}
	return nil
}

func (c *conform) types(list string, types []Type) (map[string]*declared, error) {
	known := make(map[string]*declared, len(types))
	for i := range types {
		t := &types[i]
		if err := c.name(fmt.Sprintf("%s[%d]: name", list, i), t.Name, false); err != nil {
			return nil, err
		}
		if known[t.Name] != nil {
			return nil, wrong("%s: %q is declared twice", list, clip(t.Name))
		}
		d := &declared{Type: t, of: make(map[string]ValueType, len(t.Attributes))}
		known[t.Name] = d
		for j := range t.Attributes {
			a := &t.Attributes[j]
			at := fmt.Sprintf("%s %q: attributes[%d]", list, clip(t.Name), j)
			if err := c.name(at+": name", a.Name, false); err != nil {
				return nil, err
			}
			if _, twice := d.of[a.Name]; twice {
				return nil, wrong("%s: %q is declared twice", at, clip(a.Name))
			}
			if !a.Type.known() {
				other, ok := synonym(a.Type)
				if !ok {
					return nil, wrong("%s: type is %q; want string, time, integer, float or boolean", at, clip(string(a.Type)))
				}
				c.options.Note(fmt.Sprintf("%s: the type %s is none of the standard's; it is taken for %s", list, a.Type, other))
				a.Type = other
			}
			d.of[a.Name] = a.Type
		}
	}
	return known, nil
}

// synonym knows what tools write for the standard's types.
func synonym(t ValueType) (ValueType, bool) {
	switch strings.ToLower(string(t)) {
	case "str", "text", "string":
		return String, true
	case "date", "datetime", "timestamp", "time":
		return Time, true
	case "int", "long", "integer":
		return Integer, true
	case "double", "real", "number", "float":
		return Float, true
	case "bool", "boolean":
		return Boolean, true
	}
	return "", false
}

func (c *conform) counts(l *Log) error {
	if len(l.Events) > c.options.MaxEvents {
		return tooLarge("the log has %d events; at most %d are taken", len(l.Events), c.options.MaxEvents)
	}
	if len(l.Objects) > c.options.MaxObjects {
		return tooLarge("the log has %d objects; at most %d are taken", len(l.Objects), c.options.MaxObjects)
	}
	return nil
}

func (c *conform) objectIDs(l *Log) error {
	for i := range l.Objects {
		o := &l.Objects[i]
		if err := c.name(fmt.Sprintf("objects[%d]: id", i), o.ID, false); err != nil {
			return err
		}
		if c.objects[o.ID] {
			return wrong("object %q is there twice; ids are unique over all types", clip(o.ID))
		}
		c.objects[o.ID] = true
		if c.objectTypes[o.Type] == nil {
			return wrong("object %q: its type %q is not among objectTypes", clip(o.ID), clip(o.Type))
		}
	}
	for i := range l.Objects {
		o := &l.Objects[i]
		if err := c.relationships("object", o.ID, o.Relationships, len(o.Attributes)); err != nil {
			return err
		}
	}
	return nil
}

func (c *conform) eventIDs(l *Log) error {
	known := make(map[string]bool, len(l.Events))
	for i := range l.Events {
		e := &l.Events[i]
		if err := c.name(fmt.Sprintf("events[%d]: id", i), e.ID, false); err != nil {
			return err
		}
		if known[e.ID] {
			return wrong("event %q is there twice", clip(e.ID))
		}
		known[e.ID] = true
		if c.eventTypes[e.Type] == nil {
			return wrong("event %q: its type %q is not among eventTypes", clip(e.ID), clip(e.Type))
		}
		if err := c.relationships("event", e.ID, e.Relationships, len(e.Attributes)); err != nil {
			return err
		}
	}
	return nil
}

func (c *conform) relationships(kind, id string, list []Relationship, attributes int) error {
	if n := len(list) + attributes; n > c.options.MaxNames {
		return tooLarge("%s %q has %d relationships and attribute values; at most %d are taken", kind, clip(id), n, c.options.MaxNames)
	}
	for i, r := range list {
		at := fmt.Sprintf("%s %q: relationships[%d]", kind, clip(id), i)
		if err := c.name(at+": qualifier", r.Qualifier, true); err != nil {
			return err
		}
		if !c.objects[r.ObjectID] {
			return wrong("%s: objectId %q is not among the objects", at, clip(r.ObjectID))
		}
	}
	return nil
}
