package lineage

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func refsOf(e *Event) string {
	var lines []string
	for _, r := range e.Refs {
		lines = append(lines, strings.TrimSpace(string(r.Role)+" "+r.Object.String()+" "+r.Amount.String()))
	}
	for _, r := range e.Relations {
		lines = append(lines, strings.TrimSpace(r.From.String()+" "+r.Qualifier+" "+r.To.String()+" "+r.Amount.String()))
	}
	return strings.Join(lines, "; ")
}

func allocating(t testing.TB, refs string) *Catalogue {
	t.Helper()
	cat, err := ParseCatalogue([]File{{Name: "t.yaml", Data: []byte("kind: contract\ntype: billed\nversion: 1\nmap:\n  subject: {type: invoice, id: /no}\n  refs:\n" + refs)}})
	if err != nil {
		t.Fatal(err)
	}
	return cat
}

func billed(cat *Catalogue, data string) (Event, error) {
	return cat.FromCloudEvent("default", &CloudEvent{ID: "1", Source: "s", Type: "billed", Data: []byte(data)}, time.Unix(1e9, 0))
}

func TestAnAmountGoesWithTheIDOfItsElement(t *testing.T) {
	t.Parallel()
	const lines = "    - {type: order, id: /lines/*/order, role: bills, amount: {value: /lines/*/net, currency: /currency}}\n"
	for name, c := range map[string]struct{ refs, data, want string }{
		"each its own": {
			lines, `{"lines":[{"order":"A","net":"1"},{"order":"B","net":"2"}]}`,
			"bills order/A 1.00 EUR; bills order/B 2.00 EUR",
		},
		"an id that is missing shifts none": {
			lines, `{"lines":[{"net":"1"},{"order":"B","net":"2"},{"order":null,"net":"3"},{"order":"D","net":4.5}]}`,
			"bills order/B 2.00 EUR; bills order/D 4.50 EUR",
		},
		"an id that is refused shifts none": {
			lines, `{"lines":[{"order":"N/A","net":"1"},{"order":"B","net":"2"}]}`,
			"bills order/B 2.00 EUR",
		},
		"an amount that is missing shifts none": {
			lines, `{"lines":[{"order":"A"},{"order":"B","net":"2"},{"order":"C","net":null},{"order":"D","net":"4"}]}`,
			"bills order/A; bills order/B 2.00 EUR; bills order/C; bills order/D 4.00 EUR",
		},
		"lines of one order add up": {
			lines, `{"lines":[{"order":"A","net":"1"},{"order":"B","net":"2"},{"order":"A","net":"-0.25"}]}`,
			"bills order/A 0.75 EUR; bills order/B 2.00 EUR",
		},
		"a line that tells none leaves the sum untold": {
			lines, `{"lines":[{"order":"A","net":"1"},{"order":"A"},{"order":"A","net":"5"}]}`,
			"bills order/A",
		},
		"an amount beside several ids is none of any": {
			lines, `{"lines":[{"order":["A","B"],"net":"1"},{"order":["C"],"net":"2"}]}`,
			"bills order/A; bills order/B; bills order/C 2.00 EUR",
		},
		"lists within lists, and a currency between them": {
			"    - {type: order, id: /runs/*/lines/*/order, role: bills, amount: {minor: /runs/*/lines/*/cents, currency: /runs/*/currency}}\n",
			`{"runs":[{"currency":"EUR","lines":[{"order":"A","cents":1},{"order":"B"}]},{"currency":"JPY","lines":[{"cents":3},{"order":"D","cents":4}]}]}`,
			"bills order/A 0.01 EUR; bills order/B; bills order/D 4 JPY",
		},
		"one id and one amount": {
			"    - {type: order, id: /order, role: bills, amount: {value: /lines/1/net, currency: /currency}}\n",
			`{"order":"A","lines":[{"net":"1"},{"net":"2"}]}`,
			"bills order/A 2.00 EUR",
		},
		"two lists add up, and who is named without an amount first is told one later": {
			"    - {type: order, id: /order, role: bills}\n" + lines +
				"    - {type: order, id: /freight/*/for, role: bills, amount: {value: /freight/*/net, currency: /currency}}\n",
			`{"order":"A","lines":[{"order":"A","net":"1"}],"freight":[{"for":"A","net":"0.10"},{"for":"B","net":"0.20"}]}`,
			"bills order/A 1.10 EUR; bills order/B 0.20 EUR",
		},
		"another role is another relation": {
			"    - {type: order, id: /order, role: fulfils}\n" + lines, `{"order":"A","lines":[{"order":"A","net":"1"},{"order":"A","net":"2"}]}`,
			"fulfils order/A; invoice/7 bills order/A 3.00 EUR",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, err := billed(allocating(t, c.refs), `{"no":"7","currency":"EUR",`+c.data[1:])
			if got := refsOf(&e); err != nil || got != "subject invoice/7; "+c.want {
				t.Errorf("got  %s, %v\nwant %s", got, err, c.want)
			}
		})
	}
}

