package sweeper

import (
	"slices"

	"throughline/lineage"
	"throughline/slo"
)

// said is what one execution says of one object that an SLA is about. It is held as it
// is written: most of it is read once, when the clock is judged.
type said struct {
	by  *holding
	raw string
}

// holding is an execution with all that it says.
type holding struct {
	ref  lineage.ExecutionRef
	keys []*held
	gone bool // the stitcher has let go of it
	part bool // the ledger may hold more that it says
}

// The flags of a part.
const (
	flagLoose byte = 1 << iota
	flagCut
	flagAliased
)

// writePart writes a part without what its key, its execution and its rule say.
func writePart(p *slo.Part) string {
	w := make(wire, 0, 96)
	w = append(w, bit(p.Loose, flagLoose)|bit(p.Cut, flagCut)|bit(len(p.Aliases) > 0, flagAliased))
	w.text(p.Impact.Stage)
	w.text(string(p.Impact.State))
	w.text(p.Impact.Reason)
	w.money(p.Impact.Amount)
	w.number(uint64(len(p.Facts)))
	for _, f := range p.Facts {
		w.text(f.Stage)
		w.time(f.At)
	}
	if len(p.Aliases) > 0 {
		w.number(uint64(len(p.Aliases)))
		for _, a := range p.Aliases {
			w.object(a)
		}
	}
	return string(w)
}

// part reads it again. What the rule says of its impact is not there.
func (r *reading) part() (p slo.Part) {
	flags := r.byte()
	p.Loose, p.Cut = flags&flagLoose != 0, flags&flagCut != 0
	p.Impact.Stage, p.Impact.State, p.Impact.Reason, p.Impact.Amount = r.word(), lineage.State(r.word()), r.text(), r.money()
	n := r.count()
	p.Facts = make([]slo.Fact, 0, n)
	for range n {
		p.Facts = append(p.Facts, slo.Fact{Stage: r.word(), At: r.time()})
	}
	if flags&flagAliased != 0 {
		for range r.count() {
			p.Aliases = append(p.Aliases, r.object())
		}
	}
	return p
}

func (s *said) is(flag byte) bool { return s.raw[0]&flag != 0 }

func (s *said) part() slo.Part {
	r := reading{rest: s.raw}
	return r.part()
}

// aliases are the other names of the subject. Most have none.
func (s *said) aliases() []lineage.Object {
	if !s.is(flagAliased) {
		return nil
	}
	return s.part().Aliases
}

// take replaces what an execution says, and tells whether it is anything new. One that
// is cut at its cap takes nothing back that it said before.
func (h *held) take(by *holding, p slo.Part) bool {
	at := slices.IndexFunc(h.parts, func(x said) bool { return x.by == by })
	if at < 0 {
		h.parts = append(h.parts, said{by, writePart(&p)})
		return true
	}
	if p.Cut {
		for _, f := range h.parts[at].part().Facts {
			if !slices.ContainsFunc(p.Facts, func(g slo.Fact) bool { return g.Stage == f.Stage && g.At.Equal(f.At) }) {
				p.Facts = append(p.Facts, f)
			}
		}
	}
	raw := writePart(&p)
	if raw == h.parts[at].raw {
		return false
	}
	h.parts[at].raw = raw
	return true
}

func (h *held) drop(by *holding) {
	h.parts = slices.DeleteFunc(h.parts, func(x said) bool { return x.by == by })
}

// facts puts together what all executions say.
func (h *held) facts() []slo.Fact {
	var all []slo.Fact
	for i := range h.parts {
		all = append(all, h.parts[i].part().Facts...)
	}
	return all
}

// cut tells whether an execution is cut, so that not all is known.
func (h *held) cut() bool {
	return slices.ContainsFunc(h.parts, func(p said) bool { return p.is(flagCut) })
}

// knows tells whether o is the subject under another name.
func (h *held) knows(o lineage.Object) bool {
	return slices.ContainsFunc(h.parts, func(p said) bool { return slices.Contains(p.aliases(), o) })
}

// aliases are the keys under which a record of the subject may stand besides its own.
func (h *held) aliases() []slo.Key {
	var keys []slo.Key
	for i := range h.parts {
		for _, a := range h.parts[i].aliases() {
			keys = append(keys, slo.Key{SLA: h.key.SLA, Subject: a})
		}
	}
	return keys
}

// impact is what the smallest anchored execution says, or else the smallest.
func (h *held) impact(rule *slo.Rule) slo.Impact {
	var best *said
	for i := range h.parts {
		p := &h.parts[i]
		if best == nil || best.is(flagLoose) && !p.is(flagLoose) ||
			best.is(flagLoose) == p.is(flagLoose) && p.by.ref.Anchor.Compare(best.by.ref.Anchor) < 0 {
			best = p
		}
	}
	if best == nil || rule == nil {
		return slo.Impact{}
	}
	i := best.part().Impact
	i.Flow, i.Anchor = best.by.ref.Flow, best.by.ref.Anchor
	rule.Describe(&i)
	return i
}
