package web

import (
	"net/http"
	"strings"
	"testing"

	"throughline/lineage"
	"throughline/slo"
)

// emptyHouse has a catalogue and nothing else.
func emptyHouse() *fake {
	f := missingHouse()
	f.list = func(lineage.ListQuery) (lineage.Page, error) { return lineage.Page{}, nil }
	f.lookup = func(lineage.ObjectQuery) (lineage.Answer, error) { return lineage.Answer{}, nil }
	f.incidents = func(slo.IncidentQuery) (slo.IncidentPage, error) { return slo.IncidentPage{}, nil }
	f.overview = func() ([]lineage.FlowOverview, error) {
		return []lineage.FlowOverview{{Flow: "quote-to-cash", Stages: []lineage.StageCount{{Stage: "old"}}}}, nil
	}
	f.clocks = func([]lineage.Object) ([]slo.Reading, error) { return nil, nil }
	f.traceSummaries = func([]lineage.TraceID) ([]lineage.TraceSummary, error) { return nil, nil }
	f.variants = func(lineage.VariantQuery) (lineage.Variants, error) { return lineage.Variants{}, nil }
	return f
}

func TestAMisspeltNameDoesNotReadAsNothing(t *testing.T) {
	t.Parallel()
	s := newServer(t, emptyHouse())
	for path, want := range map[string]string{
		"/api/v1/missing?id=X&in_type=order":                                "In_id is empty; give it the id of the transaction that is asked about, or leave out in_type, in_system and in_scope.",
		"/api/v1/missing?id=X&flow=zz":                                      `Flow "zz" is none of transaction, quote-to-cash.`,
		"/api/v1/lineage/order/A-1?flow=zz":                                 `Flow "zz" is none of transaction, quote-to-cash.`,
		"/api/v1/executions?flow=zz":                                        `Flow "zz" is none of transaction, quote-to-cash.`,
		"/api/v1/executions?stage=zzz":                                      `Stage "zzz" is none of old, order, invoice.`,
		"/api/v1/executions?flow=quote-to-cash&stage=zzz":                   `Stage "zzz" is none of old, order, invoice.`,
		"/api/v1/incidents?sla=zz":                                          `Sla "zz" is none of invoice-posted.`,
		"/api/v1/incidents?flow=zz":                                         `Flow "zz" is none of transaction, quote-to-cash.`,
		"/api/v1/variants?flow=quote-to-cash&from=9999-01-01":               "From is in the year 9999; times from 1900 to 2261 can be asked for.",
		"/api/v1/variants?flow=quote-to-cash&from=2030-01-01T00:00:00Z":     "From is 2030-01-01T00:00:00Z, which is not before now, 2026-03-02T12:00:00Z; without to the window ends now.",
		"/api/v1/variants?flow=quote-to-cash&from=2030-01-01&to=2029-01-01": "From is 2030-01-01T00:00:00Z, which is not before to, 2029-01-01T00:00:00Z.",
		"/api/v1/variants?flow=quote-to-cash&from=1066-10-14&to=2026-01-01": "From is in the year 1066; times from 1900 to 2261 can be asked for.",
		"/api/v1/variants?flow=quote-to-cash&from=2026-01-01&to=9999-12-31": "To is in the year 9999; times from 1900 to 2261 can be asked for.",
	} {
		if got := get(s, path); got.StatusCode != http.StatusBadRequest || !strings.Contains(got.body, strings.ReplaceAll(want, `"`, `\"`)) {
			t.Errorf("%s: %s: %s\nwant %s", path, got.Status, got.body, want)
		}
	}
	for _, path := range []string{
		"/api/v1/missing?id=X", "/api/v1/missing?id=X&in_type=order&in_id=1&flow=transaction", "/api/v1/lineage/order/A-1?flow=quote-to-cash",
		"/api/v1/executions", "/api/v1/executions?stage=old", "/api/v1/executions?stage=invoice&flow=quote-to-cash", "/api/v1/executions?flow=transaction&stage=whatever",
		"/api/v1/incidents", "/api/v1/incidents?sla=invoice-posted&flow=quote-to-cash", "/api/v1/variants?flow=quote-to-cash&from=1900-01-01&to=2261-12-31",
	} {
		if got := get(s, path); got.StatusCode != http.StatusOK {
			t.Errorf("%s: %s: %s", path, got.Status, got.body)
		}
	}
}

func TestWhatStillHasANameOfOldIsListedByIt(t *testing.T) {
	t.Parallel()
	s := newServer(t, house())
	for _, path := range []string{"/api/v1/executions?flow=gone&stage=away", "/api/v1/incidents?sla=gone&flow=gone"} {
		if got := get(s, path); got.StatusCode != http.StatusOK {
			t.Errorf("%s: %s: %s", path, got.Status, got.body)
		}
	}
}
