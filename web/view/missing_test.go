package view_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"throughline/lineage"
	"throughline/web/view"
)

// holding is a transaction around an order with some more objects in it.
func holding(order string, more ...lineage.Member) *lineage.Execution {
	so := object("order", "erp", order)
	return &lineage.Execution{Flow: "quote-to-cash", Anchor: so, Members: append([]lineage.Member{{Object: so}}, more...)}
}

// facts is everything that can be found out at once; evil stands wherever a stranger
// chooses the text.
func facts(evil string) view.Facts {
	id := "INV-9" + evil
	invoice, item := object("invoice", "erp", id), object("ticket"+evil, "", id)
	delivery := object("delivery", "wms"+evil, "D-1")
	adrift := holding("x", lineage.Member{Object: invoice})
	adrift.Anchor, adrift.Unanchored = invoice, true
	adrift.Claims = []lineage.Claim{{Claim: "correlation:c" + evil, State: lineage.Ambiguous}, {Claim: "trace:" + traceID(1).String(), State: lineage.Pending}}
	adrift.Events = []*lineage.Event{{Correlation: "c" + evil, TraceID: traceID(1), Refs: []lineage.Ref{{Object: invoice}}}}
	found := func(o lineage.Object, in ...*lineage.Execution) view.Found {
		return view.Found{Match: lineage.Match{Object: o}, Answer: lineage.Answer{Executions: in}}
	}
	return view.Facts{
		ID: id, Asked: object("order", "erp", "SO-1"), In: order(evil), More: 2, InFlight: 3,
		Found: []view.Found{
			found(invoice, adrift), found(item), found(delivery, holding("SO-2"+evil, lineage.Member{Object: delivery})),
			found(object("payment", "bank", "P-1")), found(object("customer", "", id)), found(object("correlation", "", "c"+evil), adrift),
		},
		Suppressed: lineage.Suppressed{
			Held:     []lineage.HeldBack{{Finding: lineage.Finding{Object: delivery, Guard: lineage.Guard{Type: "delivery", To: "order" + evil, Max: 2}, Related: 3}}},
			Possible: [][2]lineage.Object{{object("order", "crm"+evil, id), object("order", "", "B")}},
		},
		Sightings: lineage.Sought[lineage.Sighting]{Since: noon, Found: []lineage.Sighting{
			{Evidence: lineage.Evidence{Source: "erp" + evil, ID: "e" + evil}, Type: "t" + evil, Contract: "k" + evil, Time: noon, Excerpt: `{"a":"` + evil},
		}},
		Refusals: lineage.Sought[lineage.Quarantined]{Since: noon, Whole: true, Found: []lineage.Quarantined{
			{Signal: lineage.Events, Source: "erp" + evil, EventID: evil, Reason: "bad" + evil, Payload: []byte(evil), Ingested: noon},
			{Signal: lineage.Traces, Source: "crm"},
		}},
		Heard: map[string]time.Time{"/billing": {}, "/sync": noon},
	}
}

// listening is a catalogue in which two sources promised a sign of life, and a flow
// ranks deliveries too.
func listening() view.Lore {
	c, err := lineage.NewCatalogue(lineage.Definition{
		Sources: map[string]lineage.Source{
			"/billing": {Name: "finance", Heartbeat: lineage.Duration(5 * time.Minute)}, "/sync": {Heartbeat: lineage.Duration(time.Minute)},
		},
		Flows: []lineage.Flow{{Name: "quote-to-cash", Anchor: "order", Leaf: []string{"payment"}, Ranks: map[string]int{"order": 0, "delivery": 1, "invoice": 2, "payment": 3}}},
	})
	if err != nil {
		panic(err) // it is a constant of the tests
	}
	return view.Lore{Catalogue: c}
}

