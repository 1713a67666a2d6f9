package lineage

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// The bounds of a catalogue's files: one is written by people, and a parser's time
// grows faster than what it reads.
const (
	maxFile   = 1 << 20 // bytes
	maxValues = 50_000  // of a document, when what it repeats by name is written out
	maxMisfit = 20      // that are told of one document
)

// header is the line by which a document says what it is.
type header struct {
	Kind string `yaml:"kind"`
}

type typesDocument struct {
	Kind       string               `yaml:"kind"`
	Types      map[string]Type      `yaml:"types"`
	Systems    map[string]System    `yaml:"systems"`
	Qualifiers map[string]Qualifier `yaml:"qualifiers"`
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

// decode reads a document into a new T. What does not fit is told, every bit of it:
// each is taken out, and the rest is read again.
func decode[T any](f *faults, at passage) (T, bool) {
	told := len(f.found)
	for range maxMisfit {
		var doc T
		err := readYAML(at.node, &doc, yaml.Strict())
		if err == nil {
			return doc, len(f.found) == told
		}
		place, text := misfit(err)
		if text == "" {
			text = strings.TrimSpace(err.Error())
		}
		found, name := at.remark(nil, ""), ""
		if place != nil && place.Position != nil {
			found.Line, found.Col = place.Position.Line, place.Position.Column
		}
		more := false
		if name, more = takeOut(at.node, place); name != "" {
			text = strings.Replace(text, anyName, name, 1)
		}
		found.Text = text
		f.found = append(f.found, found)
		if !more {
			break
		}
	}
	var none T
	return none, false
}

// readYAML reads a node. The reader panics on some trees that its own parser makes,
// such as a tag where a list should be.
func readYAML(node ast.Node, into any, options ...yaml.DecodeOption) (err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("the document cannot be read; look for a tag, which begins with !, or an alias in an odd place")
		}
	}()
	return yaml.NodeToValue(node, into, options...)
}

// anyName stands for the name of a field until it is known.
const anyName = "the value"

// misfit is what an error of the YAML reader says, and where.
func misfit(err error) (*token.Token, string) {
	var own *misread
	if errors.As(err, &own) {
		return own.at, own.Error()
	}
	var syntax yaml.Error
	if errors.As(err, &syntax) {
		return syntax.GetToken(), plainly(syntax.GetMessage())
	}
	return nil, ""
}

// takeOut removes what a token belongs to, the entry of a mapping or the element of
// a list, and returns the name of the field that it is in.
func takeOut(node ast.Node, tok *token.Token) (name string, ok bool) {
	if tok == nil {
		return "", false
	}
	switch n := plain(node).(type) {
	case *ast.MappingNode:
		for i, v := range n.Values {
			name, ok = takeOut(v.Value, tok)
			if ok {
				return cmp.Or(name, keyOf(v)), true
			}
			if v.GetToken() == tok || begins(v.Key, tok) || begins(v.Value, tok) {
				n.Values = append(n.Values[:i:i], n.Values[i+1:]...)
				return keyOf(v), true
			}
		}
	case *ast.SequenceNode:
		for i, v := range n.Values {
			if name, ok = takeOut(v, tok); ok {
				return name, true
			}
			if begins(v, tok) {
				n.Values = append(n.Values[:i:i], n.Values[i+1:]...)
				return "", true
			}
		}
	}
	return "", false
}

// begins tells whether a node is the one that a token stands for.
func begins(node ast.Node, tok *token.Token) bool {
	return node != nil && (node.GetToken() == tok || plain(node).GetToken() == tok || start(plain(node)).GetToken() == tok)
}

// misread is a value that its field cannot hold.
type misread struct {
	at    *token.Token
	cause error
}

func (e *misread) Error() string { return e.cause.Error() }

func (e *misread) Unwrap() error { return e.cause }

// scalar reads a text with a reader of its own, and remembers where it stands when
// it cannot be read.
func scalar(node ast.Node, read func([]byte) error) error {
	text, ok := plain(node).(ast.ScalarNode)
	if !ok {
		return &misread{start(node).GetToken(), errors.New("a list or a mapping is not right here; want a text")}
	}
	value, ok := text.GetValue().(string)
	if !ok {
		value = text.String()
	}
	if err := read([]byte(value)); err != nil {
		return &misread{text.GetToken(), err}
	}
	return nil
}

// UnmarshalYAML reads "90s".
func (d *Duration) UnmarshalYAML(node ast.Node) error { return scalar(node, d.UnmarshalText) }

// UnmarshalYAML reads 2026-12-31.
func (d *Date) UnmarshalYAML(node ast.Node) error { return scalar(node, d.UnmarshalText) }

// UnmarshalYAML reads one step, or a list of them.
func (n *Normaliser) UnmarshalYAML(decode func(any) error) error {
	var steps []string
	if decode(&steps) == nil {
		*n = Normaliser(strings.Join(steps, "+"))
		return nil
	}
	return decode((*string)(n))
}

// plainly takes the Go out of the parser's words.
func plainly(message string) string {
	if found := regexp.MustCompile(`^\w+ was used where (\w+) is expected$`).FindStringSubmatch(message); found != nil {
		return fmt.Sprintf("%s is not right here; want a %s", anyName, strings.Replace(found[1], "sequence", "list", 1))
	}
	found := regexp.MustCompile(`cannot unmarshal (.*) into Go (?:struct field \S+|value) of type (\S+)`).FindStringSubmatch(message)
	if found == nil {
		return message
	}
	want := map[string]string{reflect.Int.String(): "a whole number", reflect.Bool.String(): "true or false", reflect.String.String(): "a text"}[found[2]]
	switch {
	case want != "":
	case strings.HasPrefix(found[2], "["):
		want = "a list"
	case strings.HasPrefix(found[2], "map["):
		want = "a mapping"
	default:
		want = "something of another form"
	}
	return fmt.Sprintf("%s is not right here; want %s", anyName, want)
}

// written counts the values of a document when every alias is written out, and
// says so when they are too many or one stands within itself.
func written(node ast.Node) (int, error) {
	anchors, open := make(map[string]int), make(map[string]bool)
	var count func(ast.Node) (int, error)
	all := func(nodes ...ast.Node) (int, error) {
		sum := 1
		for _, n := range nodes {
			inner, err := count(n)
			if sum += inner; err == nil && sum > maxValues {
				err = fmt.Errorf("the document has more than %d values when its aliases are written out; divide it", maxValues)
			}
			if err != nil {
				return sum, err
			}
		}
		return sum, nil
	}
	count = func(node ast.Node) (int, error) {
		switch n := node.(type) {
		case *ast.AnchorNode:
			name := n.Name.String()
			open[name] = true
			size, err := count(n.Value)
			anchors[name], open[name] = size, false
			return size, err
		case *ast.AliasNode:
			if name := n.Value.String(); open[name] {
				return 0, fmt.Errorf("the alias *%s stands within what it repeats; write that out", name)
			}
			return anchors[n.Value.String()], nil
		case *ast.TagNode:
			return count(n.Value)
		case *ast.MappingNode:
			values := make([]ast.Node, len(n.Values))
			for i, v := range n.Values {
				values[i] = v.Value
			}
			return all(values...)
		case *ast.SequenceNode:
			return all(n.Values...)
		default:
			return 1, nil
		}
	}
	return count(node)
}
