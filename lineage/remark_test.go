package lineage

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// findings reviews one file on a day of 2026 and returns a line for each finding,
// without the name of the file.
func findings(text string) []string {
	var lines []string
	for _, f := range Review([]File{{Name: "a.yaml", Data: []byte(text)}}, time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)) {
		line := strings.TrimPrefix(f.String(), "a.yaml:")
		if f.Suspect {
			line = strings.Replace(line, ": ", ": warning: ", 1)
		}
		lines = append(lines, line)
	}
	return lines
}

func TestEveryFindingHasItsOwnPlaceAndAllAreTold(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"what does not fit its field": {`kind: flow
name: f
anchr: order
ranks: {order: 0, invoice: one}
stages:
  - name: a
    cuont: 7
---
kind: types
types:
  a: 5
  b: {class: [business]}
  c: {class: business, normalise: {a: b}}
---
kind: sla
target: two hours
---
kind: contract
deprecated: soon
sunset: [2026-01-01]
`, []string{
			`3:1: unknown field "anchr"`,
			`4:28: invoice is not right here; want a whole number`,
			`7:5: unknown field "cuont"`,
			`11:6: a is not right here; want a mapping`,
			`12:14: class is not right here; want something of another form`,
			`13:35: normalise is not right here; want a text`,
			`16:9: "two hours" is no duration; write it like 90s, 15m or 2h30m`,
			`19:13: "soon" is no date; write it like 2026-12-31`,
			`20:9: a list or a mapping is not right here; want a text`,
		}},
		"flows, types, guards and sources": {`kind: flow
name: f
anchor: order
ranks: {order: 0}
leaf: [order, box]
max_claimed: -1
stages:
  - {name: a, type: order, complete: some}
  - name: a
    type: box
    by: lid
    complete: count
---
kind: types
systems:
  erp: {normalise: rot13}
types:
  a: {class: x}
  b: {class: business, normalise: upper+lower, scope: b, refuse: [ok, "/(/"]}
---
kind: guards
guards: [{type: a, to: b, max: 1}, {type: a, to: c, max: 0}]
---
kind: sources
sources:
  "urn:a": {heartbeat: -5s}
---
kind: nothing
---
- a list
`, []string{
			`5:8: flow f: leaf names "order", which is the anchor; nothing would be walked from it`,
			`5:15: flow f: leaf names "box", which has no rank`,
			`6:1: flow f: max_claimed is -1; want 1 or more, or 0 for the usual`,
			`8:28: flow f: stage a: complete is "some"; want any, all, count or amount`,
			`9:5: flow f: stage a: complete is count; want count of at least 1`,
			`9:5: flow f: stage name "a" is empty or used twice`,
			`10:5: flow f: stage a: type is "box"; want a type with a rank`,
			`11:5: flow f: stage a: by is "lid"; want a type with a rank`,
			`16:9: system erp: normalise is "rot13"; want salesforce, sap, upper, lower, collapse, compact, several joined by +, or nothing`,
			`18:7: type a: class is "x"; want business, context or technical`,
			`19:24: type b: normalise is "upper+lower"; want one of upper and lower, not both`,
			`19:48: type b: scope is the type itself; want the type of what its ids are unique within, such as supplier`,
			"19:71: type b: refuse has \"/(/\", which is no regular expression: error parsing regexp: missing closing ): `(`",
			`22:53: guard a→c: want type, to and max of at least 1`,
			`26:13: source urn:a: heartbeat is -5s; want a duration of 0 or more`,
			`28:1: kind is "nothing"; want types, flow, guards, contract, sources or sla`,
			`30:3: the document is no mapping with a field kind; want kind: types, flow, guards, contract, sources or sla`,
		}},
		"contracts": {`kind: contract
type: t
version: -1
compatibility: sideways
deprecated: 2026-02-01
sunset: 2026-01-01
schema:
  properties:
    a: {type: strng}
    b: {pattern: "("}
  required: a
map:
  subject: {type: order}
  refs:
    - {type: order, id: Foo, scope: /a~b, role: subject}
    - {type: order, id: /x, role: alias}
    - {type: order, id: /x, amount: {value: /v}}
  amount: {value: /v}
---
kind: contract
signal: metric
---
kind: contract
type: r
schema:
  properties:
    a: {$ref: "#/nowhere"}
---
kind: contract
type: f
schema:
  properties:
    a: {items: {$ref: "money.json"}}
`, []string{
			`3:1: contract t: version is -1; want a whole number of 0 or more`,
			`4:1: contract t: compatibility is "sideways"; want backward, forward, full or nothing`,
			`6:1: contract t: sunset is 2026-01-01, before deprecated, which is 2026-02-01`,
			`9:9: contract t: schema: /properties/a/type: value must be one of 'array', 'boolean', 'integer', 'null', 'number', 'object', 'string', or got string, want array`,
			"10:9: contract t: schema: /properties/b/pattern: '(' is not valid regex: error parsing regexp: missing closing ): `(`",
			`11:3: contract t: schema: /required: got string, want array`,
			`13:3: contract t: a reference of type "order" has id ""; want both`,
			`15:21: contract t: id is "Foo"; want a JSON pointer such as /Foo, or the name of a CloudEvents attribute, which is of small letters and digits`,
			`15:30: contract t: scope is "/a~b"; in a JSON pointer ~ is written ~0, and / within a name ~1`,
			`15:43: contract t: role is subject; what the event is about is map.subject`,
			`16:29: contract t: role is alias; two ids of one object are a and b of map.aliases`,
			`17:29: contract t: amount has value "/v", minor "" and currency ""; want a currency, and either value or minor`,
			`18:3: contract t: amount has value "/v", minor "" and currency ""; want a currency, and either value or minor`,
			`20:1: contract : type is missing; want the CloudEvents type, span name or log event name`,
			`21:1: contract : signal is "metric"; want event, span or log`,
			`27:9: contract r: schema: a $ref leads to #/nowhere, which is not there`,
			`33:17: contract f: schema: a $ref leads to contract:///money.json; want one within the contract, which begins with #`,
		}},
		"SLAs": {`kind: sla
name: Not Good
flow: f
start: a
stop: a
pause: b
severity: loud
calendar: {zone: Berlin}
---
kind: sla
name: ok
flow: f
subject: order
start: a
stop: b
target: 1h
calendar:
  zone: Europe/Berlin
  hours: {mon-fri: "9-5"}
---
kind: sla
name: ok2
flow: f
subject: order
start: a
stop: b
target: 1h
calendar: {zone: Europe/Berlin, hours: {mon: "09:00-10:00"}, holidays: [2026-12-32]}
`, []string{
			`1:1: sla Not Good: subject is missing; want the type of object that it is about`,
			`1:1: sla Not Good: target is 0s; want a duration of more than 0`,
			`2:1: sla Not Good: name is "Not Good"; want small letters, digits and dashes, at most 63, such as invoice-posted`,
			`5:1: sla Not Good: start and stop are both "a"; the clock would end as it starts`,
			`6:1: sla Not Good: pause is "b" and resume is missing; the clock would never go on`,
			`7:1: sla Not Good: severity is "loud"; want page or ticket`,
			`8:12: sla Not Good: calendar: zone is "Berlin"; want an IANA time zone such as Europe/Berlin`,
			`19:11: sla ok: calendar: hours of mon-fri: "9-5" is no stretch of a day; write it like 09:00-17:00, and 24:00 for its end`,
			`28:62: sla ok2: calendar: holidays: "2026-12-32" is no date; write it like 2026-12-25`,
		}},
		"what only the whole can tell": {`kind: types
types:
  lorry: {class: context, scope: yard}
  yard: {class: context, scope: site}
---
kind: flow
name: f
anchor: order
ranks: {order: 0, lorry: 1}
stages: [{name: s, type: order}]
---
kind: sla
name: a
flow: g
subject: order
start: s
stop: t
target: 1h
---
kind: sla
name: b
flow: f
subject: yard
start: s
stop: t
target: 1h
---
kind: contract
type: t
map: {aliases: [{a: {type: order, id: /a}, b: {type: quote, id: /b}}]}
`, []string{
			`3:27: type lorry: scope is yard, whose ids have a scope themselves; want a type whose ids stand alone`,
			`9:19: flow f: ranks names lorry, a context type; only business types have a rank`,
			`14:1: sla a: flow is "g"; there is no such flow`,
			`23:1: sla b: subject is "yard"; want a type with a rank in the flow f`,
			`30:17: contract t: an alias unites ids of the types order and quote; two ids of one object have one type`,
		}},
		"what is there twice": {promise + "---\n" + promise + "---\n" + strings.Replace(promise, "order", "quote", 1) + "---\nkind: contract\ntype: t\nversion: 2\n---\nkind: contract\ntype: t\nversion: 2\n", []string{
			`11:1: sla invoiced: version 0 is defined in a.yaml:1:1 too; to replace it, give it a greater version`,
			`22:1: sla invoiced: a.yaml:1:1 has one of this name about every order of the flow f; give it another name`,
			`37:1: contract t: version 2 is defined in a.yaml:31:1 too`,
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
