package lineage_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"throughline/lineage"
	"throughline/lineage/logs"
)

// mappedAnew is a graph whose events come as a catalogue maps them that has it wrong, and
// are mapped anew: at once, or when others have come and all was computed in between.
type mappedAnew struct {
	*lineage.Graph
	log     *logs.Log
	random  *rand.Rand
	waiting []*lineage.Event
}

func (m *mappedAnew) Add(e *lineage.Event) {
	wrong := *e
	other := &m.log.Events[m.random.IntN(len(m.log.Events))]
	switch m.random.IntN(5) {
	case 0: // it names what another one names
		wrong.Refs, wrong.Relations, wrong.Equalities = other.Refs, other.Relations, other.Equalities
	case 1:
		wrong = wrong.Unread()
	case 2:
		wrong.Correlation, wrong.Causation, wrong.Stage, wrong.Outcome, wrong.Amount = other.Correlation, other.Causation, other.Stage, other.Outcome, other.Amount
	case 3:
		wrong.Refs = slices.Clone(e.Refs)
		slices.Reverse(wrong.Refs)
		for i := range wrong.Refs {
			wrong.Refs[i].Role = lineage.Subject
		}
	default:
		m.Graph.Add(e)
		return
	}
	m.Graph.Add(&wrong)
	m.waiting = append(m.waiting, e)
}

func (m *mappedAnew) Recompute() []lineage.ExecutionRef {
	m.random.Shuffle(len(m.waiting), func(i, j int) { m.waiting[i], m.waiting[j] = m.waiting[j], m.waiting[i] })
	var changed []lineage.ExecutionRef
	for _, e := range m.waiting {
		if m.random.IntN(8) == 0 {
			changed = append(changed, m.Graph.Recompute()...)
		}
		m.Graph.Remap(e)
	}
	m.waiting = m.waiting[:0]
	return append(changed, m.Graph.Recompute()...)
}

func TestEveryLogGivesItsTruthWhenItWasMappedWrongAtFirst(t *testing.T) {
	t.Parallel()
	begin := func(log *logs.Log, seed uint64) logs.Subject {
		return &mappedAnew{Graph: lineage.NewGraph(log.Catalogue, logs.Tenant), log: log, random: rand.New(rand.NewPCG(seed, 0x616e6577))}
	}
	for _, kind := range logs.Kinds() {
		t.Run(kind.Name, func(t *testing.T) {
			t.Parallel()
			for seed := range max(2, seeds(t)/12) {
				prove(t, logs.Write(kind.Small(seed)), seed, begin)
			}
		})
	}
}
