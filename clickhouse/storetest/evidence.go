package storetest

import (
	"fmt"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"throughline/lineage"
)

// kept is what was stored of one place, as a test remembers it.
type kept struct {
	lineage.Stored
	names []lineage.EvidenceName // also those of mappings that hold no more
}

// askedFor are those that evidence is: what is asked for, and all under their ids.
func askedFor(all []kept, m lineage.Missing, types []string) []lineage.Stored {
	names, events := m.Numbers()
	ids := map[string]bool{}
	for _, k := range all {
		if slices.Contains(events, k.Event.EvidenceNumber()) || slices.ContainsFunc(k.names, func(n lineage.EvidenceName) bool {
			return slices.Contains(names, n.Number) && (n.Type == "" || slices.Contains(types, n.Type))
		}) {
			ids[k.Event.ID] = true
		}
	}
	found := []lineage.Stored{}
	for _, k := range all {
		if ids[k.Event.ID] {
			found = append(found, lean(k.Stored))
		}
	}
	slices.SortFunc(found, func(a, b lineage.Stored) int { return a.Place.Compare(b.Place) })
	return found
}

// lean is an event as evidence has it.
func lean(s lineage.Stored) lineage.Stored {
	e := *s.Event
	e.Payload, e.Envelope = "", ""
	s.Event = &e
	return s
}

// evidenceIsFound stores events, and of some how they are mapped anew, and asks for what
// they name and carry.
func evidenceIsFound(t *testing.T, f *Fixture) {
	var all []kept
	generation := uint64(0)
	check(t, func(rt *rapid.T, id uint64) {
		b := &lineage.Block{Writer: "w", ID: id, Day: day.AddDate(0, 0, rapid.IntRange(0, 100).Draw(rt, "day")), Events: many(rt, events, "events")}
		for range 1 + rapid.IntRange(0, 1).Draw(rt, "in doubt") {
			draw(rt, f.Append(t.Context(), b, true))
		}
		for i := range b.Events {
			e := b.Events[i]
			all = append(all, kept{lineage.Stored{Place: lineage.Place{Writer: "w", Block: id, Row: uint32(i)}, Event: &e}, e.EvidenceNames(nil)})
		}
		generation++
		var anew []lineage.Stored
		for i := range all {
			if rapid.IntRange(0, 3).Draw(rt, "anew") > 0 {
				continue
			}
			k, now := &all[i], events.Draw(rt, "mapped anew")
			e := *k.Event
			e.TakeMapping(&now)
			k.Event, k.Generation, k.Refused = &e, generation, rapid.Bool().Draw(rt, "refused")
			k.names = e.EvidenceNames(k.names)
			anew = append(anew, k.Stored)
		}
		draw(rt, f.SaveRemapped(t.Context(), anew))
		draw(rt, f.SaveRemapped(t.Context(), anew)) // again

		var m lineage.Missing
		types := []string{"order", "Ångström"}
		for range rapid.IntRange(0, 3).Draw(rt, "asked for") {
			e := all[rapid.IntRange(0, len(all)-1).Draw(rt, "event")].Event
			for _, r := range e.Refs {
				m.IDs, types = append(m.IDs, r.Object.ID), append(types, r.Object.Type)
			}
			for _, q := range e.Equalities {
				m.IDs = append(m.IDs, q.A.ID)
			}
			m.Claims = append(m.Claims, lineage.ClaimKey{Kind: lineage.EventClaim, Value: e.ID}, lineage.ClaimKey{Kind: lineage.CorrelationClaim, Value: e.Correlation})
			for _, trace := range append(e.Links, e.TraceID) {
				m.Claims = append(m.Claims, lineage.ClaimKey{Kind: lineage.TraceClaim, Value: trace.String()})
			}
			m.IDs, m.Claims = m.IDs[rapid.IntRange(0, len(m.IDs)).Draw(rt, "ids"):], m.Claims[rapid.IntRange(0, len(m.Claims)).Draw(rt, "claims"):]
		}
		got, err := f.Evidence(t.Context(), "default", m, types)
		draw(rt, err)
		equal(rt, "evidence", got, askedFor(all, m, types))
	})
}

