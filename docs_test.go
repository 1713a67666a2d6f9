package throughline_test

import (
	"os"
	"path"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

func TestLinksLeadSomewhere(t *testing.T) {
	t.Parallel()
	link := regexp.MustCompile(`\]\(([^)#:\s]+)(#[^)]*)?\)`)
	walk(t, func(name string, text []byte) {
		if path.Ext(name) != ".md" {
			return
		}
		for _, m := range link.FindAllSubmatch(text, -1) {
			target := path.Join(path.Dir(name), string(m[1]))
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s links to %s, which is not there", name, m[1])
			}
		}
	})
}

func TestDecisionsAreListedAndShort(t *testing.T) {
	t.Parallel()
	list, err := os.ReadFile("docs/adr/README.md")
	if err != nil {
		t.Fatal(err)
	}
	walk(t, func(name string, text []byte) {
		if path.Dir(name) != "docs/adr" || path.Base(name) == "README.md" {
			return
		}
		if !strings.Contains(string(list), "("+path.Base(name)+")") {
			t.Errorf("%s is not in docs/adr/README.md", name)
		}
		for _, part := range []string{"## Context", "## Options", "## Decision", "## Consequences"} {
			if !strings.Contains(string(text), part) {
				t.Errorf("%s has no %q", name, part)
			}
		}
		if n := strings.Count(string(text), "\n"); n > 80 {
			t.Errorf("%s has %d lines; a decision fits on a page", name, n)
		}
	})
}

func TestLibrariesAreExplained(t *testing.T) {
	t.Parallel()
	explained, err := os.ReadFile("docs/adr/008-libraries.md")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	required := regexp.MustCompile(`(?m)^\t(\S+) (v\S+)$`) // direct ones carry no comment
	for _, m := range required.FindAllSubmatch(text, -1) {
		module := strings.TrimPrefix(string(m[1]), "github.com/")
		if noun := lastNoun(module); !strings.Contains(string(explained), noun) {
			t.Errorf("go.mod requires %s, which docs/adr/008-libraries.md does not explain", m[1])
		}
	}
}

// lastNoun is the part of a module's path by which people know it.
func lastNoun(module string) string {
	parts := strings.Split(module, "/")
	for len(parts) > 1 && regexp.MustCompile(`^v\d+$`).MatchString(parts[len(parts)-1]) {
		parts = parts[:len(parts)-1]
	}
	return parts[len(parts)-1]
}

func TestComposeFileIsSafe(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("docker-compose.yml")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Services map[string]struct {
			Image       string
			Ports       []string
			Environment map[string]string
			Healthcheck map[string]any
		}
		Volumes map[string]any
	}
	if err := yaml.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Services) == 0 {
		t.Fatal("no service in it")
	}
	for name, s := range file.Services {
		for _, port := range s.Ports {
			if !strings.HasPrefix(port, "127.0.0.1:") {
				t.Errorf("%s publishes %s beyond this machine", name, port)
			}
		}
		if s.Image != "" && !regexp.MustCompile(`:\d+(\.\d+)+$`).MatchString(s.Image) {
			t.Errorf("%s runs %s; pin a version", name, s.Image)
		}
		if s.Healthcheck == nil {
			t.Errorf("%s has no health check", name)
		}
		for variable, value := range s.Environment {
			if (strings.Contains(variable, "PASSWORD") || strings.Contains(variable, "TOKEN")) && !strings.HasPrefix(value, "${") {
				t.Errorf("%s: %s has a value that everyone can read", name, variable)
			}
		}
	}
}
