package sweeper

import (
	"slices"
	"time"

	"throughline/lineage"
	"throughline/slo"
)

// subject is what executions say of one object that an SLA is about.
type subject struct {
	parts []said
	since time.Time // when it was told of first
}

// said is what one execution says.
type said struct {
	ref lineage.ExecutionRef
	slo.Part
}

// take replaces what an execution says. One that is cut at its cap takes nothing
// back that it said before.
func (s *subject) take(ref lineage.ExecutionRef, p slo.Part) {
	at := slices.IndexFunc(s.parts, func(x said) bool { return x.ref == ref })
	if at < 0 {
		s.parts = append(s.parts, said{ref, p})
		return
	}
	if p.Cut {
		for _, f := range s.parts[at].Facts {
			if !slices.Contains(p.Facts, f) {
				p.Facts = append(p.Facts, f)
			}
		}
	}
	s.parts[at].Part = p
}

func (s *subject) drop(ref lineage.ExecutionRef) {
	s.parts = slices.DeleteFunc(s.parts, func(x said) bool { return x.ref == ref })
}

// facts puts together what all executions say.
func (s *subject) facts() []slo.Fact {
	if len(s.parts) == 1 {
		return s.parts[0].Facts
	}
	var all []slo.Fact
	for _, p := range s.parts {
		all = append(all, p.Facts...)
	}
	return all
}

// cut tells whether an execution is cut, so that not all is known.
func (s *subject) cut() bool {
	return slices.ContainsFunc(s.parts, func(p said) bool { return p.Cut })
}

// knows tells whether o is the subject under another name.
func (s *subject) knows(o lineage.Object) bool {
	return slices.ContainsFunc(s.parts, func(p said) bool { return slices.Contains(p.Aliases, o) })
}

// impact is what the smallest anchored execution says, or else the smallest.
func (s *subject) impact() slo.Impact {
	var best *said
	for i := range s.parts {
		p := &s.parts[i]
		if best == nil || best.Loose && !p.Loose || best.Loose == p.Loose && p.ref.Anchor.Compare(best.ref.Anchor) < 0 {
			best = p
		}
	}
	if best == nil {
		return slo.Impact{}
	}
	return best.Impact
}
