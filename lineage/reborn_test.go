package lineage_test

import (
	"maps"
	"math/rand/v2"
	"testing"

	"throughline/lineage"
	"throughline/lineage/logs"
)

// reborn is a forgetful graph that is begun anew now and then, with everything in the
// archive but what cannot be left there.
type reborn struct {
	*forgetful
	log    *logs.Log
	random *rand.Rand
	births int
}

func (s *reborn) Recompute() []lineage.ExecutionRef {
	refs := s.forgetful.Recompute()
	if s.random.IntN(3) == 0 {
		s.begin()
	}
	return refs
}

// chained are the events on chains of causes and of links, which no graph lets go of.
func (s *reborn) chained() map[*lineage.Event]bool {
	meant := make(map[[2]string]bool)
	causes := make(map[string]bool)
	for _, e := range s.archive.all {
		if e.Causation != "" || len(e.Links) > 0 {
			meant[identity(e)] = true
			causes[e.Causation] = true
		}
	}
	found := make(map[*lineage.Event]bool)
	for _, e := range s.archive.all {
		if meant[identity(e)] || causes[e.ID] {
			found[e] = true
		}
	}
	return found
}

func (s *reborn) begin() {
	held := s.g.Quarantined()
	before := maps.Clone(s.shown)
	s.births++
	s.g = lineage.NewGraph(s.log.Catalogue, logs.Tenant)
	for _, e := range s.archive.all {
		numbers := []uint64{e.EvidenceNumber()}
		for _, n := range e.EvidenceNames(nil) {
			numbers = append(numbers, n.Number)
		}
		s.g.Away(numbers)
	}
	s.archive.hidden = s.chained()
	for _, o := range held {
		s.g.WantID(o.ID)
	}
	for ref, x := range s.shown {
		if x.Unanchored {
			var members []lineage.Object
			for _, m := range x.Members {
				members = append(members, m.Object)
			}
			s.g.Loose(ref, members)
		}
	}
	s.fill()
	for _, e := range s.archive.all {
		if s.archive.hidden[e] {
			s.waiting = append(s.waiting, e)
		}
	}
	again := s.waiting
	s.enter()
	s.archive.hidden = nil
	s.recompute()
	if diff := lineage.Unlike(before, s.shown); diff != "" && s.fault == "" {
		s.fault = "as it was, and as it is after a new beginning with " + idsOf(again) + " (-was +is):\n" + diff
	}
	if diff := lineage.Unlike(held, s.g.Quarantined()); diff != "" && s.fault == "" {
		s.fault = "held back, before and after a new beginning (-was +is):\n" + diff
	}
	s.forget()
}

func idsOf(events []*lineage.Event) string {
	text := ""
	for _, e := range events {
		text += " " + e.ID
	}
	return text
}

func (s *reborn) PossibleSame() [][2]lineage.Object { return s.whole().PossibleSame() }

func (s *reborn) outcome() (int, string) { return s.births, s.fault }

func TestAGraphThatBeginsWithAllInTheStoreTellsTheSame(t *testing.T) {
	t.Parallel()
	everyLogTellsTheSame(t, func(log *logs.Log, seed uint64) tried {
		return &reborn{forgetful: newForgetful(log, seed), log: log, random: rand.New(rand.NewPCG(seed, 10))}
	})
}
