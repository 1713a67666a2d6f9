package lineage

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// shape is what a JSON Schema says of one place in the data.
type shape struct {
	at       route    // in the schema
	types    []string // sorted; nil: any
	required bool     // whatever holds it must have it
	enum     []string // as JSON texts, sorted; nil: any
	closed   bool     // an object that may hold nothing else
	open     bool     // an object that may hold fields of any name, by a rule of its own
	choice   bool     // told in a branch (oneOf, if …) alone, so it may not be there
	limits   map[string]float64
	rules    map[string]string // every other keyword, as JSON text
}

// shapes is what a schema says of every place, by JSON pointer; * stands for each
// element of a list. The whole data is "".
type shapes map[string]*shape

// The bounds of what is read out of a schema that refers to itself much: places, and
// steps. What holds a place that is left out counts as open.
const (
	maxShapes = 5000
	maxSteps  = 50_000
)

// shapesOf reads a schema apart. No schema takes any data.
func shapesOf(schema map[string]any) shapes {
	w := shaping{root: schema, shapes: make(shapes), active: make(map[string]bool)}
	w.read(schema, "", nil, false)
	return w.shapes
}

// shaping reads one schema.
type shaping struct {
	root   map[string]any
	shapes shapes
	active map[string]bool // references that are being followed
	steps  int
}

// limitKeywords are the keywords that bound a number, a length or a count, and
// whether a smaller one is the narrower one.
func limitKeywords() map[string]bool {
	return map[string]bool{
		"minimum": false, "exclusiveMinimum": false, "minLength": false, "minItems": false, "minProperties": false, "minContains": false,
		"maximum": true, "exclusiveMaximum": true, "maxLength": true, "maxItems": true, "maxProperties": true, "maxContains": true,
	}
}

// read notes what a schema says of the data at a pointer. choice says that the
// schema is one of several, or holds under a condition.
func (w *shaping) read(schema any, pointer string, at route, choice bool) {
	s, known := w.shapes[pointer]
	if w.steps++; w.steps > maxSteps || !known && len(w.shapes) >= maxShapes {
		if holder, ok := w.shapes[parent(pointer)]; ok {
			holder.open = true
		}
		return
	}
	if !known {
		s = &shape{at: at, choice: choice, limits: make(map[string]float64), rules: make(map[string]string)}
		w.shapes[pointer] = s
	}
	s.choice = s.choice && choice
	doc, ok := schema.(map[string]any)
	if !ok {
		if schema == false && !choice {
			s.rules["false"] = "true"
		}
		return
	}
	limits := limitKeywords()
	for _, word := range keysOf(doc) {
		value, here := doc[word], append(slices.Clone(at), word)
		switch word {
		case "$ref":
			w.follow(value, s, pointer, choice)
		case "properties":
			w.properties(value, pointer, here, choice)
		case "items":
			if _, object := value.(map[string]any); object {
				w.read(value, pointer+"/*", here, choice)
			} else {
				w.rule(s, word, value, choice)
			}
		case "allOf":
			for i, part := range list(value) {
				w.read(part, pointer, append(slices.Clone(here), i), choice)
			}
		case "oneOf", "anyOf", "prefixItems", "then", "else", "dependentSchemas", "contains":
			w.rule(s, word, value, choice)
			w.branches(word, value, pointer, here)
		case "additionalProperties", "unevaluatedProperties", "patternProperties":
			s.closed = s.closed || value == false && !choice
			s.open = s.open || value != false && value != true
			if value != true {
				w.rule(s, word, value, choice)
			}
		case "type":
			if !choice {
				s.types = meet(s.types, typeNames(value))
			}
		case "enum", "const":
			if !choice {
				s.enum = meet(s.enum, texts(word, value))
			}
		case "required":
			if !choice {
				for _, name := range list(value) {
					if name, ok := name.(string); ok {
						w.demand(pointer+"/"+escaped(name), here)
					}
				}
			}
		case "$defs", "definitions", "components", "channels", "operations", "externalDocs", "title", "description", "default", "examples", "$comment", "$id", "$schema", "$anchor", "deprecated", "readOnly", "writeOnly":
		default:
			if _, limit := limits[word]; limit && !choice {
				if n, ok := number(value); ok {
					s.limits[word] = n
					continue
				}
			}
			if !strings.HasPrefix(word, "x-") {
				w.rule(s, word, value, choice)
			}
		}
	}
}

