package lineage

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// traffic is what ten events of type t from one source hold, as place type
// times/events.
func traffic(contract, paths string) *Traffic {
	k := TrafficKind{Source: "erp", Type: "t", Contract: contract, Events: 1000, Sampled: 10}
	for line := range strings.SplitSeq(strings.TrimSpace(paths), "\n") {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		var p SeenPath
		if _, err := fmt.Sscanf(strings.Replace(line, "/ ", "\" ", 1), "%s %s %d/%d", &p.Place, &p.Type, &p.Times, &p.Events); err != nil {
			panic(line + ": " + err.Error())
		}
		p.Place = strings.TrimPrefix(p.Place, "\"")
		k.Paths = append(k.Paths, p)
	}
	return &Traffic{Kinds: []TrafficKind{k}}
}

const driftContract = `kind: contract
type: t
version: 1
schema:
  type: object
  required: [no, lines]
  properties:
    no: {type: string}
    price: {type: number}
    count: {type: [integer, "null"]}
    late: {type: string}
    free: {type: object}
    any: {}
    lines:
      type: array
      items:
        type: object
        required: [item, qty]
        properties: {item: {type: string}, qty: {type: integer}, note: {type: string}}
  oneOf: [{properties: {either: {type: string}}}, {properties: {or: {type: string}}}]
map:
  subject: {type: order, id: /no}
  refs: [{type: item, id: /lines/*/item}, {type: item, id: /lines/0/sku}, {type: quote, id: /late}, {type: quote, id: /free/quote}]
`

// asSaid is the plain part: a payload as the contract says.
const asSaid = `
	/ object 10/10
	/no string 10/10
	/price integer 10/10
	/count null 10/10
	/late string 10/10
	/free object 10/10
	/free/anything string 10/10
	/free/quote string 10/10
	/any boolean 10/10
	/either string 10/10
	/lines array 10/10
	/lines/* object 20/10
	/lines/*/item string 20/10
	/lines/*/qty integer 20/10
	/lines/*/note string 1/1
	/lines/*/sku string 20/10
`

func TestDriftTellsHowPayloadsDifferFromTheirContract(t *testing.T) {
	t.Parallel()
	c := catalogueOf(t, driftContract)
	for name, one := range map[string]struct {
		edit []string
		want []string
	}{
		"nothing": {nil, []string{"unknown /lines/*/sku [string] 10/10"}},
		"what is not described, and nothing below it": {[]string{"/ object 10/10", "/ object 10/10\n/new object 4/4\n/new/x string 4/4\n/or string 3/3"}, []string{
			"unknown /lines/*/sku [string] 10/10", "unknown /new [object] 4/10",
		}},
		"what never came": {[]string{"/late string 10/10", "", "/lines/*/note string 1/1", "", "/any boolean 10/10", "", "/no string 10/10", ""}, []string{
			"absent /any optional of 10", "absent /late optional of 10 read by map.refs.2.id", "absent /lines/*/note optional of 20", "absent /no required of 10 read by map.subject.id",
			"unknown /lines/*/sku [string] 10/10",
		}},
		"what the mapping reads in vain": {[]string{"/free/quote string 10/10", "", "/lines/*/sku string 20/10", ""}, []string{
			"absent /free/quote optional of 10 read by map.refs.3.id", "absent /lines/*/sku optional of 10 read by map.refs.1.id",
		}},
		"what is required and lacks": {[]string{"/no string 10/10", "/no string 7/7", "/lines/*/qty integer 20/10", "/lines/*/qty integer 19/10"}, []string{
			"lacking /lines/*/qty 1/20", "lacking /no 3/10", "unknown /lines/*/sku [string] 10/10",
		}},
		"what is of another type": {[]string{"/no string 10/10", "/no string 8/8\n/no integer 2/2", "/count null 10/10", "/count number 1/1", "/lines array 10/10", "/lines object 1/1\n/lines array 9/9"}, []string{
			"retyped /count [number] want [integer null] 1/1", "retyped /lines [array object] want [array] 1/10", "retyped /no [integer string] want [string] 2/10", "unknown /lines/*/sku [string] 10/10",
		}},
		"empty lists say nothing of what is in them": {[]string{
			"/lines/* object 20/10", "", "/lines/*/item string 20/10", "", "/lines/*/qty integer 20/10", "", "/lines/*/note string 1/1", "", "/lines/*/sku string 20/10", "",
		}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := c.Drift(traffic("t@1", strings.NewReplacer(one.edit...).Replace(asSaid)), time.Unix(2e9, 0))
			var got []string
			for _, f := range d[0].Unknown {
				got = append(got, fmt.Sprintf("unknown %s %v %d/%d", f.Place, f.Types, f.Events, f.Of))
			}
			for _, f := range d[0].Absent {
				line := fmt.Sprintf("absent %s %s of %d", f.Place, map[bool]string{true: "required", false: "optional"}[f.Required], f.Of)
				if f.Read != "" {
					line += " read by " + f.Read
				}
				got = append(got, line)
			}
			for _, f := range d[0].Lacking {
				got = append(got, fmt.Sprintf("lacking %s %d/%d", f.Place, f.Events, f.Of))
			}
			for _, f := range d[0].Retyped {
				got = append(got, fmt.Sprintf("retyped %s %v want %v %d/%d", f.Place, f.Types, f.Want, f.Events, f.Of))
			}
			slices.Sort(got)
			if diff := cmp.Diff(one.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDriftKnowsWhoSendsWhatVersion(t *testing.T) {
	t.Parallel()
	c := catalogueOf(t, version(1, "deprecated: 2026-01-01")+version(2))
	kind := func(source, typ, contract string, events int) TrafficKind {
		return TrafficKind{Source: source, Type: typ, Contract: contract, Events: events}
	}
	got := c.Drift(&Traffic{
		Kinds: []TrafficKind{
			kind("a", "booked", "booked@2", 5), kind("a", "booked", "booked@1", 9), kind("b", "booked", "booked@9", 7), kind("c", "told", "", 50),
		},
		Refused: []RefusedKind{{Source: "a", Type: "booked", Events: 3, Reason: "no"}, {Source: "d", Type: "booked", Events: 2, Reason: "neither"}, {Source: "d", Type: "untold", Events: 1}},
	}, time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC))
	var lines []string
	for _, d := range got {
		lines = append(lines, fmt.Sprintf("%s %s %s: known %v, newest %v, deprecated %v, %d events, %d refused %s", d.Source, d.Type, d.Contract, d.Known, d.Newest, d.Deprecated, d.Events, d.Refused, d.Reason))
	}
	want := []string{
		"a booked booked@2: known true, newest true, deprecated false, 5 events, 3 refused no",
		"d booked : known true, newest false, deprecated false, 0 events, 2 refused neither",
		"d untold : known false, newest false, deprecated false, 0 events, 1 refused ",
		"c told : known false, newest false, deprecated false, 50 events, 0 refused ",
		"a booked booked@1: known true, newest false, deprecated true, 9 events, 0 refused ",
		"b booked booked@9: known false, newest false, deprecated false, 7 events, 0 refused ",
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Error(diff)
	}
}

func TestPayloadsThatCouldNotBeReadSayNothing(t *testing.T) {
	t.Parallel()
	c := catalogueOf(t, driftContract)
	in := traffic("t@1", "")
	in.Kinds[0].Unread = 10
	if d := c.Drift(in, time.Unix(2e9, 0)); d[0].Drifts() || len(d[0].Absent) > 0 || d[0].Seen != 0 || d[0].Unread != 10 {
		t.Errorf("%+v", d[0])
	}
}