func TestAnAmountBesideAnIDThatCannotBeTakenIsNamed(t *testing.T) {
	t.Parallel()
	cat := allocating(t, "    - {type: order, id: /lines/*/order, role: bills, amount: {value: /lines/*/net, currency: /lines/*/cur}}\n")
	for _, c := range []struct{ lines, want string }{
		{`{"order":"A","net":"1","cur":"EUR"},{"order":"B","net":"x","cur":"EUR"}`, `/lines/1/net: read amount: value is "x"`},
		{`{"order":"A","net":"1"}`, `/lines/0/net: read amount: currency is ""`},
		{`{"order":"A","net":"1","cur":"EUR"},{"order":"A","net":"1","cur":"USD"}`, "the amounts for order/A cannot be added: 1.00 EUR and 1.00 USD"},
		{`{"order":"A","net":"92233720368547758","cur":"EUR"},{"order":"A","net":"1","cur":"EUR"}`, "the amounts for order/A cannot be added"},
	} {
		_, err := billed(cat, `{"no":"7","lines":[`+c.lines+`]}`)
		if KindOf(err) != Invalid || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v; want %q", c.lines, err, c.want)
		}
	}
}

func TestAContractSaysWhereTheAmountBesideAnIDIs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ refs, want string }{
		{"{type: order, id: /lines/*/order, amount: {value: /total, currency: /currency}}", "at /lines/*/order is read at /total, which is not in the same element; want a place such as /lines/*/amount"},
		{"{type: order, id: /orders/*, amount: {value: /amounts/*, currency: /currency}}", "read at /amounts/*, which is not in the same element"},
		{"{type: order, id: /a/*/b/*/c, amount: {value: /a/*/v, currency: /c}}", "read at /a/*/v"},
		{"{type: order, id: /order, amount: {value: /lines/*/v, currency: /c}}", "read at /lines/*/v"},
		{"{type: order, id: '', amount: {value: /lines/*/v, currency: /c}}", "has id \"\"; want both"},
		{"{type: order, id: /a/*/b, amount: {value: /a/*/v, currency: /c/*/d}}", "read at /c/*/d"},
		{"{type: order, id: /order, amount: {value: /v}}", "want a currency"},
		{"{type: order, id: /order, role: alias, amount: {value: /v, currency: /c}}", "only refs to other objects have one"},
	} {
		_, err := ParseCatalogue([]File{{Name: "t.yaml", Data: []byte("kind: contract\ntype: billed\nversion: 1\nmap:\n  refs:\n    - " + c.refs)}})
		if KindOf(err) != Invalid || !strings.HasPrefix(err.Error(), "t.yaml:6:") || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v; want %q", c.refs, err, c.want)
		}
	}
	_, err := ParseCatalogue([]File{{Name: "t.yaml", Data: []byte("kind: contract\ntype: billed\nversion: 1\nmap: {subject: {type: order, id: /a, amount: {value: /v, currency: /c}}}")}})
	if KindOf(err) != Invalid || !strings.Contains(err.Error(), "the subject's own is map.amount") {
		t.Error(err)
	}
}

func TestASpanMayTellHowMuchGoesToTheOneObjectThatItNames(t *testing.T) {
	t.Parallel()
	cat, err := ParseCatalogue([]File{{Name: "t.yaml", Data: []byte(`
kind: contract
signal: span
type: bill
version: 1
map:
  subject: {type: invoice, id: erp.invoice}
  refs: [{type: order, id: erp.order, role: bills, amount: {minor: erp/cents, currency: erp/currency}}]
`)}})
	if err != nil {
		t.Fatal(err)
	}
	if keys := strings.Join(cat.Keys(), " "); !strings.Contains(keys, "erp/cents erp/currency") {
		t.Fatalf("keys %s lack the amount's", keys)
	}
	for cents, want := range map[string]string{"250": "bills order/A 2.50 EUR", "x": "bills order/A"} {
		span := Span{Name: "bill", TraceID: TraceID{1}, SpanID: SpanID{1}, Business: []Attr{{"erp.invoice", "7"}, {"erp.order", "A"}, {"erp/cents", cents}, {"erp/currency", "EUR"}}}
		if e, ok := cat.FromSpan(&span); !ok || refsOf(&e) != "subject invoice/7; "+want {
			t.Errorf("%s cents: %s", cents, refsOf(&e))
		}
	}
}