// rule notes a keyword as it is written.
func (w *shaping) rule(s *shape, word string, value any, choice bool) {
	if text, err := json.Marshal(value); err == nil && !choice {
		s.rules[word] = string(text)
	}
}

// demand notes that a field is required. It may be described elsewhere, or nowhere.
func (w *shaping) demand(pointer string, at route) {
	s, ok := w.shapes[pointer]
	if !ok {
		s = &shape{at: at, limits: make(map[string]float64), rules: make(map[string]string)}
		w.shapes[pointer] = s
	}
	s.required = true
}

func (w *shaping) properties(value any, pointer string, at route, choice bool) {
	if fields, ok := value.(map[string]any); ok {
		for _, name := range keysOf(fields) {
			w.read(fields[name], pointer+"/"+escaped(name), append(slices.Clone(at), name), choice)
		}
	}
}

// branches reads the fields that a schema may have, which none of them promises.
func (w *shaping) branches(word string, value any, pointer string, at route) {
	switch {
	case word == "prefixItems" || word == "contains":
		pointer += "/*"
	case word == "dependentSchemas":
		if named, ok := value.(map[string]any); ok {
			for _, name := range keysOf(named) {
				w.read(named[name], pointer, append(slices.Clone(at), name), true)
			}
		}
		return
	}
	if parts, ok := value.([]any); ok {
		for i, part := range parts {
			w.read(part, pointer, append(slices.Clone(at), i), true)
		}
		return
	}
	w.read(value, pointer, at, true)
}

// follow reads what a reference within the schema leads to. One that leads back to
// itself is a rule like any other.
func (w *shaping) follow(value any, s *shape, pointer string, choice bool) {
	to, _ := value.(string)
	target, at, ok := resolve(w.root, to)
	if !ok || w.active[to] {
		w.rule(s, "$ref", value, choice)
		s.open = true
		return
	}
	w.active[to] = true
	w.read(target, pointer, at, choice)
	delete(w.active, to)
}

// resolve finds what a local reference (#/$defs/money) leads to.
func resolve(root map[string]any, to string) (found any, at route, ok bool) {
	pointer, ok := strings.CutPrefix(to, "#")
	if !ok || pointer != "" && pointer[0] != '/' {
		return nil, nil, false
	}
	found = root
	if pointer == "" {
		return found, nil, true
	}
	for _, step := range strings.Split(pointer[1:], "/") {
		if found, ok = child(found, step); !ok {
			return nil, nil, false
		}
		at = append(at, unescaped(step))
	}
	return found, at, true
}

func list(v any) []any {
	l, _ := v.([]any)
	return l
}

// typeNames reads type: one, or a list.
func typeNames(v any) []string {
	if name, ok := v.(string); ok {
		return []string{name}
	}
	names := []string{}
	for _, name := range list(v) {
		if name, ok := name.(string); ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// texts are the values of an enum or a const, as JSON.
func texts(word string, v any) []string {
	values := []any{v}
	if word == "enum" {
		values = list(v)
	}
	all := []string{}
	for _, value := range values {
		if text, err := json.Marshal(value); err == nil {
			all = append(all, string(text))
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// meet is what two lists have in common; nil is everything.
func meet(a, b []string) []string {
	if a == nil || b == nil {
		return append(slices.Clone(a), b...)
	}
	common := []string{}
	for _, text := range a {
		if slices.Contains(b, text) {
			common = append(common, text)
		}
	}
	return common
}

// number is a YAML number.
func number(v any) (float64, bool) {
	text, err := json.Marshal(v)
	if err != nil {
		return 0, false
	}
	n, err := strconv.ParseFloat(string(text), 64)
	return n, err == nil
}

func escaped(name string) string {
	return strings.ReplaceAll(strings.ReplaceAll(name, "~", "~0"), "/", "~1")
}

// pointers are the places that a schema describes, sorted.
func (s shapes) pointers() []string { return slices.Sorted(maps.Keys(s)) }

// parent is the place that holds another.
func parent(pointer string) string { return pointer[:max(strings.LastIndexByte(pointer, '/'), 0)] }
