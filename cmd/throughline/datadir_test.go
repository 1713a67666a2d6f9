package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDataDirIsHeldByOne(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "deep", "data")
	first, err := openDataDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	_, err = openDataDir(dir)
	if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("is in use by another throughline (process %d)", os.Getpid())) {
		t.Fatalf("the second opening says %v", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := openDataDir(dir)
	if err != nil {
		t.Fatalf("after the first has left: %v", err)
	}
	if err := again.Close(); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(dir)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the directory is %v, %v; want it for its owner only", info.Mode(), err)
	}
}

func TestDataDirDoesNotFollowAPlantedLink(t *testing.T) {
	t.Parallel()
	dir, target := t.TempDir(), filepath.Join(t.TempDir(), "victim")
	if err := os.WriteFile(target, []byte("keep me"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, filepath.Join(dir, "lock")); err != nil {
		t.Fatal(err)
	}
	if _, err := openDataDir(dir); err == nil {
		t.Error("the link was followed")
	}
	if text, err := os.ReadFile(target); err != nil || string(text) != "keep me" {
		t.Errorf("the link's target is now %q, %v", text, err)
	}
}

func TestRunFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	want := Addresses{
		HTTP: "127.0.0.1:1", OTLPHTTP: "127.0.0.1:2", OTLPGRPC: "127.0.0.1:3", ClickHouse: "127.0.0.1:4",
		Reference: &Reference{CRM: "127.0.0.1:5", ERP: "127.0.0.1:6"},
	}
	for range 2 { // a second writing replaces the first
		if err := writeRunFile(dir, want); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(filepath.Join(dir, runFile))
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Addresses
		PID int `json:"pid"`
	}
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got.Addresses); diff != "" || got.PID != os.Getpid() {
		t.Errorf("process %d, %s", got.PID, diff)
	}
	for range 2 { // removing what is gone is no error
		if err := removeRunFile(dir); err != nil {
			t.Fatal(err)
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
