package web

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"throughline/lineage"
	"throughline/slo"
)

// lost is a house that knows a won opportunity which never became an order: by the
// flow that promises one, and by its correlation id.
func lost() *fake {
	f, opportunity := house(), object("opportunity", "crm", "O-1")
	c, err := lineage.NewCatalogue(lineage.Definition{Flows: []lineage.Flow{{
		Name: "quote-to-cash", Anchor: "order", Ranks: map[string]int{"opportunity": -1, "order": 0},
		Stages: []lineage.StageRule{{Name: "won", Type: "opportunity"}, {Name: "ordered", Type: "order"}},
	}}})
	if err != nil {
		panic(err) // it is a constant of the tests
	}
	f.catalogue = c
	g := lineage.NewGraph(c, "default")
	g.Add(&lineage.Event{
		Tenant: "default", Source: "crm", ID: "e-1", Type: "won", Correlation: "c-1", Time: noon.Add(-time.Hour),
		Refs: []lineage.Ref{{Object: opportunity, Role: lineage.Subject}},
	})
	g.Recompute()
	f.lookup = func(q lineage.ObjectQuery) (lineage.Answer, error) { return g.Lookup(q), nil }
	f.clocks = func([]lineage.Object) ([]slo.Reading, error) {
		sla := promised()
		sla.Subject, sla.Start, sla.Stop = "opportunity", "won", "ordered"
		return []slo.Reading{{SLA: sla, Clock: slo.Clock{
			Key: slo.Key{SLA: sla.Name, Subject: opportunity}, State: slo.Running, Verdict: slo.Breached, DueAt: noon.Add(-time.Minute),
		}}}, nil
	}
	return f
}

func TestAnObjectThatNoAnchorReachesTellsItsIncidentFirst(t *testing.T) {
	t.Parallel()
	got := get(newServer(t, lost()), "/lineage/opportunity/O-1")
	want := []string{
		"Won, but never became an order: it was due by 11:59:00 UTC, and nothing of it was seen. What to do: Ask finance.",
		"Observed. The order of opportunity O-1 was due by 11:59:00 UTC. 1 event, the last 1 h ago. What to do: Ask finance.",
	}
	if texts := got.texts(t, "where"); got.StatusCode != http.StatusOK || !slices.Equal(texts, want) {
		t.Errorf("it says %q", texts)
	}
	folded := got.texts(t, "plain")
	if len(folded) != 1 || !strings.HasPrefix(folded[0], "By correlation id") || strings.Contains(got.body, `id="plain" data-testid="plain" open`) {
		t.Errorf("what the correlation id says is folded as %q", folded)
	}
	for _, denies := range []string{"nothing is owed", "belongs to no transaction yet", "carries a correlation id or a trace"} {
		if strings.Contains(got.body, denies) {
			t.Errorf("it says %q", denies)
		}
	}
}

func TestTheBuiltInFlowAloneIsNotFolded(t *testing.T) {
	t.Parallel()
	f := lost()
	got := get(newServer(t, f), "/lineage/opportunity/O-1?flow=transaction")
	if len(got.texts(t, "plain")) != 0 || len(got.texts(t, "execution")) != 1 {
		t.Errorf("%d %s", got.StatusCode, got.body)
	}
	f.clocks = func([]lineage.Object) ([]slo.Reading, error) { return nil, nil }
	got = get(newServer(t, f), "/lineage/opportunity/O-1?flow=transaction")
	if where := got.texts(t, "where"); len(where) != 1 || !strings.HasPrefix(where[0], "Observed: this flow names no stages, so nothing is owed. 1 event") {
		t.Errorf("it says %q", where)
	}
}
