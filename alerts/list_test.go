package alerts

import (
	"cmp"
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"throughline/lineage"
	"throughline/slo"
)

// listOrder is the order of a list, as it is promised.
func listOrder(a, b slo.Incident) int {
	if a.State != b.State {
		return cmp.Compare(a.State, b.State) // "firing" comes before "resolved"
	}
	if a.State == slo.Resolved {
		return cmp.Or(b.ResolvedAt.Compare(a.ResolvedAt), cmp.Compare(a.ID, b.ID))
	}
	return cmp.Or(b.OpenedAt.Compare(a.OpenedAt), cmp.Compare(a.ID, b.ID))
}

func TestAListIsSortedWhateverChanges(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a := &Alerts{cfg: Config{Tenant: "default"}, memory: newMemory()}
		all := map[string]slo.Incident{}
		for range rapid.IntRange(1, 60).Draw(t, "changes") {
			n := rapid.IntRange(0, 15).Draw(t, "incident")
			at := func(what string) time.Time { return time.Unix(int64(rapid.IntRange(1, 9).Draw(t, what)), 0) }
			i := slo.Incident{ID: fmt.Sprint(n), Tenant: "default", Key: slo.Key{SLA: fmt.Sprint("sla", n%2)}, State: slo.Firing, OpenedAt: at("opened")}
			i.Impact.Flow = []string{"", "cash", "pay"}[n%3] // late sources are of none
			if rapid.Bool().Draw(t, "resolved") {
				i.State, i.ResolvedAt = slo.Resolved, at("resolved at")
			}
			if rapid.IntRange(0, 5).Draw(t, "forgotten") == 0 {
				a.memory.put(i.ID, nil)
				delete(all, i.ID)
			} else {
				a.memory.put(i.ID, &i)
				all[i.ID] = i
			}
			if rapid.Bool().Draw(t, "unread") {
				continue
			}
			q := slo.IncidentQuery{
				Limit: rapid.IntRange(1, 5).Draw(t, "limit"), SLA: rapid.SampledFrom([]string{"", "sla0"}).Draw(t, "sla"),
				State: rapid.SampledFrom([]slo.IncidentState{"", slo.Firing, slo.Resolved}).Draw(t, "state"),
				Flow:  rapid.SampledFrom([]string{"", "cash", "none of ours"}).Draw(t, "flow"),
			}
			var want []slo.Incident
			firing := 0
			for _, i := range all {
				if i.State == slo.Firing {
					firing++
				}
				if (q.SLA == "" || q.SLA == i.SLA) && (q.State == "" || q.State == i.State) && (q.Flow == "" || q.Flow == i.Impact.Flow) {
					want = append(want, i)
				}
			}
			slices.SortFunc(want, listOrder)
			var got []slo.Incident
			for more := true; more; more = q.Cursor != "" {
				page, err := a.Incidents(context.Background(), q)
				if err != nil {
					t.Fatal(err)
				}
				if page.Firing != firing || page.Resolved != len(all)-firing {
					t.Fatalf("%d fire and %d are resolved; want %d and %d", page.Firing, page.Resolved, firing, len(all)-firing)
				}
				got, q.Cursor = append(got, page.Incidents...), page.Next
			}
			if diff := gocmp.Diff(want, got); diff != "" {
				t.Fatalf("(-want +got):\n%s", diff)
			}
		}
	})
}