func TestWhatIsMissingIsExplained(t *testing.T) {
	t.Parallel()
	invoice, delivery, run := object("invoice", "erp", "INV-9"), object("delivery", "erp", "D-1"), object("payment", "bank", "R-1")
	so1, so2 := object("order", "erp", "SO-1"), lineage.ExecutionRef{Flow: "quote-to-cash", Anchor: object("order", "erp", "SO-1")}
	match := func(o lineage.Object, in ...*lineage.Execution) []view.Found {
		return []view.Found{{Match: lineage.Match{Object: o}, Answer: lineage.Answer{Executions: in}}}
	}
	truncated := holding("SO-1")
	truncated.Truncated = true
	plain := &lineage.Execution{Flow: lineage.TransactionFlow, Anchor: object("correlation", "", "c-1"), Members: []lineage.Member{{Object: object("ticket", "", "T-1")}}}
	adrift := holding("x", lineage.Member{Object: invoice})
	adrift.Anchor, adrift.Unanchored = invoice, true
	adrift.Claims = []lineage.Claim{{Claim: "correlation:c-9", State: lineage.Ambiguous}, {Claim: "correlation:c-8", State: lineage.Pending}, {Claim: "correlation:c-7", State: lineage.Claimed}}
	adrift.Events = []*lineage.Event{{Correlation: "c-9", Refs: []lineage.Ref{{Object: invoice}}}, {Correlation: "c-8"}, {Correlation: "c-7", Refs: []lineage.Ref{{Object: invoice}}}}
	for name, test := range map[string]struct {
		facts view.Facts
		want  []string // kind: what | what to do, by their beginnings
	}{
		"nothing at all": {view.Facts{In: holding("SO-1")}, nil},
		"it is here, by another name": {
			view.Facts{In: holding("SO-1", lineage.Member{Object: invoice, Rank: 2, Aliases: []lineage.Object{object("invoice", "crm", "I-1")}}), Found: match(object("invoice", "crm", "I-1"))},
			[]string{"here: It is in this transaction, as invoice INV-9. What brings invoice INV-9 here is not shown"},
		},
		"another transaction shares an object with this one": {
			view.Facts{In: holding("SO-1", lineage.Member{Object: delivery, Rank: 1}), Found: match(invoice, holding("SO-2", lineage.Member{Object: delivery, Rank: 1}, lineage.Member{Object: invoice, Rank: 2}))},
			[]string{"elsewhere: Invoice INV-9 is in 1 transaction that this one is not part of. Both hold delivery D-1, but a lineage goes from its anchor only down or only up: what else hangs on order SO-2 is not taken in. | If it belongs here too,"},
		},
		"another transaction shares a leaf with this one": {
			view.Facts{In: holding("SO-1", lineage.Member{Object: run, Rank: 3, Leaf: true}), Found: match(invoice, holding("SO-2", lineage.Member{Object: run, Rank: 3, Leaf: true}, lineage.Member{Object: invoice, Rank: 2}))},
			[]string{"elsewhere: Invoice INV-9 is in 1 transaction that this one is not part of. Both hold payment R-1, but that is a leaf"},
		},
		"nobody's transaction": {
			view.Facts{Found: match(invoice, holding("SO-2", lineage.Member{Object: invoice, Rank: 2}))},
			[]string{"elsewhere: Invoice INV-9 is in 1 transaction. | Follow it there."},
		},
		"no anchor reaches it, and its claim is ambiguous": {
			view.Facts{In: holding("SO-1"), Found: match(invoice, adrift)},
			[]string{
				"claim: Events that name invoice INV-9 carry the correlation id c-9. Joins nothing: this correlation id names more than one order, | Have the source write one correlation id for each transaction",
				"unanchored: Invoice INV-9 is known, but no anchor reaches it",
			},
		},
		"a guard holds it": {
			view.Facts{In: holding("SO-1"), Found: match(delivery), Suppressed: lineage.Suppressed{Held: []lineage.HeldBack{{Finding: lineage.Finding{Object: delivery, Guard: lineage.Guard{Type: "delivery", To: "order", Max: 2}, Related: 3}}}}},
			[]string{"held_back: Delivery D-1 is held back: no lineage is taken through it. It is related to 3 orders, and a guard lets a delivery be related to 2 at most"},
		},
		"somebody holds it back": {
			view.Facts{In: holding("SO-1"), Found: match(delivery), Suppressed: lineage.Suppressed{Held: []lineage.HeldBack{{Finding: lineage.Finding{Object: delivery, Blocked: true}}}}},
			[]string{"held_back: Delivery D-1 is held back: no lineage is taken through it. Somebody decided so. | Ask whoever decided it."},
		},
		"it was refused to be the same": {
			view.Facts{In: holding("SO-1"), Suppressed: lineage.Suppressed{Possible: [][2]lineage.Object{{object("order", "crm", "A"), so1}}}},
			[]string{"possible_same: Evidence says that order A (crm) and order SO-1 (erp) are one object. They are not taken for one"},
		},
		"the cap has cut it off": {
			view.Facts{In: truncated, Found: []view.Found{{Match: lineage.Match{Object: invoice, Executions: []lineage.ExecutionRef{so2}}}}},
			[]string{"cut: Invoice INV-9 belongs to this transaction, but the transaction is larger than the flow's cap"},
		},
		"context": {
			view.Facts{In: holding("SO-1"), Found: match(object("customer", "crm", "C-1"))},
			[]string{"context: Customer C-1 is context: it can be searched for"},
		},
		"a type without a rank": {
			view.Facts{In: holding("SO-1"), Found: match(object("ticket", "", "T-1"), plain)},
			[]string{"unranked: The flow quote-to-cash gives ticket no rank"},
		},
		"a type without a rank in nobody's transaction": {
			view.Facts{Found: match(object("ticket", "", "T-1"), plain)},
			[]string{"named: Ticket T-1 is named by events, but no flow takes it into a lineage."},
		},
		"a name alone": {
			view.Facts{Found: match(invoice)},
			[]string{"named: Invoice INV-9 is known by name, and is in no transaction."},
		},
		"a correlation id": {
			view.Facts{In: holding("SO-1"), Found: match(object("correlation", "", "c-9"), adrift)},
			[]string{"technical: c-9 is a correlation id: it names no object, but may join those that events name with it. In the flow quote-to-cash: Joins nothing"},
		},
		"quarantine": {
			view.Facts{Refusals: lineage.Sought[lineage.Quarantined]{Found: []lineage.Quarantined{{Signal: lineage.Events, EventID: "e-9", Source: "/billing", Reason: "time is not RFC 3339.", Ingested: noon}, {Signal: lineage.Traces, Source: "/sync", Reason: "r", Ingested: noon}}}},
			[]string{
				"quarantine: Event e-9 from finance has it, and was set aside at 12:00:00 UTC: time is not RFC 3339. | Have the source mend",
				"quarantine: Traces from /sync has it, and was set aside at 12:00:00 UTC: r.",
			},
		},
		"a text that a contract does not map": {
			view.Facts{Sightings: lineage.Sought[lineage.Sighting]{Found: []lineage.Sighting{{Evidence: lineage.Evidence{Source: "/billing", ID: "e-1"}, Type: "posted", Contract: "posted/1", Time: noon}}}},
			[]string{"text: Event e-1 (posted) from finance at 12:00:00 UTC has it in its text, but does not name it as an object. | The contract posted/1 says what such an event names"},
		},
		"a text without a contract": {
			view.Facts{Sightings: lineage.Sought[lineage.Sighting]{Found: []lineage.Sighting{{Evidence: lineage.Evidence{Kind: lineage.SpanEvent, Source: "s", ID: "e-1"}, Type: "t"}}}},
			[]string{"text: Span e-1 (t) from s has it in its text, but does not name it as an object. | No contract reads such events"},
		},
		"a text that is stitched in a moment": {
			view.Facts{Sightings: lineage.Sought[lineage.Sighting]{Found: []lineage.Sighting{{Named: true, Evidence: lineage.Evidence{Source: "s", ID: "e-1"}, Type: "t"}}}},
			[]string{"text: Event e-1 (t) from s names it. It is stored, and not stitched yet. | Ask again in a moment."},
		},
		"a text that names what is known": {
			view.Facts{Found: match(invoice), Sightings: lineage.Sought[lineage.Sighting]{Found: []lineage.Sighting{{Named: true}}}},
			[]string{"named: "},
		},
		"a value that is no id":           {view.Facts{ID: "N/A"}, []string{"refused_value: N/A is a value that systems write when they have none."}},
		"more than were looked at":        {view.Facts{More: 1}, []string{"more: 1 more thing that the id names has not been looked at."}},
		"nothing but what is under way":   {view.Facts{InFlight: 1}, []string{"in_flight: 1 record came in and is not stored and stitched yet. | Ask again in a moment."}},
		"a reason, whatever is under way": {view.Facts{ID: "N/A", InFlight: 2}, []string{"refused_value: N/A is a value that systems write when they have none."}},
		"silent sources": {
			view.Facts{Heard: map[string]time.Time{"/billing": noon.Add(-12 * time.Minute), "/sync": {}, "/other": noon.Add(-time.Hour)}},
			[]string{
				"silent_source: Finance promised a sign of life every 5 min and has said nothing since 11:48:00 UTC.",
				"silent_source: /sync promised a sign of life every 1 min and has never said anything.",
			},
		},
		"sources that are heard": {view.Facts{Heard: map[string]time.Time{"/billing": noon.Add(-4 * time.Minute)}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if test.facts.ID == "" {
				test.facts.ID = "INV-9"
			}
			m := view.NewMissing(test.facts, listening(), utc())
			var got []string
			for _, f := range m.Findings {
				got = append(got, told(f.Kind+": "+f.What+" | "+f.Do))
			}
			if !slices.EqualFunc(got, test.want, begins) {
				t.Errorf("\n got %q\nwant %q", got, test.want)
			}
		})
	}
}

