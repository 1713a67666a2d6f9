package ocel

import (
	"errors"
	"fmt"
)

func (w *wireType) model() Type {
	t := Type{Name: w.Name}
	for _, a := range w.Attributes {
		t.Attributes = append(t.Attributes, Attribute{a.Name, ValueType(a.Type)})
	}
	return t
}

func (d *decoder) object(w *wireObject) error {
	if len(d.log.Objects) == d.options.MaxObjects {
		return fmt.Errorf("the log has more than %d objects, which is the most that is taken", d.options.MaxObjects)
	}
	o := Object{ID: w.ID, Type: w.Type, Relationships: relationshipsOf(w.Relationships)}
	for i, a := range w.Attributes {
		v, told, err := valueOf(a.Value)
		if err != nil {
			return fmt.Errorf("attributes[%d] %q: %w", i, clip(a.Name), err)
		}
		at := Always()
		if a.Time != "" {
			if at, err = ParseTime(a.Time); err != nil {
				return fmt.Errorf("attributes[%d] %q: time: %w", i, clip(a.Name), err)
			}
		}
		if !told {
			d.options.Note(fmt.Sprintf("objects of type %s: an attribute %s has the value null; it is left out", clip(w.Type), clip(a.Name)))
			continue
		}
		o.Attributes = append(o.Attributes, Change{a.Name, at, v})
	}
	d.log.Objects = append(d.log.Objects, o)
	return nil
}

func (d *decoder) event(w *wireEvent) error {
	if len(d.log.Events) == d.options.MaxEvents {
		return fmt.Errorf("the log has more than %d events, which is the most that is taken", d.options.MaxEvents)
	}
	if w.Time == "" {
		return errors.New("time is missing")
	}
	at, err := ParseTime(w.Time)
	if err != nil {
		return fmt.Errorf("time: %w", err)
	}
	e := Event{ID: w.ID, Type: w.Type, Time: at, Relationships: relationshipsOf(w.Relationships)}
	for i, a := range w.Attributes {
		v, told, err := valueOf(a.Value)
		if err != nil {
			return fmt.Errorf("attributes[%d] %q: %w", i, clip(a.Name), err)
		}
		if !told {
			d.options.Note(fmt.Sprintf("events of type %s: an attribute %s has the value null; it is left out", clip(w.Type), clip(a.Name)))
			continue
		}
		e.Attributes = append(e.Attributes, Named{a.Name, v})
	}
	d.log.Events = append(d.log.Events, e)
	return nil
}

func relationshipsOf(list []wireRelationship) []Relationship {
	var all []Relationship
	for _, r := range list {
		all = append(all, Relationship(r))
	}
	return all
}
