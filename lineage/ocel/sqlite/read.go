package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"throughline/lineage"
	"throughline/lineage/ocel"
)

// Read reads a log from a file, which it does not change. Errors are of kind Invalid
// or TooLarge and name the table, the event or object and the field.
func Read(ctx context.Context, path string, o ocel.Options) (log *ocel.Log, err error) {
	o = o.WithDefaults()
	most := limits{o}
	if err := most.file(path); err != nil {
		return nil, err
	}
	db, err := open(path, "ro")
	if err != nil {
		return nil, lineage.E(lineage.Invalid, "read OCEL", err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	r := &reader{ctx: ctx, db: db, limits: most, note: o.Note, log: &ocel.Log{}, objects: make(map[string]int), events: make(map[string]int)}
	for _, part := range []func() error{r.tables, r.objectRows, r.eventRows, r.relationships} {
		if err := part(); err != nil {
			if lineage.KindOf(err) == lineage.Unknown {
				err = lineage.E(lineage.Invalid, "read OCEL", err)
			}
			return nil, err
		}
	}
	if err := r.log.Conform(o); err != nil {
		return nil, err
	}
	return r.log, nil
}

type reader struct {
	ctx     context.Context
	db      *sql.DB
	limits  limits
	note    func(string)
	have    []string // the tables
	log     *ocel.Log
	objects map[string]int // by id, their places in the log
	events  map[string]int
}

// tables checks that the file is an OCEL 2.0 log. It has to have tables: a view may yield
// more rows than any file holds, for ever.
func (r *reader) tables() error {
	err := each(r.ctx, r.db, func(rows *sql.Rows) error {
		var name string
		err := rows.Scan(&name)
		r.have = append(r.have, name)
		return err
	}, `SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'`)
	if err != nil {
		return err
	}
	for _, want := range []string{"event", "object", "event_object", "object_object", "event_map_type", "object_map_type"} {
		if !r.has(want) {
			return fmt.Errorf("the file has no table %s; an OCEL 2.0 log has one", want)
		}
	}
	return nil
}

// has tells whether there is a table, by SQLite's way of comparing names.
func (r *reader) has(table string) bool {
	return slices.ContainsFunc(r.have, func(name string) bool { return strings.EqualFold(name, table) })
}

// kind is a type with its table.
type kind struct {
	ocel.Type
	table string
}

// kinds reads the types of events or objects, from the table that maps them.
func (r *reader) kinds(of string) ([]kind, error) {
	var all []kind
	err := each(r.ctx, r.db, func(rows *sql.Rows) error {
		var k kind
		err := rows.Scan(&k.Name, &k.table)
		k.table = of + "_" + k.table
		all = append(all, k)
		return errors.Join(err, r.limits.names(of+"_map_type", k.Name, k.table), r.limits.another("types", len(all)-1, r.limits.MaxNames))
	}, `SELECT ocel_type, ocel_type_map FROM `+identifier(of+"_map_type"))
	if err != nil {
		return nil, fmt.Errorf("table %s_map_type: %w", of, err)
	}
	for i := range all {
		k := &all[i]
		if !r.has(k.table) {
			return nil, fmt.Errorf("the file has no table %s, which is that of the type %q", k.table, k.Name)
		}
		err := each(r.ctx, r.db, func(rows *sql.Rows) error {
			var name, declared string
			err := rows.Scan(&name, &declared)
			if name != "ocel_id" && name != "ocel_time" && name != "ocel_changed_field" {
				k.Attributes = append(k.Attributes, ocel.Attribute{Name: name, Type: valueType(declared)})
			}
			return err
		}, `SELECT name, type FROM pragma_table_info(?)`, k.table)
		if err != nil {
			return nil, fmt.Errorf("table %s: %w", k.table, err)
		}
	}
	return all, nil
}

func (r *reader) relationships() error {
	err := each(r.ctx, r.db, func(rows *sql.Rows) error {
		from, to, err := r.pair(rows, "event_object")
		at, ok := r.events[from]
		if err != nil || !ok {
			return errors.Join(err, missing(ok, "event_object", "event", from))
		}
		e := &r.log.Events[at]
		e.Relationships = append(e.Relationships, to)
		return r.limits.named("event", from, len(e.Relationships)+len(e.Attributes)-1)
	}, `SELECT ocel_event_id, ocel_object_id, ocel_qualifier FROM event_object`)
	if err != nil {
		return err
	}
	return each(r.ctx, r.db, func(rows *sql.Rows) error {
		from, to, err := r.pair(rows, "object_object")
		at, ok := r.objects[from]
		if err != nil || !ok {
			return errors.Join(err, missing(ok, "object_object", "object", from))
		}
		o := &r.log.Objects[at]
		o.Relationships = append(o.Relationships, to)
		return r.limits.named("object", from, len(o.Relationships)+len(o.Attributes)-1)
	}, `SELECT ocel_source_id, ocel_target_id, ocel_qualifier FROM object_object`)
}

// pair reads a relationship. A qualifier that is not there is an empty one.
func (r *reader) pair(rows *sql.Rows, table string) (from string, to ocel.Relationship, err error) {
	var source, target, qualifier sql.NullString
	if err := rows.Scan(&source, &target, &qualifier); err != nil {
		return "", to, fmt.Errorf("table %s: %w", table, err)
	}
	return source.String, ocel.Relationship{ObjectID: target.String, Qualifier: qualifier.String},
		r.limits.names(table, source.String, target.String, qualifier.String)
}

func missing(found bool, table, what, id string) error {
	if found {
		return nil
	}
	return fmt.Errorf("table %s: there is no %s %q", table, what, id)
}