func TestRelationsOfAnEventTellTheirAmounts(t *testing.T) {
	t.Parallel()
	cat, err := NewCatalogue(Definition{})
	if err != nil {
		t.Fatal(err)
	}
	e, err := cat.FromCloudEvent("default", &CloudEvent{ID: "1", Source: "s", Type: "t", Subject: "invoice/7", Data: []byte(`{"relations":[
		{"from":"invoice/7","to":"order/A","qualifier":"bills","amount":{"value":"1","currency":"EUR"}},
		{"from":"invoice/7","to":"order/B","qualifier":"bills","amount":{"value":"2","currency":"EUR"}},
		{"from":"invoice/7","to":"order/A","qualifier":"bills","amount":{"value":"0.5","currency":"EUR"}},
		{"from":"invoice/7","to":"order/A","qualifier":"mentions","amount":{"value":"9","currency":"EUR"}},
		{"from":"invoice/7","to":"order/C","amount":{"value":3,"currency":"EUR"}},
		{"from":"invoice/7","to":"order/D","amount":7},
		{"from":"invoice/7","to":"order/E","amount":{"value":"1","currency":"EUR"}},{"from":"invoice/7","to":"order/E"},
		{"from":"invoice/7","to":"order/F"},{"from":"invoice/7","to":"order/F","amount":{"value":"1","currency":"EUR"}},
		{"from":"invoice/7","to":"order/G","amount":{"value":"1","currency":"EUR"}},{"from":"invoice/7","to":"order/G","amount":{"value":"1","currency":"USD"}}]}`)}, time.Unix(1e9, 0))
	want := "subject invoice/7; invoice/7 bills order/A 1.50 EUR; invoice/7 bills order/B 2.00 EUR; invoice/7 mentions order/A 9.00 EUR; " +
		"invoice/7 mentions order/C; invoice/7 mentions order/D; invoice/7 mentions order/E; invoice/7 mentions order/F; invoice/7 mentions order/G"
	if got := refsOf(&e); err != nil || got != want {
		t.Errorf("got  %s, %v\nwant %s", got, err, want)
	}
}

// An element is an id, an amount, both or neither; in whatever mixture they come, an
// order is told the sum of its own elements and never another's.
func TestPairingHoldsForAnyMixtureOfElements(t *testing.T) {
	t.Parallel()
	cat := allocating(t, "    - {type: order, id: /lines/*/order, role: bills, amount: {minor: /lines/*/cents, currency: /currency}}\n")
	rapid.Check(t, func(t *rapid.T) {
		sums, untold := map[string]int64{}, map[string]bool{}
		var lines []string
		for range rapid.IntRange(0, 60).Draw(t, "lines") {
			var fields []string
			id, cents := "", rapid.Int64Range(-1000, 1000).Draw(t, "cents")
			told := rapid.IntRange(0, 9).Draw(t, "told") > 0
			if rapid.IntRange(0, 4).Draw(t, "named") > 0 {
				id = fmt.Sprintf("SO-%d", rapid.IntRange(1, 30).Draw(t, "order"))
				fields = append(fields, fmt.Sprintf(`"order":%q`, id))
			}
			if told {
				fields = append(fields, fmt.Sprintf(`"cents":%d`, cents))
			}
			lines = append(lines, "{"+strings.Join(fields, ",")+"}")
			if id != "" {
				sums[id] += cents
				untold[id] = untold[id] || !told
			}
		}
		e, err := billed(cat, `{"no":"7","currency":"EUR","lines":[`+strings.Join(lines, ",")+`]}`)
		if err != nil {
			t.Fatal(err)
		}
		if len(e.Refs) != 1+len(sums) {
			t.Fatalf("%d refs for %d orders", len(e.Refs), len(sums))
		}
		for _, r := range e.Refs[1:] {
			want := Money{sums[r.Object.ID], "EUR"}
			if untold[r.Object.ID] {
				want = Money{}
			}
			if r.Amount != want {
				t.Fatalf("%s is told %s, want %s", r.Object, r.Amount, want)
			}
		}
	})
}