func TestAPageRepeatsNothingWhileOthersComeAndGo(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		r.start()
		defer r.halt()
		for n := range 20 {
			r.ledger.tell(about(n, slo.BreachKind, n))
		}
		r.settled()
		first, err := r.Incidents(t.Context(), slo.IncidentQuery{Limit: 5})
		if err != nil {
			t.Fatal(err)
		}
		// The one that the page ended with is resolved, and newer ones open.
		r.ledger.tell(about(15, slo.EndedKind, 30, ended), about(77, slo.BreachKind, 31))
		r.settled()
		second, err := r.Incidents(t.Context(), slo.IncidentQuery{Limit: 5, Cursor: first.Next})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, i := range append(first.Incidents, second.Incidents...) {
			got = append(got, i.Subject.ID)
		}
		if diff := gocmp.Diff(strings.Fields("19 18 17 16 15 14 13 12 11 10"), got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func TestAListRefusesWhatIsNoneOfIts(t *testing.T) {
	t.Parallel()
	a := &Alerts{memory: newMemory()}
	encode := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	for _, q := range []slo.IncidentQuery{
		{Limit: 0},
		{Limit: 1001},
		{Limit: 1, State: "open"},
		{Limit: 1, Cursor: "?"},
		{Limit: 1, Cursor: encode(`{"k":1,"w":"x","b":1,"r":1}`)},
		{Limit: 1, Cursor: encode(`{"s":"firing","i":"1"}`)},
		{Limit: 1, Cursor: encode(`{}`)},
	} {
		if _, err := a.Incidents(t.Context(), q); lineage.KindOf(err) != lineage.Invalid {
			t.Errorf("%+v: %v; want Invalid", q, err)
		}
	}
}

func TestATenantSeesItsOwnIncidentsOnly(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		r.start()
		defer r.halt()
		r.ledger.tell(about(1, slo.BreachKind, 0))
		r.settled()
		if _, err := r.Incident(t.Context(), "other", orderID(1)); lineage.KindOf(err) != lineage.NotFound {
			t.Errorf("another tenant finds it: %v", err)
		}
		if _, err := r.Acknowledge(t.Context(), "other", orderID(1), "eve", ""); lineage.KindOf(err) != lineage.NotFound {
			t.Errorf("another tenant acknowledges it: %v", err)
		}
		if page, err := r.Incidents(t.Context(), slo.IncidentQuery{Tenant: "other", Limit: 10}); err != nil || len(page.Incidents)+page.Firing > 0 {
			t.Errorf("another tenant lists %+v, %v", page, err)
		}
	})
}

func TestWhatWasResolvedLongAgoIsForgottenHereAndNotInTheStore(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		r.cfg.Keep, r.cfg.KeepFor = 10, time.Hour
		now := func(t *slo.Transition) { t.Recorded = time.Now() }
		r.store.set(true)
		r.start()
		for n := range 30 {
			r.ledger.tell(about(n, slo.BreachKind, n, now), about(n, slo.EndedKind, n+100, ended, now))
		}
		r.ledger.tell(about(99, slo.BreachKind, 0, now))
		count := func() int {
			r.settled()
			page, err := r.Incidents(t.Context(), slo.IncidentQuery{Limit: 1})
			if err != nil || page.Firing != 1 {
				t.Fatalf("%d fire, %v; what fires is never forgotten", page.Firing, err)
			}
			return page.Resolved
		}
		if n := count(); n != 30 {
			t.Errorf("%d are kept while the store is away; want 30", n)
		}
		r.store.set(false)
		if n := count(); n != 10 {
			t.Errorf("%d are kept; want 10", n)
		}
		if row := r.store.row(orderID(0)); row.State != slo.Resolved {
			t.Errorf("the store has it as %q", row.State)
		}
		r.halt()
		r.start()
		defer r.halt()
		if n := count(); n != 10 {
			t.Errorf("%d are kept after a restart; want 10", n)
		}
		pass(time.Hour)
		if n := count(); n != 0 {
			t.Errorf("%d are kept after an hour; want none", n)
		}
	})
}

func BenchmarkAPageOfAHundredThousandWhileOneChanges(b *testing.B) {
	a := &Alerts{memory: newMemory(), cfg: Config{Tenant: "default"}}
	for n := range 100_000 {
		id := fmt.Sprintf("%016x", n*7919%100_003)
		a.memory.put(id, &slo.Incident{ID: id, Tenant: "default", State: slo.Firing, OpenedAt: time.Unix(int64(n), 0)})
	}
	for n := 0; b.Loop(); n++ {
		id := fmt.Sprintf("%016x", n%100_000*7919%100_003)
		a.memory.put(id, &slo.Incident{ID: id, Tenant: "default", State: slo.Firing, OpenedAt: time.Unix(int64(n), 0), Version: 2})
		if page, err := a.Incidents(b.Context(), slo.IncidentQuery{Limit: 100}); err != nil || len(page.Incidents) != 100 {
			b.Fatal(err)
		}
	}
}