func evidenceOfTypes(t *testing.T, f *Fixture) {
	object := func(typ, id string) lineage.Object { return lineage.Object{Type: typ, ID: id} }
	all := []lineage.Event{
		{ID: "order", Refs: []lineage.Ref{{Object: object("order", "1"), Role: lineage.Subject}}},
		{ID: "customer", Refs: []lineage.Ref{{Object: object("customer", "1"), Role: lineage.Mentions}}},
		{ID: "from", Relations: []lineage.Relation{{From: object("order", "1"), To: object("customer", "2")}}},
		{ID: "to", Relations: []lineage.Relation{{From: object("customer", "2"), To: object("invoice", "1")}}},
		{ID: "equal", Equalities: []lineage.Equality{{A: object("customer", "3"), B: object("customer", "1")}}},
		{ID: "correlation", Correlation: "1"},
		{ID: "trace", TraceID: lineage.TraceID{1}},
		{ID: "link", TraceID: lineage.TraceID{9}, Links: []lineage.TraceID{{8}, {1}}},
		{ID: "cause", Causation: "order"},
		{ID: "theirs", Tenant: "other", Refs: []lineage.Ref{{Object: object("order", "1"), Role: lineage.Subject}}, Correlation: "1"},
	}
	for i := range all {
		if all[i].Tenant == "" {
			all[i].Tenant = "default"
		}
	}
	must(t, f.Append(t.Context(), &lineage.Block{Writer: "w", ID: 1, Day: day, Events: all}, false))
	claim := func(kind lineage.ClaimKind, value string) lineage.Missing {
		return lineage.Missing{Claims: []lineage.ClaimKey{{Kind: kind, Value: value}}}
	}
	one := lineage.Missing{IDs: []string{"1"}}
	for name, c := range map[string]struct {
		tenant string
		m      lineage.Missing
		types  []string
		want   []string
	}{
		"some types":      {"default", one, []string{"order", "invoice"}, []string{"order", "from", "to", "equal"}},
		"all types":       {"default", one, []string{"order", "invoice", "customer"}, []string{"order", "customer", "from", "to", "equal"}},
		"no types":        {"default", one, nil, []string{"equal"}},
		"a correlation":   {"default", claim(lineage.CorrelationClaim, "1"), nil, []string{"correlation"}},
		"a trace":         {"default", claim(lineage.TraceClaim, lineage.TraceID{1}.String()), nil, []string{"trace", "link"}},
		"a link":          {"default", claim(lineage.TraceClaim, lineage.TraceID{8}.String()), nil, []string{"link"}},
		"no trace at all": {"default", claim(lineage.TraceClaim, lineage.TraceID{}.Hex()), nil, nil},
		"an event":        {"default", claim(lineage.EventClaim, "order"), nil, []string{"order"}},
		"nothing":         {"default", lineage.Missing{}, []string{"order"}, nil},
		"what is unknown": {"default", lineage.Missing{IDs: []string{"order", "4"}}, []string{"order"}, nil},
		"another tenant":  {"other", one, []string{"order"}, []string{"theirs"}},
		"no tenant":       {"", one, []string{"order"}, nil},
	} {
		got, err := f.Evidence(t.Context(), c.tenant, c.m, c.types)
		must(t, err)
		equal(t, name, idsOf(got), c.want)
	}
}

func idsOf(found []lineage.Stored) (ids []string) {
	for _, s := range found {
		ids = append(ids, s.Event.ID)
	}
	return ids
}

