package lineage_test

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"throughline/lineage"
	"throughline/lineage/logs"
)

// Seeds of every log: thirty, and fewer where the race detector watches. `make prove`
// asks for a thousand.
const (
	fewSeeds   = 30
	racedSeeds = 5
)

func seeds(t testing.TB) uint64 {
	if text := os.Getenv("THROUGHLINE_SEEDS"); text != "" {
		n, err := strconv.ParseUint(text, 10, 32)
		if err != nil || n == 0 {
			t.Fatalf("THROUGHLINE_SEEDS is %q; want how many seeds to try", text)
		}
		return n
	}
	if raced {
		return racedSeeds
	}
	return fewSeeds
}

// subject begins a graph that is to be proved. What it does at random, it does by the
// seed.
type subject func(log *logs.Log, seed uint64) logs.Subject

// subjects are the ways to run a graph: each must tell the same.
func subjects() map[string]subject {
	return map[string]subject{
		"resident": func(log *logs.Log, _ uint64) logs.Subject { return lineage.NewGraph(log.Catalogue, logs.Tenant) },
	}
}

func TestEveryLogGivesItsTruthHoweverItArrives(t *testing.T) {
	t.Parallel()
	for _, kind := range logs.Kinds() {
		for name, begin := range subjects() {
			t.Run(kind.Name+"/"+name, func(t *testing.T) {
				t.Parallel()
				for seed := range seeds(t) {
					prove(t, logs.Write(kind.Small(seed)), seed, begin)
				}
			})
		}
	}
}

// prove stitches a log as it was told, compares that with the truth, and then every
// byte with what comes of it however else it arrives.
func prove(t *testing.T, log *logs.Log, seed uint64, begin subject) {
	t.Helper()
	straight := begin(log, seed)
	log.Straight(straight)
	if score := log.Truth.Score(straight); !score.Perfect() {
		t.Fatalf("seed %d, as it was told: %s", seed, score)
	}
	same(t, log, seed, begin, straight)
}

// same has a log arrive as it may, and compares what comes of it with how it was told.
func same(t *testing.T, log *logs.Log, seed uint64, begin subject, straight logs.Subject) {
	t.Helper()
	arrival := log.Arrive(seed, func() logs.Subject { return begin(log, seed) })
	if fault := arrival.Fault; fault != nil {
		t.Fatalf("seed %d, %s (-want +got):\n%s", seed, fault.What, cmp.Diff(strings.Fields(fault.Want), strings.Fields(fault.Got)))
	}
	if !slices.Equal(logs.Account(log.Catalogue, straight), logs.Account(log.Catalogue, arrival.Subject)) {
		t.Fatalf("seed %d, after %d events in %d batches with %d restarts (-as told +as it arrived):\n%s",
			seed, arrival.Adds, arrival.Batches, arrival.Restarts, cmp.Diff(told(log, straight), told(log, arrival.Subject)))
	}
}

// told is everything that a subject tells, for a difference that can be read.
func told(log *logs.Log, s logs.Subject) map[string]any {
	all := map[string]any{"quarantined": s.Quarantined(), "possibly the same": s.PossibleSame()}
	for _, flow := range flows(log) {
		anchored, loose := s.Executions(flow)
		for _, ref := range append(anchored, loose...) {
			all[flow+" "+ref.Anchor.String()] = s.Execution(ref)
		}
		all["claims in "+flow] = s.Claims(flow)
	}
	return all
}

func flows(log *logs.Log) []string {
	names := []string{lineage.TransactionFlow}
	for _, f := range log.Catalogue.Flows() {
		names = append(names, f.Name)
	}
	return names
}
