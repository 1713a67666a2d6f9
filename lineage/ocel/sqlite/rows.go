package sqlite

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"throughline/lineage/ocel"
)

func (r *reader) objectRows() error {
	kinds, err := r.kinds("object")
	if err != nil {
		return err
	}
	err = each(r.ctx, r.db, func(rows *sql.Rows) error {
		var id, typ sql.NullString
		if err := rows.Scan(&id, &typ); err != nil {
			return fmt.Errorf("table object: %w", err)
		}
		if err := errors.Join(r.limits.names("object", id.String, typ.String), r.limits.another("objects", len(r.log.Objects), r.limits.MaxObjects)); err != nil {
			return err
		}
		r.objects[id.String] = len(r.log.Objects)
		r.log.Objects = append(r.log.Objects, ocel.Object{ID: id.String, Type: typ.String})
		return nil
	}, `SELECT ocel_id, ocel_type FROM object`)
	if err != nil {
		return err
	}
	for _, k := range kinds {
		if err := r.changes(k); err != nil {
			return fmt.Errorf("table %s: %w", k.table, err)
		}
		r.log.ObjectTypes = append(r.log.ObjectTypes, k.Type)
	}
	return nil
}

// changes reads what is known of the objects of a type over time: rows with first
// values, and rows in which one field has changed.
func (r *reader) changes(k kind) error {
	return r.values(k, []string{"ocel_time", "ocel_changed_field"}, func(id string, own []any, values []any) error {
		at, ok := r.objects[id]
		if !ok || r.log.Objects[at].Type != k.Name {
			return fmt.Errorf("there is no object %q of type %q", id, k.Name)
		}
		o := &r.log.Objects[at]
		when := ocel.Always()
		if own[0] != nil {
			var err error
			if when, err = timeOf(own[0]); err != nil {
				return fmt.Errorf("object %q: ocel_time: %w", id, err)
			}
		}
		changed, _ := own[1].(string)
		if changed != "" && !slices.ContainsFunc(k.Attributes, func(a ocel.Attribute) bool { return a.Name == changed }) {
			return fmt.Errorf("object %q: ocel_changed_field is %q, and there is no such column", id, changed)
		}
		for i, a := range k.Attributes {
			v, told, err := valueOf(values[i], a)
			switch {
			case err != nil:
				return fmt.Errorf("object %q: %s: %w", id, a.Name, err)
			case changed != "" && a.Name != changed && told:
				r.note("table " + k.table + ": rows that change one field have values in others; these are left out")
			case a.Name == changed && !told:
				r.note("table " + k.table + ": a row changes " + a.Name + " to NULL; it is left out")
			case told:
				o.Attributes = append(o.Attributes, ocel.Change{Name: a.Name, Time: when, Value: v})
			}
			if err := r.limits.named("object", id, len(o.Attributes)-1); err != nil {
				return err
			}
		}
		return nil
	})
}

func (r *reader) eventRows() error {
	kinds, err := r.kinds("event")
	if err != nil {
		return err
	}
	err = each(r.ctx, r.db, func(rows *sql.Rows) error {
		var id, typ sql.NullString
		if err := rows.Scan(&id, &typ); err != nil {
			return fmt.Errorf("table event: %w", err)
		}
		if err := errors.Join(r.limits.names("event", id.String, typ.String), r.limits.another("events", len(r.log.Events), r.limits.MaxEvents)); err != nil {
			return err
		}
		r.events[id.String] = len(r.log.Events)
		r.log.Events = append(r.log.Events, ocel.Event{ID: id.String, Type: typ.String})
		return nil
	}, `SELECT ocel_id, ocel_type FROM event`)
	if err != nil {
		return err
	}
	told := make([]bool, len(r.log.Events))
	for _, k := range kinds {
		if err := r.happenings(k, told); err != nil {
			return fmt.Errorf("table %s: %w", k.table, err)
		}
		r.log.EventTypes = append(r.log.EventTypes, k.Type)
	}
	if at := slices.Index(told, false); at >= 0 {
		e := &r.log.Events[at]
		return fmt.Errorf("event %q has no row in the table of its type %q, and so no time", e.ID, e.Type)
	}
	return nil
}

func (r *reader) happenings(k kind, told []bool) error {
	return r.values(k, []string{"ocel_time"}, func(id string, own []any, values []any) error {
		at, ok := r.events[id]
		switch {
		case !ok || r.log.Events[at].Type != k.Name:
			return fmt.Errorf("there is no event %q of type %q", id, k.Name)
		case told[at]:
			return fmt.Errorf("event %q has two rows", id)
		}
		told[at] = true
		e := &r.log.Events[at]
		var err error
		if e.Time, err = timeOf(own[0]); err != nil {
			return fmt.Errorf("event %q: ocel_time: %w", id, err)
		}
		for i, a := range k.Attributes {
			v, has, err := valueOf(values[i], a)
			if err != nil {
				return fmt.Errorf("event %q: %s: %w", id, a.Name, err)
			}
			if has {
				e.Attributes = append(e.Attributes, ocel.Named{Name: a.Name, Value: v})
			}
		}
		return nil
	})
}

// values reads the rows of a type's table: id, own columns, and attributes. The plus
// makes expressions of the columns, so that the driver hands over what is stored
// and does not read it by the column's type.
func (r *reader) values(k kind, own []string, take func(id string, own, values []any) error) error {
	columns := []string{`"ocel_id"`}
	for _, name := range own {
		columns = append(columns, "+"+identifier(name))
	}
	for _, a := range k.Attributes {
		columns = append(columns, "+"+identifier(a.Name))
	}
	var id sql.NullString
	row := make([]any, len(columns)-1)
	targets := []any{&id}
	for i := range row {
		targets = append(targets, &row[i])
	}
	return each(r.ctx, r.db, func(rows *sql.Rows) error {
		if err := errors.Join(rows.Scan(targets...), r.limits.names(k.table, id.String)); err != nil {
			return err
		}
		for i, stored := range row {
			if err := r.limits.text(k.table, columns[i+1], stored); err != nil {
				return err
			}
		}
		return take(id.String, row[:len(own)], row[len(own):])
	}, "SELECT "+strings.Join(columns, ", ")+" FROM "+identifier(k.table))
}

// valueOf reads what is stored in a column; false means NULL.
func valueOf(stored any, a ocel.Attribute) (ocel.Value, bool, error) {
	var v ocel.Value
	switch s := stored.(type) {
	case nil:
		return v, false, nil
	case int64:
		v = ocel.Value{Type: ocel.Integer, Text: strconv.FormatInt(s, 10)}
	case float64:
		v = ocel.Value{Type: ocel.Float, Text: strconv.FormatFloat(s, 'g', -1, 64)}
	case string:
		v = ocel.Value{Type: ocel.String, Text: s}
	default:
		return v, false, fmt.Errorf("it is stored as %T; want text or a number", stored)
	}
	v, err := v.As(a.Type)
	return v, true, err
}

func timeOf(stored any) (time.Time, error) {
	text, ok := stored.(string)
	switch {
	case stored == nil:
		return time.Time{}, errors.New("it is NULL; want ISO 8601 text")
	case !ok:
		return time.Time{}, fmt.Errorf("it is stored as %T; want ISO 8601 text", stored)
	}
	return ocel.ParseTime(text)
}
