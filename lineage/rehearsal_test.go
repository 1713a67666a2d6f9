package lineage

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const rehearsedFlow = `
kind: flow
name: orders
version: 1
anchor: order
ranks: {order: 0, invoice: 1}
stages:
  - {name: ordered, type: order}
  - {name: invoiced, type: invoice}
---
kind: contract
type: booked
version: 1
schema: {type: object, required: [no]}
map: {subject: {type: order, id: /no}, stage: ordered}
---
kind: contract
type: billed
version: 1
map:
  subject: {type: invoice, id: /no}
  refs: [{type: order, id: %s, role: bills}]
  stage: invoiced
`

func rehearsalOf(t testing.TB, text string) *Catalogue {
	t.Helper()
	cat, err := ParseCatalogue([]File{{Name: "test.yaml", Data: []byte(text)}})
	if err != nil {
		t.Fatal(err)
	}
	return cat
}

func TestARehearsalTellsWhatAContractWouldChange(t *testing.T) {
	t.Parallel()
	was := rehearsalOf(t, fmt.Sprintf(rehearsedFlow, "/customer_no"))
	is := rehearsalOf(t, strings.Replace(fmt.Sprintf(rehearsedFlow, "/order_no"), "required: [no]", "required: [no, date]", 1))
	came := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	r := NewRehearsal(was, is, "default")
	for i, text := range []string{
		`"type":"booked","data":{"no":"SO-1","date":"2026-11-23"}`,
		`"type":"booked","data":{"no":"SO-2"}`,
		`"type":"billed","data":{"no":"I-1","order_no":"SO-1","customer_no":"C-7"}`,
	} {
		ce, err := ParseCloudEvent(fmt.Appendf(nil, `{"specversion":"1.0","id":"%d","source":"erp",%s}`, i, text))
		if err != nil {
			t.Fatal(err)
		}
		e, err := was.FromCloudEvent("default", &ce, came.Add(time.Duration(i)*time.Second))
		if err != nil {
			t.Fatal(err)
		}
		r.Take(&Received{Event: &e})
	}
	old := Event{Tenant: "default", Source: "erp", ID: "old", Type: "billed", Time: came, Refs: []Ref{{Object: Object{Type: "invoice", ID: "I-0"}, Role: Subject}}}
	r.Take(&Received{Event: &old})
	r.Take(&Received{Span: &Span{Tenant: "default", Name: "post", Attributes: `{"order.id":"SO-1"}`, Resource: "{}", Start: came, Ingested: came}})
	r.Take(&Received{Span: &Span{Tenant: "default", Name: "post", Attributes: `{"other":"SO-1"}`, Resource: "{}", Start: came, Ingested: came}})
	r.Settle()
	if want := (Replayed{Events: 4, Spans: 1, Unkept: 1}); r.Replayed != want {
		t.Errorf("replayed are %+v; want %+v", r.Replayed, want)
	}
	var lines []string
	for ref, sides := range r.Sides("") {
		if c, changes := CompareExecutions(ref, sides[0], sides[1]); changes {
			lines = append(lines, ref.Anchor.String()+": "+strings.Join(c.What, "; "))
		}
	}
	for _, c := range r.Refusals() {
		lines = append(lines, fmt.Sprintf("%s: %q → %q", c.ID, c.Was, c.Is))
	}
	want := []string{
		"order/C-7: ",
		"order/SO-1: + object invoice/I-1; + relation invoice/I-1 bills order/SO-1; - stage invoiced is pending; + stage invoiced is done, from 2026-11-23T08:00:02Z to 2026-11-23T08:00:02Z; + event erp 2, billed, invoiced",
		"order/SO-2: ",
		`1: "" → "/: missing property 'date'"`,
	}
	if !slices.Equal(lines, want) {
		t.Error("told is (-want +got):\n" + cmp.Diff(want, lines))
	}
}

func TestARehearsalOfOneCatalogueWithItselfTellsNothing(t *testing.T) {
	t.Parallel()
	cat := rehearsalOf(t, fmt.Sprintf(rehearsedFlow, "/order_no"))
	r := NewRehearsal(cat, cat, "default")
	for i := range 20 {
		ce, err := ParseCloudEvent(fmt.Appendf(nil, `{"specversion":"1.0","id":"%d","source":"erp","type":"billed","data":{"no":"I-%d","order_no":"SO-%d"}}`, i, i%7, i%3))
		if err != nil {
			t.Fatal(err)
		}
		e, err := cat.FromCloudEvent("default", &ce, time.Unix(1e9, 0))
		if err != nil {
			t.Fatal(err)
		}
		r.Take(&Received{Event: &e})
	}
	r.Take(&Received{Quarantined: &Quarantined{Tenant: "default", Payload: []byte(`{"specversion":"1.0","id":"q","source":"erp","type":"booked","data":{}}`)}})
	r.Settle()
	n := 0
	for _, flow := range []string{"", TransactionFlow} {
		for ref, sides := range r.Sides(flow) {
			n++
			if c, changes := CompareExecutions(ref, sides[0], sides[1]); changes {
				t.Errorf("%v changes: %v", ref, c.What)
			}
		}
	}
	if n == 0 || len(r.Refusals()) > 0 {
		t.Errorf("%d executions, %+v", n, r.Refusals())
	}
}
