package view_test

import (
	"testing"
	"time"

	"throughline/lineage"
	"throughline/web/view"
)

func TestEveryGapIsToldWithItsFix(t *testing.T) {
	t.Parallel()
	spelled := func(ids ...string) lineage.Gap {
		return lineage.Gap{Kind: lineage.GapSpelling, Sources: []string{"crm", "erp"}, Affected: 2, Anchor: "credit_note", Spelled: ids}
	}
	for name, c := range map[string]struct {
		gap       lineage.Gap
		what, fix string
	}{
		"mute events": {
			lineage.Gap{Kind: lineage.GapMute, Source: "erp", Affected: 1, Of: 2, Type: "booked"},
			"1 of 2 events of erp carry no correlation id and no trace, and name no object.",
			"Set correlationid on them, or name what they are about in their subject, as type/id. Most are booked.",
		},
		"mute log records": {
			lineage.Gap{Kind: lineage.GapMute, Signal: lineage.LogEvent, Source: "otel:erp", Affected: 1, Of: 2, Anchor: "ticket"},
			"1 of 2 log records of erp carry no correlation id and no trace, and name no object.",
			"Send them with their trace, or set an attribute such as ticket.id.",
		},
		"an id alone": {
			lineage.Gap{Kind: lineage.GapClaiming, Source: "erp", Affected: 1, Of: 2, Anchor: "order"},
			"1 of 2 events of erp carry a correlation id or a trace alone, and by that no order is named, or several are.",
			"Name the order in them, or have whoever names it send the same correlationid.",
		},
		"a trace alone": {
			lineage.Gap{Kind: lineage.GapClaiming, Signal: lineage.SpanEvent, Source: "otel:erp", Affected: 1, Of: 2},
			"1 of 2 spans of erp carry a correlation id or a trace alone, and by that no object is named, or several are.",
			"Set order.id in each such trace once, where it is known.",
		},
		"objects that nothing reaches": {
			lineage.Gap{Kind: lineage.GapNamed, Source: "erp", Affected: 1, Of: 2, Anchor: "order", Type: "quoted"},
			"1 of 2 events of erp name objects that no order reaches.",
			"Some of them may still be on their way to one. Where they are not, name both in one event, by a relation or a contract. Most are quoted.",
		},
		"messages": {
			lineage.Gap{Kind: lineage.GapHop, Messaging: true, Source: "crm", Callee: "erp", Type: "won", Affected: 1, Of: 2},
			"1 of 2 messages of crm on won lose their trace at erp, which begins a new one.",
			"Have crm put traceparent into the headers of the message, and erp go on from it or link to it.",
		},
		"traces that lie": {
			lineage.Gap{Kind: lineage.GapLying, Source: "erp", Type: "trace", Affected: 1, Of: 2, Anchor: "order", Most: 1234},
			"1 of 2 traces of erp name several objects of the type order each, up to 1,234, and so they join nothing.",
			"Begin a trace for each order and link it to the one of the batch.",
		},
		"leading zeros": {spelled("007", "7"), "2 ids of credit note from crm and erp look like one id spelled in several ways, such as 007 and 7.", "Set normalise: sap for the type credit_note in the catalogue."},
		"case":          {spelled("ab", "AB"), "2 ids of credit note from crm and erp look like one id spelled in several ways, such as ab and AB.", "Set normalise: upper for the type credit_note in the catalogue."},
		"Salesforce":    {spelled("0065g0000021uaW", "0065g0000021uaWAAQ"), "2 ids of credit note from crm and erp look like one id spelled in several ways, such as 0065g0000021uaW and 0065g0000021uaWAAQ.", "Set normalise: salesforce for the type credit_note in the catalogue."},
		"separators":    {spelled("a-1", "a1"), "2 ids of credit note from crm and erp look like one id spelled in several ways, such as a-1 and a1.", "Have them send one form: no normaliser takes out what parts these."},
		"attributes that are none": {
			lineage.Gap{Kind: lineage.GapRefused, Signal: lineage.SpanEvent, Source: "shop", Type: "order.id", Affected: 1, Of: 2, Example: lineage.Object{ID: "null"}},
			"1 of 2 values of order.id on spans of shop stand for no id, such as null.",
			"Leave the attribute out where there is no id, and set it where there is one.",
		},
		"events that were set aside": {
			lineage.Gap{Kind: lineage.GapRefused, Source: "erp", Type: "booked", Affected: 3},
			"3 events of erp were set aside: their subject has no id that can be used. Most are booked.",
			"Send the id of what they are about.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			what, fix := view.Words(c.gap, view.Lore{})
			if what, fix = view.Plain(what), view.Plain(fix); what != c.what || fix != c.fix {
				t.Errorf("\n got %s\n     %s\nwant %s\n     %s", what, fix, c.what, c.fix)
			}
		})
	}
}

