package embedded

import (
	"fmt"
	"testing"
	"testing/fstest"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
)

// Migrations run over the front as they do on a server.
func TestGooseMigrates(t *testing.T) {
	t.Parallel()
	name := table(t, "a UInt8", "Memory")
	mustExec(t, dial(t), "CREATE DATABASE "+name+"_db")
	db := clickhouse.OpenDB(&clickhouse.Options{
		Protocol: clickhouse.HTTP, Addr: []string{shared.Addr()}, Auth: clickhouse.Auth{Username: user, Password: testToken, Database: name + "_db"},
	})
	defer db.Close()
	files := fstest.MapFS{}
	for i, up := range []string{
		"CREATE TABLE IF NOT EXISTS orders (id String, at DateTime64(3)) ENGINE = MergeTree ORDER BY id;",
		"ALTER TABLE orders ADD COLUMN IF NOT EXISTS stage LowCardinality(String);",
		"INSERT INTO orders (id, stage) VALUES ('SO-1; x', 'delivered');",
	} {
		files[fmt.Sprintf("%05d_step.sql", i+1)] = &fstest.MapFile{Data: []byte("-- +goose Up\n" + up + "\n-- +goose Down\nDROP TABLE IF EXISTS orders;\n")}
	}
	provider, err := goose.NewProvider(database.DialectClickHouse, db, files)
	if err != nil {
		t.Fatal(err)
	}
	for round, want := range []int{3, 0} {
		results, err := provider.Up(t.Context())
		if err != nil || len(results) != want {
			t.Fatalf("round %d: %d migrations, %v", round, len(results), err)
		}
	}
	var stage string
	if err := db.QueryRowContext(t.Context(), "SELECT stage FROM orders WHERE id = ?", "SO-1; x").Scan(&stage); err != nil || stage != "delivered" {
		t.Errorf("%q, %v", stage, err)
	}
	if _, err := provider.Down(t.Context()); err != nil {
		t.Error(err)
	}
	if version, err := provider.GetDBVersion(t.Context()); err != nil || version != 2 {
		t.Errorf("version %d, %v", version, err)
	}
}
