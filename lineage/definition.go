package lineage

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// File is one file of a catalogue: a name for error messages, YAML documents of
// the kinds types, flow, guards, contract, sources and sla (or one AsyncAPI
// document that contracts refer to), and the team that wrote them. No team is the
// centre, whose rules the teams may only narrow.
type File struct {
	Name string
	Data []byte
	Team string `json:",omitempty"`
}

// ParseCatalogue reads and checks the files of a catalogue. The centre's come first,
// whatever their order. A later file of the same team may redefine what an earlier
// one says, and a copy of a file says nothing; of flows and SLAs the greatest version
// holds, and the versions of contracts stand side by side. The error, of kind Invalid, has a line for
// everything that is refused, which starts with file:line:col.
func ParseCatalogue(files []File) (*Catalogue, error) {
	c, found := compile(files)
	if err := refusal("", found); err != nil {
		return nil, err
	}
	return c, nil
}

// ParseDefinition reads the files of a catalogue as they are written down: each
// document is right by itself, and whether they go together is not asked.
func ParseDefinition(files []File) (Definition, error) {
	r := readFiles(files)
	if err := refusal("", inOrder(r.found)); err != nil {
		return Definition{}, err
	}
	return r.def, nil
}

// RestoreCatalogue reads the files of a catalogue that was in force once. What
// could be used is used, though a rule that came later would refuse it.
func RestoreCatalogue(files []File) (*Catalogue, error) {
	c, found := compile(files)
	if !usable(found) {
		return nil, refusal("", found)
	}
	return c, nil
}

// Review tells everything that is to be said about the files of a catalogue on a
// day: what ParseCatalogue refuses, and what is suspect.
func Review(files []File, now time.Time) []Remark {
	c, found := compile(files)
	if c != nil {
		found = append(found, c.suspects(now)...)
	}
	return inOrder(found)
}

// compile makes a catalogue of files. What is wrong is among the remarks; there is
// no catalogue when it could not be used.
func compile(files []File) (*Catalogue, []Remark) {
	r := readFiles(files)
	if !usable(r.found) {
		return nil, inOrder(r.found) // what one document lacks, others would be blamed for
	}
	c, found := build(r.def)
	return c, inOrder(append(r.found, found...))
}

// readFiles reads every document of the files, the centre's first.
func readFiles(files []File) *reading {
	r := &reading{
		def:      Definition{Types: make(map[string]Type), Systems: make(map[string]System), Sources: make(map[string]Source), Qualifiers: make(map[string]Qualifier)},
		faults:   faults{places: make(map[entry]passage)},
		owners:   make(map[entry]string),
		messages: make(map[string]ast.Node),
	}
	central := func(f File) int { return min(len(f.Team), 1) }
	files = slices.SortedStableFunc(slices.Values(files), func(a, b File) int { return central(a) - central(b) })
	var docs []passage
	known := make(map[string]bool)
	for _, f := range files {
		found := r.open(f)
		if !known[string(f.Data)] { // a copy says nothing new
			docs = append(docs, found...)
		}
		known[string(f.Data)] = true
	}
	for _, doc := range docs {
		r.read(doc)
	}
	r.def.places, r.def.owners = r.places, r.owners
	return r
}

// reading is a catalogue while its files are read.
type reading struct {
	faults
	def      Definition
	owners   map[entry]string    // the team that said an entry first
	messages map[string]ast.Node // AsyncAPI documents, by the name of their file
}

// open divides a file into its documents.
func (r *reading) open(f File) []passage {
	at := passage{file: f.Name, team: f.Team}
	refuse := func(line, col int, text string) []passage {
		r.found = append(r.found, Remark{File: f.Name, Line: line, Col: col, Text: text})
		return nil
	}
	if len(f.Data) > maxFile {
		return refuse(1, 1, fmt.Sprintf("the file has %d bytes; at most %d are read, divide it", len(f.Data), maxFile))
	}
	parsed, err := parser.ParseBytes(f.Data, 0)
	if err != nil {
		var syntax yaml.Error
		if errors.As(err, &syntax) && syntax.GetToken() != nil && syntax.GetToken().Position != nil {
			p := syntax.GetToken().Position
			return refuse(p.Line, p.Column, syntax.GetMessage())
		}
		return refuse(1, 1, strings.TrimSpace(err.Error()))
	}
	var docs []passage
	for _, doc := range parsed.Docs {
		if doc.Body == nil {
			continue
		}
		at.node = doc.Body
		if _, err := written(doc.Body); err != nil {
			r.found = append(r.found, at.remark(nil, err.Error()))
			continue
		}
		_, kind := stepped(doc.Body, "kind")
		if _, version := stepped(doc.Body, "asyncapi"); version != nil && kind == nil {
			r.messages[path.Clean(f.Name)] = doc.Body
			continue
		}
		docs = append(docs, at)
	}
	return docs
}

// read reads one document, checks what can be told of it alone, so that its errors
// have their places, and adds what it says.
func (r *reading) read(doc passage) {
	var h header
	if err := readYAML(doc.node, &h); err != nil {
		r.found = append(r.found, doc.remark(nil, "the document is no mapping with a field kind; want kind: types, flow, guards, contract, sources or sla"))
		return
	}
	switch h.Kind {
	case "types":
		readAs(r, doc, r.addTypes)
	case "flow":
		readAs(r, doc, r.addFlow)
	case "guards":
		readAs(r, doc, r.addGuards)
	case "contract":
		readAs(r, doc, r.addContract)
	case "sources":
		readAs(r, doc, r.addSources)
	case "sla":
		readAs(r, doc, r.addSLA)
	default:
		r.found = append(r.found, doc.remark(route{"kind"}, fmt.Sprintf("kind is %q; want types, flow, guards, contract, sources or sla", h.Kind)))
	}
}

// readAs decodes a document and hands it on.
func readAs[T any](r *reading, doc passage, add func(T, passage)) {
	if said, ok := decode[T](&r.faults, doc); ok {
		add(said, doc)
	}
}
