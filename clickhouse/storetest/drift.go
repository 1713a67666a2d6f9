package storetest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"throughline/lineage"
)

// payloads stores events of one kind, one for each payload, as of half an hour ago.
func payloads(t *testing.T, f *Fixture, block uint64, source, contract string, texts ...string) time.Time {
	t.Helper()
	at := time.Now().UTC().Add(-30 * time.Minute).Truncate(time.Second)
	b := &lineage.Block{Writer: "w", ID: block, Day: at.Truncate(24 * time.Hour)}
	for i, text := range texts {
		b.Events = append(b.Events, lineage.Event{
			Tenant: "default", Source: source, ID: fmt.Sprint(block, i), Type: "told", Contract: contract,
			Time: at, Ingested: at.Add(time.Duration(i) * time.Second), Payload: text, Hash: block<<20 + uint64(i),
		})
	}
	must(t, f.Append(t.Context(), b, false))
	return at
}

// lastHour asks for what came in within the hour before now.
func lastHour() lineage.TrafficQuery {
	now := time.Now().UTC()
	return lineage.TrafficQuery{Tenant: "default", From: now.Add(-time.Hour), To: now}
}

func trafficSeen(t *testing.T, f *Fixture) lineage.Traffic {
	t.Helper()
	got, err := f.Traffic(t.Context(), lastHour())
	must(t, err)
	return got
}

func paths(k lineage.TrafficKind) []string {
	var lines []string
	for _, p := range k.Paths {
		lines = append(lines, fmt.Sprintf("%s %s %d/%d", p.Place, p.Type, p.Times, p.Events))
	}
	return lines
}

func payloadsAreTakenApart(t *testing.T, f *Fixture) {
	at := payloads(t, f, 1, "erp", "told@1",
		`{"no":"1","price":12.50,"whole":2.0,"n":-7,"big":12345678901,"day":"2026-01-01","yes":true,"none":null,"empty":{},"list":[]}`,
		`{"no":2,"lines":[{"item":"a","tags":["x","y"]},{"item":null},7],"a.b":{"c/d~":"ü"}}`,
		`["bare"]`, `"text"`)
	payloads(t, f, 2, "crm", "", `{"x":{"y":[[1],[2.5]]}}`)
	theirs := lineage.Block{Writer: "w", ID: 3, Day: at.Truncate(24 * time.Hour), Events: []lineage.Event{
		{Tenant: "other", Source: "erp", ID: "o", Type: "told", Ingested: at, Time: at, Payload: `{"secret":1}`},
		{Tenant: "default", Source: "erp", ID: "s", Kind: lineage.SpanEvent, Type: "told", Ingested: at, Time: at, Payload: `{"span":1}`},
		{Tenant: "default", Source: "erp", ID: "old", Type: "told", Ingested: at.Add(-time.Hour), Time: at, Payload: `{"old":1}`},
	}}
	must(t, f.Append(t.Context(), &theirs, false))

	got := trafficSeen(t, f)
	equal(t, "kinds", len(got.Kinds), 2)
	erp, crm := got.Kinds[0], got.Kinds[1]
	equal(t, "counts", []int{erp.Events, erp.Sampled, erp.Unread, crm.Events, crm.Sampled, got.More, len(got.Refused)}, []int{4, 4, 0, 1, 1, 0, 0})
	equal(t, "first and last", []time.Time{erp.First, erp.Last}, []time.Time{at, at.Add(3 * time.Second)})
	equal(t, "erp", paths(erp), []string{
		" array 1/1", " object 2/2", " string 1/1", "/* string 1/1",
		"/a.b object 1/1", "/a.b/c~1d~0 string 1/1", "/big integer 1/1", "/day string 1/1", "/empty object 1/1",
		"/lines array 1/1", "/lines/* integer 1/1", "/lines/* object 2/1", "/lines/*/item null 1/1", "/lines/*/item string 1/1", "/lines/*/tags array 1/1", "/lines/*/tags/* string 2/1",
		"/list array 1/1", "/n integer 1/1", "/no integer 1/1", "/no string 1/1", "/none null 1/1", "/price number 1/1", "/whole integer 1/1", "/yes boolean 1/1",
	})
	equal(t, "crm", paths(crm), []string{" object 1/1", "/x object 1/1", "/x/y array 1/1", "/x/y/* array 2/1", "/x/y/*/* integer 1/1", "/x/y/*/* number 1/1"})
}

func samplesAreBounded(t *testing.T, f *Fixture) {
	many := make([]string, 600)
	for i := range many {
		many[i] = `{"no":"1"}`
	}
	payloads(t, f, 1, "many", "told@1", many...)
	payloads(t, f, 2, "odd", "told@1", `{"no":"`+strings.Repeat("x", 33<<10)+`"}`, `{"n":123456789012345678901234567890}`, `not JSON`, ``, `{"no":"1"}`)
	payloads(t, f, 3, "wide", "told@1", `{"list":[`+strings.Repeat("1,", 999)+`1]}`, strings.Repeat(`{"a":`, 40)+`1`+strings.Repeat(`}`, 40))
	got := trafficSeen(t, f)
	slices.SortFunc(got.Kinds, func(a, b lineage.TrafficKind) int { return strings.Compare(a.Source, b.Source) })
	many3, odd, wide := got.Kinds[0], got.Kinds[1], got.Kinds[2]
	equal(t, "of many", []int{many3.Events, many3.Sampled, many3.Unread}, []int{600, 500, 0})
	equal(t, "of odd ones", []int{odd.Events, odd.Sampled, odd.Unread}, []int{5, 5, 4})
	equal(t, "paths of odd ones", paths(odd), []string{" object 1/1", "/no string 1/1"})
	if lines := paths(wide); !slices.Contains(lines, "/list/* integer 200/1") || !slices.Contains(lines, strings.Repeat("/a", 16)+" object 1/1") || len(lines) != 1+2+16 {
		t.Errorf("of a long list and a deep object: %v", lines)
	}
}

