package lineage

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// File is one file of a catalogue: a name for error messages, and YAML
// documents of the kinds types, flow, guards, contract, sources and sla.
type File struct {
	Name string
	Data []byte
}

// ParseDefinition reads the files of a catalogue into one definition. A later
// file may redefine a type, a flow of a higher version replaces one of a lower.
// The error is of kind Invalid and starts with file:line:col.
func ParseDefinition(files []File) (Definition, error) {
	def := Definition{Types: make(map[string]Type), Systems: make(map[string]System), Sources: make(map[string]Source), places: make(map[string]passage)}
	for _, f := range files {
		parsed, err := parser.ParseBytes(f.Data, 0)
		if err != nil {
			return Definition{}, located(f.Name, nil, err)
		}
		for _, doc := range parsed.Docs {
			if doc.Body == nil {
				continue
			}
			if err := def.add(f.Name, doc.Body); err != nil {
				return Definition{}, located(f.Name, doc.Body, err)
			}
		}
	}
	return def, nil
}

// ParseCatalogue reads and checks the files of a catalogue.
func ParseCatalogue(files []File) (*Catalogue, error) {
	def, err := ParseDefinition(files)
	if err != nil {
		return nil, err
	}
	for i := range def.SLAs {
		if err := def.SLAs[i].checkFlow(def.Flows); err != nil {
			at := def.places[def.SLAs[i].Name]
			return nil, located(at.file, at.node, err)
		}
	}
	return NewCatalogue(def)
}

// header is the line by which a document says what it is.
type header struct {
	Kind string `yaml:"kind"`
}

type typesDocument struct {
	Kind    string            `yaml:"kind"`
	Types   map[string]Type   `yaml:"types"`
	Systems map[string]System `yaml:"systems"`
}

type flowDocument struct {
	Kind string `yaml:"kind"`
	Flow `yaml:",inline"`
}

type guardsDocument struct {
	Kind   string  `yaml:"kind"`
	Guards []Guard `yaml:"guards"`
}

type sourcesDocument struct {
	Kind    string            `yaml:"kind"`
	Sources map[string]Source `yaml:"sources"`
}

type slaDocument struct {
	Kind string `yaml:"kind"`
	SLA  `yaml:",inline"`
}

type contractDocument struct {
	Kind     string `yaml:"kind"`
	Contract `yaml:",inline"`
}

func (d *Definition) add(file string, node ast.Node) error {
	var h header
	if err := yaml.NodeToValue(node, &h); err != nil {
		return err
	}
	// Each document is checked on its own, so that its error has its place.
	var alone Definition
	switch h.Kind {
	case "types":
		var doc typesDocument
		if err := strict(node, &doc); err != nil {
			return err
		}
		alone.Types, alone.Systems = doc.Types, doc.Systems
		maps.Copy(d.Types, doc.Types)
		maps.Copy(d.Systems, doc.Systems)
	case "flow":
		var doc flowDocument
		if err := strict(node, &doc); err != nil {
			return err
		}
		alone.Flows = []Flow{doc.Flow}
		d.addFlow(doc.Flow)
	case "guards":
		var doc guardsDocument
		if err := strict(node, &doc); err != nil {
			return err
		}
		alone.Guards = doc.Guards
		d.Guards = append(d.Guards, doc.Guards...)
	case "contract":
		var doc contractDocument
		if err := strict(node, &doc); err != nil {
			return err
		}
		alone.Contracts = []Contract{doc.Contract}
		d.Contracts = append(d.Contracts, doc.Contract)
	case "sources":
		var doc sourcesDocument
		if err := strict(node, &doc); err != nil {
			return err
		}
		maps.Copy(d.Sources, doc.Sources)
	case "sla":
		var doc slaDocument
		if err := strict(node, &doc); err != nil {
			return err
		}
		if err := checkSLA(&doc.SLA); err != nil {
			return err
		}
		return d.addSLA(doc.SLA, passage{file, node})
	default:
		return fmt.Errorf("kind is %q; want types, flow, guards, contract, sources or sla", h.Kind)
	}
	_, err := NewCatalogue(alone)
	return err
}

// addSLA takes an SLA, or a later version of one. Another promise under a name that
// is taken would disarm the first without a word.
func (d *Definition) addSLA(s SLA, at passage) error {
	known := slices.IndexFunc(d.SLAs, func(old SLA) bool { return old.Name == s.Name })
	switch {
	case known < 0:
		d.SLAs = append(d.SLAs, s)
	case d.SLAs[known].Flow != s.Flow || d.SLAs[known].Subject != s.Subject:
		return Errorf(Invalid, "catalogue", "sla %s: %s has one of this name about every %s of the flow %s; give it another name",
			s.Name, d.places[s.Name].file, d.SLAs[known].Subject, d.SLAs[known].Flow)
	case d.SLAs[known].Version == s.Version:
		return Errorf(Invalid, "catalogue", "sla %s: version %d is defined in %s too; to replace it, give it a greater version",
			s.Name, s.Version, d.places[s.Name].file)
	case d.SLAs[known].Version > s.Version:
		return nil
	default:
		d.SLAs[known] = s
	}
	d.places[s.Name] = at
	return nil
}

func (d *Definition) addFlow(f Flow) {
	for i := range d.Flows {
		if d.Flows[i].Name == f.Name {
			if f.Version >= d.Flows[i].Version {
				d.Flows[i] = f
			}
			return
		}
	}
	d.Flows = append(d.Flows, f)
}

func strict(node ast.Node, into any) error {
	return yaml.NodeToValue(node, into, yaml.Strict())
}

// plainly takes the Go out of the parser's words.
func plainly(message string) string {
	found := unmarshalling().FindStringSubmatch(message)
	if found == nil {
		return message
	}
	field := found[2][strings.LastIndexByte(found[2], '.')+1:]
	want := map[string]string{"int": "a whole number", "bool": "true or false", "string": "a text"}[found[3]]
	if want == "" {
		want = "something of another form"
	}
	return fmt.Sprintf("%s is not right here; want %s", strings.ToLower(field), want)
}

func unmarshalling() *regexp.Regexp {
	return regexp.MustCompile(`cannot unmarshal (.*) into Go struct field (\S+) of type (\S+)`)
}

// located puts file:line:col before an error: where goccy found it, else where
// the document begins.
func located(file string, node ast.Node, err error) error {
	line, col, reason := 1, 1, err.Error()
	if node != nil {
		if m, ok := node.(*ast.MappingNode); ok && len(m.Values) > 0 {
			node = m.Values[0].Key
		}
		if at := node.GetToken().Position; at != nil {
			line, col = at.Line, at.Column
		}
	}
	var syntax yaml.Error
	if errors.As(err, &syntax) {
		reason = plainly(syntax.GetMessage())
		if at := syntax.GetToken(); at != nil && at.Position != nil {
			line, col = at.Position.Line, at.Position.Column
		}
	}
	var own *Error
	if errors.As(err, &own) {
		reason = own.Err.Error()
	}
	return Errorf(Invalid, "", "%s:%d:%d: %s", file, line, col, strings.TrimSpace(reason))
}
