package ocel

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// undeclared declares the attributes that values have and their types do not, as
// what all of these values are.
func (c *conform) undeclared(l *Log) error {
	for i := range l.Objects {
		o := &l.Objects[i]
		for _, a := range o.Attributes {
			if err := c.see("objects", c.objectTypes[o.Type], a.Name, a.Value); err != nil {
				return err
			}
		}
	}
	for i := range l.Events {
		e := &l.Events[i]
		for _, a := range e.Attributes {
			if err := c.see("events", c.eventTypes[e.Type], a.Name, a.Value); err != nil {
				return err
			}
		}
	}
	for _, types := range []map[string]*declared{c.objectTypes, c.eventTypes} {
		for _, d := range types {
			for i, a := range d.Attributes {
				if t, found := d.found[a.Name]; found {
					d.Attributes[i].Type, d.of[a.Name] = t, t
				}
			}
		}
	}
	return nil
}

// see notes what an attribute that is not declared turns out to be.
func (c *conform) see(list string, d *declared, name string, v Value) error {
	if _, ok := d.of[name]; ok {
		return nil
	}
	if _, again := d.found[name]; !again {
		if err := c.name(fmt.Sprintf("%s of type %q: an attribute's name", list, clip(d.Name)), name, false); err != nil {
			return err
		}
		c.options.Note(fmt.Sprintf("%s of type %s have an attribute %s that is not declared; it is declared by its values", list, clip(d.Name), clip(name)))
		d.Attributes = append(d.Attributes, Attribute{Name: name})
	}
	if d.found == nil {
		d.found = make(map[string]ValueType)
	}
	d.found[name] = wider(d.found[name], natural(v))
	return nil
}

// natural is the type that a value has by itself.
func natural(v Value) ValueType {
	if v.Type != number {
		return v.Type
	}
	if _, err := v.As(Integer); err == nil && !strings.ContainsAny(v.Text, ".eE") {
		return Integer
	}
	return Float
}

// wider is the narrowest type that holds the values of both; "" holds none.
func wider(a, b ValueType) ValueType {
	switch {
	case a == "" || a == b:
		return b
	case a == Integer && b == Float, a == Float && b == Integer:
		return Float
	}
	return String
}

func (c *conform) objectValues(l *Log) error {
	for i := range l.Objects {
		o := &l.Objects[i]
		for j := range o.Attributes {
			a := &o.Attributes[j]
			v, err := c.value(c.objectTypes[o.Type], a.Name, a.Value)
			if err != nil {
				return wrong("object %q: attribute %q: %w", clip(o.ID), clip(a.Name), err)
			}
			a.Value, a.Time = v, a.Time.UTC()
		}
	}
	return nil
}

func (c *conform) eventValues(l *Log) error {
	given := make(map[string]bool)
	for i := range l.Events {
		e := &l.Events[i]
		e.Time = e.Time.UTC()
		clear(given)
		for j := range e.Attributes {
			a := &e.Attributes[j]
			if given[a.Name] {
				return wrong("event %q: attribute %q has two values; an event's attribute has one", clip(e.ID), clip(a.Name))
			}
			given[a.Name] = true
			v, err := c.value(c.eventTypes[e.Type], a.Name, a.Value)
			if err != nil {
				return wrong("event %q: attribute %q: %w", clip(e.ID), clip(a.Name), err)
			}
			a.Value = v
		}
	}
	return nil
}

func (c *conform) value(d *declared, name string, v Value) (Value, error) {
	if len(v.Text) > c.options.MaxText {
		return v, fmt.Errorf("its value has %d bytes; at most %d are taken", len(v.Text), c.options.MaxText)
	}
	if !utf8.ValidString(v.Text) {
		return v, fmt.Errorf("its value %q is not valid UTF-8", clip(v.Text))
	}
	return v.As(d.of[name])
}
