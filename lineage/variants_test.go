package lineage_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"throughline/lineage"
	"throughline/lineage/logs"
)

// The truth of a log is under its own catalogue. Under another nothing is true, but
// the order of arrival must not matter there either: small caps, which cut; guards,
// which quarantine a good deal; and a second flow, anchored elsewhere.
func TestEveryLogComesOutTheSameUnderHarsherRules(t *testing.T) {
	t.Parallel()
	for _, kind := range logs.Kinds() {
		for name, begin := range subjects() {
			t.Run(kind.Name+"/"+name, func(t *testing.T) {
				t.Parallel()
				cuts, banned := 0, 0
				for seed := range max(3, seeds(t)/4) { // of fewer, none may be cut
					log := logs.Write(kind.Small(seed))
					log.Catalogue = harsher(t, log.Definition, 1+int(seed%3))
					straight := begin(log, seed)
					log.Straight(straight)
					same(t, log, seed, begin, straight)
					cuts += truncated(log, straight)
					banned += len(straight.Quarantined())
				}
				if cuts == 0 || banned == 0 {
					t.Errorf("%d executions are cut and %d objects quarantined; want some of each", cuts, banned)
				}
			})
		}
	}
}

// harsher returns a catalogue with the types of a definition and its flow twice: with
// tight caps, and anchored at the type that comes last and is no leaf. No object may
// be related to more than most of any type.
func harsher(t *testing.T, def lineage.Definition, most int) *lineage.Catalogue {
	t.Helper()
	flow, last := def.Flows[0], ""
	for _, typ := range slices.Sorted(maps.Keys(flow.Ranks)) {
		if !slices.Contains(flow.Leaf, typ) && (last == "" || flow.Ranks[typ] > flow.Ranks[last]) {
			last = typ
		}
	}
	flow.MaxObjects, flow.MaxClaimed = 4, 2
	backwards := def.Flows[0]
	backwards.Name, backwards.Anchor, backwards.Stages = "backwards", last, nil
	def.Flows = []lineage.Flow{flow, backwards}
	def.Guards = nil
	for _, typ := range slices.Sorted(maps.Keys(flow.Ranks)) {
		for _, to := range slices.Sorted(maps.Keys(flow.Ranks)) {
			def.Guards = append(def.Guards, lineage.Guard{Type: typ, To: to, Max: most})
		}
	}
	cat, err := lineage.NewCatalogue(def)
	if err != nil {
		t.Fatal(fmt.Errorf("harsher rules: %w", err))
	}
	return cat
}

func truncated(log *logs.Log, s logs.Subject) int {
	n := 0
	anchored, _ := s.Executions(log.Flow)
	for _, ref := range anchored {
		if s.Execution(ref).Truncated {
			n++
		}
	}
	return n
}
