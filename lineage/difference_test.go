package lineage

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const before = `kind: types
systems: {erp: {name: ERP}}
types:
  order: {class: business, system: erp, normalise: sap}
  gone: {class: context}
---
kind: flow
name: f
anchor: order
ranks: {order: 0, invoice: 1}
stages: [{name: booked, type: order}, {name: invoiced, type: invoice, complete: all}]
---
kind: guards
guards: [{type: box, to: order, max: 5}]
---
kind: sla
name: s
flow: f
subject: order
start: booked
stop: invoiced
target: 1h
---
kind: sources
sources: {"urn:a": {name: A}}
---
kind: contract
type: t
version: 1
schema: {properties: {no: {type: string}}}
map: {subject: {type: order, id: /no}}
---
kind: contract
signal: span
type: t
version: 1
map: {subject: {type: order, id: no}}
`

func TestDifferencesOfCataloguesAreTold(t *testing.T) {
	t.Parallel()
	after := strings.NewReplacer(
		"normalise: sap", "normalise: upper", "  gone: {class: context}\n", "  come: {class: business, scope: order}\n", "name: ERP", "name: SAP",
		"invoice: 1}", "invoice: 2, box: 1}", ", {name: invoiced, type: invoice, complete: all}", ", {name: packed, type: box}, {name: invoiced, type: invoice}",
		"max: 5", "max: 4", "target: 1h", "target: 30m\npause: booked\nresume: invoiced", "name: A", "name: B, lag: 1s",
		"properties: {no: {type: string}}", "required: [no], properties: {no: {type: string}}", "id: no}", "id: nr}",
	).Replace(before) + "---\nkind: contract\ntype: t\nversion: 2\ndeprecated: 2027-01-01\nschema: {required: [no], properties: {no: {type: [string, integer]}}}\nmap: {subject: {type: order, id: /no}}\n"
	was, is := catalogueOf(t, before), catalogueOf(t, after)
	var got []string
	for _, d := range Differences(was, is) {
		got = append(got, d.String())
		for _, c := range d.Compatible {
			got = append(got, "  "+string(c.Breaks)+": "+c.Text)
		}
	}
	want := []string{
		"contract span t@1 is read otherwise",
		"  : map.subject.id is read at nr now",
		"contract t@1 is read otherwise",
		"  backward: /no is required now: what version 1 wrote may lack it",
		"contract t@2 is added",
		"  forward: /no is integer or string now and was string",
		"flow f: ranks.box is 1 now",
		"flow f: ranks.invoice is 2 and was 1",
		`flow f: stages.invoiced.complete is no more; it was "all"`,
		"flow f: stages.invoiced.position is 3 and was 2",
		`flow f: stages.packed is {"by":"","complete":"","count":0,"position":2,"type":"box"} now`,
		"guard box→order: max is 4 and was 5",
		`sla s: pause is "booked" now`,
		`sla s: resume is "invoiced" now`,
		`sla s: target is "30m0s" and was "1h0m0s"`,
		`source urn:a: lag is "1s" and was "0s"`,
		`source urn:a: name is "B" and was "A"`,
		`system erp: name is "SAP" and was "ERP"`,
		"type come is added",
		"type gone is removed",
		`type order: normalise is "upper" and was "sap"`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if d := Differences(was, was); len(d) > 0 {
		t.Errorf("a catalogue differs from itself: %v", d)
	}
	if back := Differences(is, was); len(back) == 0 || len(back) != len(Differences(was, is)) {
		t.Errorf("there are other differences the other way: %v", back)
	}
}

func TestWhereACatalogueStandsMakesNoDifference(t *testing.T) {
	t.Parallel()
	documents := strings.Split(before, "---\n")
	files := make([]File, len(documents))
	for i, doc := range documents {
		files[len(documents)-1-i] = File{Name: strings.Repeat("x", i+1), Data: []byte("# moved\n" + doc)}
	}
	moved, err := ParseCatalogue(files)
	if err != nil {
		t.Fatal(err)
	}
	one := catalogueOf(t, before)
	if d := Differences(one, moved); len(d) > 0 || one.Hash() != moved.Hash() {
		t.Errorf("%v, and the hashes are %s and %s", d, one.Hash(), moved.Hash())
	}
}
