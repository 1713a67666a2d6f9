package storetest

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"throughline/lineage"
)

// arrived stores events and quarantined things as if they had arrived some days ago.
func arrived(t *testing.T, f *Fixture, days int, events []lineage.Event, quarantine []lineage.Quarantined) {
	t.Helper()
	when := time.Now().UTC().AddDate(0, 0, -days)
	for i := range events {
		events[i].Tenant, events[i].Source, events[i].Ingested = "default", "s", when
	}
	for i := range quarantine {
		quarantine[i].Tenant, quarantine[i].Ingested = "default", when
	}
	must(t, f.Append(t.Context(), &lineage.Block{
		Writer: "w", ID: uint64(1000 + days), Day: when.Truncate(24 * time.Hour), Events: events, Quarantine: quarantine,
	}, false))
}

func sighted(t *testing.T, f *Fixture, id string) string {
	t.Helper()
	found, err := f.Sightings(t.Context(), "default", id, 10)
	must(t, err)
	var ids []string
	for _, s := range found.Found {
		ids = append(ids, s.ID)
	}
	return strings.Join(ids, " ")
}

func idsInTexts(t *testing.T, f *Fixture) {
	invoice := lineage.Object{Type: "invoice", System: "erp", ID: "INV/7"}
	arrived(t, f, 0, []lineage.Event{
		{ID: "a", Type: "posted", Contract: "posted/1", Time: at(3), Payload: `{"note":"see INV/7, and` + "\n" + `\u0041"}`, Refs: []lineage.Ref{
			{Object: lineage.Object{Type: "order", ID: "0"}, Role: "bills"}, {Object: invoice, Role: lineage.Subject},
		}},
		{ID: "b", Time: at(2), Payload: `{"order":"0000004711","by":"INV\/7"}`},
		{ID: "c", Time: at(1), Payload: `{"order":"94711","or":"4711x"}`},
		{ID: "d", Payload: `{"text":"Größe inv/7ü"}`},
	}, nil)
	for id, want := range map[string]string{
		"INV/7": "a b d", "inv/7": "a b d", " 4711 ": "b", "00004711": "b", "INV": "a b d", "NV/7": "", "4711x": "c",
		`'; DROP TABLE spans --`: "", `a\b"c'{id:String}`: "", ".*": "", "...": "",
	} {
		if strings.TrimSpace(id) == ".*" {
			_, err := f.Sightings(t.Context(), "default", id, 10)
			equal(t, "kind of the error for two bytes", lineage.KindOf(err), lineage.Invalid)
			continue
		}
		equal(t, "events in whose text is "+id, sighted(t, f, id), want)
	}
	found, err := f.Sightings(t.Context(), "default", "INV/7", 1)
	must(t, err)
	equal(t, "more", found.More, true)
	got := found.Found[0]
	got.Ingested = time.Time{}
	equal(t, "sighting", got, lineage.Sighting{
		Evidence: lineage.Evidence{Source: "s", ID: "a"}, Type: "posted", Contract: "posted/1", Time: at(3),
		Subject: invoice, Named: true, Excerpt: `{"note":"see INV/7, and \u0041"}`,
	})
	others, err := f.Sightings(t.Context(), "other", "INV/7", 10)
	must(t, err)
	equal(t, "of another tenant", len(others.Found), 0)
}

func textsOfAMonth(t *testing.T, f *Fixture) {
	for _, days := range []int{0, 1, 3, 15, 29, 31} {
		arrived(t, f, days, []lineage.Event{{ID: fmt.Sprint("d", days), Payload: "INV-7"}}, nil)
	}
	equal(t, "newest first", sighted(t, f, "INV-7"), "d0 d1 d3 d15 d29")
	found, err := f.Sightings(t.Context(), "default", "INV-7", 2)
	must(t, err)
	equal(t, "enough", []bool{found.More, found.Whole}, []bool{true, true})
	found, err = f.Sightings(t.Context(), "default", "INV-8", 10)
	must(t, err)
	today := time.Now().UTC().Truncate(24 * time.Hour)
	equal(t, "whole", found.Whole, true)
	equal(t, "since", found.Since, today.AddDate(0, 0, -29))
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	found, err = f.Sightings(ended, "default", "INV-7", 10)
	must(t, err)
	equal(t, "without time", found, lineage.Sought[lineage.Sighting]{})
}

func idsInQuarantine(t *testing.T, f *Fixture) {
	arrived(t, f, 2, nil, []lineage.Quarantined{
		{ID: "in text", Signal: lineage.Events, Reason: "r", Payload: []byte(`{"invoice":"INV-7"}`)},
		{ID: "in reason", Signal: lineage.Traces, Reason: "id INV-7 is refused", Payload: []byte{0xff, 0}},
		{ID: "of event", Signal: lineage.Events, EventID: "INV-7", Reason: "r"},
		{ID: "in bytes", Signal: lineage.Traces, Reason: "r", Payload: []byte("\x0a\x05INV-7\x12\xff\xfe")},
		{ID: "another", Signal: lineage.Events, EventID: "INV-70", Reason: "INV-71", Payload: []byte("INV-72")},
	})
	arrived(t, f, 1, nil, []lineage.Quarantined{{ID: "later", Signal: lineage.Events, Reason: "INV-7"}, {ID: "later", Signal: lineage.Events, Reason: "INV-7"}})
	found, err := f.Refusals(t.Context(), "default", "INV-7", 10)
	must(t, err)
	got := map[string]string{}
	for _, q := range found.Found {
		got[q.ID] = q.Signal.String() + " " + string(q.Payload)
	}
	equal(t, "found", got, map[string]string{
		"in text": `events {"invoice":"INV-7"}`, "in reason": "traces ", "of event": "events ", "in bytes": "traces INV-7", "later": "events ",
	})
	equal(t, "rows", len(found.Found), 5)
	equal(t, "the latest first", found.Found[0].ID, "later")
}
