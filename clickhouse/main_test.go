package clickhouse_test

import (
	"context"
	"fmt"
	"os"
	"testing"

	"throughline/clickhouse/embedded"
)

// dsn is the embedded engine that all tests of the package share, each with
// databases of its own: a process has one engine.
var dsn string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "clickhouse")
		if err != nil {
			fmt.Println(err)
			return 1
		}
		defer os.RemoveAll(dir)
		engine, err := embedded.New(embedded.Config{Path: dir, Token: "token"}, embedded.Deps{})
		if err == nil {
			err = engine.Start(context.Background())
		}
		if err != nil {
			fmt.Println(err)
			return 1
		}
		defer func() { _ = engine.Stop(context.Background()) }()
		dsn = "http://default:token@" + engine.Addr()
		return m.Run()
	}())
}
