package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"throughline/lineage"
)

// catalogueDir writes files into a directory of their own: name, text, name, text.
func catalogueDir(t *testing.T, files ...string) string {
	t.Helper()
	dir := t.TempDir()
	for i := 0; i < len(files); i += 2 {
		path := filepath.Join(dir, filepath.FromSlash(files[i]))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(files[i+1]), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

const (
	firstContract  = "kind: contract\ntype: t\nversion: 1\nschema: {properties: {no: {type: string}}}\nmap: {subject: {type: order, id: /no}}\n"
	secondContract = "---\nkind: contract\ntype: t\nversion: 2\nschema: {required: [no], properties: {no: {type: string}}}\nmap: {subject: {type: order, id: /no}}\n"
)

func TestDiffOfTwoCataloguesIsToldWithItsExitCode(t *testing.T) {
	t.Parallel()
	one := catalogueDir(t, "sales/t.yaml", firstContract)
	two := catalogueDir(t, "sales/t.yaml", firstContract+secondContract)
	bad := catalogueDir(t, "sales/t.yaml", "kind: types\ntypes: {order: {class: context}}\n")
	for name, c := range map[string]struct {
		args []string
		code int
		want string
	}{
		"The same.":                  {[]string{one, one}, 0, ""},
		"The built-in one is itself": {[]string{"built-in", "../../catalog"}, 0, ""},
		"They differ.": {
			[]string{one, two},
			3,
			"contract t@2 is added\n    /no is required now: what version 1 wrote may lack it (breaks backward)\n" + one + " and " + two + " differ (1)",
		},
		"One is refused.":    {[]string{one, bad}, 1, filepath.Join(bad, "sales/t.yaml") + ":2:17: type order: class is context"},
		"One is not there.":  {[]string{one, "nowhere"}, 1, "nowhere"},
		"One is not enough.": {[]string{one}, 1, "accepts 2 arg(s)"},
	} {
		code, out := command(t, append([]string{"catalog", "diff"}, c.args...)...)
		if code != c.code || !strings.Contains(out, c.want) || c.code == 0 && out != "" {
			t.Errorf("%s exit %d:\n%s\nwant exit %d and %q", name, code, out, c.code, c.want)
		}
	}
}

func TestDiffForAMachineHasEveryField(t *testing.T) {
	t.Parallel()
	one := catalogueDir(t, "t.yaml", firstContract)
	two := catalogueDir(t, "t.yaml", strings.Replace(firstContract, "id: /no", "id: /nr", 1)+"---\nkind: guards\nguards: [{type: order, to: quote, max: 3}]\n")
	code, out := command(t, "catalog", "diff", "--json", one, two)
	line, _, _ := strings.Cut(out, "\n")
	var answer struct{ Differences []lineage.Difference }
	if err := json.Unmarshal([]byte(line), &answer); err != nil || code != 3 {
		t.Fatalf("exit %d, %v:\n%s", code, err, out)
	}
	d := answer.Differences
	if len(d) != 2 || d[0].Kind != "contract" || d[0].Name != "t@1" || len(d[0].Compatible) != 1 || d[0].Compatible[0].Place != "map.subject.id" ||
		d[1].Kind != "guard" || d[1].Change != "added" {
		t.Errorf("%+v", d)
	}
	if code, out := command(t, "catalog", "diff", "--json", one, one); code != 0 || out != `{"differences":[]}`+"\n" {
		t.Errorf("exit %d: %s", code, out)
	}
}
