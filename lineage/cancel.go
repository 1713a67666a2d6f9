package lineage

import (
	"cmp"
	"slices"
)

// net returns the portions of a member less what was taken back of it. What is taken
// back of an amount that several share is theirs only as far as somebody says so.
func (p *page) net(i int) ([]portion, doubt) {
	parts, why := p.portions(i)
	if own := p.directly(i); why == "" && !own.IsZero() {
		return append(parts, portion{here, own.negative()}), ""
	}
	back, unclear := p.cancelled(i)
	if back.IsZero() || why != "" || unclear != "" {
		return parts, cmp.Or(why, unclear)
	}
	total := p.amount(i)
	if !total.IsZero() && reaches(back, total.magnitude()) {
		return nil, ""
	}
	sum, ok := Money{0, back.Currency}, true
	for j := 0; j < len(parts) && ok; j++ {
		sum, ok = sum.Plus(parts[j].amount)
	}
	switch {
	case !ok:
		return parts, doubt(p.name(i) + " and what cancels it cannot be added up")
	case len(parts) == 1 && (total.IsZero() || sum == total):
		return append(parts, portion{parts[0].to, back.negative()}), ""
	case sum == total:
		return append(parts, portion{here, back.negative()}), ""
	default:
		return parts, doubt(p.name(i) + " is cancelled in part, and whose part that is nobody says; send relations[].amount from what cancels it to the " + spoken(p.x.Anchor.Type))
	}
}

// directly returns how much of the anchor's own part was taken back of a member, as a
// positive amount: the zero Money unless all that cancels it says so of the anchor.
func (p *page) directly(i int) Money {
	var sum Money
	for _, back := range p.backs[i] {
		if !p.happened(back.to) {
			continue
		}
		at := slices.IndexFunc(p.ties[back.to], func(t tie) bool { return p.x.Members[t.to].Object == p.x.Anchor })
		if at < 0 {
			return Money{}
		}
		m := p.allocated(p.ties[back.to][at]).magnitude()
		if sum.IsZero() {
			sum = m
		} else {
			sum, _ = sum.Plus(m)
		}
		if sum.IsZero() {
			return Money{}
		}
	}
	return sum
}

// happened tells whether an event about a member had gone well by then.
func (p *page) happened(i int) bool { return !p.well[i].IsZero() && !p.well[i].After(p.at) }

// cancelled returns how much of a member's amount was taken back, as a positive
// amount; the zero Money when nothing was. Only what has happened takes back: a credit
// note that is merely named is none yet.
func (p *page) cancelled(i int) (Money, doubt) {
	k, ok := p.taken[i]
	if !ok {
		p.taken[i] = known{why: doubt(p.name(i) + " cancels what cancels itself; withdraw one of them")} // until it is found
		k.amount, k.why = p.takeBack(i)
		p.taken[i] = k
	}
	return k.amount, k.why
}

// takeBack adds up what was taken back of a member's amount.
func (p *page) takeBack(i int) (Money, doubt) {
	var all sum
	for _, t := range p.backs[i] {
		if !p.happened(t.to) {
			continue
		}
		m, why := p.takes(t, i)
		if why != "" {
			return Money{}, why
		}
		all.add(m.magnitude(), p.name(t.to))
	}
	if all.why != "" {
		return Money{}, all.why
	}
	return all.money, ""
}

// takes returns how much a canceller takes back of a member along a tie.
func (p *page) takes(t tie, from int) (Money, doubt) {
	m := p.amount(t.to)
	if said := p.allocated(t); !said.IsZero() {
		m = said
	} else if p.x.Members[t.to].Elsewhere.asOf(p.at) || p.cancelling(t.to) > 1 || m.IsZero() {
		return Money{}, doubt(p.name(t.to) + " cancels " + p.name(from) + " and does not say how much" + mend)
	}
	switch back, why := p.cancelled(t.to); {
	case why != "" || back.IsZero():
		return m, why
	case reaches(back, p.amount(t.to).magnitude()):
		return Money{0, m.Currency}, ""
	default:
		return Money{}, doubt(p.name(t.to) + " cancels " + p.name(from) + " and is itself cancelled in part")
	}
}

// cancelling counts the members that a member cancels.
func (p *page) cancelling(i int) int {
	n := 0
	for _, backs := range p.backs {
		if slices.ContainsFunc(backs, func(t tie) bool { return t.to == i }) {
			n++
		}
	}
	return n
}

// left returns what is left of a member's own amount; the zero Money when it is not known.
func (p *page) left(i int) Money {
	total := p.amount(i)
	back, why := p.cancelled(i)
	switch {
	case why != "":
		return Money{}
	case back.IsZero():
		return total
	}
	rest, _ := total.Minus(back)
	return rest
}
