// Package sqlite is OCEL 2.0's SQLite form: a table of events, one of objects, two
// of relationships, and one with attributes for each type (ocel-standard.org). It
// reads and writes files, and so is no part of the pure package ocel. The driver is
// modernc.org/sqlite, SQLite itself translated to Go, which needs no cgo.
package sqlite

import (
	"context"
	"database/sql"
	"net/url"
	"path/filepath"
	"strings"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"throughline/lineage/ocel"
)

// open opens a file by one connection. Its schema is a stranger's: no function or
// virtual table in it that is not known to be harmless is run.
func open(path, mode string, pragmas ...string) (*sql.DB, error) {
	whole, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	q := url.Values{"mode": {mode}, "_pragma": append(pragmas, "trusted_schema(0)")}
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: whole}).EscapedPath()+"?"+q.Encode())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	return db, nil
}

// identifier writes a name as SQL has it, whatever is in it.
func identifier(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// each runs a query and hands over every row, until take fails.
func each(ctx context.Context, db *sql.DB, take func(*sql.Rows) error, query string, args ...any) (err error) {
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := take(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// columnType is the type of a column for the values of an attribute.
func columnType(t ocel.ValueType) string {
	switch t {
	case ocel.Time:
		return "TIMESTAMP"
	case ocel.Integer:
		return "INTEGER"
	case ocel.Float:
		return "REAL"
	case ocel.Boolean:
		return "BOOLEAN"
	}
	return "TEXT"
}

// valueType is the type of the values in a column, by SQLite's own way of reading a
// declared type and by what tools write.
func valueType(declared string) ocel.ValueType {
	declared = strings.ToUpper(declared)
	has := func(parts ...string) bool {
		for _, p := range parts {
			if strings.Contains(declared, p) {
				return true
			}
		}
		return false
	}
	switch {
	case has("BOOL"):
		return ocel.Boolean
	case has("TIME", "DATE"):
		return ocel.Time
	case has("INT"):
		return ocel.Integer
	case has("REAL", "FLOA", "DOUB", "NUM", "DEC"):
		return ocel.Float
	}
	return ocel.String
}
