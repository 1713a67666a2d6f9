package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"throughline/lineage/ocel"
	"throughline/lineage/ocel/oceltest"
	"throughline/lineage/ocel/sqlite"
)

// strangersLog writes a log of somebody else's, in both forms.
func strangersLog(t *testing.T, orders *oceltest.Orders) (asJSON, asSQLite string) {
	t.Helper()
	dir := t.TempDir()
	asJSON, asSQLite = filepath.Join(dir, "Order Management.jsonocel"), filepath.Join(dir, "Order Management.sqlite")
	var b bytes.Buffer
	if err := ocel.Encode(&b, orders.Log); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(asJSON, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := sqlite.Write(t.Context(), asSQLite, orders.Log); err != nil {
		t.Fatal(err)
	}
	return asJSON, asSQLite
}

// done runs a command that has to go well.
func done(t *testing.T, args ...string) string {
	t.Helper()
	code, out := command(t, args...)
	if code != 0 {
		t.Fatalf("throughline %s: exit %d:\n%s", strings.Join(args, " "), code, out)
	}
	return out
}

func TestAStrangersLogComesInIsStitchedAndComesOutEqual(t *testing.T) {
	t.Parallel()
	orders := oceltest.NewOrders(7, 60)
	asJSON, asSQLite := strangersLog(t, orders)
	catalogue := filepath.Join(t.TempDir(), "catalogue")
	done(t, "import", "ocel", asJSON, "--stub", catalogue, "--flow", "sales")
	if out := done(t, "check", "--catalog", catalogue); !strings.Contains(out, "ok: settings and ") {
		t.Fatalf("the stub is not as the catalogue wants it: %s", out)
	}

	p := startProgram(t, Config{Catalog: []string{catalogue}})
	data := p.cfg.Data
	at := p.Addresses()
	in := []string{"--flow", "sales", "--catalog", catalogue, "--to", "http://" + at.OTLPHTTP, "--pages", "http://" + at.HTTP}
	elsewhere := filepath.Join(t.TempDir(), "elsewhere")
	done(t, "import", "ocel", asJSON, "--stub", elsewhere, "--flow", "nosuch")
	if code, out := command(t, "import", "ocel", asJSON, "--flow", "nosuch", "--catalog", elsewhere, "--to", in[5], "--pages", in[7]); code != 1 || !strings.Contains(out, `the house does not have the flow "nosuch"`) {
		t.Fatalf("a flow that the house does not have: exit %d:\n%s", code, out)
	}
	done(t, append([]string{"import", "ocel", asJSON}, in...)...)
	for id, truth := range orders.Truth {
		eventually(t, time.Minute, func() error { return belongTo(p, id, truth) })
	}

	dir := t.TempDir()
	export := func(name string) *ocel.Log {
		path := filepath.Join(dir, name)
		done(t, "export", "ocel", "--flow", "sales", "--from", "http://"+at.HTTP, "--out", path, "--data", data)
		log, err := readLog(t.Context(), path, ocel.Options{Note: func(s string) { t.Errorf("it notes: %s", s) }})
		if err != nil {
			t.Fatal(err)
		}
		log.Sort()
		return log
	}
	equal := func(name string) error {
		if diff := cmp.Diff(orders.Log, export(name), cmpopts.EquateEmpty()); diff != "" {
			return fmt.Errorf("want -, got +:\n%s", diff)
		}
		return nil
	}
	eventually(t, time.Minute, func() error { return equal("out.json") }) // once the executions are stored
	if err := equal("out.sqlite"); err != nil {
		t.Error(err)
	}

	// The same log once more, in its other form, changes nothing.
	done(t, append([]string{"import", "ocel", asSQLite}, in...)...)
	eventually(t, time.Minute, func() error { return closes(at.HTTP) })
	if err := equal("again.json"); err != nil {
		t.Error(err)
	}
	var status apiStatus
	if err := get(at.HTTP, "/api/v1/status", &status); err != nil || status.Signals["events"].Quarantined != 0 {
		t.Errorf("%v: %+v", err, status.Signals["events"])
	}

	traces := done(t, "export", "xes", "--flow", "sales", "--from", "http://"+at.HTTP)
	events := 0
	for _, truth := range orders.Truth {
		events += len(truth.Events)
	}
	if n, m := strings.Count(traces, "<trace>"), strings.Count(traces, "<event>"); n != 60 || m != events {
		t.Errorf("XES has %d traces with %d events; want 60 with %d", n, m, events)
	}
	if !strings.Contains(traces, `<string key="concept:name" value="place order"/>`) {
		t.Error("the activities have not the names that the log gives them")
	}
}

// belongTo tells why an order, looked up by one of its packages, does not have what
// belongs to it.
func belongTo(p *Program, order string, truth oceltest.Transaction) error {
	pack := slices.IndexFunc(truth.Objects, func(id string) bool { return strings.HasPrefix(id, "PKG") })
	var answer apiLineage
	if err := get(p.web.Addr(), "/api/v1/lineage/package/"+strings.ReplaceAll(truth.Objects[pack], " ", "%20")+"?flow=sales", &answer); err != nil {
		return err
	}
	at := slices.IndexFunc(answer.Executions, func(x apiExecution) bool { return x.Anchor == apiObject{"sales_order", order} })
	if at < 0 {
		return fmt.Errorf("order %s is not among %d executions", order, len(answer.Executions))
	}
	x := answer.Executions[at]
	var objects, events []string
	for _, o := range x.Objects {
		objects = append(objects, o.ID)
	}
	for _, e := range x.Events {
		events = append(events, e.ID)
	}
	slices.Sort(objects)
	slices.Sort(events)
	if !slices.Equal(objects, truth.Objects) || !slices.Equal(events, truth.Events) {
		return fmt.Errorf("order %s has\n%v %v\nwant\n%v %v", order, objects, events, truth.Objects, truth.Events)
	}
	if x.State != "completed" {
		return fmt.Errorf("order %s is %s", order, x.State)
	}
	return nil
}

func TestALogThatCannotComeInIsSaidBeforeAnythingIsSent(t *testing.T) {
	t.Parallel()
	asJSON, _ := strangersLog(t, oceltest.NewOrders(1, 10))
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	bad := filepath.Join(dir, "bad")
	if err := os.Mkdir(bad, 0o700); err != nil {
		t.Fatal(err)
	}
	write("bad/flow.yaml", "kind: types\ntypes:\n  sales_order: {class: business}\n---\nkind: flow\nname: sales\nversion: 1\nanchor: sales_order\nranks: {sales_order: 0}\n"+
		"stages: [{name: \"place order\", type: sales_order}]\n---\nkind: contract\ntype: \"ocel:order-management:pick item\"\nversion: 1\nmap:\n  subject: {type: sales_order, id: /nowhere}\n")
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"no such file":          {[]string{"import", "ocel", filepath.Join(dir, "none")}, "no such file"},
		"XML":                   {[]string{"import", "ocel", write("log.xml", "<?xml version='1.0'?><log/>")}, "is XML; what is read is OCEL 2.0 as JSON or SQLite"},
		"no OCEL":               {[]string{"import", "ocel", write("log.json", `{"events": []}`)}, "log.json: read OCEL: objectTypes is missing"},
		"no such flow":          {[]string{"import", "ocel", asJSON}, `the catalogue has no flow "order-management"; name one with --flow, or write one to edit with --stub`},
		"a contract that lies":  {[]string{"import", "ocel", asJSON, "--dry-run", "--flow", "sales", "--catalog", bad}, "would be quarantined; mend their contracts"},
		"no name":               {[]string{"import", "ocel", asJSON, "--name", "My Log"}, `write small letters, digits and dashes, such as my-log`},
		"a flow that is there":  {[]string{"import", "ocel", asJSON, "--stub", dir, "--flow", "quote-to-cash"}, `the catalogue has a flow "quote-to-cash" already`},
		"no such anchor":        {[]string{"import", "ocel", asJSON, "--stub", dir, "--anchor", "customer"}, `the anchor "customer" is no business type of the log`},
		"no such address":       {[]string{"export", "ocel", "--flow", "f", "--from", "house"}, `"house" is no address of a house`},
		"nothing runs":          {[]string{"export", "xes", "--flow", "f", "--data", dir}, "nothing runs on the data directory"},
		"no flow":               {[]string{"export", "xes", "--data", dir}, "--flow is missing"},
		"no form":               {[]string{"export", "ocel", "--flow", "f", "--out", "log.txt"}, "end it with .json or .sqlite, or give --format"},
		"SQLite to the console": {[]string{"export", "ocel", "--flow", "f", "--format", "sqlite"}, "--format sqlite needs a file"},
	} {
		if code, out := command(t, c.args...); code != 1 || !strings.Contains(out, c.want) {
			t.Errorf("%s: exit %d: %s\nwant %s", name, code, out, c.want)
		}
	}
}

func TestAStubThatWasEditedIsNotOverwritten(t *testing.T) {
	t.Parallel()
	asJSON, asSQLite := strangersLog(t, oceltest.NewOrders(1, 60))
	dir := t.TempDir()
	out := done(t, "import", "ocel", asJSON, "--stub", dir)
	if !strings.Contains(out, "throughline check --catalog "+dir) {
		t.Errorf("it does not say what to do next: %s", out)
	}
	first, err := os.ReadFile(filepath.Join(dir, "order-management.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if code, out := command(t, "import", "ocel", asJSON, "--stub", dir); code != 1 || !strings.Contains(out, "is there already; remove it") {
		t.Errorf("exit %d: %s", code, out)
	}
	done(t, "import", "ocel", asSQLite, "--stub", dir, "--name", "other")
	second, err := os.ReadFile(filepath.Join(dir, "other.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if want := strings.NewReplacer("order-management", "other").Replace(string(first)); want != string(second) {
		t.Errorf("the other form of the log makes another stub:\n%s", second)
	}
	if out := done(t, "import", "ocel", asJSON, "--dry-run", "--catalog", dir); !strings.Contains(out, "mapped: ") || strings.Contains(out, "taken in") {
		t.Errorf("a dry run says: %s", out)
	}
}
