package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// parseFile applies a config file: one YAML mapping of setting names. Every
// error begins with file:line:col and shows the line.
func parseFile(name string, raw []byte, cfg *Config) error {
	source := configFile{name: name, lines: strings.Split(string(raw), "\n")}
	parsed, err := parser.ParseBytes(raw, 0)
	if err != nil {
		var bad yaml.Error
		if errors.As(err, &bad) {
			return source.at(bad.GetToken(), false, "%s", bad.GetMessage())
		}
		return fmt.Errorf("%s:1:1: %w", name, err)
	}
	for i, doc := range parsed.Docs {
		if doc.Body == nil || doc.Body.Type() == ast.NullType {
			continue
		}
		entries, ok := doc.Body.(ast.MapNode)
		if !ok || i > 0 {
			return source.at(doc.Body.GetToken(), false, "want one mapping of settings, such as http: 127.0.0.1:8080")
		}
		for entry := entries.MapRange(); entry.Next(); {
			if err := source.apply(entry.Key(), entry.Value(), cfg); err != nil {
				return err
			}
		}
	}
	return nil
}

// configFile is a file's name and text, for its errors.
type configFile struct {
	name  string
	lines []string
}

func (f configFile) apply(key ast.MapKeyNode, value ast.Node, cfg *Config) error {
	name := key.GetToken().Value
	all := settings()
	i := slices.IndexFunc(all, func(s setting) bool { return s.name == name })
	if i < 0 {
		return f.at(key.GetToken(), false, "unknown setting %q%s", name, suggest(name, all))
	}
	s := all[i]
	items := []ast.Node{value}
	if list, ok := value.(*ast.SequenceNode); ok && s.list {
		items = list.Values
	}
	if s.list {
		cfg.Catalog = nil
	}
	for _, item := range items {
		scalar, ok := item.(ast.ScalarNode)
		if !ok || item.Type() == ast.NullType {
			return f.at(item.GetToken(), s.secret, "%s wants a plain value", name)
		}
		if err := s.set(cfg, fmt.Sprint(scalar.GetValue())); err != nil {
			return f.at(item.GetToken(), s.secret, "%s %w", name, err)
		}
	}
	return nil
}

// at makes an error of a place: file:line:col, the reason, and the line with a
// caret unless it holds a secret.
func (f configFile) at(t *token.Token, hidden bool, format string, args ...any) error {
	line, column := t.Position.Line, t.Position.Column
	err := fmt.Errorf("%s:%d:%d: "+format, append([]any{f.name, line, column}, args...)...)
	if hidden || line < 1 || line > len(f.lines) || f.showsSecret(line) {
		return err
	}
	return fmt.Errorf("%w\n%5d | %s\n      | %s^", err, line, f.lines[line-1], strings.Repeat(" ", max(column-1, 0)))
}

// showsSecret tells whether a line names a secret setting.
func (f configFile) showsSecret(line int) bool {
	return slices.ContainsFunc(settings(), func(s setting) bool {
		return s.secret && strings.Contains(f.lines[line-1], s.name)
	})
}

// suggest finds the setting that a person may have meant: the same but for
// its dashes, or one that begins alike.
func suggest(name string, all []setting) string {
	plain := strings.NewReplacer("_", "", "-", "", ".", "")
	var near []string
	for _, s := range all {
		if plain.Replace(strings.ToLower(name)) == plain.Replace(s.name) {
			return fmt.Sprintf("; did you mean %q?", s.name)
		}
		near = append(near, s.name)
	}
	return "; known are " + strings.Join(near, ", ")
}
