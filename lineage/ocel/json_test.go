package ocel_test

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"pgregory.net/rapid"

	"throughline/lineage"
	"throughline/lineage/ocel"
	"throughline/lineage/ocel/oceltest"
)

func TestALogComesBackFromJSONAsItWas(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := oceltest.Any().Draw(t, "log")
		got, err := ocel.Decode(bytes.NewReader(encoded(t, want)), ocel.Options{Note: func(s string) { t.Errorf("it notes: %s", s) }})
		if err != nil {
			t.Fatal(err)
		}
		got.Sort()
		same(t, want, got)
	})
}

type failing interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

func encoded(t failing, l *ocel.Log) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := ocel.Encode(&b, l); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func same(t failing, want, got *ocel.Log) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("want -, got +:\n%s", diff)
	}
}

func TestWhatIsWrittenIsOfTheStandardsForm(t *testing.T) {
	t.Parallel()
	schema := standard(t)
	rapid.Check(t, func(t *rapid.T) {
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(encoded(t, oceltest.Any().Draw(t, "log"))))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(doc); err != nil {
			t.Fatal(err)
		}
	})
}

func standard(t *testing.T) *jsonschema.Schema {
	t.Helper()
	text, err := os.ReadFile("testdata/ocel20.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	if err := compiler.AddResource("ocel.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("ocel.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// document is a small log with one part replaced.
func document(part, by string) string {
	text := `{"objectTypes": [{"name": "order", "attributes": [{"name": "price", "type": "float"}, {"name": "paid", "type": "boolean"}]}],
"eventTypes": [{"name": "pay", "attributes": [{"name": "count", "type": "integer"}, {"name": "due", "type": "time"}]}],
"objects": [{"id": "o1", "type": "order", "attributes": [{"name": "price", "time": "1970-01-01T00:00:00Z", "value": 1.5}], "relationships": [{"objectId": "o1", "qualifier": "self"}]}],
"events": [{"id": "e1", "type": "pay", "time": "2019-03-02T09:00:00Z", "attributes": [{"name": "count", "value": 2}], "relationships": [{"objectId": "o1", "qualifier": "order"}]}]}`
	return strings.Replace(text, part, by, 1)
}

func TestALogThatIsNoneIsRefusedWithItsPlaceAndAFix(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, text, want string
		options          ocel.Options
	}{
		{"nothing", ``, "the document: the file ends in the middle, at byte 0", ocel.Options{}},
		{"a list", `[]`, "the document is not a JSON object", ocel.Options{}},
		{"no JSON", `{nope`, "the document: invalid character 'n'", ocel.Options{}},
		{"the end is missing", document(`"relationships": [{"objectId": "o1", "qualifier": "order"}]}]}`, ``), `events[0]: the file ends in the middle`, ocel.Options{}},
		{"two documents", document("x", "") + `{}`, "something follows the document", ocel.Options{}},
		{"a part is missing", `{"objectTypes": [], "eventTypes": [], "events": []}`, "objects is missing", ocel.Options{}},
		{"a part twice", `{"objects": [], "objects": []}`, "objects is there twice", ocel.Options{}},
		{"another part", document(`{"objectTypes"`, `{"more": 1, "objectTypes"`), `"more" is no part of an OCEL 2.0 document`, ocel.Options{}},
		{"OCEL 1.0", `{"ocel:global-log": {}}`, "this is OCEL 1.0 (ocel:global-log); convert it to OCEL 2.0", ocel.Options{}},
		{"a part that is no list", `{"objects": {}}`, "objects is not a JSON list", ocel.Options{}},
		{"an unknown field", document(`"id": "e1"`, `"id": "e1", "vmap": {}`), `events[0] "e1": unknown field "vmap"`, ocel.Options{}},
		{"a wrong field", document(`"type": "pay"`, `"type": 7`), `events[0] "e1": type is a JSON number`, ocel.Options{}},
		{"no id", document(`"id": "e1", `, ``), "events[0]: id is missing or empty", ocel.Options{}},
		{"an id twice", document(`"events": [`, `"events": [{"id": "e1", "type": "pay", "time": "2019-03-02T09:00:00Z"},`), `event "e1" is there twice`, ocel.Options{}},
		{"an object twice", document(`"objects": [`, `"objects": [{"id": "o1", "type": "order"},`), `object "o1" is there twice`, ocel.Options{}},
		{"no time", document(`"time": "2019-03-02T09:00:00Z"`, `"time": ""`), `events[0] "e1": time is missing`, ocel.Options{}},
		{"a wrong time", document(`"time": "2019-03-02T09:00:00Z"`, `"time": "yesterday"`), `events[0] "e1": time: "yesterday" is no time; want RFC 3339`, ocel.Options{}},
		{"a change without its time's form", document(`1970-01-01T00:00:00Z`, `then`), `objects[0] "o1": attributes[0] "price": time: "then" is no time`, ocel.Options{}},
		{"an unknown type", document(`"type": "pay"`, `"type": "buy"`), `event "e1": its type "buy" is not among eventTypes`, ocel.Options{}},
		{"an object of no type", document(`"id": "o1", "type": "order"`, `"id": "o1", "type": "x"`), `object "o1": its type "x" is not among objectTypes`, ocel.Options{}},
		{"a type twice", document(`"objectTypes": [`, `"objectTypes": [{"name": "order", "attributes": []},`), `objectTypes: "order" is declared twice`, ocel.Options{}},
		{"an attribute's unknown type", document(`"type": "float"`, `"type": "money"`), `objectTypes "order": attributes[0]: type is "money"; want string, time`, ocel.Options{}},
		{"an unknown object", document(`"relationships": [{"objectId": "o1", "qualifier": "order"}]`, `"relationships": [{"objectId": "o2", "qualifier": ""}]`), `event "e1": relationships[0]: objectId "o2" is not among the objects`, ocel.Options{}},
		{"no integer", document(`"value": 2`, `"value": 2.5`), `event "e1": attribute "count": "2.5" is no integer of 64 bits; correct it`, ocel.Options{}},
		{"no number", document(`"value": 1.5`, `"value": "NaN"`), `object "o1": attribute "price": "NaN" is no finite number`, ocel.Options{}},
		{"no boolean", document(`{"name": "price", "time": "1970-01-01T00:00:00Z", "value": 1.5}`, `{"name": "paid", "value": "maybe"}`), `object "o1": attribute "paid": "maybe" is neither true nor false`, ocel.Options{}},
		{"a value that is a list", document(`"value": 2`, `"value": [2]`), `events[0] "e1": attributes[0] "count": value is a JSON list or object`, ocel.Options{}},
		{"a value that is not there", document(`{"name": "count", "value": 2}`, `{"name": "count"}`), `attributes[0] "count": value is missing`, ocel.Options{}},
		{"two values", document(`{"name": "count", "value": 2}`, `{"name": "count", "value": 2}, {"name": "count", "value": 3}`), `event "e1": attribute "count" has two values`, ocel.Options{}},
		{"no UTF-8", document(`"id": "e1"`, "\"id\": \"e\xff\""), "is not UTF-8; save the log as UTF-8", ocel.Options{}},
		{"half a character", `{"objects": [{"id": "` + "\xe4\xba", "the file ends in the middle of a character", ocel.Options{}},
		{"too long an id", document(`"id": "e1"`, `"id": "`+strings.Repeat("x", 2000)+`"`), "id has 2000 bytes; at most 1024 are taken", ocel.Options{}},
		{"too many bytes", document("x", ""), "the log has more than 100 bytes", ocel.Options{MaxBytes: 100}},
		{"too many events", document(`"events": [`, `"events": [{"id": "e0", "type": "pay", "time": "2019-03-02T09:00:00Z"},`), "the log has more than 1 events", ocel.Options{MaxEvents: 1}},
		{"too many objects", document(`"objects": [`, `"objects": [{"id": "o0", "type": "order"},`), "the log has more than 1 objects", ocel.Options{MaxObjects: 1}},
		{"too many names", document("x", ""), `object "o1" has 2 relationships and attribute values; at most 1 are taken`, ocel.Options{MaxNames: 1}},
		{"too long a value", document(`"value": 2`, `"value": "0000002"`), "its value has 7 bytes; at most 6 are taken", ocel.Options{MaxText: 6}},
	} {
		_, err := ocel.Decode(strings.NewReader(c.text), c.options)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v\nwant %s", c.name, err, c.want)
			continue
		}
		if k := lineage.KindOf(err); k != lineage.Invalid && k != lineage.TooLarge {
			t.Errorf("%s: the error is of kind %d", c.name, k)
		}
	}
}

func TestWhatToolsWriteIsTakenForWhatItSays(t *testing.T) {
	t.Parallel()
	text := document(`"type": "float"`, `"type": "double"`)
	text = strings.Replace(text, `"value": 2}`, `"value": "2.0"}, {"name": "due", "value": "2019-03-05 10:00:00"}, {"name": "note", "value": null}, {"name": "by", "value": 7}`, 1)
	text = strings.Replace(text, "2019-03-02T09:00:00Z", "2019-03-02T10:00:00+01:00", 1)
	var notes []string
	l, err := ocel.Decode(strings.NewReader(text), ocel.Options{Note: func(s string) { notes = append(notes, s) }})
	if err != nil {
		t.Fatal(err)
	}
	e := l.Events[0]
	want := []ocel.Named{
		{Name: "count", Value: ocel.Value{Type: ocel.Integer, Text: "2"}},
		{Name: "due", Value: ocel.Value{Type: ocel.Time, Text: "2019-03-05T10:00:00Z"}},
		{Name: "by", Value: ocel.Value{Type: ocel.Integer, Text: "7"}},
	}
	if diff := cmp.Diff(want, e.Attributes); diff != "" || e.Time.Format("15:04 MST") != "09:00 UTC" {
		t.Errorf("%s at %s", diff, e.Time)
	}
	said := strings.Join(notes, "\n")
	for _, want := range []string{
		"events of type pay: an attribute note has the value null; it is left out",
		"events of type pay have an attribute by that is not declared",
		"the type double is none of the standard's; it is taken for float",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("nobody is told that %s; told is\n%s", want, said)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(document("x", "")))
	f.Add(encoded(f, oceltest.NewOrders(1, 2).Log))
	f.Add([]byte(`{"ocel:events": {}}`))
	f.Add([]byte(`{"objects": [{"id": "\ud800", "attributes": [{"value": 1e400}]}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		l, err := ocel.Decode(bytes.NewReader(text), ocel.Options{MaxBytes: 1 << 20})
		if err != nil {
			return
		}
		// What was taken is written in the standard's form, and is taken again.
		again, err := ocel.Decode(bytes.NewReader(encoded(t, l)), ocel.Options{Note: func(s string) { t.Errorf("the second time it notes: %s", s) }})
		if err != nil {
			t.Fatal(err)
		}
		same(t, l, again)
		if !json.Valid(encoded(t, l)) {
			t.Error("what is written is no JSON")
		}
	})
}
