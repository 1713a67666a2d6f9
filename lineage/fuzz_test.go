package lineage

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"time"

	"throughline/catalog"
)

// shipped are the files that the program ships with.
func shipped(t testing.TB) []File {
	t.Helper()
	var files []File
	err := fs.WalkDir(catalog.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(catalog.FS(), name)
		files = append(files, File{Name: name, Data: data})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// FuzzParseCatalogue reads anything as a catalogue, in part as a team's. What is
// refused has its place, and what is not maps an event, in whatever form that is.
func FuzzParseCatalogue(f *testing.F) {
	for _, file := range shipped(f) {
		f.Add(file.Data, []byte{})
	}
	for _, text := range []string{testCatalogue, central, before, driftContract, flowOfOrders + promise, version(1) + version(2, "compatibility: full")} {
		f.Add([]byte(text), []byte(strings.NewReplacer("context", "business", "max: 5", "max: 3", "1h", "30m").Replace(text)))
	}
	f.Add([]byte("kind: contract\ntype: t\nasyncapi: team.yaml#/components/messages/OrderBooked\n"), []byte(orderMessages))
	f.Add([]byte("kind: types\ntypes: &a {x: &b {class: business, refuse: [/a+/, *b]}, y: *b}\n"), []byte("&x {a: *x}"))
	f.Add([]byte("kind: contract\ntype: t\nschema: &s {properties: {a: {$ref: '#'}, b: {allOf: [{$ref: '#/properties/a'}]}}}\n"), []byte("kind: contract\ntype: t\nversion: 2\nschema: {items: {$ref: '#/items'}}\n"))
	f.Add([]byte("kind: contract\ntype: t\nmap:\n  refs:\n   !- {type: order, id: /no}\n"), []byte("!x kind: types\n"))
	f.Fuzz(func(t *testing.T, centre, team []byte) {
		files := []File{{Name: "centre.yaml", Data: centre}, {Name: "team.yaml", Data: team, Team: "team"}}
		for _, r := range Review(files, time.Unix(1.8e9, 0)) {
			if line := r.String(); strings.Contains(line, "\n") || !strings.HasPrefix(line, "centre.yaml:") && !strings.HasPrefix(line, "team.yaml:") {
				t.Fatalf("%q is no line with a place", line)
			}
		}
		cat, err := ParseCatalogue(files)
		if err != nil {
			if KindOf(err) != Invalid {
				t.Fatalf("%v is %v", err, KindOf(err))
			}
			return
		}
		if again, err := ParseCatalogue(files); err != nil || again.Hash() != cat.Hash() || len(Differences(cat, again)) > 0 {
			t.Fatalf("it is read otherwise the second time: %v", err)
		}
		for i := range cat.def.Contracts {
			k := &cat.def.Contracts[i]
			ce := CloudEvent{ID: "1", Source: "s", Type: k.Type, Subject: "order/1", Raw: []byte(`{"id":"1"}`), Data: []byte(`{"no":"1","items":[{"a":1},2],"amount":{"value":"1.00","currency":"EUR"}}`)}
			if _, err := cat.FromCloudEvent("default", &ce, time.Unix(1.8e9, 0)); err != nil && !errors.As(err, new(*Error)) {
				t.Fatalf("%v is not the house's error", err)
			}
			cat.FromSpan(&Span{Name: k.Type, Business: []Attr{{"order.id", "1"}, {"no", "2"}}})
			cat.FromLog(&Log{EventName: k.Type, Business: []Attr{{"order.id", "1"}}})
		}
		cat.Drift(&Traffic{Kinds: []TrafficKind{{Source: "s", Type: "t", Contract: "t@1", Events: 1, Sampled: 1, Paths: []SeenPath{{"", "object", 1, 1}, {"/a", "string", 1, 1}}}}}, time.Unix(1.8e9, 0))
	})
}

// FuzzMapEvent maps anything by contracts. What is refused is invalid and says why,
// and what is not is the same event every time.
func FuzzMapEvent(f *testing.F) {
	files := shipped(f)
	for i, text := range []string{testCatalogue, driftContract, version(1, "compatibility: forward") + version(2, "schema: {required: [no]}")} {
		files = append(files, File{Name: "f" + string(rune('0'+i)) + ".yaml", Data: []byte(strings.Replace(text, "kind: types\n", "kind: types\n#\n", 1))})
	}
	cat, err := ParseCatalogue(files)
	if err != nil {
		f.Fatal(err)
	}
	for _, k := range cat.def.Contracts {
		f.Add(k.Type, "https://example.com/v1", `"dataversion":2`, `{"salesOrder":"0000000001","no":"1","lines":[{"item":"a","qty":1}],"amount":{"value":"1.00","currency":"EUR"}}`)
	}
	f.Add("com.example.billing.invoice.posted.v1", "", `"x":1`, `{"billingDocument":"0090000001","billingType":"F1","payerParty":"0000000001","netAmount":{"value":"10.00","currency":"EUR"},"allocations":[{"salesDocument":"0000000001","amount":{"value":"4.00","currency":"EUR"}},{"salesDocument":"0000000002","amount":{"value":"6.00","currency":"EUR"}}]}`)
	f.Fuzz(func(t *testing.T, typ, schema, extension, data string) {
		message := fmt.Sprintf(`{"specversion":"1.0","id":"1","source":"s","type":%s,"dataschema":%s,%s,"data":%s}`, quoted(typ), quoted(schema), extension, data)
		ce, err := ParseCloudEvent([]byte(message))
		if err != nil {
			return // it is no event
		}
		e, err := cat.FromCloudEvent("default", &ce, time.Unix(1.8e9, 0))
		again, err2 := cat.FromCloudEvent("default", &ce, time.Unix(1.8e9, 0))
		if (err == nil) != (err2 == nil) || err == nil && !sameEvent(e, again) || err != nil && err.Error() != err2.Error() {
			t.Fatalf("it is %+v, %v and then %+v, %v", e, err, again, err2)
		}
		if err != nil {
			if KindOf(err) != Invalid || err.Error() == "" {
				t.Fatalf("%v is %v", err, KindOf(err))
			}
			return
		}
		for _, r := range e.Refs {
			if Refused(r.Object.ID) || len(r.Object.ID) > MaxID {
				t.Fatalf("%q is taken for an id", r.Object.ID)
			}
		}
		g := NewGraph(cat, "default")
		g.Add(&e)
		g.Recompute()
		cat.Identifiers(&e)
	})
}

// sameEvent compares what two events name and tell.
func sameEvent(a, b Event) bool {
	return same(a.Refs, b.Refs) && same(a.Relations, b.Relations) && same(a.Equalities, b.Equalities) && a.Contract == b.Contract &&
		a.Stage == b.Stage && a.Outcome == b.Outcome && a.Amount == b.Amount && a.Correlation == b.Correlation && a.Reason == b.Reason
}

func same[T comparable](a, b []T) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
