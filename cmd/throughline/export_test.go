package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// exporter answers every export with these lines.
func exporter(t *testing.T, code int, lines string) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(code)
		fmt.Fprintln(w, lines)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func TestAnExportThatWasCutShortIsNoWholeLog(t *testing.T) {
	t.Parallel()
	from := exporter(t, http.StatusOK, `{"execution":{"anchor":{"type":"order","id":"1"},"state":"open","events":[]}}`+"\n"+`{"error":"the store is away"}`)
	code, out := command(t, "export", "xes", "--flow", "sales", "--from", from)
	if code != 1 || !strings.Contains(out, "the store is away") || strings.Contains(out, "</log>") {
		t.Errorf("exit %d:\n%s", code, out)
	}
	file := filepath.Join(t.TempDir(), "sales.xes")
	if code, out := command(t, "export", "xes", "--flow", "sales", "--from", from, "--out", file); code != 1 {
		t.Errorf("exit %d:\n%s", code, out)
	}
	if _, err := os.Stat(file); err == nil {
		t.Error("half a file is left behind")
	}
}

func TestAmountsAndAllocationsComeOut(t *testing.T) {
	t.Parallel()
	const event = `{"kind":"event","source":"/erp","id":"1","type":"paid","time":"2026-03-02T12:00:00Z","amount":{"minor":1250,"currency":"EUR"},
		"refs":[{"type":"order","id":"1","role":"subject"},{"type":"invoice","id":"2","role":"bills","amount":{"minor":50,"currency":"EUR"}}],
		"relations":[{"from":{"type":"order","id":"1"},"to":{"type":"invoice","id":"3"},"qualifier":"bills","amount":{"minor":5,"currency":"EUR"}}],"data":null}`
	for form, lines := range map[string]string{
		"xes":  `{"execution":{"anchor":{"type":"order","id":"1"},"state":"open","events":[` + event + `]}}` + "\n" + `{"end":{"lines":1}}`,
		"ocel": `{"event":` + event + `}` + "\n" + `{"end":{"lines":1}}`,
	} {
		code, out := command(t, "export", form, "--flow", "sales", "--from", exporter(t, http.StatusOK, lines))
		out = strings.NewReplacer("&#34;", `"`, `\"`, `"`).Replace(out)
		for _, want := range []string{"12.50", `"to":"invoice/2","qualifier":"bills","amount":"0.50","currency":"EUR"`, `"to":"invoice/3","qualifier":"bills","amount":"0.05","currency":"EUR"`} {
			if code != 0 || !strings.Contains(out, want) {
				t.Errorf("%s: exit %d:\n%s\nwant %s", form, code, out, want)
			}
		}
	}
}

func TestAFlowThatIsNotIsNamedAndNothingIsWritten(t *testing.T) {
	t.Parallel()
	from := exporter(t, http.StatusNotFound, `{"detail":"There is no flow \"nosuch\"; there are transaction, sales."}`)
	for _, form := range []string{"xes", "ocel"} {
		code, out := command(t, "export", form, "--flow", "nosuch", "--from", from)
		if want := `404 Not Found: There is no flow "nosuch"; there are transaction, sales.`; code != 1 || out != want {
			t.Errorf("%s: exit %d:\n%s\nwant %s", form, code, out, want)
		}
	}
}
