package sweeper

import "throughline/slo"

// merged are records that stand under other names of a subject which has one under its
// own: two objects had a clock each and turned out to be one. A breach that was told
// under the other name is not over by that, and is not told again: it goes on as an
// incident of its own, judged by what is known of the one object, and ends with it.
type merged struct {
	into  map[slo.Key]slo.Key   // the other name → the subject's
	names map[slo.Key][]slo.Key // and back
}

func newMerged() merged {
	return merged{into: make(map[slo.Key]slo.Key), names: make(map[slo.Key][]slo.Key)}
}

// follow brings merged up to date with what is told of a subject, and has the records
// judged that it concerns.
func (s *Sweeper) follow(key slo.Key) {
	for _, other := range s.merged.names[key] {
		delete(s.merged.into, other)
		s.dirty[other] = true
	}
	delete(s.merged.names, key)
	sub := s.said[key]
	if sub == nil {
		return
	}
	for _, p := range sub.parts {
		for _, a := range p.Aliases {
			other := slo.Key{SLA: key.SLA, Subject: a}
			if _, known := s.merged.into[other]; !known && s.clocks[other] != nil {
				s.merged.into[other], s.dirty[other] = key, true
				s.merged.names[key] = append(s.merged.names[key], other)
			}
		}
	}
}
