package sweeper

import (
	"slices"

	"throughline/slo"
)

// merged are the other names of subjects. A record may stand under one while the subject
// has one under its own: two objects had a clock each and turned out to be one. A breach
// that was told under the other name is not over by that, and is not told again: it goes
// on as an incident of its own, judged by what is known of the one object, and ends with
// it.
type merged struct {
	into  map[slo.Key][]*held // the other name → the subjects that have it
	names map[*held][]slo.Key // and back
}

func newMerged() merged {
	return merged{into: make(map[slo.Key][]*held), names: make(map[*held][]slo.Key)}
}

// of returns the subject that a key is another name of; nil: of none. Of several it is
// the smallest, whatever was told first.
func (m *merged) of(key slo.Key) *held {
	all := m.into[key]
	if len(all) == 0 {
		return nil
	}
	return slices.MinFunc(all, func(a, b *held) int { return a.key.Compare(b.key) })
}

// bears tells whether a clock that is open, or may be once it is judged, stands under
// another name of a subject.
func (m *merged) bears(s *Sweeper, h *held) bool {
	return slices.ContainsFunc(m.names[h], func(other slo.Key) bool {
		o := s.held[other]
		return o != nil && (o.open || s.dirty[other])
	})
}

// name brings the other names of a subject up to date.
func (s *Sweeper) name(h *held) {
	m := &s.merged
	for _, other := range m.names[h] {
		left := slices.DeleteFunc(m.into[other], func(x *held) bool { return x == h })
		if m.into[other] = left; len(left) == 0 {
			delete(m.into, other)
		}
	}
	delete(m.names, h)
	for _, other := range h.aliases() {
		if !slices.Contains(m.names[h], other) {
			m.names[h] = append(m.names[h], other)
			m.into[other] = append(m.into[other], h)
		}
	}
}

// follow brings merged up to date with what is told of a subject, and has the records
// judged that it concerns.
func (s *Sweeper) follow(h *held) {
	s.touch(s.merged.names[h])
	s.name(h)
	s.touch(s.merged.names[h])
}

// touch has the clocks under some keys judged, where there are any.
func (s *Sweeper) touch(keys []slo.Key) {
	for _, key := range keys {
		if o := s.held[key]; o != nil && o.body != "" {
			s.dirty[key] = true
		}
	}
}
