package lineage

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// A worked case is a rule by example: events in, lineage out (see the README
// beside the specification's cases).
type workedCase struct {
	Name    string            `json:"name"`
	Rule    string            `json:"rule"`
	Catalog caseCatalogue     `json:"catalog"`
	Events  []json.RawMessage `json:"events"`
	Want    caseWant          `json:"want"`
}

type caseCatalogue struct {
	Types  map[string]Type `json:"types"`
	Flows  []Flow          `json:"flows"`
	Guards []Guard         `json:"guards"`
}

type caseWant struct {
	Executions  []caseExecution `json:"executions"`
	Unanchored  []caseLoose     `json:"unanchored"`
	Placeholder []string        `json:"placeholders"`
	Possible    [][]string      `json:"possible_same"`
	Quarantined []string        `json:"quarantined"`
	Conflicting []string        `json:"conflicting_events"`
	Claims      []caseClaim     `json:"claims"`
}

type caseExecution struct {
	Flow      string   `json:"flow"`
	Anchor    string   `json:"anchor"`
	Objects   []string `json:"objects"`
	Events    []string `json:"events"`
	Truncated bool     `json:"truncated"`
}

type caseLoose struct {
	Flow    string   `json:"flow"`
	Root    string   `json:"root"`
	Objects []string `json:"objects"`
	Events  []string `json:"events"`
}

type caseClaim struct {
	Flow  string `json:"flow"`
	Claim string `json:"claim"`
	State string `json:"state"`
}

func loadCases(t *testing.T) []workedCase {
	t.Helper()
	files, err := filepath.Glob("testdata/cases/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no worked cases: %v", err)
	}
	var cases []workedCase
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var c workedCase
		d := json.NewDecoder(bytes.NewReader(raw))
		d.DisallowUnknownFields()
		if err := d.Decode(&c); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		cases = append(cases, c)
	}
	return cases
}

func (c workedCase) catalogue(t *testing.T) *Catalogue {
	t.Helper()
	cat, err := NewCatalogue(Definition{Types: c.Catalog.Types, Flows: c.Catalog.Flows, Guards: c.Catalog.Guards})
	if err != nil {
		t.Fatal(err)
	}
	return cat
}

func (c workedCase) events(t *testing.T, cat *Catalogue) []Event {
	t.Helper()
	var events []Event
	for _, raw := range c.Events {
		ce, err := ParseCloudEvent(raw)
		if err != nil {
			t.Fatal(err)
		}
		e, err := cat.FromCloudEvent("default", &ce, time.Date(2026, 3, 3, 0, 0, 0, 0, time.UTC))
		if err != nil {
			t.Fatal(err)
		}
		events = append(events, e)
	}
	return events
}

func TestEveryWorkedCaseHoldsInEveryOrderOfArrival(t *testing.T) {
	t.Parallel()
	const orders = 200
	for _, c := range loadCases(t) {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			cat := c.catalogue(t)
			events := c.events(t, cat)
			for seed := range uint64(orders) {
				got := arrive(cat, events, rand.New(rand.NewPCG(seed, 7)), seed > 0)
				if diff := cmp.Diff(c.Want, got); diff != "" {
					t.Fatalf("%s\nseed %d (-want +got):\n%s", c.Rule, seed, diff)
				}
			}
		})
	}
}

// arrive plays the events into a graph and describes what came of it. Shuffled,
// they come in a random order, some of them several times, in random batches.
func arrive(cat *Catalogue, events []Event, random *rand.Rand, shuffled bool) caseWant {
	events = slices.Clone(events)
	if shuffled {
		for range random.IntN(2 * len(events)) {
			events = append(events, events[random.IntN(len(events))])
		}
		random.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
	}
	g := NewGraph(cat, "default")
	clashing := []string{}
	for i := range events {
		g.Add(&events[i])
		if random.IntN(3) == 0 {
			g.Recompute()
		}
	}
	g.Recompute()
	for _, clash := range g.TakeClashes() {
		clashing = append(clashing, clash.Loser.ID)
	}
	return describe(cat, g, clashing)
}

func describe(cat *Catalogue, g *Graph, clashing []string) caseWant {
	w := caseWant{
		Executions: []caseExecution{}, Unanchored: []caseLoose{}, Placeholder: names(g.Placeholders()),
		Possible: [][]string{}, Quarantined: names(g.Quarantined()), Conflicting: clashing, Claims: []caseClaim{},
	}
	for _, pair := range g.PossibleSame() {
		w.Possible = append(w.Possible, []string{pair[0].String(), pair[1].String()})
	}
	for _, f := range cat.Flows() {
		anchored, loose := g.Executions(f.Name)
		for _, ref := range anchored {
			x := g.Execution(ref)
			w.Executions = append(w.Executions, caseExecution{
				f.Name, ref.Anchor.String(), members(x), eventIDs(x), x.Truncated,
			})
		}
		for _, ref := range loose {
			x := g.Execution(ref)
			w.Unanchored = append(w.Unanchored, caseLoose{f.Name, ref.Anchor.String(), members(x), eventIDs(x)})
		}
		for _, claim := range g.Claims(f.Name) {
			w.Claims = append(w.Claims, caseClaim{f.Name, claim.Claim, string(claim.State)})
		}
	}
	return w
}

func names(objects []Object) []string {
	list := []string{}
	for _, o := range objects {
		list = append(list, o.String())
	}
	slices.Sort(list)
	return list
}

func members(x *Execution) []string {
	var objects []Object
	for _, m := range x.Members {
		objects = append(objects, m.Object)
	}
	return names(objects)
}

func eventIDs(x *Execution) []string {
	ids := []string{}
	for _, e := range x.Events {
		ids = append(ids, e.ID)
	}
	slices.Sort(ids)
	return ids
}

func TestTheCopiesOfTheCasesEqualTheSpecification(t *testing.T) {
	t.Parallel()
	const spec = "../../shared/cases/lineage"
	originals, err := filepath.Glob(spec + "/*.json")
	if err != nil {
		t.Fatal(err)
	}
	if len(originals) == 0 {
		t.Logf("%s is not beside this checkout; there is nothing to compare with", spec)
		return
	}
	for _, original := range originals {
		want, err := os.ReadFile(original)
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Join("testdata/cases", filepath.Base(original)))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(want, got) {
			t.Errorf("%s differs from the specification", filepath.Base(original))
		}
	}
}
