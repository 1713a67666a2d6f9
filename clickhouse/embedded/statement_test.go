package embedded

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"throughline/lineage"
)

func TestOutlines(t *testing.T) {
	t.Parallel()
	for sql, want := range map[string]statement{
		"SELECT 1": {reads: true},
		"  (select 1) union all (select 2) format CSV": {reads: true, format: "CSV"},
		"WITH 1 AS a SELECT a FORMAT JSON;":            {reads: true, format: "JSON"},
		"SELECT format FROM t":                         {reads: true},
		"SELECT 1 FORMAT Native SETTINGS a = 1, b = 2": {reads: true, format: "Native"},
		"SELECT 1 SETTINGS a = 1 FORMAT TSV":           {reads: true, format: "TSV"},
		"SELECT (SELECT 1 FORMAT CSV) AS a":            {reads: true},
		"SHOW TABLES FORMAT CSV":                       {format: "CSV"},
		"SELECT 1 INTO OUTFILE 'x' FORMAT CSV":         {reads: true, format: "CSV", files: true},
		"INSERT INTO t SELECT 1 FORMAT CSV":            {},
		"INSERT INTO t (a) FORMAT Native":              {inserts: true, head: "INSERT INTO t (a) ", format: "Native", data: 31},
		"INSERT INTO t VALUES (1)":                     {inserts: true, head: "INSERT INTO t ", format: "Values", data: 20},
		"INSERT INTO t FROM INFILE 'x' FORMAT CSV":     {files: true},
		"INSERT INTO `values` (`format`) FORMAT CSV 1": {inserts: true, head: "INSERT INTO `values` (`format`) ", format: "CSV", data: 42},
		"": {},
	} {
		want.text = sql
		if got := parse(sql); got != want {
			t.Errorf("%q: %+v, want %+v", sql, got, want)
		}
	}
}

func TestLocate(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	_, err := locate("", dir)
	if lineage.KindOf(err) != lineage.NotFound || !strings.Contains(err.Error(), "make deps") || strings.Contains(err.Error(), "\n") {
		t.Errorf("a missing engine is told as: %v", err)
	}
	put := filepath.Join(dir, "node_modules", "@chdb", packageName(runtime.GOOS, runtime.GOARCH), "libchdb.so")
	if err := os.MkdirAll(filepath.Dir(put), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(put, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, from := range []string{dir, filepath.Join(dir, "a", "b")} {
		if got, err := locate("", t.TempDir(), from); err != nil || got != put {
			t.Errorf("from %s: %s, %v", from, got, err)
		}
	}
	if got, err := locate(put, t.TempDir()); err != nil || got != put {
		t.Errorf("by name: %s, %v", got, err)
	}
	if _, err := locate(put+"x", dir); lineage.KindOf(err) != lineage.NotFound {
		t.Errorf("a wrong name: %v", err)
	}
	if packageName("plan9", "amd64") != "" || packageName("darwin", "arm64") != "lib-darwin-arm64" {
		t.Error("the platforms' packages are mixed up")
	}
	if _, err := loadLibrary(put); lineage.KindOf(err) != lineage.Internal {
		t.Errorf("a library that is none: %v", err)
	}
}

func TestConfig(t *testing.T) {
	t.Parallel()
	for name, config := range map[string]Config{
		"no path": {Token: "t"}, "no token": {Path: "p"}, "no port": {Path: "p", Token: "t", Listen: "localhost"}, "a cap that is too small": {Path: "p", Token: "t", MemoryLimit: 1}, "a negative cap": {Path: "p", Token: "t", MemoryLimit: -1},
	} {
		if _, err := New(config, Deps{}); lineage.KindOf(err) != lineage.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := shared.Start(t.Context()); lineage.KindOf(err) != lineage.Conflict {
		t.Errorf("a second start: %v", err)
	}
	second, err := New(Config{Path: shared.config.Path, Token: "t"}, Deps{})
	if err != nil {
		t.Fatal(err)
	}
	if err := second.Start(t.Context()); lineage.KindOf(err) != lineage.Conflict {
		t.Errorf("a second engine on the path: %v", err)
	}
	if err := second.Stop(t.Context()); err != nil {
		t.Error(err)
	}
}

// What the engine is told by file is in force: tables keep what is acknowledged.
func TestDurableDefaults(t *testing.T) {
	t.Parallel()
	got := post(t, "SELECT name, value FROM system.merge_tree_settings WHERE changed ORDER BY name FORMAT CSV")
	want := "\"fsync_after_insert\",\"1\"\n\"fsync_part_directory\",\"1\"\n\"min_compressed_bytes_to_fsync_after_merge\",\"1\"\n\"min_rows_to_fsync_after_merge\",\"1\"\n\"old_parts_lifetime\",\"480\"\n"
	if got.body != want {
		t.Errorf("the tables' defaults are %s", got.body)
	}
	if got := post(t, "SELECT getSetting('async_insert'), engine FROM system.databases WHERE name = 'default'"); got.body != "0\tAtomic\n" && got.body != "false\tAtomic\n" {
		t.Errorf("async_insert and the default database: %s", got.body)
	}
}
