package lineage

import "slices"

// here stands for an execution as a whole, where it need not be known to which of its
// members an amount goes.
const here = -1

// portion is a part of a member's amount, and the member that it goes to.
type portion struct {
	to     int
	amount Money
}

// doubt is why an amount is not known, "" when it is.
type doubt string

// mend is how an amount that nobody told comes to be known.
const mend = "; send relations[].amount {value, currency}, or map amount: beside the id"

// portions says where a member's amount goes in this execution. What relations tell
// counts first, and that of a relation to the anchor itself before any other. Without,
// the amount goes whole to where it can only go.
func (p *page) portions(i int) ([]portion, doubt) {
	var direct Money
	var parts []portion
	var silent []tie
	speaks := make(map[string]bool) // qualifiers of relations that tell amounts
	for _, t := range p.ties[i] {
		m := p.allocated(t)
		if m.IsZero() {
			silent = append(silent, t)
			continue
		}
		parts = append(parts, portion{t.to, m})
		for qualifier := range p.telling(t) {
			speaks[qualifier] = true
		}
		if p.x.Members[t.to].Rank > p.base {
			continue
		}
		if !direct.IsZero() {
			var ok bool
			if m, ok = direct.Plus(m); !ok {
				return nil, doubt("what goes of " + p.name(i) + " to " + p.name(t.to) + " and to what it replaces cannot be added")
			}
		}
		direct = m
	}
	missing := slices.IndexFunc(silent, func(t tie) bool {
		return slices.ContainsFunc(t.edges, func(e *Edge) bool { return speaks[e.Qualifier] })
	})
	total := p.amount(i)
	switch {
	case !direct.IsZero():
		return []portion{{here, direct}}, ""
	case len(parts) > 0 && missing < 0:
		return parts, ""
	case p.whole(i) && total.IsZero():
		return nil, doubt(p.name(i) + " tells no amount; send data.amount {value, currency}, or map amount: in its contract")
	case p.whole(i):
		return []portion{{p.only(i), total}}, ""
	case missing >= 0:
		return nil, doubt(p.name(i) + " " + p.verb(i, silent[missing]) + " " + p.name(silent[missing].to) + " and does not say how much" + mend)
	case p.x.Members[i].Elsewhere.asOf(p.at), p.only(i) == here:
		return nil, p.undivided(i)
	case total.IsZero():
		return nil, doubt(p.name(i) + " tells no amount; send data.amount {value, currency}, or map amount: in its contract")
	default:
		return []portion{{p.only(i), total}}, ""
	}
}

// only returns the one member that a member's amount can go to first, or here when
// there are several or none. Of one that it bills and one that it mentions, that is
// the first.
func (p *page) only(i int) int {
	one, mentioned := here, here
	several, mentions := false, false
	for _, t := range p.ties[i] {
		if slices.ContainsFunc(t.edges, func(e *Edge) bool { return e.Qualifier != string(Mentions) }) {
			several, one = one != here, t.to
		} else {
			mentions, mentioned = mentioned != here, t.to
		}
		if several {
			return here
		}
	}
	if one == here && !mentions {
		return mentioned
	}
	return one
}

// undivided says that a member is for several others and does not say how much each.
func (p *page) undivided(i int) doubt {
	text := p.name(i)
	if len(p.ties[i]) == 0 {
		return doubt(text + " belongs to " + spoken(p.x.Members[i].Elsewhere.Object.Type) + " " + clip(p.x.Members[i].Elsewhere.Object.ID) + " too and does not say how much each" + mend)
	}
	text += " " + p.verb(i, p.ties[i][0]) + " " + p.name(p.ties[i][0].to) + " and "
	if o := p.x.Members[i].Elsewhere; o.asOf(p.at) {
		text += spoken(o.Object.Type) + " " + clip(o.Object.ID)
	} else {
		text += p.name(p.ties[i][1].to)
	}
	return doubt(text + " and does not say how much each" + mend)
}

// share returns how much of a member's amount belongs to this execution.
func (p *page) share(i int) (Money, doubt) {
	k, ok := p.shares[i]
	if !ok {
		k.amount, k.why = p.gather(i)
		p.shares[i] = k
	}
	return k.amount, k.why
}

// gather adds up the portions of a member's amount that belong to this execution.
func (p *page) gather(i int) (Money, doubt) {
	parts, why := p.net(i)
	if why != "" {
		return Money{}, why
	}
	if len(parts) == 0 {
		return Money{0, p.amount(i).Currency}, ""
	}
	var all sum
	for _, part := range parts {
		m := part.amount
		if part.to != here && !p.whole(part.to) {
			if m, why = p.settle(part.to, m); why != "" {
				return Money{}, why
			}
		}
		all.add(m, p.name(i))
	}
	if all.why != "" {
		return Money{}, all.why
	}
	return all.money, ""
}

// settle returns how much of what goes to a member that several share belongs to this
// execution. That is known when the member's own share is all or nothing, and when the
// whole of it has come in.
func (p *page) settle(to int, in Money) (Money, doubt) {
	s, why := p.share(to)
	total := p.left(to)
	switch {
	case why != "":
		return Money{}, why
	case s == total:
		return in, ""
	case s.Minor == 0:
		return Money{0, in.Currency}, ""
	case total.Minor > 0 && reaches(in, total):
		return s, ""
	default:
		return Money{}, doubt("of the " + total.String() + " of " + p.name(to) + ", which is not this " + spoken(p.x.Anchor.Type) + "'s alone, there are " +
			in.String() + ", and whose part that is nobody says; send relations[].amount to the " + spoken(p.x.Anchor.Type) + " itself")
	}
}

func (p *page) name(i int) string {
	o := p.x.Members[i].Object
	return spoken(o.Type) + " " + clip(o.ID)
}

// verb is how a member is related to another one, in a word where there is one.
func (p *page) verb(i int, t tie) string {
	for _, e := range t.edges {
		switch e.Qualifier {
		case "fulfils", "bills", "pays", "contains", "replaces", string(Mentions):
			if e.From == p.x.Members[i].Object {
				return e.Qualifier
			}
		}
	}
	return "goes to"
}
