package storetest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"throughline/lineage"
)

// theDecision is a decision of a tenant as the block that brings it has it.
func theDecision(t *testing.T, tenant string, d lineage.Decision) lineage.Event {
	t.Helper()
	d.Tenant, d.By, d.Comment = tenant, "Zoë", `it's "one"`
	raw, err := d.CloudEvent()
	must(t, err)
	ce, err := lineage.ParseCloudEvent(raw)
	must(t, err)
	e, err := lineage.FromDecision(tenant, &ce, at(time.Hour))
	must(t, err)
	return e
}

// decisionsAreKept stores decisions among events, and finds them again: in their place,
// by the ids that they name, in the view, and when a resend is to be known.
func decisionsAreKept(t *testing.T, f *Fixture) {
	ctx := t.Context()
	cat, err := lineage.ParseCatalogue(nil)
	must(t, err)
	a, b := lineage.Object{Type: "order", System: "erp", ID: "SO-1"}, lineage.Object{Type: "order", Scope: "plant", ID: "SO-2"}
	all := []lineage.Event{
		event(1),
		theDecision(t, "default", lineage.Decision{ID: "d1", Kind: lineage.DecideMerge, A: a, B: b, At: at(1)}),
		theDecision(t, "default", lineage.Decision{ID: "d2", Kind: lineage.DecideReject, Source: "erp", EventID: "e1", At: at(2)}),
		theDecision(t, "default", lineage.Decision{ID: "d3", Kind: lineage.DecideRevoke, Revokes: "d1", At: at(3)}),
		theDecision(t, "other", lineage.Decision{ID: "d1", Kind: lineage.DecideBlock, A: a, At: at(4)}),
	}
	for id := range uint64(2) { // also when its rows are stored twice, a decision is one
		blk := &lineage.Block{Writer: "w", ID: id + 1, Day: day, Events: all}
		for i := range all {
			blk.Identifiers = append(blk.Identifiers, cat.Identifiers(&all[i])...)
		}
		must(t, f.Append(ctx, blk, false))
	}
	var got []lineage.Event
	must(t, f.EventsSince(ctx, "default", func(_ string, block uint64, e *lineage.Event) error {
		if block == 1 {
			got = append(got, *e)
		}
		return nil
	}))
	equal(t, "events and decisions", got, all[:4])
	for id, want := range map[string]string{"SO-2": "d1", "e1": "d2"} {
		found, _, err := f.Find(ctx, "default", id, 10, "")
		must(t, err)
		if len(found) == 0 || found[0].Kind != lineage.DecisionEvent || found[0].EventID != want {
			t.Errorf("by %s is found %+v; want decision %s", id, found, want)
		}
	}
	var recent []string
	must(t, f.Recent(ctx, "w", lineage.Events, 2, func(i *lineage.Identity) error {
		recent = append(recent, i.Tenant+" "+i.ID)
		return nil
	}))
	equal(t, "recent identities", recent, []string{"default e1", "default d1", "default d2", "default d3", "other d1"})
	var lines string
	f.scan(t, `SELECT arrayStringConcat(groupArray(concat(tenant, ' ', id, ' ', decision, ' ', a_type, ' ', a_system, ' ', a_id, ' ', b_scope, ' ', b_id, ' ',
		event_source, ' ', event_id, ' ', revokes, ' ', decided_by, ' ', comment, ' ', toString(toUnixTimestamp64Nano(at) - toUnixTimestamp64Nano(toDateTime64('2026-11-23', 9, 'UTC'))))), '|')
		FROM (SELECT * FROM store.decisions ORDER BY tenant, id)`, &lines)
	equal(t, "the view", strings.Split(lines, "|"), []string{
		`default d1 merge order erp SO-1 plant SO-2    Zoë it's "one" 1`,
		`default d2 reject      erp e1  Zoë it's "one" 2`,
		`default d3 revoke        d1 Zoë it's "one" 3`,
		`other d1 block order erp SO-1      Zoë it's "one" 4`,
	})
}

// decisionsStay holds that no rule of a table that has decisions forgets them.
func decisionsStay(t *testing.T, f *Fixture) {
	var engine string
	f.scan(t, "SELECT engine_full FROM system.tables WHERE database = '"+f.Config.Database+"' AND name = 'business_events'", &engine)
	if _, forgets, any := strings.Cut(engine, " TTL "); any && !strings.Contains(forgets, "kind != 'decision'") {
		t.Errorf("rows are forgotten by %q, and decisions with them", forgets)
	}
}

var auditEntries = rapid.Custom(func(t *rapid.T) lineage.AuditEntry {
	w := func(name string) string { return words.Draw(t, name) }
	return lineage.AuditEntry{
		Tenant: "default", Turn: rapid.IntRange(1, 1<<30).Draw(t, "turn"), Held: rapid.Bool().Draw(t, "held"), Cause: lineage.AuditCause(w("cause")),
		Guard:   lineage.Guard{Type: w("type"), To: w("to"), Max: rapid.Int().Draw(t, "max")},
		Related: rapid.Int().Draw(t, "related"), Decision: w("decision"), By: w("by"), At: moments.Draw(t, "at"),
	}
})

func auditComesBack(t *testing.T, f *Fixture) {
	ctx := t.Context()
	check(t, func(rt *rapid.T, n uint64) {
		o := objects.Draw(rt, "object")
		o.ID += fmt.Sprint(n)
		want := rapid.SliceOfNDistinct(auditEntries, 1, 8, func(e lineage.AuditEntry) int { return -e.Turn }).Draw(rt, "entries")
		for i := range want {
			want[i].Object = o
		}
		draw(rt, f.SaveAudit(ctx, want))
		draw(rt, f.SaveAudit(ctx, want[:1])) // again
		slices.SortFunc(want, func(a, b lineage.AuditEntry) int { return b.Turn - a.Turn })
		got, err := f.Audit(ctx, "default", o, 100)
		draw(rt, err)
		equal(rt, "entries", got, want)
		got, err = f.Audit(ctx, "default", o, 1)
		draw(rt, err)
		equal(rt, "the last entry", got, want[:1])
		all, err := f.Audited(ctx, "default")
		draw(rt, err)
		for _, e := range all {
			if e.Object == o {
				equal(rt, "the last of all", e, want[0])
				return
			}
		}
		rt.Fatalf("%v is not among %d objects", o, len(all))
	})
	got, err := f.Audited(ctx, "other")
	must(t, err)
	equal(t, "entries of another tenant", len(got), 0)
	_, err = f.Audit(ctx, "default", lineage.Object{}, 0)
	equal(t, "kind of limit 0", lineage.KindOf(err), lineage.Invalid)
}
