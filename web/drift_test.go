package web

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"throughline/lineage"
)

// adrift is a house whose contract booked@2 is not what billing sends.
func adrift(t *testing.T) *fake {
	t.Helper()
	cat, err := lineage.ParseCatalogue([]lineage.File{{Name: "a.yaml", Data: []byte(`kind: sources
sources: {"/billing": {name: finance}}
---
kind: contract
type: booked
version: 1
deprecated: 2026-01-01
map: {}
---
kind: contract
type: booked
version: 2
schema: {required: [no], properties: {no: {type: string}, price: {type: number}, note: {type: string}, text: {type: string}}}
map: {subject: {type: order, id: /no}, reason: /note}
`)}})
	if err != nil {
		t.Fatal(err)
	}
	f := house()
	f.catalogue = cat
	f.traffic = func(q lineage.TrafficQuery) (lineage.Traffic, error) {
		if !q.From.Equal(noon.Add(-24*time.Hour)) || !q.To.Equal(noon) {
			t.Errorf("asked for %+v", q)
		}
		return lineage.Traffic{
			From: q.From, To: q.To, AsOf: noon, More: 3,
			Kinds: []lineage.TrafficKind{
				{Source: "/billing", Type: "told", Events: 2000, First: noon, Last: noon, Sampled: 5},
				{Source: "/billing", Type: "booked", Contract: "booked@2", Events: 1200, First: noon.Add(-time.Hour), Last: noon, Sampled: 11, Unread: 1, Paths: []lineage.SeenPath{
					{Place: "", Type: "object", Times: 10, Events: 10},
					{Place: "/no", Type: "string", Times: 8, Events: 8},
					{Place: "/price", Type: "string", Times: 2, Events: 2},
					{Place: "/price", Type: "integer", Times: 8, Events: 8},
					{Place: "/new", Type: "null", Times: 1, Events: 1},
					{Place: "/text", Type: "string", Times: 10, Events: 10},
				}},
				{Source: "/old", Type: "booked", Contract: "booked@1", Events: 3, First: noon, Last: noon, Sampled: 3},
			},
			Refused: []lineage.RefusedKind{{Source: "/billing", Type: "booked", Events: 4, Reason: "/no: missing", Last: noon}},
		}, nil
	}
	return f
}

func TestDriftSaysWhatIsNotAsTheContractSays(t *testing.T) {
	t.Parallel()
	got := get(newServer(t, adrift(t)), "/drift")
	for id, want := range map[string][]string{
		"drift": {"booked version 2 from finance 1,200 events, the last 2026-03-02 12:00:00 ; 10 payloads looked at, 1 too large or not to be read. " +
			"− missing /no required, and not in 2 of 10 " +
			"≠ another type /price is integer or string; 2 of 10 are not number, which the contract wants " +
			"+ not described /new null, in 1 of 10 payloads " +
			"∅ never came /note optional, read by map.reason, and in none of 10 " +
			"✕ 4 events quarantined /no: missing Quarantine"},
		"steady": {"told · no contract finance 2,000 2026-03-02 12:00:00 5 payloads looked at", "booked version 1 ! deprecated /old 3 2026-03-02 12:00:00 3 payloads looked at"},
		"more":   {"3 kinds of events came less often and were not looked at."},
	} {
		if texts := got.texts(t, id); !slices.Equal(texts, want) {
			t.Errorf("%s:\n got %q\nwant %q", id, texts, want)
		}
	}
	if strings.Contains(got.body, "ws-connect") {
		t.Error("the page is watched: each look at it takes thousands of payloads apart")
	}
}

func TestDriftOfNothingAndOfAStoreThatIsAway(t *testing.T) {
	t.Parallel()
	f := house()
	f.traffic = func(q lineage.TrafficQuery) (lineage.Traffic, error) {
		if !q.From.Equal(noon.Add(-48*time.Hour)) || !q.To.Equal(noon.Add(-24*time.Hour)) {
			t.Errorf("asked for %+v", q)
		}
		return lineage.Traffic{}, nil
	}
	if got := get(newServer(t, f), "/drift?from=2026-02-28T12:00:00Z&to=2026-03-01T12:00:00Z"); len(got.texts(t, "nothing")) != 1 {
		t.Errorf("%s", got.body)
	}
	f.traffic = func(lineage.TrafficQuery) (lineage.Traffic, error) {
		return lineage.Traffic{}, lineage.Errorf(lineage.Unavailable, "ask", "away")
	}
	if got := get(newServer(t, f), "/drift"); got.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("%d", got.StatusCode)
	}
	if got := get(newServer(t, f), "/drift?from=2026-03-02T12:00:00Z"); got.StatusCode != http.StatusBadRequest {
		t.Errorf("%d", got.StatusCode)
	}
}

func TestDriftForAMachineHasEveryField(t *testing.T) {
	t.Parallel()
	got := get(newServer(t, adrift(t)), "/api/v1/drift")
	raw := strings.NewReplacer(`"2026-03-02T12:00:00Z"`, "null", `"2026-03-01T12:00:00Z"`, "null", `"2026-03-02T11:00:00Z"`, "null").Replace(got.body)
	var plain struct {
		More  int
		Kinds []struct {
			Source, Contract, Reason  string
			Known, Newest, Deprecated bool
			Drifts                    bool
			Events, Seen, Unread      int
			Refused                   int
			Unknown, Absent, Lacking  []driftJSON
			Retyped                   []driftJSON
		}
	}
	if err := json.Unmarshal([]byte(raw), &plain); err != nil {
		t.Fatalf("%v: %s", err, got.body)
	}
	k := plain.Kinds[0]
	if len(plain.Kinds) != 3 || plain.More != 3 || k.Contract != "booked@2" || !k.Known || !k.Newest || k.Deprecated || !k.Drifts || k.Events != 1200 || k.Seen != 10 || k.Unread != 1 || k.Refused != 4 || k.Reason != "/no: missing" {
		t.Errorf("%+v", plain)
	}
	if len(k.Unknown) != 1 || k.Unknown[0].Place != "/new" || len(k.Absent) != 1 || k.Absent[0].Read != "map.reason" || len(k.Lacking) != 1 || k.Lacking[0].Count != 2 || len(k.Retyped) != 1 || !slices.Equal(k.Retyped[0].Want, []string{"number"}) {
		t.Errorf("%+v", k)
	}
}
