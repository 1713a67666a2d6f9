package lineage

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const central = `kind: types
systems:
  erp: {name: ERP, normalise: sap}
types:
  order: {class: business, system: erp, refuse: [TMP]}
  box: {class: business}
---
kind: flow
name: f
anchor: order
ranks: {order: 0, invoice: 1}
leaf: [invoice]
same_type: [replaces]
max_objects: 100
stages: [{name: booked, type: order}, {name: invoiced, type: invoice}]
---
kind: guards
guards: [{type: box, to: order, max: 5}]
---
kind: sources
sources: {"urn:a": {name: A, heartbeat: 1m, lag: 10s}}
---
kind: sla
name: s
version: 1
flow: f
subject: order
start: booked
stop: invoiced
target: 1h
---
kind: contract
type: t
version: 1
schema: {required: [no], properties: {no: {type: string}, kind: {enum: [a, b]}}}
map: {subject: {type: order, id: /no}}
`

// withTeams compiles the centre's rules and files of teams, one each, and returns
// what is refused.
func withTeams(teams ...string) (*Catalogue, []string) {
	files := []File{}
	for i, text := range teams {
		name := string(rune('a' + i))
		files = append(files, File{Name: name + "/x.yaml", Team: name, Data: []byte(text)})
	}
	files = append(files, File{Name: "central/x.yaml", Data: []byte(central)})
	c, found := compile(files)
	var lines []string
	for _, f := range found {
		if !f.Suspect {
			lines = append(lines, f.String())
		}
	}
	return c, lines
}

