package lineage

import (
	"errors"
	"strings"
	"testing"
	"time"
)

const testCatalogue = `
kind: types
types:
  opportunity: {class: business, system: crm}
  order: {class: business, system: erp}
  invoice: {class: business, system: erp}
  customer: {class: context, system: crm}
systems:
  crm: {normalise: salesforce}
  erp: {normalise: sap}
---
kind: contract
type: erp.order.booked
version: 2
schema:
  type: object
  required: [salesOrder]
  properties:
    salesOrder: {type: string, minLength: 1}
    attempt: {type: integer}
map:
  subject: {type: order, id: /salesOrder}
  refs:
    - {type: opportunity, id: /crm/opportunity, role: fulfils}
    - {type: invoice, id: /invoices/*/no, role: bills, amount: {value: /invoices/*/net, currency: /currency}}
  aliases:
    - {a: {type: order, id: /salesOrder}, b: {type: order, system: crm, id: /crm/order}}
  stage: ordered
  outcome: {from: /status, values: {A: ok, R: failed, T: retrying}}
  attempt: /attempt
  reason: /text
  correlation: /key
---
kind: contract
signal: span
type: POST /orders
version: 1
map:
  subject: {type: order, id: erp.document}
  stage: ordered
`

func testMapping(t testing.TB) *Catalogue {
	t.Helper()
	cat, err := ParseCatalogue([]File{{Name: "test.yaml", Data: []byte(testCatalogue)}})
	if err != nil {
		t.Fatal(err)
	}
	return cat
}

func mapped(t *testing.T, cat *Catalogue, text string) (Event, error) {
	t.Helper()
	ce, err := ParseCloudEvent([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return cat.FromCloudEvent("default", &ce, time.Unix(1e9, 0))
}

func TestAContractReadsABusinessPayload(t *testing.T) {
	t.Parallel()
	e, err := mapped(t, testMapping(t), `{"specversion":"1.0","id":"1","source":"erp","type":"erp.order.booked","data":{
		"salesOrder":"0000004711","crm":{"opportunity":"006A0000001abcD","order":"801A0000001abcD"},
		"invoices":[{"no":"0090000001"},{"no":"0090000002"}],"status":"T","attempt":3,"text":"tax code","key":"c-1"}}`)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"subject order/erp:4711", "fulfils opportunity/crm:006A0000001abcDIAQ", "bills invoice/erp:90000001", "bills invoice/erp:90000002",
		"alias order/crm:801A0000001abcDIAQ",
	}
	var got []string
	for _, r := range e.Refs {
		got = append(got, string(r.Role)+" "+r.Object.String())
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("refs\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if e.Stage != "ordered" || e.Outcome != OutcomeRetrying || e.Attempt != 3 || e.Reason != "tax code" ||
		e.Correlation != "c-1" || e.Contract != "erp.order.booked@2" || len(e.Equalities) != 1 {
		t.Errorf("event %+v", e)
	}
}

func TestABrokenContractNamesTheField(t *testing.T) {
	t.Parallel()
	cat := testMapping(t)
	for name, c := range map[string]struct{ data, want string }{
		"a required field is missing":  {`{}`, "salesOrder"},
		"a field has another type":     {`{"salesOrder":5}`, "/salesOrder"},
		"the subject is refused":       {`{"salesOrder":"0000"}`, "/salesOrder: has no id that can be used"},
		"there is no payload":          {`null`, "/: "},
		"an attempt that is no number": {`{"salesOrder":"1","attempt":"x"}`, "/attempt"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := mapped(t, cat, `{"specversion":"1.0","id":"1","source":"erp","type":"erp.order.booked","data":`+c.data+`}`)
			if KindOf(err) != Invalid || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v; want %q", err, c.want)
			}
		})
	}
}

func TestASpanIsAnEventWhenItCarriesBusinessIDs(t *testing.T) {
	t.Parallel()
	cat := testMapping(t)
	if !strings.Contains(strings.Join(cat.Keys(), " "), "erp.document") {
		t.Fatalf("keys %v lack the contract's", cat.Keys())
	}
	span := Span{Tenant: "default", Service: "erp", Name: "POST /orders", TraceID: TraceID{1}, SpanID: SpanID{2}, Start: time.Unix(1e9, 0)}
	if _, ok := cat.FromSpan(&span); ok {
		t.Error("a span without business ids is no event")
	}
	span.Business = []Attr{{"erp.document", "0000000007"}, {"customer.id", "C-1"}, {"correlation.id", "c-9"}, {"invoice.id", "null"}}
	e, ok := cat.FromSpan(&span)
	if !ok || e.Subject().String() != "order/erp:7" || len(e.Refs) != 2 || e.Correlation != "c-9" || e.Kind != SpanEvent {
		t.Errorf("event %+v, %v", e, ok)
	}
	span.Name = "GET /elsewhere"
	if e, ok := cat.FromSpan(&span); !ok || !e.Subject().IsZero() {
		t.Errorf("by the conventions a span only mentions: %+v", e)
	}
}

func TestWhatIsWrongWithACloudEventIsNamed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, want string }{
		"not JSON":                  {`nonsense`, "not a JSON object"},
		"not an object":             {`[1]`, "found a JSON array"},
		"no id":                     {`{"specversion":"1.0","source":"s","type":"t"}`, "id is missing"},
		"no source":                 {`{"specversion":"1.0","id":"1","type":"t"}`, "source is missing"},
		"no type":                   {`{"specversion":"1.0","id":"1","source":"s"}`, "type is missing"},
		"another version":           {`{"specversion":"0.3","id":"1","source":"s","type":"t"}`, `specversion is "0.3"; want "1.0"`},
		"an id that is a number":    {`{"specversion":"1.0","id":1,"source":"s","type":"t"}`, "id is a JSON number; want a string"},
		"a time that is none":       {`{"specversion":"1.0","id":"1","source":"s","type":"t","time":"yesterday"}`, `time is "yesterday"; want RFC 3339`},
		"a time before the systems": {`{"specversion":"1.0","id":"1","source":"s","type":"t","time":"1066-10-14T09:00:00Z"}`, "want a year from 1970"},
		"data twice":                {`{"specversion":"1.0","id":"1","source":"s","type":"t","data":{},"data_base64":""}`, "both data and data_base64"},
		"base64 that is none":       {`{"specversion":"1.0","id":"1","source":"s","type":"t","data_base64":"?"}`, "data_base64 is not base64"},
		"an id without end":         {`{"specversion":"1.0","id":"` + strings.Repeat("x", 5000) + `","source":"s","type":"t"}`, "id has 5000 bytes"},
		"bytes that are not UTF-8":  {"{\"id\":\"\xff\"}", "not valid UTF-8"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := ParseCloudEvent([]byte(c.text))
			if KindOf(err) != Invalid || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v; want %q", err, c.want)
			}
		})
	}
	_, err := ParseCloudEvents([]byte(`[{"specversion":"1.0","id":"1","source":"s","type":"t"},{}]`), true)
	if err == nil || !strings.Contains(err.Error(), "event 1") {
		t.Errorf("a bad event of a batch must be named: %v", err)
	}
}

