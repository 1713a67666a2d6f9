package lineage

import (
	"fmt"
	"reflect"
	"slices"
)

// succeed decides what holds when something is said of an entry again. Who said it
// first may say otherwise. What the centre says a team may narrow and not weaken.
// What another team says stands.
func succeed[T any](r *reading, e entry, at passage, old, said T, narrow func(*narrowing, T, T) T) T {
	was, owner := r.places[e], r.owners[e]
	if at.team == owner || reflect.DeepEqual(old, said) {
		return said
	}
	n := narrowing{faults: faults{places: map[entry]passage{e: at}}, entry: e, was: was}
	if owner == "" {
		said = narrow(&n, old, said)
	} else {
		n.rule(e, nil, "%s says otherwise, and team %s may not change what is team %s's; give it a name of your own", was, at.team, owner)
	}
	r.found = append(r.found, n.found...)
	return said
}

// narrowing is one entry of the centre and what a team says of it.
type narrowing struct {
	faults
	entry entry
	was   passage
}

// keep demands that a field is as the centre has it.
func keep[T any](n *narrowing, w route, old, said T) {
	if !reflect.DeepEqual(old, said) {
		n.rule(n.entry, w, "%s is %s; %s says %s, and a team may not change it", last(w), shown(said), n.was.place(w), shown(old))
	}
}

// weaker tells how a field lets pass what the centre does not.
func (n *narrowing) weaker(w route, old any, format string, args ...any) {
	n.rule(n.entry, w, "%s; %s says %s, and a team may narrow that but not weaken it", fmt.Sprintf(format, args...), n.was.place(w), shown(old))
}

func last(w route) any { return w[len(w)-1] }

// shown is a value as a sentence has it.
func shown(v any) string {
	switch text := fmt.Sprint(v); text {
	case "", "<nil>", "[]", "map[]":
		return "nothing"
	default:
		return text
	}
}

func narrowSystem(n *narrowing, old, said System) System {
	keep(n, route{"name"}, old.Name, said.Name)
	keep(n, route{"normalise"}, old.Normalise, said.Normalise)
	return old
}

func narrowType(n *narrowing, old, said Type) Type {
	keep(n, route{"class"}, old.Class, said.Class)
	keep(n, route{"system"}, old.System, said.System)
	keep(n, route{"normalise"}, old.Normalise, said.Normalise)
	keep(n, route{"scope"}, old.Scope, said.Scope)
	old.Refuse = both(old.Refuse, said.Refuse)
	return old
}

func narrowQualifier(n *narrowing, old, said Qualifier) Qualifier {
	keep(n, route{"from"}, old.From, said.From)
	keep(n, route{"to"}, old.To, said.To)
	return old
}

func narrowSource(n *narrowing, old, said Source) Source {
	keep(n, route{"name"}, old.Name, said.Name)
	if old.Heartbeat > 0 && (said.Heartbeat == 0 || said.Heartbeat > old.Heartbeat) {
		n.weaker(route{"heartbeat"}, old.Heartbeat, "heartbeat is %s", said.Heartbeat)
	}
	if said.Lag > old.Lag {
		n.weaker(route{"lag"}, old.Lag, "lag is %s", said.Lag)
	}
	return said
}

func narrowGuard(n *narrowing, old, said Guard) Guard {
	if said.Max > old.Max {
		n.weaker(route{"max"}, old.Max, "max is %d", said.Max)
	}
	return said
}

// narrowFlow lets a team add types and stages to a flow of the centre, and make its
// caps smaller.
func narrowFlow(n *narrowing, old, said Flow) Flow {
	keep(n, route{"anchor"}, old.Anchor, said.Anchor)
	for _, typ := range keysOf(old.Ranks) {
		if rank, ok := said.Ranks[typ]; !ok {
			n.weaker(route{"ranks", typ}, old.Ranks[typ], "ranks has no rank for %s", typ)
		} else if rank != old.Ranks[typ] {
			keep(n, route{"ranks", typ}, old.Ranks[typ], rank)
		}
	}
	for _, leaf := range old.Leaf {
		if !slices.Contains(said.Leaf, leaf) {
			n.weaker(route{"leaf"}, old.Leaf, "leaf lacks %s, so more would be walked on", leaf)
		}
	}
	for i, qualifier := range said.SameType {
		if !slices.Contains(old.SameType, qualifier) {
			n.weaker(route{"same_type", i}, old.SameType, "same_type has %s, so more would be crossed", qualifier)
		}
	}
	if said.maxObjects() > old.maxObjects() {
		n.weaker(route{"max_objects"}, old.maxObjects(), "max_objects is %d", said.maxObjects())
	}
	if said.maxClaimed() > old.maxClaimed() {
		n.weaker(route{"max_claimed"}, old.maxClaimed(), "max_claimed is %d", said.maxClaimed())
	}
	for i, s := range old.Stages {
		at := slices.IndexFunc(said.Stages, func(t StageRule) bool { return t.Name == s.Name })
		if at < 0 {
			n.rule(n.entry, route{"stages"}, "stages lacks %s; %s has it, and a team may not take it out", s.Name, n.was.place(route{"stages", i}))
		} else if !reflect.DeepEqual(s, said.Stages[at]) {
			n.rule(n.entry, route{"stages", at}, "stage %s is not as %s has it, and a team may not change it", s.Name, n.was.place(route{"stages", i}))
		}
	}
	return said
}

// narrowSLA lets a team promise more than the centre does.
func narrowSLA(n *narrowing, old, said SLA) SLA {
	if said.Target > old.Target {
		n.weaker(route{"target"}, old.Target, "target is %s", said.Target)
	}
	if old.Severity != SeverityTicket && said.Severity == SeverityTicket {
		n.weaker(route{"severity"}, SeverityPage, "severity is %s", said.Severity)
	}
	for _, condition := range []struct{ name, old, said string }{
		{"start", old.Start, said.Start},
		{"stop", old.Stop, said.Stop},
		{"pause", old.Pause, said.Pause},
		{"resume", old.Resume, said.Resume},
		{"cancel", old.Cancel, said.Cancel},
		{"reset", old.Reset, said.Reset},
		{"closing_source", old.ClosingSource, said.ClosingSource},
	} {
		keep(n, route{condition.name}, condition.old, condition.said)
	}
	if !reflect.DeepEqual(old.Calendar, said.Calendar) {
		n.rule(n.entry, route{"calendar"}, "calendar is not as %s has it, and a team may not change it", n.was.place(route{"calendar"}))
	}
	return said
}
