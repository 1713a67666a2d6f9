package sqlite_test

import (
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"throughline/lineage/ocel"
	"throughline/lineage/ocel/oceltest"
	"throughline/lineage/ocel/sqlite"
)

func TestALogComesBackFromSQLiteAsItWas(t *testing.T) {
	t.Parallel()
	dir, n := t.TempDir(), 0
	rapid.Check(t, func(t *rapid.T) {
		want := oceltest.Any().Draw(t, "log")
		n++
		path := filepath.Join(dir, strconv.Itoa(n)+".sqlite")
		if err := sqlite.Write(t.Context(), path, want); err != nil {
			t.Fatal(err)
		}
		got, err := sqlite.Read(t.Context(), path, ocel.Options{Note: func(s string) { t.Errorf("it notes: %s", s) }})
		if err != nil {
			t.Fatal(err)
		}
		got.Sort()
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("want -, got +:\n%s", diff)
		}
	})
}

func TestAnExistingFileIsNotOverwritten(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "log.sqlite")
	l := oceltest.NewOrders(1, 2).Log
	if err := sqlite.Write(t.Context(), path, l); err != nil {
		t.Fatal(err)
	}
	if err := sqlite.Write(t.Context(), path, l); err == nil || !strings.Contains(err.Error(), "there already") {
		t.Errorf("the second time: %v", err)
	}
}
