package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/pflag"
)

// given is a command line, an environment and a config file.
type given struct {
	args []string
	env  map[string]string
	file string
}

func (g given) load(t *testing.T) (Config, error) {
	t.Helper()
	if g.file != "" {
		name := filepath.Join(t.TempDir(), "throughline.yaml")
		if err := os.WriteFile(name, []byte(g.file), 0o600); err != nil {
			t.Fatal(err)
		}
		g.args = append(g.args, "--config", name)
	}
	set := pflag.NewFlagSet("test", pflag.ContinueOnError)
	o := addOptions(set, true)
	if err := set.Parse(g.args); err != nil {
		return Config{}, err
	}
	return o.load(func(name string) (string, bool) {
		v, ok := g.env[name]
		return v, ok
	})
}

func TestLoad(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		given given
		want  func(*Config)
	}{
		"With nothing given, everything is on loopback and the engine is embedded.": {
			want: func(*Config) {},
		},
		"The file wins over the defaults.": {
			given: given{file: "http: 127.0.0.1:1\nmemory: 1GiB\nrate: 2.5\n"},
			want:  func(c *Config) { c.HTTP, c.Memory, c.Rate = "127.0.0.1:1", 1<<30, 2.5 },
		},
		"The environment wins over the file.": {
			given: given{file: "http: 127.0.0.1:1\n", env: map[string]string{"THROUGHLINE_HTTP": "127.0.0.1:2"}},
			want:  func(c *Config) { c.HTTP = "127.0.0.1:2" },
		},
		"The command line wins over the environment.": {
			given: given{
				file: "http: 127.0.0.1:1\n", env: map[string]string{"THROUGHLINE_HTTP": "127.0.0.1:2"},
				args: []string{"--http", "127.0.0.1:3"},
			},
			want: func(c *Config) { c.HTTP = "127.0.0.1:3" },
		},
		"A flag that is given the default wins all the same.": {
			given: given{env: map[string]string{"THROUGHLINE_OTLP_GRPC": "127.0.0.1:2"}, args: []string{"--otlp-grpc", "127.0.0.1:4317"}},
			want:  func(*Config) {},
		},
		"An empty variable counts as not set.": {
			given: given{env: map[string]string{"THROUGHLINE_OTLP_HTTP": ""}},
			want:  func(*Config) {},
		},
		"A list on the command line replaces the list of the environment.": {
			given: given{env: map[string]string{"THROUGHLINE_CATALOG": "/a:/b"}, args: []string{"--catalog", "/c", "--catalog", "/d"}},
			want:  func(c *Config) { c.Catalog = []string{"/c", "/d"} },
		},
		"A list in the environment is written like PATH.": {
			given: given{env: map[string]string{"THROUGHLINE_CATALOG": "/a:/b"}, file: "catalog: [/x]\n"},
			want:  func(c *Config) { c.Catalog = []string{"/a", "/b"} },
		},
		"A list in the file may be one word.": {
			given: given{file: "catalog: /x\n"},
			want:  func(c *Config) { c.Catalog = []string{"/x"} },
		},
		"A token opens the way in beyond loopback.": {
			given: given{args: []string{"--otlp-grpc", "0.0.0.0:80"}, env: map[string]string{"THROUGHLINE_TOKEN": "0123456789abcdef"}},
			want:  func(c *Config) { c.OTLPGRPC, c.Token = "0.0.0.0:80", "0123456789abcdef" },
		},
		"So does the word insecure.": {
			given: given{args: []string{"--otlp-http", ":4318", "--insecure"}},
			want:  func(c *Config) { c.OTLPHTTP, c.Insecure = ":4318", true },
		},
		"Port 0 is any free port.": {
			given: given{args: []string{"--http", "localhost:0"}},
			want:  func(c *Config) { c.HTTP = "localhost:0" },
		},
		"An empty file changes nothing.": {
			given: given{file: "# only a comment\n"},
			want:  func(*Config) {},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := test.given.load(t)
			if err != nil {
				t.Fatal(err)
			}
			want := defaults()
			test.want(&want)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("want -, got +\n%s", diff)
			}
		})
	}
}

