package sqlite

import (
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"throughline/lineage"
	"throughline/lineage/ocel"
)

//go:embed layout.sql
var layout string

// Write writes a log that conforms to a new file. An error of kind Invalid says what
// of the log SQLite cannot hold; a file that is there already is a Conflict. After an
// error there is no file.
func Write(ctx context.Context, path string, l *ocel.Log) (err error) {
	if _, err := os.Stat(path); err == nil {
		return lineage.Errorf(lineage.Conflict, "write OCEL", "%s is there already; remove it, or write another file", path)
	}
	db, err := open(path, "rwc", "journal_mode(off)", "synchronous(off)")
	if err != nil {
		return lineage.E(lineage.Unavailable, "write OCEL", err)
	}
	defer func() {
		if err = errors.Join(err, db.Close()); err != nil {
			err = errors.Join(err, os.Remove(path))
		}
	}()
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return lineage.E(lineage.Unavailable, "write OCEL", err)
	}
	w := &writer{ctx: ctx, tx: tx}
	if err := w.all(l); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

type writer struct {
	ctx context.Context
	tx  *sql.Tx
}

func (w *writer) all(l *ocel.Log) error {
	if err := w.run(layout); err != nil {
		return err
	}
	if err := w.objects(l); err != nil {
		return err
	}
	return w.events(l)
}

func (w *writer) run(text string, args ...any) error {
	if _, err := w.tx.ExecContext(w.ctx, text, args...); err != nil {
		return fmt.Errorf("write OCEL: %w", err)
	}
	return nil
}

// table is a type's table, and how a row gets into it.
type table struct {
	place  map[string]int // of the attributes, among the row's values
	insert *sql.Stmt
}

// tables makes the tables of the types of events or objects.
func (w *writer) tables(of string, types []ocel.Type, own []string) (map[string]*table, error) {
	names := mapNames(types)
	made := make(map[string]*table, len(types))
	for _, t := range types {
		if err := distinct(of, t); err != nil {
			return nil, err
		}
		if err := w.run(`INSERT INTO `+identifier(of+"_map_type")+` VALUES (?, ?)`, t.Name, names[t.Name]); err != nil {
			return nil, err
		}
		m := &table{place: make(map[string]int, len(t.Attributes))}
		columns := []string{`"ocel_id" TEXT NOT NULL`, `"ocel_time" TIMESTAMP`}
		if of == "object" {
			columns = append(columns, `"ocel_changed_field" TEXT`)
		}
		for i, a := range t.Attributes {
			columns = append(columns, identifier(a.Name)+" "+columnType(a.Type))
			m.place[a.Name] = len(own) + i
		}
		name := identifier(of + "_" + names[t.Name])
		if err := w.run(`CREATE TABLE ` + name + ` (` + strings.Join(columns, ", ") + `)`); err != nil {
			return nil, err
		}
		var err error
		values := strings.TrimSuffix(strings.Repeat("?, ", len(columns)), ", ")
		if m.insert, err = w.tx.PrepareContext(w.ctx, `INSERT INTO `+name+` VALUES (`+values+`)`); err != nil {
			return nil, fmt.Errorf("write OCEL: %w", err)
		}
		made[t.Name] = m
	}
	return made, nil
}

// distinct tells whether SQLite can have a column for every attribute.
func distinct(of string, t ocel.Type) error {
	taken := map[string]string{"ocel_id": "", "ocel_time": "", "ocel_changed_field": ""}
	for _, a := range t.Attributes {
		name := strings.ToLower(a.Name)
		if other, twice := taken[name]; twice {
			return lineage.Errorf(lineage.Invalid, "write OCEL", "%s type %q: the attribute %q is the same column to SQLite as %q; write JSON instead",
				of, t.Name, a.Name, max(other, name))
		}
		taken[name] = a.Name
	}
	return nil
}

// mapNames makes the names that tables have: of letters and digits alone, and
// distinct also where case does not matter.
func mapNames(types []ocel.Type) map[string]string {
	names, taken := make(map[string]string, len(types)), map[string]bool{"object": true} // event_object and object_object are there
	for _, t := range types {
		var b strings.Builder
		up := true
		for _, r := range t.Name {
			letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
			if letter && b.Len() < 64 {
				word := string(r)
				if up {
					word = strings.ToUpper(word)
				}
				b.WriteString(word)
			}
			up = !letter
		}
		plain := b.String()
		if plain == "" {
			plain = "Type"
		}
		name := plain
		for n := 2; taken[strings.ToLower(name)]; n++ {
			name = plain + strconv.Itoa(n)
		}
		names[t.Name], taken[strings.ToLower(name)] = name, true
	}
	return names
}

// row is the values of a row with nothing in it but its own columns.
func (t *table) row(own ...any) []any {
	return append(own, make([]any, len(t.place))...)
}

// stored is a value as the standard's columns hold it.
func stored(v ocel.Value) (any, error) {
	switch v.Type {
	case ocel.Integer:
		return strconv.ParseInt(v.Text, 10, 64)
	case ocel.Float:
		return strconv.ParseFloat(v.Text, 64)
	case ocel.Boolean:
		if v.Text == "true" {
			return 1, nil
		}
		return 0, nil
	}
	return v.Text, nil
}

func moment(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }
