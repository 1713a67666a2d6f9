package view

import (
	"slices"
	"strings"

	"throughline/lineage"
)

// known says why something that goes by the id is not in the transaction, by what is
// known of it.
func (s *seeker) known(f Found) {
	o := f.Object
	held := slices.IndexFunc(s.Suppressed.Held, func(h lineage.HeldBack) bool { return h.Object == o })
	switch {
	case s.In != nil && holds(s.In, o):
		s.here(o)
	case held >= 0:
		s.held(&s.Suppressed.Held[held])
	case s.class(o.Type) == lineage.Technical:
		s.technical(f)
	case s.class(o.Type) == lineage.Context:
		s.add(Finding{
			Kind: "context", Badge: Badge{"calm", "○", "context"}, Ways: []Way{wayTo(o)},
			What: begun(called(o)) + " is context: it can be searched for, but a " + said(spoken(o.Type)) + " is shared by many transactions and makes none of them.",
			Do:   "Nothing: it is not meant to be part of a lineage. Its page shows the transactions whose events name it.",
		})
	case s.In != nil && s.unranked(o.Type):
		s.add(Finding{
			Kind: "unranked", Badge: Badge{"calm", "○", "no rank"}, Ways: []Way{wayTo(o)},
			What: "The flow " + said(s.In.Flow) + " gives " + said(spoken(o.Type)) + " no rank, so its transactions hold none.",
			Do:   "If it belongs to them, give the type a rank in the flow.",
		})
	case s.In != nil && s.In.Truncated && slices.Contains(f.Match.Executions, lineage.ExecutionRef{Flow: s.In.Flow, Anchor: s.In.Anchor}):
		s.add(Finding{
			Kind: "cut", Badge: Badge{"warn", "!", "cut off"}, Ways: []Way{wayTo(o)},
			What: begun(called(o)) + " belongs to this transaction, but the transaction is larger than the flow's cap, and this is among what is left out.",
			Do:   "Look at its own page, or raise max_objects of the flow.",
		})
	default:
		s.apart(f)
	}
}

func (s *seeker) here(o lineage.Object) {
	lines := whys(s.In, Events{}, s.lore, s.c)
	for _, m := range s.In.Members {
		if m.Object == o || slices.Contains(m.Aliases, o) {
			var why []string
			for _, line := range lines[m.Object] {
				why = append(why, line.Words)
			}
			s.add(Finding{
				Kind: "here", Badge: Badge{"good", "✓", "it is here"}, Ways: []Way{{called(m.Object) + " in this transaction", ExecutionURL(s.In.Flow, m.Object)}},
				What: "It is in this transaction, as " + called(m.Object) + ". " + strings.Join(why, " "),
				Do:   "Nothing: it is among the objects of the transaction.",
			})
		}
	}
}

func (s *seeker) held(h *lineage.HeldBack) {
	do := "Find out whether its source writes a wrong id over and over. If so many are right, raise the guard, or release this one."
	if h.Blocked {
		do = "Ask whoever decided it. It can be undone."
	}
	s.add(Finding{
		Kind: "held_back", Badge: Badge{"warn", "≠", "held back"}, What: heldWhy(h), Do: do,
		Ways: []Way{{"why " + called(h.Object) + " is held back", HeldURL(h.Object)}, wayTo(h.Object)},
	})
}

// technical says what became of a correlation id or a trace.
func (s *seeker) technical(f Found) {
	claim := f.Object.Type + ":" + f.Object.ID
	var told []string
	ways := []Way{wayTo(f.Object)}
	for _, e := range executionsIn(f.Answer) {
		for _, c := range e.Claims {
			words := "In the flow " + said(e.Flow) + ": " + claimWords(c.State, claimName(f.Object.Type), said(s.lore.anchor(e)))
			if c.Claim == claim && !slices.Contains(told, words) {
				told = append(told, words)
			}
		}
		if !plainly(e) {
			ways = append(ways, wayInto(e.Flow, e.Anchor))
		}
	}
	s.add(Finding{
		Kind: "technical", Badge: Badge{"calm", "○", "no object"}, Ways: ways[:min(len(ways), maxLinks)],
		What: strings.Join(append([]string{nameOf(f.Object.ID) + " is a " + claimKind(f.Object.Type) + ": it names no object, but may join those that events name with it."}, told...), " "),
		Do:   "Its page shows every transaction that carries it.",
	})
}

func claimKind(typ string) string {
	if typ == lineage.CorrelationType {
		return "correlation id"
	}
	return said(typ)
}

