package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// answers is what a house says to the questions of one trace.
type answers struct {
	Ask     string
	Search  json.RawMessage
	Lineage map[string]json.RawMessage // by path and query
	Missing json.RawMessage
}

func answersOf(t *testing.T, name string) answers {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "trace", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var a answers
	if err := json.Unmarshal(text, &a); err != nil {
		t.Fatal(err)
	}
	return a
}

// answering is a house that gives these answers and none else.
func answering(t *testing.T, a answers) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := a.Lineage[strings.TrimPrefix(strings.TrimSuffix(r.RequestURI, "?"), "/api/v1/lineage/")]
		switch {
		case r.URL.Path == "/api/v1/search" && r.URL.Query().Get("q") == a.Ask:
			answer = a.Search
		case r.URL.Path == "/api/v1/missing" && r.URL.Query().Get("id") == a.Ask:
			answer = a.Missing
		}
		if answer == nil {
			t.Errorf("%s is not expected", r.RequestURI)
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write(answer)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func TestATraceIsDrawn(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for golden, sheet := range map[string]sheet{
		"several":        {zone: berlin},
		"several.narrow": {zone: time.UTC, width: 60},
		"several.ink":    {zone: time.UTC, width: 100, colour: true},
		"correlation":    {zone: time.UTC},
		"name":           {zone: time.UTC},
		"nothing":        {zone: time.UTC, width: 80},
	} {
		t.Run(golden, func(t *testing.T) {
			t.Parallel()
			name, _, _ := strings.Cut(golden, ".")
			a := answersOf(t, name)
			found, err := traceID(t.Context(), houseAPI{answering(t, a)}, a.Ask)
			if err != nil {
				t.Fatal(err)
			}
			sheet.traced(found)
			got := sheet.text.String()
			want, err := os.ReadFile(filepath.Join("testdata", "trace", golden+".txt"))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("(-want +got):\n%s\nin full:\n%s", diff, got)
			}
			for line := range strings.Lines(got) {
				if line = strings.TrimRight(line, "\n"); sheet.width > 0 && !sheet.colour && wide(line) > sheet.width {
					t.Errorf("%q is wider than %d", line, sheet.width)
				}
				if strings.TrimRight(line, " ") != line {
					t.Errorf("%q ends with blanks", line)
				}
			}
		})
	}
}

func TestATraceTellsByItsExitCodeWhatItFound(t *testing.T) {
	t.Parallel()
	away := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = w.Write([]byte(`{"detail":"The state is being rebuilt."}`))
	}))
	t.Cleanup(away.Close)
	empty := t.TempDir()
	for name, test := range map[string]struct {
		args []string
		code int
		want string
	}{
		"what is found":                  {[]string{"--url", answering(t, answersOf(t, "several")), "INV-7"}, 0, "is in 2 transactions"},
		"what is known by name":          {[]string{"--url", answering(t, answersOf(t, "name")), "C-1"}, 0, "in no transaction yet"},
		"what is not":                    {[]string{"--url", answering(t, answersOf(t, "nothing")), "INV-9"}, 3, "nothing is known of INV-9"},
		"a house that is not ready":      {[]string{"--url", away.URL, "INV-9"}, 1, "The state is being rebuilt."},
		"no house":                       {[]string{"--data", empty, "INV-9"}, 1, "nothing runs on the data directory " + empty},
		"an address that is none":        {[]string{"--url", "http://", "INV-9"}, 1, "--url"},
		"a width that is none":           {[]string{"--url", away.URL, "--width", "7", "INV-9"}, 1, "--width is 7; want at least 40"},
		"no id":                          {[]string{"--url", away.URL, " "}, 1, "the id is empty"},
		"two ids":                        {[]string{"--url", away.URL, "a", "b"}, 1, "accepts 1 arg(s)"},
		"what is found, for a machine":   {[]string{"--json", "--url", answering(t, answersOf(t, "several")), "INV-7"}, 0, `"flow": "transaction"`},
		"what is not, for a machine":     {[]string{"--json", "--url", answering(t, answersOf(t, "nothing")), "INV-9"}, 3, `"kind": "text"`},
		"a house that is somewhere else": {[]string{"--url", "http://127.0.0.1:1", "INV-9"}, 1, "the house cannot be asked"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, out := command(t, append([]string{"trace"}, test.args...)...)
			if code != test.code || !strings.Contains(out, test.want) {
				t.Errorf("exit %d:\n%s\nwant exit %d and %q", code, out, test.code, test.want)
			}
		})
	}
}

func TestTheHouseOnTheDataDirectoryIsAsked(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	address := strings.TrimPrefix(answering(t, answersOf(t, "correlation")), "http://")
	if err := writeRunFile(dir, Addresses{HTTP: address}); err != nil {
		t.Fatal(err)
	}
	if code, out := command(t, "trace", "--data", dir, "c-9"); code != 0 || !strings.Contains(out, "◆ correlation c-9") {
		t.Errorf("exit %d:\n%s", code, out)
	}
}

func TestAMachineIsToldExactlyWhatTheHouseSays(t *testing.T) {
	t.Parallel()
	a := answersOf(t, "several")
	_, out := command(t, "trace", "--json", "--url", answering(t, a), "INV-7")
	var got struct{ Matches, Executions, Unanchored []any }
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	var want struct{ Executions []any }
	if err := json.Unmarshal(a.Lineage["invoice/INV-7?system=erp"], &want); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want.Executions, got.Executions); diff != "" || len(got.Matches) != 3 || len(got.Unanchored) != 1 {
		t.Errorf("%d matches, %d unanchored, %s", len(got.Matches), len(got.Unanchored), diff)
	}
}
