package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"throughline/lineage/ocel/oceltest"
)

func TestNothingIsSentToAHouseThatDoesNotHaveTheFlow(t *testing.T) {
	t.Parallel()
	asJSON, _ := strangersLog(t, oceltest.NewOrders(3, 20))
	catalogue := filepath.Join(t.TempDir(), "catalogue")
	done(t, "import", "ocel", asJSON, "--stub", catalogue, "--flow", "sales")
	var taken atomic.Int32
	collector := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		taken.Add(1)
		w.WriteHeader(http.StatusAccepted)
	}))
	defer collector.Close()
	knows := false
	pages := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/api/v1/executions" || r.URL.Query().Get("flow") != "sales" {
			t.Errorf("asked for %s", r.URL)
		}
		if !knows {
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, `{"detail":"Flow \"sales\" is none of transaction, quote-to-cash."}`)
		}
	}))
	defer pages.Close()
	into := []string{"import", "ocel", asJSON, "--flow", "sales", "--catalog", catalogue, "--to", collector.URL}

	code, out := command(t, append(into, "--pages", pages.URL)...)
	if code != 1 || !strings.Contains(out, `the house does not have the flow "sales"; start it with the --catalog that has it. Nothing was sent: `) || !strings.Contains(out, "is none of transaction, quote-to-cash") || taken.Load() != 0 {
		t.Errorf("exit %d, %d batches taken:\n%s", code, taken.Load(), out)
	}
	knows = true
	if out := done(t, append(into, "--pages", pages.URL)...); taken.Load() == 0 {
		t.Errorf("nothing was sent to a house that has it:\n%s", out)
	}
	if out := done(t, into...); !strings.Contains(out, "whether the house has the flow sales is not asked; give --pages") {
		t.Errorf("it is not said that nobody asked:\n%s", out)
	}
	pages.Close()
	if code, out := command(t, append(into, "--pages", pages.URL)...); code != 1 || !strings.Contains(out, `whether the house has the flow "sales" cannot be asked`) {
		t.Errorf("a house that does not answer: exit %d:\n%s", code, out)
	}
}
