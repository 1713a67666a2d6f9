package service_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"throughline/reference/service"
)

type row struct {
	N    int
	Text string
}

func open(t interface {
	Fatal(args ...any)
}, path string,
) (*service.DB, *service.Table[row]) {
	db := service.NewDB(path)
	table := service.NewTable[row](db, "rows")
	if err := db.Open(); err != nil {
		t.Fatal(err)
	}
	return db, table
}

func TestDocumentsSurvive(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "docs.jsonl")
	db, table := open(t, path)
	for n, key := range []string{"a", "b", "c"} {
		if err := db.Update(func() error { table.Put(key, row{N: n}); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Update(func() error { table.Delete("b"); table.Put("a", row{N: 9}); return nil }); err != nil {
		t.Fatal(err)
	}
	// A kill in the middle of a write leaves half a line.
	file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.WriteString(`[{"t":"rows","k":"half"`); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	again, rows := open(t, path)
	var got []string
	rows.Each(func(key string, r row) bool { got = append(got, key); return true })
	if a, _ := rows.Get("a"); strings.Join(got, " ") != "a c" || a.N != 9 {
		t.Errorf("rows are %v with a = %+v; want a and c, a = 9", got, a)
	}
	// What is written next must not be glued to the half line.
	if err := again.Update(func() error { rows.Put("d", row{}); return nil }); err != nil {
		t.Fatal(err)
	}
	_, rows = open(t, path)
	if rows.Len() != 3 {
		t.Errorf("%d rows after another write, want 3", rows.Len())
	}
	for _, db := range []*service.DB{db, again} {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestDocumentsStaySmall(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "docs.jsonl")
	db, table := open(t, path)
	table.Keep(10, func(r row) bool { return r.N != 3 })
	text := strings.Repeat("x", 1<<19)
	for n := range 40 {
		if err := db.Update(func() error { table.Put(string(rune('A'+n)), row{n, text}); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	if _, ok := table.Get("D"); table.Len() != 10 || !ok {
		t.Errorf("%d rows, D among them %v; want 10 and the one that is not done", table.Len(), ok)
	}
	if info, err := os.Stat(path); err != nil || info.Size() > 12<<20 {
		t.Errorf("the file has %v bytes (%v); it should have been rewritten at 16 MiB", info.Size(), err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	_, again := open(t, path)
	if again.Len() != 10 {
		t.Errorf("%d rows were read back, want 10", again.Len())
	}
}

func TestDocumentsAreWhatWasPut(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		path := filepath.Join(dir, rapid.StringMatching(`[a-z]{16}`).Draw(t, "file"))
		db, table := open(t, path)
		defer os.Remove(path)
		want := make(map[string]row)
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			key := rapid.SampledFrom([]string{"a", "b", "c", "d", "e"}).Draw(t, "key")
			r := row{rapid.Int().Draw(t, "n"), rapid.String().Draw(t, "text")}
			err := db.Update(func() error {
				if rapid.Bool().Draw(t, "delete") {
					delete(want, key)
					table.Delete(key)
				} else {
					want[key] = r
					table.Put(key, r)
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		_, again := open(t, path)
		for _, rows := range []*service.Table[row]{table, again} {
			seen := 0
			rows.Each(func(key string, got row) bool {
				seen++
				if got != want[key] {
					t.Errorf("%s is %+v, want %+v", key, got, want[key])
				}
				return true
			})
			if seen != len(want) || rows.Len() != len(want) {
				t.Errorf("%d of %d rows, want %d", seen, rows.Len(), len(want))
			}
		}
	})
}

func FuzzOpen(f *testing.F) {
	f.Add([]byte(`[{"t":"rows","k":"a","r":{"N":1}}]` + "\n"))
	f.Add([]byte(`[{"t":"rows","k":"a","r":null}]` + "\n" + `[{"t"`))
	f.Add([]byte(`[{"t":"other","k":"a","r":1}]` + "\n"))
	f.Add([]byte("null\n[]\n\x00"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		path := filepath.Join(t.TempDir(), "docs.jsonl")
		if err := os.WriteFile(path, raw, 0o644); err != nil {
			t.Fatal(err)
		}
		db := service.NewDB(path)
		table := service.NewTable[row](db, "rows")
		if db.Open() != nil {
			return
		}
		n := table.Len()
		if err := db.Update(func() error { table.Put("fresh\x00", row{}); return nil }); err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		again, rows := open(t, path)
		if rows.Len() < n || rows.Len() > n+1 {
			t.Errorf("%d rows became %d after one was put", n, rows.Len())
		}
		if err := again.Close(); err != nil {
			t.Fatal(err)
		}
	})
}
