package clickhouse_test

import (
	"os"
	"testing"

	"throughline/clickhouse/storetest"
)

func TestEmbeddedKeepsTheContract(t *testing.T) {
	t.Parallel()
	storetest.Run(t, dsn)
}

func TestServerKeepsTheContract(t *testing.T) {
	t.Parallel()
	if server := os.Getenv("THROUGHLINE_TEST_DSN"); server != "" {
		storetest.Run(t, server)
	}
}
