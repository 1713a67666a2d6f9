package lineage

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A moneyCase is a rule of amounts by example: events in, and where each stage of each
// anchor stands.
type moneyCase struct {
	workedCase
	Want map[string]map[string]moneyStage `json:"want"`
}

type moneyStage struct {
	State   State  `json:"state"`
	Covered string `json:"covered"`
	Target  string `json:"target"`
	Short   string `json:"short"`
	Reason  string `json:"reason"`
}

func loadMoneyCases(t *testing.T) []moneyCase {
	t.Helper()
	files, err := filepath.Glob("testdata/more/money/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases of money: %v", err)
	}
	var cases []moneyCase
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var c moneyCase
		d := json.NewDecoder(bytes.NewReader(raw))
		d.DisallowUnknownFields()
		if err := d.Decode(&c); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		cases = append(cases, c)
	}
	return cases
}

func TestEveryCaseOfMoneyHoldsInEveryOrderOfArrival(t *testing.T) {
	t.Parallel()
	for _, c := range loadMoneyCases(t) {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			cat := c.catalogue(t)
			events := c.events(t, cat)
			for seed := range uint64(100) {
				random := rand.New(rand.NewPCG(seed, 11))
				arriving := append(events[:len(events):len(events)], events[random.IntN(len(events))])
				random.Shuffle(len(arriving), func(i, j int) { arriving[i], arriving[j] = arriving[j], arriving[i] })
				got := make(map[string]map[string]moneyStage)
				for name := range c.Want {
					anchor, _ := cat.parseObject(name)
					got[name] = make(map[string]moneyStage)
					for _, s := range settled(t, cat, anchor.ID, arriving).Stages {
						got[name][s.Name] = moneyStage{s.State, s.Covered.String(), s.Target.String(), s.Short().String(), s.Reason}
					}
				}
				if diff := cmp.Diff(c.Want, got); diff != "" {
					t.Fatalf("%s\nseed %d (-want +got):\n%s", c.Rule, seed, diff)
				}
			}
		})
	}
}
