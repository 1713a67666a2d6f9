package lineage

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

func compileSchema(doc map[string]any) (*jsonschema.Schema, error) {
	raw, err := json.Marshal(doc)
	if err != nil {
		return nil, err
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft2020)
	// A $ref stays inside its contract: no file and no address is ever read.
	compiler.UseLoader(jsonschema.SchemeURLLoader{})
	const address = "contract:///schema" // a type may hold any sign, and an address may not
	if err := compiler.AddResource(address, value); err != nil {
		return nil, err
	}
	return compiler.Compile(address)
}

// checkSchema compiles a contract's schema, and tells what is wrong with it, where
// it stands.
func (f *faults) checkSchema(e entry, doc map[string]any) *jsonschema.Schema {
	schema, err := compileSchema(doc)
	if err == nil {
		return schema
	}
	tell := func(at route, text string) {
		f.at(e, append(route{"schema"}, at...), "schema: %s", strings.Join(strings.Fields(text), " "))
	}
	var invalid *jsonschema.SchemaValidationError
	var root *jsonschema.ValidationError
	var foreign *jsonschema.LoadURLError
	var pattern *jsonschema.InvalidRegexError
	var reference *jsonschema.JSONPointerNotFoundError
	switch {
	case errors.As(err, &invalid) && errors.As(invalid.Err, &root):
		places, reasons := schemaReasons(root)
		for _, place := range places {
			tell(steps(place), place+": "+strings.Join(reasons[place], ", or "))
		}
	case errors.As(err, &foreign):
		tell(foreignRef(doc, nil), fmt.Sprintf("a $ref leads to %s; want one within the contract, which begins with #", clip(foreign.URL)))
	case errors.As(err, &pattern):
		tell(steps(fragment(pattern.URL)), fmt.Sprintf("pattern is %q, which is no regular expression: %v", clip(pattern.Regex), pattern.Err))
	case errors.As(err, &reference):
		tell(refTo(doc, "#"+fragment(reference.URL), nil), fmt.Sprintf("a $ref leads to #%s, which is not there", clip(fragment(reference.URL))))
	default:
		tell(nil, err.Error())
	}
	return nil
}

// schemaReasons are the innermost reasons of a validation error by the place in the
// data where they are found, and these places, sorted.
func schemaReasons(err *jsonschema.ValidationError) ([]string, map[string][]string) {
	reasons := make(map[string][]string)
	var visit func(*jsonschema.ValidationError)
	visit = func(e *jsonschema.ValidationError) {
		for _, cause := range e.Causes {
			visit(cause)
		}
		if out := e.BasicOutput(); len(e.Causes) == 0 && out.Error != nil {
			place, text := pointerTo(e.InstanceLocation), out.Error.String()
			if !slices.Contains(reasons[place], text) {
				reasons[place] = append(reasons[place], text)
			}
		}
	}
	visit(err)
	return keysOf(reasons), reasons
}

// pointerTo makes a JSON pointer of its steps; "/" stands for all of it.
func pointerTo(steps []string) string {
	if len(steps) == 0 {
		return "/"
	}
	var b strings.Builder
	for _, step := range steps {
		b.WriteString("/" + escaped(step))
	}
	return b.String()
}

// fragment is the JSON pointer of a schema's address.
func fragment(address string) string {
	_, pointer, _ := strings.Cut(address, "#")
	return unquoted(pointer)
}

// unquoted reads the %XX of an address (RFC 3986).
func unquoted(text string) string {
	before, rest, some := strings.Cut(text, "%")
	if !some {
		return text
	}
	if len(rest) >= 2 {
		if b, err := strconv.ParseUint(rest[:2], 16, 8); err == nil {
			return before + string([]byte{byte(b)}) + unquoted(rest[2:])
		}
	}
	return before + "%" + unquoted(rest)
}

// refTo is the route to the first $ref with a target.
func refTo(schema any, target string, at route) route {
	return firstRef(schema, at, func(to string) bool { return to == target })
}

// foreignRef is the route to the first $ref that leads out of a schema.
func foreignRef(schema any, at route) route {
	return firstRef(schema, at, func(to string) bool { return !strings.HasPrefix(to, "#") })
}

// firstRef is the route to the first $ref of a kind.
func firstRef(schema any, at route, is func(to string) bool) route {
	visit := func(inner any, step any) route {
		here := append(slices.Clone(at), step)
		if to, ok := inner.(string); ok && step == "$ref" && is(to) {
			return here
		}
		return firstRef(inner, here, is)
	}
	switch s := schema.(type) {
	case map[string]any:
		for _, name := range keysOf(s) {
			if found := visit(s[name], name); found != nil {
				return found
			}
		}
	case []any:
		for i, inner := range s {
			if found := visit(inner, i); found != nil {
				return found
			}
		}
	}
	return nil
}

// steps makes a route of a JSON pointer.
func steps(pointer string) route {
	var w route
	for step := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		if n, err := strconv.Atoi(step); err == nil {
			w = append(w, n)
		} else if step != "" {
			w = append(w, unescaped(step))
		}
	}
	return w
}

// unescaped reads one step of a JSON pointer (RFC 6901).
func unescaped(step string) string {
	return strings.ReplaceAll(strings.ReplaceAll(step, "~1", "/"), "~0", "~")
}

// schemaReason lists the innermost reasons of a validation error, each with the place
// in the data, of five places at most.
func schemaReason(err error) string {
	var invalid *jsonschema.ValidationError
	if !errors.As(err, &invalid) {
		return err.Error()
	}
	places, reasons := schemaReasons(invalid)
	var lines []string
	for _, place := range places[:min(len(places), 5)] {
		lines = append(lines, place+": "+strings.Join(reasons[place], ", or "))
	}
	if more := len(places) - len(lines); more > 0 {
		lines = append(lines, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(lines, "; ")
}