// begins tells whether both halves of a finding begin as they should.
func begins(got, want string) bool {
	what, do, both := strings.Cut(want, " | ")
	gotWhat, gotDo, _ := strings.Cut(got, " | ")
	return strings.HasPrefix(gotWhat, what) && (!both || strings.HasPrefix(gotDo, do))
}

func TestNothingIsWorthWhatWasSearched(t *testing.T) {
	t.Parallel()
	since := noon.AddDate(0, 0, -29)
	for name, test := range map[string]struct {
		facts view.Facts
		want  map[string]string // where: how far
	}{
		"all of it": {
			view.Facts{Sightings: lineage.Sought[lineage.Sighting]{Since: since, Whole: true}, Heard: map[string]time.Time{"/billing": {}, "/sync": noon}},
			map[string]string{"Texts of business events": "what arrived since 2026-02-01 12:00:00 UTC", "Sources": "1 of the 2 sources that promised a sign of life are silent"},
		},
		"a part": {
			view.Facts{Sightings: lineage.Sought[lineage.Sighting]{Since: noon}, RefusalsAway: "cannot be asked"},
			map[string]string{
				"Texts of business events": "only what arrived since 2026-03-02 12:00:00 UTC: there was no time for more (not complete)", "Quarantine": "cannot be asked (not complete)",
				"Sources": "none promised a sign of life, so nobody can tell whether one is silent (not complete)",
			},
		},
		"nothing": {
			view.Facts{},
			map[string]string{
				"Quarantine": "not even what arrived today could be read in the time that a page has (not complete)",
				"Spans and log records that name no object": "not searched (not complete)",
			},
		},
	} {
		test.facts.ID = "INV-9"
		m := view.NewMissing(test.facts, listening(), utc())
		if m.Any() {
			t.Errorf("%s: something was found", name)
		}
		got := map[string]string{}
		for _, r := range m.Searched {
			if got[r.Where] = r.How; !r.Whole {
				got[r.Where] += " (not complete)"
			}
		}
		for where, how := range test.want {
			if got[where] != how {
				t.Errorf("%s: %s: %q; want %q", name, where, got[where], how)
			}
		}
	}
}