func TestASampleIsToldToBeOne(t *testing.T) {
	t.Parallel()
	hour := noon.Add(-time.Hour)
	for want, s := range map[string]lineage.Stitchability{
		"": {From: hour, SpansFrom: hour, EventsFrom: hour, SpansEvery: 1, EventsEvery: 1},
		"So many spans came in that one trace in 6 was looked at: the counts of spans are theirs.":                                       {From: hour, SpansFrom: hour, SpansEvery: 6, EventsEvery: 1},
		"So many events came in that one event in 21 since 2026-03-02 12:00:00 UTC was looked at: the counts of events are theirs.":      {From: hour, EventsFrom: noon, SpansEvery: 1, EventsEvery: 21},
		"So much came in that one trace in 2 and one event in 1,000 since 2026-03-02 12:00:00 UTC was looked at: the counts are theirs.": {From: hour, EventsFrom: noon, SpansEvery: 2, EventsEvery: 1000},
	} {
		if got := view.NewStitchability(s, nil, hour, noon, view.Lore{}, utc()).Sample; got != want {
			t.Errorf("\n got %s\nwant %s", got, want)
		}
	}
}

// stitchability is a report with evil wherever a stranger chooses the text.
func stitchability(evil string) view.Stitchability {
	object := lineage.Object{Type: "order" + evil, ID: "1" + evil}
	lost := lineage.Lost{Events: 5, Type: "told" + evil, Example: object}
	s := lineage.Stitchability{
		From: noon, To: noon, AsOf: noon, Spans: 1, Events: 1, SpansEvery: 2, EventsEvery: 2,
		Sources:  []lineage.SourceStitching{{Source: "erp" + evil, Events: 20, Reached: 5, Named: lost, Claiming: lost, Mute: lost}, {Kind: lineage.LogEvent, Source: "otel:erp" + evil, Events: 5, Mute: lost}},
		Services: []lineage.ServiceStitching{{Service: "shop" + evil, Spans: 9, Named: 1, Children: 8, Orphans: 8, Nameless: traceID(1), Orphaned: traceID(2)}},
		Calls: []lineage.Calls{
			{Caller: "crm" + evil, Target: "erp" + evil, Calls: 9, Broken: traceID(1)},
			{Caller: "crm" + evil, Messaging: true, Target: "won" + evil, Calls: 900, Continued: 899},
			{Caller: "shop", Target: "erp" + evil, Calls: 9, Continued: 9},
			{Caller: "shop", Target: "bank", Calls: 9},
		},
		Entries:   []lineage.Entries{{Service: "erp" + evil, Target: "erp" + evil, Entries: 9, Roots: 9}, {Service: "erp" + evil, Messaging: true, Target: "won" + evil, Entries: 9, Roots: 1}, {Service: "bank", Target: "bank"}},
		Claims:    []lineage.LyingClaims{{Source: "erp" + evil, What: "correlation", IDs: 9, Lying: 1, Example: "batch" + evil, Anchors: 9, Type: "order" + evil}},
		Spellings: []lineage.Spelling{{Type: "order" + evil, Pairs: 1, Example: []string{"a" + evil, "b" + evil}, Sources: []string{"erp" + evil}}},
		Refusals:  []lineage.Refusal{{Kind: lineage.SpanEvent, Source: "shop" + evil, Key: "order.id" + evil, Told: 1, Useless: 1, Example: evil}, {Source: "erp" + evil, Key: "told" + evil, Useless: 1, Example: evil}},
		Adrift:    []lineage.Adrift{{Flow: "sales" + evil, Type: "order" + evil, Objects: 1, Example: "1" + evil, Since: noon}},
	}
	return view.NewStitchability(s, []string{"order" + evil}, noon, noon, lore(evil), utc())
}