func TestABadCatalogueIsNamedByFileLineAndColumn(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, want string }{
		"an unknown field":             {"kind: flow\nname: f\nanchr: order\n", "bad.yaml:3:1"},
		"an unknown kind":              {"kind: flaw\n", `bad.yaml:1:1: kind is "flaw"`},
		"not YAML":                     {"kind: [\n", "bad.yaml:1:"},
		"an anchor without a rank":     {"# a comment\nkind: flow\nname: f\nanchor: order\n", "bad.yaml:2:1: flow f: ranks has no rank"},
		"an unknown class":             {"kind: types\ntypes: {a: {class: x}}\n", "type a: class is"},
		"a schema that is none":        {"kind: contract\ntype: t\nschema: {type: 5}\n", "contract t: schema"},
		"a schema that reads the disk": {"kind: contract\ntype: t\nschema: {$ref: 'file:///etc/passwd'}\n", "contract t: schema"},
		"a guard without a bound":      {"kind: guards\nguards: [{type: a, to: b}]\n", "max of at least 1"},
		"a stage of an unknown type":   {"kind: flow\nname: f\nanchor: a\nranks: {a: 0}\nstages: [{name: s, type: b}]\n", "stage s: type"},
		"the built-in flow's name":     {"kind: flow\nname: transaction\nanchor: a\nranks: {a: 0}\n", "want a name other than"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := ParseCatalogue([]File{{Name: "good.yaml", Data: []byte(testCatalogue)}, {Name: "bad.yaml", Data: []byte(c.text)}})
			if KindOf(err) != Invalid || !strings.HasPrefix(err.Error(), "bad.yaml:") || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v; want %q", err, c.want)
			}
		})
	}
}

func TestIDsHaveOneForm(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		n        Normaliser
		id, want string
	}{
		{NormaliseSalesforce, "006A0000001abcD", "006A0000001abcDIAQ"},
		{NormaliseSalesforce, "006A0000001abcDIAQ", "006A0000001abcDIAQ"},
		{NormaliseSalesforce, "006-0000001abcD", "006-0000001abcD"},
		{NormaliseSAP, " 0000004711 ", "4711"},
		{NormaliseSAP, "00A7", "00A7"},
		{NormaliseUpper, "so-1", "SO-1"},
		{NormaliseNone, " so-1", "so-1"},
	} {
		if got := c.n.Apply(c.id); got != c.want {
			t.Errorf("%s of %q is %q; want %q", c.n, c.id, got, c.want)
		}
	}
}

func FuzzCloudEvent(f *testing.F) {
	f.Add([]byte(`{"specversion":"1.0","id":"1","source":"erp","type":"erp.order.booked","data":{"salesOrder":"0001","currency":"EUR","invoices":[{"no":1,"net":"1.5"},{"net":2},{"no":1,"net":"-3"}]}}`))
	f.Add([]byte(`{"specversion":"1.0","id":"1","source":"s","type":"t","subject":"order/erp:1","data":{"objects":{"quote":["1",2]},"relations":[{"from":"a/b","to":"c/d","amount":{"value":"1","currency":"EUR"}}],"aliases":[["a/1"]]}}`))
	cat := testMapping(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		ce, err := ParseCloudEvent(text)
		if err == nil {
			var e Event
			if e, err = cat.FromCloudEvent("default", &ce, time.Unix(1e9, 0)); err == nil {
				g := NewGraph(cat, "default")
				g.Add(&e)
				g.Recompute()
				cat.Identifiers(&e)
			}
		}
		if err != nil && !errors.As(err, new(*Error)) {
			t.Fatalf("%v is not the house's error", err)
		}
	})
}

func FuzzCatalogue(f *testing.F) {
	f.Add([]byte(testCatalogue))
	f.Fuzz(func(t *testing.T, text []byte) {
		if _, err := ParseCatalogue([]File{{Name: "fuzz.yaml", Data: text}}); err != nil && !strings.HasPrefix(err.Error(), "fuzz.yaml:") {
			// What only the whole catalogue can tell has no place of its own.
			if !strings.HasPrefix(err.Error(), "catalogue: ") {
				t.Fatalf("no place in %v", err)
			}
		}
	})
}