func TestLoadRefuses(t *testing.T) {
	t.Parallel()
	const secret = "hunter2"
	tests := map[string]struct {
		given given
		want  string // part of the error
	}{
		"An unknown setting in the file is named with its place.": {
			given: given{file: "data: d\notlp_http: 127.0.0.1:1\n"},
			want:  `throughline.yaml:2:1: unknown setting "otlp_http"; did you mean "otlp-http"?`,
		},
		"A bad value in the file shows its line and a caret.": {
			given: given{file: "data: d\nhttp: nowhere\n"},
			want:  "throughline.yaml:2:7: http \"nowhere\" is not an address; write host:port, for example 127.0.0.1:8080, or port 0 for any free one\n    2 | http: nowhere\n      |       ^",
		},
		"A file that is not YAML is refused with its place.": {
			given: given{file: "http: [\n"},
			want:  "throughline.yaml:1:",
		},
		"A setting that comes twice is refused with its place.": {
			given: given{file: "rate: 1\nrate: 2\n"},
			want:  "throughline.yaml:2:1:",
		},
		"A list is refused as a file.": {
			given: given{file: "- http\n"},
			want:  "throughline.yaml:1:1: want one mapping",
		},
		"A second document is refused.": {
			given: given{file: "rate: 1\n---\nrate: 2\n"},
			want:  "want one mapping",
		},
		"A setting with no value is refused.": {
			given: given{file: "http:\n"},
			want:  "http wants a plain value",
		},
		"A mapping is refused where a value is wanted.": {
			given: given{file: "http: {port: 1}\n"},
			want:  "http wants a plain value",
		},
		"A file that is not there is an error.": {
			given: given{args: []string{"--config", "nowhere.yaml"}},
			want:  "read the config file: open nowhere.yaml",
		},
		"A bad variable is named.": {
			given: given{env: map[string]string{"THROUGHLINE_MEMORY": "lots"}},
			want:  `THROUGHLINE_MEMORY "lots" is not an amount`,
		},
		"A bad flag is named.": {
			given: given{args: []string{"--rate", "-1"}},
			want:  `--rate "-1" is not a rate`,
		},
		"Beyond loopback it takes a token.": {
			given: given{args: []string{"--otlp-grpc", "0.0.0.0:4317"}},
			want:  "--otlp-grpc 0.0.0.0:4317 can be reached from other machines",
		},
		"No token protects the pages, so they stay on loopback.": {
			given: given{args: []string{"--http", "0.0.0.0:80"}, env: map[string]string{"THROUGHLINE_TOKEN": "0123456789abcdef"}},
			want:  "the pages ask nobody who they are",
		},
		"A host name may be anywhere, so it takes a token too.": {
			given: given{args: []string{"--http", "shop.example:80"}},
			want:  "can be reached from other machines",
		},
		"A bad DSN is not quoted.": {
			given: given{env: map[string]string{"THROUGHLINE_CLICKHOUSE": "mysql://u:" + secret + "@h"}},
			want:  "THROUGHLINE_CLICKHOUSE is not a URL that begins with clickhouse://",
		},
		"A bad DSN in the file is not shown.": {
			given: given{file: "clickhouse: mysql://u:" + secret + "@h\n"},
			want:  "throughline.yaml:1:13: clickhouse is not a URL",
		},
		"A short token is not quoted.": {
			given: given{args: []string{"--token", secret}},
			want:  "--token is too short",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := test.given.load(t)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("got %v\nwant it to say: %s", err, test.want)
			}
			if strings.Contains(err.Error(), secret) {
				t.Errorf("the error tells a secret: %v", err)
			}
		})
	}
}

func TestFileDirectoriesAreRelativeToIt(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "c.yaml")
	if err := os.WriteFile(name, []byte("data: d\ncatalog: [a, /b]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg := defaults()
	if err := loadFile(name, &cfg); err != nil {
		t.Fatal(err)
	}
	want := []string{filepath.Join(filepath.Dir(name), "d"), filepath.Join(filepath.Dir(name), "a"), "/b"}
	if diff := cmp.Diff(want, append([]string{cfg.Data}, cfg.Catalog...)); diff != "" {
		t.Error(diff)
	}
}

func FuzzConfigFile(f *testing.F) {
	for _, seed := range []string{"http: 127.0.0.1:1\n", "catalog: [a, b]\n", "a: {b: [c", "- x", "&a [*a]", "token: !!binary x", "? [x]\n: y\n", "<<: *x\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		cfg := defaults()
		if err := parseFile("c.yaml", raw, &cfg); err != nil && !strings.HasPrefix(err.Error(), "c.yaml:") {
			t.Errorf("the error does not begin with its place: %v", err)
		}
	})
}