func TestATeamMayNarrowTheCentresRulesAndNotWeakenThem(t *testing.T) {
	t.Parallel()
	flow := func(edit ...string) string {
		return strings.NewReplacer(edit...).Replace(`kind: flow
name: f
version: 2
anchor: order
ranks: {order: 0, invoice: 1, box: 2}
leaf: [invoice, box]
same_type: []
max_objects: 50
stages: [{name: booked, type: order}, {name: packed, type: box}, {name: invoiced, type: invoice}]
`)
	}
	sla := func(edit ...string) string {
		return strings.NewReplacer(edit...).Replace("kind: sla\nname: s\nversion: 2\nflow: f\nsubject: order\nstart: booked\nstop: invoiced\ntarget: 30m\n")
	}
	contract := func(edit ...string) string {
		return strings.NewReplacer(edit...).Replace(`kind: contract
type: t
version: 2
schema: {required: [no, kind, more], properties: {no: {type: string}, kind: {enum: [a]}, more: {type: string}}}
map: {subject: {type: order, id: /no}, refs: [{type: box, id: /more}]}
`)
	}
	const may = ", and a team may narrow that but not weaken it"
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"things of its own":                               {"kind: types\nsystems: {wms: {name: WMS}}\ntypes: {pallet: {class: business, system: wms}}\n---\nkind: guards\nguards: [{type: pallet, to: order, max: 3}]\n---\nkind: contract\ntype: u\nmap: {}\n", nil},
		"the same over again":                             {central, nil},
		"a flow made narrower":                            {flow(), nil},
		"an SLA made stricter":                            {sla(), nil},
		"a contract made narrower":                        {contract(), nil},
		"a guard made stricter":                           {"kind: guards\nguards: [{type: box, to: order, max: 4}]\n", nil},
		"more refused values":                             {"kind: types\ntypes: {order: {class: business, system: erp, refuse: [DUMMY]}}\n", nil},
		"a source held to more":                           {"kind: sources\nsources: {\"urn:a\": {name: A, heartbeat: 30s}}\n", nil},
		"an older version of an SLA that is not in force": {sla("version: 2", "version: 0", "30m", "9h"), nil},

		"a type": {"kind: types\ntypes:\n  order: {class: context, system: crm, normalise: upper, scope: box}\n", []string{
			"a/x.yaml:3:11: type order: class is context; central/x.yaml:5:11 says business, and a team may not change it",
			"a/x.yaml:3:27: type order: system is crm; central/x.yaml:5:28 says erp, and a team may not change it",
			"a/x.yaml:3:40: type order: normalise is upper; central/x.yaml:5:10 says nothing, and a team may not change it",
			"a/x.yaml:3:58: type order: scope is box; central/x.yaml:5:10 says nothing, and a team may not change it",
		}},
		"a system": {"kind: types\nsystems: {erp: {name: ERP}}\n", []string{
			"a/x.yaml:2:16: system erp: normalise is nothing; central/x.yaml:3:20 says sap, and a team may not change it",
		}},
		"a guard": {"kind: guards\nguards: [{type: box, to: order, max: 6}]\n", []string{
			"a/x.yaml:2:33: guard box→order: max is 6; central/x.yaml:18:33 says 5" + may,
		}},
		"a source": {"kind: sources\nsources: {\"urn:a\": {name: B, lag: 1m}}\n", []string{
			"a/x.yaml:2:20: source urn:a: heartbeat is 0s; central/x.yaml:21:30 says 1m0s" + may,
			"a/x.yaml:2:21: source urn:a: name is B; central/x.yaml:21:21 says A, and a team may not change it",
			"a/x.yaml:2:30: source urn:a: lag is 1m0s; central/x.yaml:21:45 says 10s" + may,
		}},
		"a flow": {flow("anchor: order", "anchor: box", "invoice: 1", "invoice: 2", "leaf: [invoice, box]", "leaf: []", "same_type: []", "same_type: [replaces, follows]",
			"max_objects: 50", "max_claimed: 51", "{name: booked, type: order}, ", "", "{name: invoiced, type: invoice}", "{name: invoiced, type: box}"), []string{
			"a/x.yaml:4:1: flow f: anchor is box; central/x.yaml:10:1 says order, and a team may not change it",
			"a/x.yaml:5:19: flow f: invoice is 2; central/x.yaml:11:19 says 1, and a team may not change it",
			"a/x.yaml:6:1: flow f: leaf lacks invoice, so more would be walked on; central/x.yaml:12:1 says [invoice]" + may,
			"a/x.yaml:7:23: flow f: same_type has follows, so more would be crossed; central/x.yaml:13:1 says [replaces]" + may,
			"a/x.yaml:1:1: flow f: max_objects is 500; central/x.yaml:14:1 says 100" + may,
			"a/x.yaml:8:1: flow f: max_claimed is 51; central/x.yaml:8:1 says 50" + may,
			"a/x.yaml:9:1: flow f: stages lacks booked; central/x.yaml:15:10 has it, and a team may not take it out",
			"a/x.yaml:9:37: flow f: stage invoiced is not as central/x.yaml:15:39 has it, and a team may not change it",
		}},
		"an SLA": {sla("30m", "2h", "stop: invoiced", "stop: invoiced\npause: booked\nresume: invoiced\nseverity: ticket\ncalendar: {zone: Europe/Berlin, hours: {mon: '09:00-10:00'}}"), []string{
			"a/x.yaml:12:1: sla s: target is 2h0m0s; central/x.yaml:30:1 says 1h0m0s" + may,
			"a/x.yaml:10:1: sla s: severity is ticket; central/x.yaml:23:1 says page" + may,
			"a/x.yaml:8:1: sla s: pause is booked; central/x.yaml:23:1 says nothing, and a team may not change it",
			"a/x.yaml:9:1: sla s: resume is invoiced; central/x.yaml:23:1 says nothing, and a team may not change it",
			"a/x.yaml:11:1: sla s: calendar is not as central/x.yaml:23:1 has it, and a team may not change it",
		}},
		"a contract's schema": {contract("required: [no, kind, more]", "required: [kind]", "enum: [a]", "enum: [a, c]", "subject: {type: order", "subject: {type: box"), []string{
			"a/x.yaml:4:61: contract t: version 2 is team a's, who may narrow the centre's version 1 (central/x.yaml:32:1) but not weaken it: /kind takes \"c\" now, which version 1 does not",
			"a/x.yaml:4:41: contract t: version 2 is team a's, who may narrow the centre's version 1 (central/x.yaml:32:1) but not weaken it: /no is optional now, and version 1 requires it",
			"a/x.yaml:5:7: contract t: version 2 is team a's, who may narrow the centre's version 1 (central/x.yaml:32:1) but not weaken it: map.subject is box now and was order: events of the two are about different things",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, got := withTeams(c.text)
			if diff := cmp.Diff(inLines(c.want), inLines(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func inLines(lines []string) map[string]bool {
	set := make(map[string]bool)
	for _, line := range lines {
		set[line] = true
	}
	return set
}

func TestWhatTwoTeamsNarrowHoldsTogether(t *testing.T) {
	t.Parallel()
	c, refused := withTeams(
		"kind: types\ntypes: {order: {class: business, system: erp, refuse: [A1]}}\n---\nkind: guards\nguards: [{type: box, to: order, max: 3}]\n",
		"kind: types\ntypes: {order: {class: business, system: erp, refuse: [B1]}}\n---\nkind: guards\nguards: [{type: box, to: order, max: 2}]\n",
	)
	if len(refused) > 0 {
		t.Fatal(refused)
	}
	for _, id := range []string{"tmp", "a1", "B1", "null"} {
		if _, ok := c.Object("order", "", "", id); ok {
			t.Errorf("%q is taken for an order", id)
		}
	}
	if g := c.Guards(); len(g) != 1 || g[0].Max != 2 {
		t.Errorf("guards are %v", g)
	}
	_, refused = withTeams(
		"kind: guards\nguards: [{type: box, to: order, max: 2}]\n",
		"kind: guards\nguards: [{type: box, to: order, max: 3}]\n",
	)
	if len(refused) != 1 || !strings.Contains(refused[0], "b/x.yaml:2:33: guard box→order: max is 3; a/x.yaml:2:33 says 2") {
		t.Errorf("%v", refused)
	}
}

func TestATeamMayNotChangeWhatIsAnothers(t *testing.T) {
	t.Parallel()
	mine := "kind: types\ntypes: {pallet: {class: business}}\n"
	if _, refused := withTeams(mine, mine); len(refused) > 0 {
		t.Errorf("saying the same is refused: %v", refused)
	}
	_, refused := withTeams(mine, strings.Replace(mine, "business", "context", 1))
	want := "b/x.yaml:2:17: type pallet: a/x.yaml:2:17 says otherwise, and team b may not change what is team a's; give it a name of your own"
	if len(refused) != 1 || refused[0] != want {
		t.Errorf("%v", refused)
	}
}

func TestTheCentreMayChangeItsMind(t *testing.T) {
	t.Parallel()
	c, found := compile([]File{
		{Name: "built-in/x.yaml", Data: []byte(central)},
		{Name: "mine/x.yaml", Data: []byte("kind: types\ntypes: {order: {class: business, system: shop, normalise: lower}}\n---\nkind: guards\nguards: [{type: box, to: order, max: 9}]\n")},
	})
	if err := refusal("", found); err != nil {
		t.Fatal(err)
	}
	o, ok := c.Object("order", "", "", "A-TMP")
	if !ok || o.System != "shop" || o.ID != "a-tmp" || len(c.Guards()) != 1 || c.Guards()[0].Max != 9 {
		t.Errorf("%v and %v", o, c.Guards())
	}
}

// A block that was decoded by rules of old is decoded by them again, whatever has
// been forbidden since.
func TestACatalogueThatWasInForceIsRestored(t *testing.T) {
	t.Parallel()
	files := []File{
		{Name: "central/x.yaml", Data: []byte(central)},
		{Name: "a/x.yaml", Team: "a", Data: []byte("kind: guards\nguards: [{type: box, to: order, max: 6}]\n")},
	}
	if _, err := ParseCatalogue(files); KindOf(err) != Invalid {
		t.Errorf("%v", err)
	}
	if c, err := RestoreCatalogue(files); err != nil || c == nil {
		t.Errorf("%v", err)
	}
	files[1].Data = []byte("kind: guards\nguards: [{type: box, to: order}]\n")
	if _, err := RestoreCatalogue(files); KindOf(err) != Invalid {
		t.Errorf("%v", err)
	}
	if found := Review(files, time.Unix(0, 0)); len(found) != 1 || found[0].Rule || found[0].Suspect {
		t.Errorf("%+v", found)
	}
}
