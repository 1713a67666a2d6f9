package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
)

func TestReady(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		status int
		body   string
		code   int
		want   string
	}{
		"A ready program answers 0.":                           {http.StatusOK, "ready\n", 0, "ready"},
		"One that is not says why, and answers 1.":             {http.StatusServiceUnavailable, "not ready\nthe journal is full\n", 1, "the journal is full"},
		"A data directory on which nothing runs is not ready.": {0, "", 1, "nothing runs on"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if test.status != 0 {
				server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if r.URL.Path != "/-/ready" {
						t.Errorf("asked %s", r.URL.Path)
					}
					w.WriteHeader(test.status)
					_, _ = w.Write([]byte(test.body))
				}))
				defer server.Close()
				if err := writeRunFile(dir, Addresses{HTTP: server.Listener.Addr().String()}); err != nil {
					t.Fatal(err)
				}
			}
			code, out := command(t, "ready", "--data", dir)
			if code != test.code || !strings.Contains(out, test.want) {
				t.Errorf("exit %d:\n%s\nwant exit %d and %q", code, out, test.code, test.want)
			}
		})
	}
}

func TestReachable(t *testing.T) {
	t.Parallel()
	for addr, want := range map[string]string{
		"127.0.0.1:1": "127.0.0.1:1", "0.0.0.0:2": "127.0.0.1:2", "[::]:3": "127.0.0.1:3", ":4": "127.0.0.1:4", "[::1]:5": "[::1]:5", "host:6": "host:6",
	} {
		if got := reachable(addr); got != want {
			t.Errorf("reachable(%s) = %s; want %s", addr, got, want)
		}
	}
}

func TestReadmeListsEverySetting(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	base := defaults()
	for _, s := range settings() {
		row := "| `--" + s.name + "` | "
		if s.get != nil && s.get(&base) != "" {
			row += "`" + s.get(&base) + "` |"
		}
		if !strings.Contains(string(readme), row) {
			t.Errorf("README.md has no line that begins with %s", row)
		}
	}
}