// evidenceOfOneID stores two contents under one id, of which one names an order, months
// apart, and one of another source; and then what the first names since.
func evidenceOfOneID(t *testing.T, f *Fixture) {
	ctx := t.Context()
	named, corrected := event(1), event(2)
	corrected.ID = named.ID
	elsewhere := corrected
	elsewhere.Source = "crm"
	for i, e := range []lineage.Event{named, corrected, elsewhere} {
		must(t, f.Append(ctx, &lineage.Block{Writer: "w", ID: uint64(i + 1), Day: day.AddDate(0, i, 0), Events: []lineage.Event{event(9), e}}, false))
	}
	places := func(id string) (at []uint64) {
		t.Helper()
		found, err := f.Evidence(ctx, "default", lineage.Missing{IDs: []string{id}}, []string{"order"})
		must(t, err)
		for _, s := range found {
			at = append(at, s.Block*10+uint64(s.Row))
			equal(t, "generation of "+fmt.Sprint(s.Place), s.Generation > 0, s.Block == 1 && s.Generation > 0)
		}
		return at
	}
	equal(t, "what names the first", places("SO-1"), []uint64{11, 21, 31})
	equal(t, "what names the second", places("SO-2"), []uint64{11, 21, 31})
	equal(t, "what came three times", places("SO-9"), []uint64{10, 20, 30})
	remap := func(e lineage.Event, generation uint64, refused bool) {
		e.Source, e.ID = named.Source, named.ID
		must(t, f.SaveRemapped(ctx, []lineage.Stored{{Place: lineage.Place{Writer: "w", Block: 1, Row: 1}, Event: &e, Generation: generation, Refused: refused}}))
	}
	holds := func(generation uint64, refused bool, refs int) {
		t.Helper()
		found, err := f.Evidence(ctx, "default", lineage.Missing{IDs: []string{"SO-7"}}, []string{"order"})
		must(t, err)
		equal(t, "found by the new name", len(found), 3)
		equal(t, "what holds", fmt.Sprint(found[0].Generation, found[0].Refused, len(found[0].Event.Refs)), fmt.Sprint(generation, refused, refs))
		equal(t, "what names the first", places("SO-1"), []uint64{11, 21, 31})
	}
	remap(event(7), 5, false)
	holds(5, false, 1)
	remap(event(8), 2, true) // of an older generation: it does not hold
	holds(5, false, 1)
	remap(lineage.Event{Tenant: "default", Ingested: at(0)}, 6, true)
	holds(6, true, 0)
}

// evidenceOfBefore makes the table anew of what is stored: it is the same.
func evidenceOfBefore(t *testing.T, f *Fixture) {
	check(t, func(rt *rapid.T, id uint64) {
		b := &lineage.Block{Writer: "w" + strconv.Itoa(int(id%3)), ID: id, Day: day.AddDate(0, int(id), 0), Events: many(rt, events, "events")}
		b.Events[0].TraceID, b.Events[0].SpanID, b.Events[0].Tenant = lineage.TraceID{}, lineage.SpanID{}, "other"
		if len(b.Events) > 1 {
			b.Events[1].TraceID, b.Events[1].SpanID = lineage.TraceID{0, 1}, lineage.SpanID{1}
		}
		draw(rt, f.Append(t.Context(), b, false))
		var anew []lineage.Stored
		for i := range b.Events {
			if i%2 == 0 {
				continue
			}
			e, now := b.Events[i], events.Draw(rt, "mapped anew")
			e.TakeMapping(&now)
			anew = append(anew, lineage.Stored{Place: lineage.Place{Writer: b.Writer, Block: id, Row: uint32(i)}, Event: &e, Generation: id, Refused: i%3 == 0})
		}
		draw(rt, f.SaveRemapped(t.Context(), anew))
	})
	must(t, f.Conn.Exec(t.Context(), f.in("RENAME TABLE store.evidence TO store.before")))
	must(t, f.Conn.Exec(t.Context(), f.in("ALTER TABLE store.goose_db_version DELETE WHERE version_id >= 43 SETTINGS mutations_sync = 2")))
	must(t, f.Migrate(t.Context()))
	var rows uint64
	f.scan(t, "SELECT count() FROM store.evidence", &rows)
	if rows == 0 {
		t.Fatal("the table is empty")
	}
	for _, not := range []string{"store.before EXCEPT SELECT * FROM store.evidence", "store.evidence EXCEPT SELECT * FROM store.before"} {
		var differ uint64
		var first string
		f.scan(t, "SELECT count(), any(toString(tuple(*))) FROM (SELECT * FROM "+not+")", &differ, &first)
		if differ > 0 {
			t.Errorf("%d rows are in %s, as %q", differ, not, first)
		}
	}
}

func evidenceOfThousands(t *testing.T, f *Fixture) {
	const n = 20_000
	b := &lineage.Block{Writer: "w", ID: 1, Day: day}
	m := lineage.Missing{}
	for i := range n {
		b.Events = append(b.Events, event(i))
		m.IDs = append(m.IDs, fmt.Sprintf("SO-%d", i))
		m.Claims = append(m.Claims, lineage.ClaimKey{Kind: lineage.EventClaim, Value: fmt.Sprintf("e%d", n-i)})
	}
	must(t, f.Append(t.Context(), b, false))
	found, err := f.Evidence(t.Context(), "default", m, []string{"order"})
	must(t, err)
	equal(t, "events", len(found), n)
	for i, s := range found {
		if s.Row != uint32(i) || s.Event.ID != b.Events[i].ID {
			t.Fatalf("event %d is %+v", i, s)
		}
	}
}
