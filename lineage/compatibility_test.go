package lineage

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// contractWith makes a version of a contract of a schema and a mapping in YAML.
func contractWith(t testing.TB, version int, text string) *Contract {
	t.Helper()
	k := Contract{Type: "t", Version: version, Signal: "event"}
	if err := yaml.Unmarshal([]byte(text), &k); err != nil {
		t.Fatal(err)
	}
	return &k
}

func TestEveryChangeOfASchemaIsToldWithWhomItBreaks(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		older, newer string
		want         []string
	}{
		"nothing":             {`{properties: {a: {type: string}}}`, `{properties: {a: {type: string, description: the same}}, title: x, $comment: y}`, nil},
		"an optional field":   {`{properties: {}}`, `{properties: {a: {type: string}}}`, []string{": /a added: /a is new and optional"}},
		"a required field":    {`{properties: {}}`, `{properties: {a: {}}, required: [a]}`, []string{"backward: /a added: /a is new and required: what version 1 wrote lacks it"}},
		"a field of a closed": {`{properties: {}, additionalProperties: false}`, `{properties: {a: {}}, additionalProperties: false}`, []string{"forward: /a added: /a is new and optional; version 1 takes no other fields"}},
		"an optional is gone": {`{properties: {a: {}}}`, `{properties: {}}`, []string{": /a removed: /a is gone"}},
		"a required is gone":  {`{properties: {a: {}}, required: [a]}`, `{}`, []string{"forward: /a removed: /a is gone; version 1 requires it"}},
		"gone from a closed": {`{properties: {a: {}}, additionalProperties: false}`, `{properties: {}, additionalProperties: false}`, []string{
			"backward: /a removed: /a is gone; version 2 takes no other fields, and version 1 may have written it",
		}},
		"renamed": {`{properties: {order: {type: string, minLength: 1}, x: {type: string}}, required: [order]}`, `{properties: {salesOrder: {type: string, minLength: 1}, x: {type: string}}, required: [salesOrder]}`, []string{
			"full: /order renamed: /order is gone; version 1 requires it; /salesOrder of the same form is new beside it: perhaps it is called so now",
		}},
		"two that may be it": {`{properties: {a: {}}}`, `{properties: {b: {}, c: {}}}`, []string{": /a removed: /a is gone", ": /b added: /b is new and optional", ": /c added: /c is new and optional"}},
		"another type":       {`{properties: {a: {type: string}}}`, `{properties: {a: {type: integer}}}`, []string{"full: /a retyped: /a is integer now and was string"}},
		"a wider type":       {`{properties: {a: {type: integer}}}`, `{properties: {a: {type: [number, "null"]}}}`, []string{"forward: /a retyped: /a is null or number now and was integer"}},
		"a narrower type":    {`{properties: {a: {}}}`, `{properties: {a: {type: string}}}`, []string{"backward: /a retyped: /a is string now and was of any type"}},
		"required now":       {`{properties: {a: {}}}`, `{properties: {a: {}}, required: [a]}`, []string{"backward: /a required: /a is required now: what version 1 wrote may lack it"}},
		"optional now":       {`{properties: {a: {}}, required: [a]}`, `{properties: {a: {}}}`, []string{"forward: /a optional: /a is optional now, and version 1 requires it"}},
		"fewer values":       {`{properties: {a: {enum: [x, y]}}}`, `{properties: {a: {const: x}}}`, []string{`backward: /a narrowed: /a does not take "y" any more`}},
		"more values":        {`{properties: {a: {enum: [x]}}}`, `{properties: {a: {enum: [x, 7]}}}`, []string{`forward: /a widened: /a takes 7 now, which version 1 does not`}},
		"other values":       {`{properties: {a: {const: x}}}`, `{properties: {a: {const: y}}}`, []string{`backward: /a narrowed: /a does not take "x" any more`, `forward: /a widened: /a takes "y" now, which version 1 does not`}},
		"values listed now":  {`{properties: {a: {}}}`, `{properties: {a: {enum: [x]}}}`, []string{`backward: /a narrowed: /a takes only "x" now`}},
		"values free now":    {`{properties: {a: {enum: [x]}}}`, `{properties: {a: {}}}`, []string{`forward: /a widened: /a takes any value now, and version 1 only "x"`}},
		"a higher minimum":   {`{properties: {a: {minimum: 1}}}`, `{properties: {a: {minimum: 2}}}`, []string{"backward: /a narrowed: /a has a minimum of 2 now and had 1"}},
		"a higher maximum":   {`{properties: {a: {maximum: 1}}}`, `{properties: {a: {maximum: 2}}}`, []string{"forward: /a widened: /a has a maximum of 2 now and had 1"}},
		"a limit is new":     {`{properties: {a: {}}}`, `{properties: {a: {maxLength: 9}}}`, []string{"backward: /a narrowed: /a has a maxLength of 9 now"}},
		"a limit is gone":    {`{properties: {a: {minItems: 1}}}`, `{properties: {a: {}}}`, []string{"forward: /a widened: /a has no minItems any more; version 1 has 1"}},
		"a pattern is new":   {`{properties: {a: {}}}`, `{properties: {a: {pattern: "^x"}}}`, []string{`backward: /a narrowed: /a has pattern now: "^x"`}},
		"a pattern is gone":  {`{properties: {a: {pattern: "^x"}}}`, `{properties: {a: {}}}`, []string{"forward: /a widened: /a has pattern no more, and version 1 holds to it"}},
		"another pattern":    {`{properties: {a: {pattern: "^x"}}}`, `{properties: {a: {pattern: "^y"}}}`, []string{"full: /a changed: /a has another pattern, which is not compared further and so counts as breaking"}},
		"closed now":         {`{properties: {a: {}}}`, `{properties: {a: {}}, additionalProperties: false}`, []string{"backward: the data narrowed: the data takes no other fields now"}},
		"open now":           {`{additionalProperties: false}`, `{}`, []string{"forward: the data widened: the data takes other fields now, which version 1 does not"}},
		"no schema any more": {`{required: [a]}`, ``, []string{"forward: /a removed: /a is gone; version 1 requires it"}},
		"a branch":           {`{oneOf: [{required: [a]}, {required: [b]}]}`, `{oneOf: [{required: [a]}, {required: [c]}]}`, []string{"full: the data changed: the data has another oneOf, which is not compared further and so counts as breaking"}},
		"below lists and refs": {`{properties: {l: {type: array, items: {$ref: "#/$defs/i"}}}, $defs: {i: {properties: {q: {type: integer}}}}}`, `{properties: {l: {items: {$ref: "#/$defs/i"}, type: array}}, $defs: {i: {properties: {q: {type: number}}, required: [q]}}}`, []string{
			"forward: /l/*/q retyped: /l/*/q is number now and was integer", "backward: /l/*/q required: /l/*/q is required now: what version 1 wrote may lack it",
		}},
		"in allOf": {`{allOf: [{properties: {a: {type: string}}}, {required: [a]}]}`, `{properties: {a: {type: string}}}`, []string{"forward: /a optional: /a is optional now, and version 1 requires it"}},
		"values in allOf": {`{allOf: [{properties: {a: {enum: [x, y]}}}, {properties: {a: {enum: [y, z]}}}]}`, `{properties: {a: {enum: [x, y]}}}`, []string{
			`forward: /a widened: /a takes "x" now, which version 1 does not`,
		}},
		"elements described":    {`{properties: {l: {type: array}}}`, `{properties: {l: {type: array, items: {type: string}}}}`, []string{"backward: /l/* narrowed: /l/* is described now: elements that version 1 took may not be right any more"}},
		"elements free":         {`{properties: {l: {items: {type: string}}}}`, `{properties: {l: {}}}`, []string{"forward: /l/* widened: /l/* is not described any more: version 1 may not take every element"}},
		"what is below a new":   {`{}`, `{properties: {o: {properties: {a: {type: string}}, required: [a]}}}`, []string{": /o added: /o is new and optional"}},
		"names with a slash":    {`{properties: {"a/b~": {type: string}}}`, `{properties: {"a/b~": {type: integer}}}`, []string{"full: /a~1b~0 retyped: /a~1b~0 is integer now and was string"}},
		"a schema that recurs":  {`{properties: {a: {$ref: "#"}}}`, `{properties: {a: {$ref: "#"}, b: {type: string}}}`, []string{": /b added: /b is new and optional", ": /a/b added: /a/b is new and optional"}},
		"required, undescribed": {`{required: [a]}`, `{required: [a, b]}`, []string{"backward: /b added: /b is new and required: what version 1 wrote lacks it"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, change := range CompareContracts(contractWith(t, 1, "schema: "+c.older), contractWith(t, 2, "schema: "+c.newer)) {
				place := change.Place
				if place == "" {
					place = "the data"
				}
				got = append(got, fmt.Sprintf("%s: %s %s: %s", change.Breaks, place, change.Kind, change.Text))
			}
			slices.Sort(got)
			slices.Sort(c.want)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestEveryChangeOfAMappingIsToldWithWhomItBreaks(t *testing.T) {
	t.Parallel()
	const older = "map: {subject: {type: order, id: /no}, refs: [{type: quote, id: /q, role: fulfils}, {type: customer, id: /c}], aliases: [{a: {type: order, id: /no}, b: {type: order, system: crm, id: /crm}}], stage: ordered, outcome: ok, amount: {value: /v, currency: /c}, reason: /r}"
	for name, c := range map[string]struct {
		edit []string
		want []string
	}{
		"nothing":               {nil, nil},
		"where the subject is":  {[]string{"id: /no}, refs", "id: /nr}, refs"}, []string{": map.subject.id is read at /nr now"}},
		"another subject":       {[]string{"subject: {type: order", "subject: {type: invoice"}, []string{"full: map.subject is invoice now and was order: events of the two are about different things"}},
		"no subject":            {[]string{"subject: {type: order, id: /no}, ", ""}, []string{"forward: map names no subject any more; it was a order"}},
		"a reference is gone":   {[]string{", {type: customer, id: /c}", ""}, []string{"forward: map.refs names no customer that it mentions any more"}},
		"a reference is new":    {[]string{"refs: [", "refs: [{type: product, id: /p}, "}, []string{": map.refs names a product that it mentions now"}},
		"another role":          {[]string{"role: fulfils", "role: replaces"}, []string{": map.refs names a quote that it replaces now", "forward: map.refs names no quote that it fulfils any more"}},
		"no alias":              {[]string{"system: crm", "system: web"}, []string{": map.refs names a order that is also a order of web now", "forward: map.refs names no order that is also a order of crm any more"}},
		"another stage":         {[]string{"stage: ordered", "stage: booked"}, []string{"full: map.stage is booked now and was ordered"}},
		"no stage":              {[]string{"stage: ordered, ", ""}, []string{"forward: map.stage is told no more; it was ordered"}},
		"another outcome":       {[]string{"outcome: ok", "outcome: failed"}, []string{": map.outcome is read otherwise now"}},
		"no amount, an attempt": {[]string{"amount: {value: /v, currency: /c}", "attempt: /n"}, []string{"forward: map.amount is told no more", ": map.attempt is told now"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, change := range CompareContracts(contractWith(t, 1, older), contractWith(t, 2, strings.NewReplacer(c.edit...).Replace(older))) {
				got = append(got, fmt.Sprintf("%s: %s", change.Breaks, change.Text))
			}
			slices.Sort(got)
			slices.Sort(c.want)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// anySchema draws a schema of an object with some of the fields a, b and c, below
// which there may be more.
func anySchema(t *rapid.T, depth int) map[string]any {
	fields, required := make(map[string]any), []any{}
	for _, name := range []string{"a", "b", "c"} {
		if rapid.Bool().Draw(t, "has") {
			fields[name] = anyField(t, depth)
			if rapid.Bool().Draw(t, "required") {
				required = append(required, name)
			}
		}
	}
	schema := map[string]any{"type": "object", "properties": fields, "required": required}
	if rapid.Bool().Draw(t, "closed") {
		schema["additionalProperties"] = false
	}
	return schema
}

func anyField(t *rapid.T, depth int) map[string]any {
	kinds := 5
	if depth > 0 {
		kinds = 7
	}
	switch rapid.IntRange(0, kinds).Draw(t, "kind") {
	case 0:
		return map[string]any{"type": "string", "minLength": rapid.IntRange(0, 2).Draw(t, "min")}
	case 1:
		return map[string]any{"type": "integer", "maximum": rapid.IntRange(0, 3).Draw(t, "max")}
	case 2:
		return map[string]any{"type": rapid.SampledFrom([]any{"number", []any{"integer", "null"}, []any{"string", "number"}}).Draw(t, "type")}
	case 3:
		return map[string]any{"enum": rapid.SampledFrom([][]any{{"x"}, {"x", "y"}, {1, "x"}, {nil}}).Draw(t, "enum")}
	case 4:
		return map[string]any{"pattern": rapid.SampledFrom([]string{"^x", "y$"}).Draw(t, "pattern")}
	case 5:
		return map[string]any{}
	case 6:
		return map[string]any{"type": "array", "items": anyField(t, depth-1)}
	default:
		return anySchema(t, depth-1)
	}
}

// anyData draws data with the fields that a schema describes.
func anyData(t *rapid.T, schema map[string]any, depth int) any {
	if fields, ok := schema["properties"].(map[string]any); ok {
		data := make(map[string]any)
		for _, name := range slices.Sorted(maps.Keys(fields)) {
			if rapid.IntRange(0, 3).Draw(t, "told") > 0 {
				data[name] = anyData(t, fields[name].(map[string]any), depth-1)
			}
		}
		return data
	}
	if items, ok := schema["items"].(map[string]any); ok {
		list := []any{}
		for range rapid.IntRange(0, 2).Draw(t, "elements") {
			list = append(list, anyData(t, items, depth-1))
		}
		return list
	}
	return rapid.SampledFrom([]any{"x", "y", "", "xyz", 0, 1, 2.5, 7, nil, true, []any{}}).Draw(t, "value")
}

// What is called compatible is: data of the version that wrote it pass the other's
// schema too.
func TestWhatIsCalledCompatibleIsReadByTheOther(t *testing.T) {
	t.Parallel()
	read := 0
	rapid.Check(t, func(t *rapid.T) {
		older, newer := anySchema(t, 2), anySchema(t, 2)
		if rapid.Bool().Draw(t, "alike") {
			newer = maps.Clone(older)
			newer["required"] = rapid.SampledFrom([][]any{{}, {"a"}, {"a", "b"}}).Draw(t, "newly")
		}
		var backward, forward bool
		for _, c := range CompareContracts(&Contract{Version: 1, Schema: older}, &Contract{Version: 2, Schema: newer}) {
			backward, forward = backward || c.BreaksBackward(), forward || c.BreaksForward()
		}
		for _, one := range []struct {
			broken       bool
			writer, read map[string]any
		}{{backward, older, newer}, {forward, newer, older}} {
			if one.broken {
				continue
			}
			writer, err1 := compileSchema(one.writer)
			reader, err2 := compileSchema(one.read)
			if err1 != nil || err2 != nil {
				t.Fatal(err1, err2)
			}
			text, _ := json.Marshal(anyData(t, one.writer, 2))
			data, err := decoded(text)
			if err != nil || writer.Validate(data) != nil {
				continue
			}
			read++
			if err := reader.Validate(data); err != nil {
				t.Fatalf("%s passes %v and not %v: %v", text, one.writer, one.read, err)
			}
		}
	})
	if read == 0 {
		t.Error("nothing was ever read")
	}
}

func TestABrokenPromiseIsRefusedAndAnyOtherBreakIsTold(t *testing.T) {
	t.Parallel()
	const older = "schema: {properties: {no: {}, a: {type: string}, b: {type: string}}, required: [a]}"
	for promise, c := range map[string]struct {
		newer string
		want  []string
	}{
		"": {"schema: {properties: {no: {}, a: {type: string}, b: {type: string}}, required: [b]}", []string{
			"13:31: warning: contract booked: version 2 breaks forward compatibility with version 1: /a is optional now, and version 1 requires it",
			"13:50: warning: contract booked: version 2 breaks backward compatibility with version 1: /b is required now: what version 1 wrote may lack it",
		}},
		"backward": {"schema: {properties: {no: {}, a: {type: string}, b: {type: string}}, required: [b]}", []string{
			"13:31: warning: contract booked: version 2 breaks forward compatibility with version 1: /a is optional now, and version 1 requires it",
			"13:50: contract booked: version 2 promises backward compatibility with version 1, and /b is required now: what version 1 wrote may lack it",
		}},
		"forward": {"schema: {properties: {no: {}, a: {type: string}, b: {type: string}}, required: [b]}", []string{
			"13:31: contract booked: version 2 promises forward compatibility with version 1, and /a is optional now, and version 1 requires it",
			"13:50: warning: contract booked: version 2 breaks backward compatibility with version 1: /b is required now: what version 1 wrote may lack it",
		}},
		"full": {"schema: {properties: {no: {}, a: {type: string}, b: {type: string}, c: {}}, required: [a]}", nil},
	} {
		fields := []string{c.newer}
		if promise != "" {
			fields = append(fields, "compatibility: "+promise)
		}
		text := strings.ReplaceAll(version(1, older)+version(2, fields...), "stage: v1", "stage: v2")
		if diff := cmp.Diff(c.want, findings(text)); diff != "" {
			t.Errorf("%q: %s", promise, diff)
		}
	}
}

func TestASchemaThatSpreadsWithoutEndIsReadInBounds(t *testing.T) {
	t.Parallel()
	var doubling, wide strings.Builder
	for i := range 60 {
		fmt.Fprintf(&doubling, "d%d: {allOf: [{$ref: '#/$defs/d%d'}, {$ref: '#/$defs/d%d'}]}, ", i, i+1, i+1)
		fmt.Fprintf(&wide, "w%d: {properties: {a: {$ref: '#/$defs/w%d'}, b: {$ref: '#/$defs/w%d'}}}, ", i, i+1, i+1)
	}
	k := contractWith(t, 1, "schema: {properties: {d: {$ref: '#/$defs/d0'}, w: {$ref: '#/$defs/w0'}}, $defs: {"+doubling.String()+wide.String()+"d60: {type: string}, w60: {type: string}}}")
	s := shapesOf(k.Schema)
	if len(s) > maxShapes || len(CompareContracts(k, k)) > 0 {
		t.Errorf("%d places", len(s))
	}
	if deep := "/w" + strings.Repeat("/a", 50) + "/x"; !s.may(deep) {
		t.Errorf("what was not read out to the end is told to hold no %s", deep)
	}
}
