package alerts

import (
	"strings"
	"testing"

	"throughline/lineage"
	"throughline/slo"
)

func TestAnAcknowledgementSurvivesAKill(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		r.start()
		r.ledger.tell(about(1, slo.BreachKind, 0))
		r.settled()
		got, err := r.Acknowledge(t.Context(), "", orderID(1), " ann ", "finance is on it")
		if err != nil || got.Owner != "ann" {
			t.Fatalf("%+v, %v", got, err)
		}
		r.crash()
		r.start()
		defer r.halt()
		i, err := r.Incident(t.Context(), "", orderID(1))
		if err != nil || i.Owner != "ann" || i.Comment != "finance is on it" || i.State != slo.Firing {
			t.Errorf("after the restart: %+v, %v", i, err)
		}
		if calls := r.settled(); len(calls) != 1 {
			t.Errorf("%d notices; an acknowledgement is none", len(calls))
		}
		if r.value("throughline_incidents", "sla=invoice-posted", "state=acknowledged") != 1 {
			t.Error("it is not counted as acknowledged")
		}
		if row := r.store.row(i.ID); row.Owner != "ann" {
			t.Errorf("the store says it is %q's", row.Owner)
		}
		r.ledger.tell(about(1, slo.EndedKind, 9, ended))
		calls := r.settled()
		if owner := calls[1].packet.Alerts[0].Annotations["owner"]; owner != "ann" {
			t.Errorf("the webhook is told that it was %q's", owner)
		}
		if _, err := r.Acknowledge(t.Context(), "", i.ID, "bob", ""); lineage.KindOf(err) != lineage.Conflict {
			t.Errorf("a resolved one is acknowledged: %v", err)
		}
	})
}

func TestAnAcknowledgementNamesSomebody(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		r.start()
		defer r.halt()
		r.ledger.tell(about(1, slo.BreachKind, 0))
		r.settled()
		for _, c := range []struct{ owner, comment string }{
			{"", ""},
			{"  ", ""},
			{strings.Repeat("a", 101), ""},
			{"\xff", ""},
			{"ann\n", ""},
			{"a\x00n", ""},
			{"a\u0085n", ""},
			{"ann", strings.Repeat("a", 1001)},
			{"ann", "\xff"},
			{"ann", "a\x1b[2J"},
			{"ann\u202e", ""},
			{"ann", "a\u202eb"},
		} {
			_, err := r.Acknowledge(t.Context(), "", orderID(1), c.owner, c.comment)
			if trimmed := c.owner == "ann\n"; trimmed != (err == nil) || !trimmed && lineage.KindOf(err) != lineage.Invalid {
				t.Errorf("%q, %.20q: %v", c.owner, c.comment, err)
			}
		}
		long := strings.Repeat("é", 60) // counted as people count
		if i, err := r.Acknowledge(t.Context(), "", orderID(1), long, "line\nline"); err != nil || i.Owner != long {
			t.Errorf("it is %q's, %v", i.Owner, err)
		}
		if _, err := r.Acknowledge(t.Context(), "", "nothing", "ann", ""); lineage.KindOf(err) != lineage.NotFound {
			t.Errorf("what is not there is acknowledged: %v", err)
		}
	})
}

func TestBeforeTheStartNothingIsPretended(t *testing.T) {
	t.Parallel()
	a, err := New(Config{Dir: t.TempDir()}, Deps{Ledger: newLedger()})
	if err != nil {
		t.Fatal(err)
	}
	_, list := a.Incidents(t.Context(), slo.IncidentQuery{Limit: 1})
	_, find := a.Incident(t.Context(), "", "x")
	_, acknowledge := a.Acknowledge(t.Context(), "", "x", "ann", "")
	for _, err := range []error{list, find, acknowledge} {
		if lineage.KindOf(err) != lineage.Unavailable {
			t.Errorf("%v; want Unavailable", err)
		}
	}
	if err := a.Stop(t.Context()); err != nil {
		t.Errorf("stop before start: %v", err)
	}
}
