package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// command runs one command line with an empty environment.
func command(t *testing.T, args ...string) (code int, out string) {
	t.Helper()
	var b bytes.Buffer
	root := newRoot(Console{Out: &b, Err: &b, Env: func(string) (string, bool) { return "", false }})
	root.SetArgs(args)
	err := root.ExecuteContext(t.Context())
	if err != nil {
		b.WriteString(err.Error())
	}
	return exitCode(err), b.String()
}

func TestCheck(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		file string
		code int
		want string
	}{
		"A good catalogue passes.": {
			file: "kind: types\ntypes:\n  order: {class: business, system: erp}\n",
			code: 0, want: "ok: settings and ",
		},
		"An unknown field is told with file, line and column.": {
			file: "kind: types\ntypes:\n  order: {class: business, sytem: erp}\n",
			code: 1, want: "flow.yaml:3:",
		},
		"What is not YAML is told with file, line and column.": {
			file: "kind: [\n",
			code: 1, want: "flow.yaml:1:",
		},
		"A folder without YAML is suspect.": {
			code: 3, want: "no .yaml file in it",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if test.file != "" {
				if err := os.WriteFile(filepath.Join(dir, "flow.yaml"), []byte(test.file), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			code, out := command(t, "check", "--catalog", dir)
			if code != test.code || !strings.Contains(out, test.want) {
				t.Errorf("exit %d:\n%s\nwant exit %d and %q", code, out, test.code, test.want)
			}
		})
	}
}

func TestCheckTellsEverythingOfEveryFolder(t *testing.T) {
	t.Parallel()
	dir := catalogueDir(t,
		"top.yaml", "kind: types\ntypes: {order: {class: business, system: shop}}\n",
		"sales/a.yaml", "kind: flow\nname: f\nanchor: order\nranks: {order: 0}\n",
		"sales/deep/b.yml", "kind: contract\ntype: t\nversion: 1\ndeprecated: 2020-01-01\nmap: {subject: {type: order, id: /no}}\n",
	)
	code, out := command(t, "check", dir)
	for _, want := range []string{
		"sales/a.yaml:1:1: warning: flow f: there are no stages: its executions never complete\n",
		"sales/deep/b.yml:4:1: warning: contract t: version 1 is deprecated since 2020-01-01\n",
	} {
		if code != 3 || !strings.Contains(out, filepath.Join(dir, want)) {
			t.Errorf("exit %d:\n%s\nwant %q", code, out, want)
		}
	}
	worse := catalogueDir(t,
		"sales/types.yaml", "kind: types\ntypes: {order: {class: context}}\n---\nkind: flaw\n",
		"central/guards.yaml", "kind: guards\nguards: [{type: a}]\n",
	)
	code, out = command(t, "check", dir, worse)
	for _, want := range []string{"sales/types.yaml:4:1: kind is \"flaw\"", "central/guards.yaml:2:10: guard a→: want type, to and max of at least 1"} {
		if code != 1 || !strings.Contains(out, filepath.Join(worse, want)) || !strings.Contains(out, "2 of ") {
			t.Errorf("exit %d:\n%s\nwant %q", code, out, want)
		}
	}
	team := catalogueDir(t, "sales/types.yaml", "kind: types\ntypes: {order: {class: context}}\n")
	code, out = command(t, "check", "--catalog", dir, team)
	if want := "class is context; " + dir + "/top.yaml:2:17 says business, and a team may not change it"; code != 1 || !strings.Contains(out, want) {
		t.Errorf("exit %d:\n%s\nwant %q", code, out, want)
	}
}

func TestCheckCountsTheFilesOfEachFolderByItself(t *testing.T) {
	const good = "kind: types\ntypes:\n  order: {class: business, system: erp}\n"
	t.Chdir(catalogueDir(t, "flow.yaml", good))
	if code, out := command(t, "check", "."); code != 0 {
		t.Errorf("the folder that one stands in: exit %d:\n%s", code, out)
	}
	t.Chdir(catalogueDir(t, "ab/flow.yaml", good, "a/readme.txt", ""))
	if code, out := command(t, "check", "a", "ab"); code != 3 || !strings.Contains(out, "a: no .yaml file in it") || strings.Contains(out, "ab: no") {
		t.Errorf("an empty folder beside one whose name begins so: exit %d:\n%s", code, out)
	}
}

func TestCheckTakesACopyOfTheBuiltInCatalogue(t *testing.T) {
	t.Parallel()
	if code, out := command(t, "check", "--catalog", "../../catalog"); code != 0 {
		t.Errorf("exit %d:\n%s", code, out)
	}
	if _, err := loadCatalogue([]string{"../../catalog"}); err != nil {
		t.Error(err)
	}
}

func TestCommandLine(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		args []string
		code int
		want string
	}{
		"The help lists the commands.":                 {[]string{"--help"}, 0, "demo "},
		"The version names platform and compiler.":     {[]string{"version"}, 0, "throughline dev (go"},
		"The version can be read by a machine.":        {[]string{"version", "--json"}, 0, `"version":"dev"`},
		"An unknown command is refused.":               {[]string{"sevre"}, 2, `unknown command "sevre" for "throughline"; is serve meant?`},
		"An unknown command of a group is refused.":    {[]string{"catalog", "difff", "x"}, 2, `unknown command "difff" for "throughline catalog"; is diff meant?`},
		"A command that is like none is told of all.":  {[]string{"export", "parquet"}, 2, `unknown command "parquet" for "throughline export"; there are ocel, xes`},
		"A group alone prints its help.":               {[]string{"import"}, 0, "Bring in an OCEL 2.0 log"},
		"A file is no catalogue.":                      {[]string{"check", "check_test.go"}, 1, "check_test.go is a file; want a directory"},
		"An unknown flag is refused.":                  {[]string{"serve", "--htpp", "x"}, 1, "unknown flag: --htpp"},
		"The rate belongs to demo.":                    {[]string{"serve", "--rate", "1"}, 1, "unknown flag: --rate"},
		"A missing catalogue folder is an error.":      {[]string{"check", "--catalog", "nowhere"}, 1, "nowhere"},
		"A bad setting is an error of check.":          {[]string{"check", "--http", "x"}, 1, "is not an address"},
		"The engine wants a directory.":                {[]string{"clickhouse"}, 1, "--path is missing"},
		"The engine listens on this machine only.":     {[]string{"clickhouse", "--path", "d", "--listen", "0.0.0.0:1"}, 1, "127.0.0.1"},
		"A beginner who serves the world is held back": {[]string{"--http", "0.0.0.0:80"}, 1, "--insecure"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, out := command(t, test.args...)
			if code != test.code || !strings.Contains(out, test.want) {
				t.Errorf("exit %d:\n%s\nwant exit %d and %q", code, out, test.code, test.want)
			}
		})
	}
}
