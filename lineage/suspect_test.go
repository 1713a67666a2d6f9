package lineage

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWhatWorksAndIsHardlyMeantIsSuspect(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"a flow without stages": {"kind: flow\nname: f\nanchor: order\nranks: {order: 0}\n", []string{
			`1:1: warning: flow f: there are no stages: its executions never complete`,
		}},
		"conditions that nothing meets": {flowOfOrders + promise + "pause: onhold\nresume: booked\n", []string{
			`16:1: warning: sla invoiced: pause is "onhold"; neither the flow f nor any contract has such a stage, so only events that name it themselves meet it`,
		}},
		"dates that have passed": {version(1, "deprecated: 2026-05-31") + version(2, "deprecated: 2026-06-02", "sunset: 2026-06-03") + version(3, "deprecated: 2026-01-01", "sunset: 2026-06-01"), []string{
			`5:1: warning: contract booked: version 1 is deprecated since 2026-05-31`,
			`17:3: warning: contract booked: version 2 breaks backward and forward compatibility with version 1: map.stage is v2 now and was v1`,
			`23:1: warning: contract booked: version 3 was to end on 2026-06-01; its events are still read, see who sends them and take it out`,
			`26:3: warning: contract booked: version 3 breaks backward and forward compatibility with version 2: map.stage is v3 now and was v2`,
		}},
		"references": {`kind: types
types:
  note: {class: business, scope: supplier}
qualifiers:
  settles: {from: [payment], to: [invoice]}
---
kind: contract
type: t
map:
  subject: {type: ordr, id: /a}
  refs:
    - {type: note, id: /b, role: settles}
    - {type: order, id: /c, role: bill}
    - {type: order, id: /d, role: bills}
  outcome: {from: /e, values: {x: done, y: ok}}
---
kind: contract
type: u
map:
  subject: {type: payment, id: /a}
  refs: [{type: invoice, id: /b, role: settles}, {type: order, id: /b, role: settles}]
  outcome: great
`, []string{
			`3:27: warning: type note: scope is "supplier"; no type of that name is defined`,
			`10:13: warning: contract t: type is "ordr"; no type of that name is defined, so it is taken for a business type without a rank`,
			`12:7: warning: contract t: ids of type note are unique within a supplier only, and there is no scope: it never names anything`,
			`12:28: warning: contract t: role is settles, which goes out from payment and not from ordr`,
			`13:29: warning: contract t: role is "bill"; no qualifier of that name is known or defined under qualifiers`,
			`15:32: warning: contract t: outcome of x is "done"; the rules know ok, failed and retrying`,
			`21:72: warning: contract u: role is settles, which leads to invoice and not to order`,
			`22:3: warning: contract u: outcome is "great"; the rules know ok, failed and retrying`,
		}},
		"places that the schema does not know": {`kind: contract
type: t
schema:
  properties:
    no: {type: string}
    free: {type: object}
    any: {type: object, patternProperties: {"^x": {type: string}}}
    lines: {type: array, items: {$ref: "#/$defs/line"}}
  oneOf: [{properties: {either: {type: string}}}, {properties: {or: {type: string}}}]
  $defs:
    line: {properties: {order: {type: string}}}
map:
  subject: {type: order, id: /nr}
  refs:
    - {type: order, id: /lines/*/order}
    - {type: order, id: /lines/0/order}
    - {type: order, id: /lines/*/ordr}
    - {type: order, id: /lines/0/ordr}
    - {type: order, id: /free/form}
    - {type: order, id: /any/thing}
    - {type: order, id: /either}
    - {type: order, id: /or}
`, []string{
			`13:26: warning: contract t: id is /nr; the schema describes no such field`,
			`17:21: warning: contract t: id is /lines/*/ordr; the schema describes no such field`,
			`18:21: warning: contract t: id is /lines/0/ordr; the schema describes no such field`,
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, findings(c.text)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
