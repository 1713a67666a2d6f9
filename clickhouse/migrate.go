package clickhouse

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"io/fs"
	"math"
	"path"
	"text/template"
	"time"

	driver "github.com/ClickHouse/clickhouse-go/v2"
	"github.com/pressly/goose/v3"
)

//go:embed schema/*.sql
var schema embed.FS

//go:embed view/*.sql
var views embed.FS

// Migrate brings the databases, tables and views to this program's version. It
// can be repeated, also after it was cut off. ClickHouse knows neither locks nor
// rollback, so one process migrates at a time. It needs no Start.
func (s *Store) Migrate(ctx context.Context) error {
	const op = "clickhouse.Migrate"
	if err := s.createDatabases(ctx); err != nil {
		return wrap(op, err)
	}
	if err := s.createTables(ctx, newest); err != nil {
		return wrap(op, err)
	}
	return wrap(op, s.createViews(ctx))
}

func (s *Store) createDatabases(ctx context.Context) (err error) {
	options := *s.options
	options.Auth.Database = "default"
	conn, err := driver.Open(&options)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	names := []string{s.config.Database}
	for _, tenant := range s.config.Tenants {
		names = append(names, s.config.Views+tenant)
	}
	for _, name := range names {
		if err := conn.Exec(ctx, "CREATE DATABASE IF NOT EXISTS {name:Identifier}", driver.Named("name", name)); err != nil {
			return err
		}
	}
	return nil
}

// newest is beyond every version.
const newest = math.MaxInt64

// patience is how long one step may take: some copy a table, at some hundred thousand rows a
// second, and answer when it is there.
const patience = 24 * time.Hour

// createTables applies the versions up to one that are missing, one statement a file.
func (s *Store) createTables(ctx context.Context, version int64) (err error) {
	options := *s.options
	options.Auth.Database = s.config.Database
	options.ReadTimeout = patience
	db := driver.OpenDB(&options)
	defer func() { err = errors.Join(err, db.Close()) }()
	files, err := fs.Sub(schema, "schema")
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(goose.DialectClickHouse, db, files)
	if err != nil {
		return err
	}
	applied, err := provider.UpTo(ctx, version)
	for _, step := range applied {
		s.log.Info("schema migrated", "version", step.Source.Version, "took", step.Duration)
	}
	return err
}

// createViews makes every tenant's views anew: they hold nothing, so they have no
// versions. ClickHouse takes no parameters inside a view; the names are checked
// by Config.
func (s *Store) createViews(ctx context.Context) (err error) {
	options := *s.options
	options.Auth.Database = s.config.Database
	conn, err := driver.Open(&options)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	all, err := template.ParseFS(views, "view/*.sql")
	if err != nil {
		return err
	}
	for _, tenant := range s.config.Tenants {
		names := struct{ Store, Views, Tenant string }{s.config.Database, s.config.Views + tenant, tenant}
		files, err := fs.Glob(views, "view/*.sql")
		if err != nil {
			return err
		}
		for _, file := range files {
			var statement bytes.Buffer
			if err := all.ExecuteTemplate(&statement, path.Base(file), names); err != nil {
				return err
			}
			if err := conn.Exec(ctx, statement.String()); err != nil {
				return err
			}
		}
	}
	return nil
}
