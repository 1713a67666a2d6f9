package lineage

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// farFuture is when nothing is left to come.
func farFuture() time.Time { return time.Date(2199, 1, 1, 0, 0, 0, 0, time.UTC) }

// version writes one version of a contract about orders.
func version(n int, fields ...string) string {
	return fmt.Sprintf("---\nkind: contract\ntype: booked\nversion: %d\n%s\nmap:\n  subject: {type: order, id: /no}\n  stage: v%d\n", n, strings.Join(fields, "\n"), n)
}

func catalogueOf(t testing.TB, text string) *Catalogue {
	t.Helper()
	c, err := ParseCatalogue([]File{{Name: "a.yaml", Data: []byte(text)}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// read reads an event about order 1 by the contract booked. attributes are further
// JSON fields of the envelope.
func read(t testing.TB, c *Catalogue, attributes, data string, ingested time.Time) (Event, error) {
	t.Helper()
	ce, err := ParseCloudEvent([]byte(`{"specversion":"1.0","id":"1","source":"erp","type":"booked"` + attributes + `,"data":` + data + `}`))
	if err != nil {
		t.Fatal(err)
	}
	return c.FromCloudEvent("default", &ce, ingested)
}

func TestAnEventIsReadByTheVersionThatItSays(t *testing.T) {
	t.Parallel()
	c := catalogueOf(t, version(1)+version(2, "dataschema: https://example.com/schemas/ids/4711")+version(3))
	for attributes, want := range map[string]string{
		`,"dataschema":"https://example.com/order/v1"`:                  "booked@1",
		`,"dataschema":"https://example.com/order/2"`:                   "booked@2",
		`,"dataschema":"https://example.com/order/2.1/"`:                "booked@2",
		`,"dataschema":"https://example.com/order/v2.json"`:             "booked@2",
		`,"dataschema":"https://example.com/order?version=1"`:           "booked@1",
		`,"dataschema":"https://example.com/order?version=2.7#/Order"`:  "booked@2",
		`,"dataschema":"urn:example:order:1"`:                           "booked@1",
		`,"dataschema":"https://example.com/schemas/ids/4711"`:          "booked@2",
		`,"dataschema":"https://example.com/order.json"`:                "booked@3",
		`,"dataschema":"https://example.com/schemas/ids/4712"`:          "booked@3",
		`,"dataschema":"https://example.com/order/20260101"`:            "booked@3",
		`,"dataschema":"https://example.com/order/1","dataversion":"2"`: "booked@1",
		`,"dataversion":"2"`:                     "booked@2",
		`,"dataversion":2`:                       "booked@2",
		`,"dataversion":"V2.3"`:                  "booked@2",
		`,"schemaversion":1.0`:                   "booked@1",
		`,"dataversion":"","schemaversion":"v1"`: "booked@1",
		`,"dataversion":"of yesterday"`:          "booked@3",
		`,"dataversion":{"major":1}`:             "booked@3",
		``:                                       "booked@3",
	} {
		e, err := read(t, c, attributes, `{"no":"1"}`, time.Unix(1e9, 0))
		if err != nil || e.Contract != want || e.Stage != "v"+want[len(want)-1:] {
			t.Errorf("%s is read by %q, %v; want %s", attributes, e.Contract, err, want)
		}
	}
}

func TestAContractNamesWhereItsVersionStands(t *testing.T) {
	t.Parallel()
	c := catalogueOf(t, strings.Replace(version(1), "stage: v1", "stage: v1\n  version: schemarevision", 1)+strings.Replace(version(2), "stage: v2", "stage: v2\n  version: /meta/version", 1))
	for name, one := range map[string]struct{ attributes, data, want string }{
		"a field of the data":            {``, `{"no":"1","meta":{"version":"1.4"}}`, "booked@1"},
		"a number":                       {``, `{"no":"1","meta":{"version":2}}`, "booked@2"},
		"before the schema's address":    {`,"dataschema":"https://example.com/2"`, `{"no":"1","meta":{"version":1}}`, "booked@1"},
		"where an older version has it":  {`,"schemarevision":1`, `{"no":"1"}`, "booked@1"},
		"nothing there says no version":  {``, `{"no":"1"}`, "booked@2"},
		"nothing there asks the address": {`,"dataschema":"https://example.com/1"`, `{"no":"1"}`, "booked@1"},
	} {
		if e, err := read(t, c, one.attributes, one.data, time.Unix(1e9, 0)); err != nil || e.Contract != one.want {
			t.Errorf("%s: read by %q, %v; want %s", name, e.Contract, err, one.want)
		}
	}
	_, err := read(t, c, ``, `{"no":"1","meta":{"version":"latest"}}`, time.Unix(1e9, 0))
	if KindOf(err) != Invalid || !strings.Contains(err.Error(), `its version is "latest"; want a number such as 2 or 2.1`) {
		t.Error(err)
	}
}

func TestWithoutAVersionTheNewestThatIsNotDeprecatedReads(t *testing.T) {
	t.Parallel()
	c := catalogueOf(t, version(1)+version(2)+version(3, "deprecated: 2026-03-01", "sunset: 2026-06-01"))
	for day, want := range map[string]string{"2026-02-28T23:59:59Z": "booked@3", "2026-03-01T00:00:00Z": "booked@2", "2026-07-01T00:00:00Z": "booked@2"} {
		at, err := time.Parse(time.RFC3339, day)
		if err != nil {
			t.Fatal(err)
		}
		if e, err := read(t, c, ``, `{"no":"1"}`, at); err != nil || e.Contract != want {
			t.Errorf("on %s it is read by %q, %v; want %s", day, e.Contract, err, want)
		}
		// A transaction does not vanish because somebody should have changed his schema.
		if e, err := read(t, c, `,"dataversion":3`, `{"no":"1"}`, at); err != nil || e.Contract != "booked@3" {
			t.Errorf("on %s an event of version 3 is read by %q, %v", day, e.Contract, err)
		}
		if c.Deprecated("booked@3", at) == (want == "booked@3") || c.Deprecated("booked@2", at) || c.Deprecated("nothing@1", at) {
			t.Errorf("on %s it is told otherwise what is deprecated", day)
		}
	}
	old := catalogueOf(t, version(1, "deprecated: 2020-01-01")+version(2, "deprecated: 2020-01-01"))
	if e, err := read(t, old, ``, `{"no":"1"}`, time.Unix(2e9, 0)); err != nil || e.Contract != "booked@2" {
		t.Errorf("with all deprecated it is read by %q, %v", e.Contract, err)
	}
}

func TestAnUnknownVersionIsReadOnlyByOneThatPromisesTo(t *testing.T) {
	t.Parallel()
	promise := func(p string) string { return "compatibility: " + p }
	alike := strings.NewReplacer("stage: v1", "stage: booked", "stage: v2", "stage: booked", "stage: v3", "stage: booked")
	for name, one := range map[string]struct{ catalogue, said, want string }{
		"a later one, with no promise":               {version(1) + version(2), "3", ""},
		"a later one, backward":                      {version(1) + version(2, promise("backward")), "3", ""},
		"a later one, forward":                       {version(1) + version(2, promise("forward")), "3", "booked@2"},
		"a later one, full":                          {version(1) + version(2, promise("full")), "9.1", "booked@2"},
		"an earlier one, with no promise":            {version(2) + version(3), "1", ""},
		"an earlier one, forward":                    {version(2, promise("forward")), "1", ""},
		"an earlier one, backward":                   {version(2, promise("backward")), "1", "booked@2"},
		"one between, the one below promises":        {version(1, promise("forward")) + version(3), "2", "booked@1"},
		"one between, the one above promises":        {version(1) + version(3, promise("backward")), "2", "booked@3"},
		"one between, both promise: the one below":   {version(1, promise("full")) + version(3, promise("full")), "2", "booked@1"},
		"one between, neither promises that way":     {version(1, promise("backward")) + version(3, promise("forward")), "2", ""},
		"one is known, and another is asked for":     {version(1), "2", ""},
		"a promise does not help what is no version": {version(1, promise("full")), "x", "booked@1"},
	} {
		e, err := read(t, catalogueOf(t, alike.Replace(one.catalogue)), `,"dataversion":"`+one.said+`"`, `{"no":"1"}`, time.Unix(1e9, 0))
		switch {
		case one.want != "" && (err != nil || e.Contract != one.want):
			t.Errorf("%s: read by %q, %v; want %s", name, e.Contract, err, one.want)
		case one.want == "" && (KindOf(err) != Invalid || !strings.Contains(err.Error(), "its version is "+one.said+"; the catalogue has ")):
			t.Errorf("%s: read by %q, %v; want it refused", name, e.Contract, err)
		}
	}
}

func TestEachVersionHasItsOwnSchema(t *testing.T) {
	t.Parallel()
	c := catalogueOf(t, version(1, "schema: {required: [no, a]}")+version(2, "schema: {required: [no, b]}"))
	for said, missing := range map[string]string{"1": "'a'", "2": "'b'"} {
		_, err := read(t, c, `,"dataversion":"`+said+`"`, `{"no":"1"}`, time.Unix(1e9, 0))
		if KindOf(err) != Invalid || !strings.Contains(err.Error(), "contract booked@"+said) || !strings.Contains(err.Error(), missing) {
			t.Errorf("version %s: %v", said, err)
		}
	}
}

func TestSpansHaveVersionsTooAndNoneIsRefused(t *testing.T) {
	t.Parallel()
	spans := func(n int) string {
		return fmt.Sprintf("---\nkind: contract\nsignal: span\ntype: book\nversion: %d\nmap: {subject: {type: order, id: no%d}, version: schema.version}\n", n, n)
	}
	c := catalogueOf(t, spans(1)+spans(2))
	if !strings.Contains(strings.Join(c.Keys(), " "), "schema.version") {
		t.Errorf("keys %v lack the version's", c.Keys())
	}
	for said, want := range map[string]string{"1": "book@1", "2": "book@2", "": "book@2", "3": "", "x": ""} {
		s := Span{Name: "book", TraceID: TraceID{1}, SpanID: SpanID{1}, Start: time.Unix(1e9, 0), Business: []Attr{
			{"no1", "A"}, {"no2", "B"}, {"invoice.id", "I"}, {"schema.version", said},
		}}
		if e, ok := c.FromSpan(&s); !ok || e.Contract != want {
			t.Errorf("a span of version %q is read by %q", said, e.Contract)
		}
	}
}

func TestAContractMayReadAttributesOfTheEnvelope(t *testing.T) {
	t.Parallel()
	c := catalogueOf(t, "kind: contract\ntype: booked\nversion: 1\nmap: {subject: {type: order, id: subject}, refs: [{type: quote, id: quoteno}], correlation: requestid, attempt: try}\n")
	e, err := read(t, c, `,"subject":"A-1","quoteno":17,"requestid":"r-1","try":2`, `{}`, time.Unix(1e9, 0))
	if err != nil || e.Subject().ID != "A-1" || len(e.Refs) != 2 || e.Refs[1].Object.ID != "17" || e.Correlation != "r-1" || e.Attempt != 2 {
		t.Errorf("%+v, %v", e, err)
	}
}
