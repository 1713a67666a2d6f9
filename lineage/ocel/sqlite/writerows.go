package sqlite

import (
	"database/sql"
	"fmt"

	"throughline/lineage/ocel"
)

func (w *writer) objects(l *ocel.Log) error {
	tables, err := w.tables("object", l.ObjectTypes, []string{"ocel_id", "ocel_time", "ocel_changed_field"})
	if err != nil {
		return err
	}
	object, err := w.tx.PrepareContext(w.ctx, `INSERT INTO object VALUES (?, ?)`)
	if err != nil {
		return err
	}
	relationship, err := w.tx.PrepareContext(w.ctx, `INSERT INTO object_object VALUES (?, ?, ?)`)
	if err != nil {
		return err
	}
	for i := range l.Objects {
		o := &l.Objects[i]
		if err := w.put(object, o.ID, o.Type); err != nil {
			return err
		}
		if err := w.changes(tables[o.Type], o); err != nil {
			return fmt.Errorf("object %q: %w", o.ID, err)
		}
		for _, r := range o.Relationships {
			if err := w.put(relationship, o.ID, r.ObjectID, r.Qualifier); err != nil {
				return err
			}
		}
	}
	return nil
}

// changes writes one row with the first values, and one for each value from a time
// on or for the same moment once more.
func (w *writer) changes(t *table, o *ocel.Object) error {
	first := t.row(o.ID, moment(ocel.Always()), nil)
	var later []ocel.Change
	for _, a := range o.Attributes {
		at, ok := t.place[a.Name]
		if !ok {
			return fmt.Errorf("attribute %q is not declared", a.Name)
		}
		if !a.Time.Equal(ocel.Always()) || first[at] != nil {
			later = append(later, a)
			continue
		}
		var err error
		if first[at], err = stored(a.Value); err != nil {
			return err
		}
	}
	if err := w.put(t.insert, first...); err != nil {
		return err
	}
	for _, a := range later {
		row := t.row(o.ID, moment(a.Time), a.Name)
		var err error
		if row[t.place[a.Name]], err = stored(a.Value); err != nil {
			return err
		}
		if err := w.put(t.insert, row...); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) events(l *ocel.Log) error {
	tables, err := w.tables("event", l.EventTypes, []string{"ocel_id", "ocel_time"})
	if err != nil {
		return err
	}
	event, err := w.tx.PrepareContext(w.ctx, `INSERT INTO event VALUES (?, ?)`)
	if err != nil {
		return err
	}
	relationship, err := w.tx.PrepareContext(w.ctx, `INSERT INTO event_object VALUES (?, ?, ?)`)
	if err != nil {
		return err
	}
	for i := range l.Events {
		e := &l.Events[i]
		if err := w.put(event, e.ID, e.Type); err != nil {
			return err
		}
		t := tables[e.Type]
		row := t.row(e.ID, moment(e.Time))
		for _, a := range e.Attributes {
			at, ok := t.place[a.Name]
			if !ok {
				return fmt.Errorf("event %q: attribute %q is not declared", e.ID, a.Name)
			}
			if row[at], err = stored(a.Value); err != nil {
				return fmt.Errorf("event %q: %w", e.ID, err)
			}
		}
		if err := w.put(t.insert, row...); err != nil {
			return err
		}
		for _, r := range e.Relationships {
			if err := w.put(relationship, e.ID, r.ObjectID, r.Qualifier); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *writer) put(s *sql.Stmt, values ...any) error {
	_, err := s.ExecContext(w.ctx, values...)
	return err
}