// apart says where a business object is instead, and what keeps it from here.
func (s *seeker) apart(f Found) {
	o := f.Object
	var ways []Way
	var adrift, plain bool
	var reasons []string
	for _, e := range executionsIn(f.Answer) {
		switch {
		case plainly(e):
			plain = true
			continue
		case !holds(e, o):
			continue
		case e.Unanchored:
			adrift = true
		}
		ways = append(ways, wayInto(e.Flow, e.Anchor))
		if s.In != nil && e.Flow == s.In.Flow {
			if shared := s.shared(e); shared != "" && !slices.Contains(reasons, shared) {
				reasons = append(reasons, shared)
			}
		}
		s.claims(o, e)
	}
	finding := Finding{Kind: "elsewhere", Badge: Badge{"busy", "→", "in another transaction"}, Ways: ways[:min(len(ways), maxLinks)]}
	relate := "If it belongs here too, an event has to say so: one that names both, or a relation in its data."
	if s.In == nil {
		relate = "Follow it there."
		finding.Badge.Word = "it is known"
	}
	switch {
	case len(ways) == 0 && plain:
		finding.Kind, finding.Badge.Word, finding.Ways = "named", "named only", []Way{wayTo(o)}
		finding.What = begun(called(o)) + " is named by events, but no flow takes it into a lineage."
		finding.Do = "If it belongs to one, give " + said(spoken(o.Type)) + " a rank in a flow, or relate it to an object that has one."
	case len(ways) == 0:
		finding.Kind, finding.Badge.Word, finding.Ways = "named", "named only", []Way{wayTo(o)}
		finding.What = begun(called(o)) + " is known by name, and is in no transaction."
		finding.Do = "Wait for the event that is about it, or ask the source that has named it."
	case adrift:
		finding.Kind, finding.Badge = "unanchored", Badge{"warn", "◌", "not anchored"}
		finding.What = begun(called(o)) + " is known, but no anchor reaches it: what would tie it to a transaction has not come, or does not say so."
		finding.Do = "Look at its events: one of them should name the object that it belongs to, or carry the same correlation id."
	default:
		finding.What = begun(called(o)) + " is in " + Of(len(ways), "transaction") + other(s.In) + ". " + strings.Join(reasons, " ")
		finding.Do = relate
	}
	s.add(finding)
}

func other(in *lineage.Execution) string {
	if in == nil {
		return ""
	}
	return " that this one is not part of"
}

// shared says what both transactions hold, and why that does not join them.
func (s *seeker) shared(e *lineage.Execution) string {
	for _, leaf := range []bool{false, true} {
		for _, m := range s.In.Members {
			switch {
			case m.Leaf != leaf || !holds(e, m.Object):
			case leaf:
				return "Both hold " + called(m.Object) + ", but that is a leaf of the flow: it is taken in and not walked on, since it knows many transactions."
			default:
				return "Both hold " + called(m.Object) + ", but a lineage goes from its anchor only down or only up: what else hangs on " + called(e.Anchor) + " is not taken in."
			}
		}
	}
	return ""
}

// claims tells of the claims of the events that name an object which join nothing.
func (s *seeker) claims(o lineage.Object, e *lineage.Execution) {
	for _, c := range e.Claims {
		kind, value, _ := strings.Cut(c.Claim, ":")
		if c.State == lineage.Claimed || !carriedBy(e, o, kind, value) {
			continue
		}
		words := "Events that name " + called(o) + " carry the " + claimKind(kind) + " " + nameOf(value) + ". " +
			claimWords(c.State, claimName(kind), said(s.lore.anchor(e)))
		if slices.ContainsFunc(s.findings, func(f Finding) bool { return f.What == words }) {
			continue
		}
		todo := "Wait for the event that names its " + said(s.lore.anchor(e)) + " with it, or ask why it has not come."
		if c.State == lineage.Ambiguous {
			todo = "Have the source write one " + claimKind(kind) + " for each transaction, or relate the objects by name."
		}
		badge := claimBadge(c.State)
		badge.Word = "claim is " + badge.Word
		s.add(Finding{Kind: "claim", Badge: badge, What: words, Do: todo, Ways: []Way{{claimKind(kind) + " " + nameOf(value), claimURL(kind, value)}}})
	}
}

func carriedBy(e *lineage.Execution, o lineage.Object, kind, value string) bool {
	return slices.ContainsFunc(e.Events, func(event *lineage.Event) bool {
		carried := kind == lineage.CorrelationType && event.Correlation == value || kind == "trace" && event.TraceID.String() == value
		return carried && slices.ContainsFunc(event.Refs, func(r lineage.Ref) bool { return r.Object == o })
	})
}

// holds tells whether an object is a member, under any of its names.
func holds(e *lineage.Execution, o lineage.Object) bool {
	return slices.ContainsFunc(e.Members, func(m lineage.Member) bool { return m.Object == o || slices.Contains(m.Aliases, o) })
}

func executionsIn(a lineage.Answer) []*lineage.Execution {
	return slices.Concat(a.Executions, a.Unanchored)
}

func (s *seeker) class(typ string) lineage.Class {
	if s.lore.Catalogue == nil {
		return lineage.Business
	}
	return s.lore.Catalogue.ClassOf(typ)
}

// unranked tells whether the flow of the transaction gives a type no rank.
func (s *seeker) unranked(typ string) bool {
	flow := s.lore.flow(s.In.Flow)
	_, ranked := flow.Ranks[typ]
	return flow.Name != "" && !ranked
}