func samplesAreBoundedByBytes(t *testing.T, f *Fixture) {
	heavy, light := make([]string, 500), make([]string, 500)
	for i := range heavy {
		heavy[i], light[i] = `{"text":"`+strings.Repeat("x", 30<<10)+`"}`, `{"no":"1"}`
	}
	payloads(t, f, 1, "heavy", "", heavy...)
	payloads(t, f, 2, "light", "", light...)
	got := trafficSeen(t, f)
	slices.SortFunc(got.Kinds, func(a, b lineage.TrafficKind) int { return strings.Compare(a.Source, b.Source) })
	// Of 8 MiB each of the two has the half.
	equal(t, "of heavy and light ones", []int{got.Kinds[0].Events, got.Kinds[0].Sampled, got.Kinds[1].Sampled}, []int{500, 4<<20/len(heavy[0]) + 1, 500})
}

// trafficIsAlwaysTold asks often enough to see what fails now and then: of the questions
// on many kinds in many parts, the embedded engine cancelled some of its own accord.
func trafficIsAlwaysTold(t *testing.T, f *Fixture) {
	at := time.Now().UTC().Add(-30 * time.Minute).Truncate(time.Second)
	for block := range uint64(40) {
		b := &lineage.Block{Writer: "w", ID: block, Day: at.Truncate(24 * time.Hour)}
		for i := range 1500 {
			b.Events = append(b.Events, lineage.Event{
				Tenant: "default", Source: fmt.Sprint("source", i%60), ID: fmt.Sprint(block, "-", i), Type: "told", Contract: "told@1",
				Time: at, Ingested: at.Add(time.Duration(i) * time.Millisecond), Hash: block<<20 + uint64(i),
				Payload: fmt.Sprintf(`{"no":"%d","lines":[{"item":"a","amount":1.5}],"f1":1,"f2":2,"f3":3,"f4":4}`, i),
			})
		}
		must(t, f.Append(t.Context(), b, false))
	}
	for i := range 50 {
		got, err := f.Traffic(t.Context(), lastHour())
		if err != nil || len(got.Kinds) != 60 || got.Kinds[0].Sampled == 0 {
			t.Fatalf("question %d has %d kinds and the error %v", i+1, len(got.Kinds), err)
		}
	}
}

func tooMuchTraffic(t *testing.T, f *Fixture) {
	late, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancel()
	q := lastHour()
	_, traffic := f.Traffic(late, q)
	_, stitching := f.Stitchability(late, lineage.StitchQuery{Tenant: "default", From: q.From, To: q.To})
	for what, err := range map[string]error{"traffic": traffic, "stitchability": stitching} {
		equal(t, "kind of "+what, lineage.KindOf(err), lineage.TooLarge)
		equal(t, what+" names the field", strings.Contains(err.Error(), "set from later"), true)
	}
}

func refusedKindsAreCounted(t *testing.T, f *Fixture) {
	now := time.Now().UTC()
	entry := func(id, source, reason string, ago time.Duration, signal lineage.Signal) lineage.Quarantined {
		return lineage.Quarantined{Tenant: "default", ID: id, Signal: signal, Source: source, Type: "told", Reason: reason, Payload: []byte("x"), Ingested: now.Add(-ago)}
	}
	b := lineage.Block{Writer: "w", ID: 1, Day: now.Truncate(24 * time.Hour), Quarantine: []lineage.Quarantined{
		entry("1", "erp", "first", 3*time.Minute, lineage.Events), entry("2", "erp", "second", time.Minute, lineage.Events), entry("2", "erp", "again", 2*time.Minute, lineage.Events),
		entry("3", "crm", "other", time.Minute, lineage.Events), entry("4", "crm", "a span", time.Minute, lineage.Traces), entry("5", "crm", "old", 2*time.Hour, lineage.Events),
	}}
	must(t, f.Append(t.Context(), &b, false))
	got := trafficSeen(t, f)
	for i := range got.Refused {
		got.Refused[i].Last = time.Time{}
	}
	equal(t, "refused", got.Refused, []lineage.RefusedKind{
		{Source: "erp", Type: "told", Events: 2, Reason: "second"}, {Source: "crm", Type: "told", Events: 1, Reason: "other"},
	})
	equal(t, "kinds", len(got.Kinds), 0)
}

func badWindows(t *testing.T, f *Fixture) {
	q := lastHour()
	for _, from := range []time.Time{q.To, q.To.Add(time.Second), q.To.Add(-32 * 24 * time.Hour)} {
		_, err := f.Traffic(t.Context(), lineage.TrafficQuery{Tenant: "default", From: from, To: q.To})
		equal(t, fmt.Sprint("kind of a window from ", from), lineage.KindOf(err), lineage.Invalid)
	}
}
