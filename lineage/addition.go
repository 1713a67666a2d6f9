package lineage

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
)

// alone checks an entry by itself: whatever it is wrong about, it is told there.
func (r *reading) alone(e entry, at passage, check func(*faults)) bool {
	f := faults{places: map[entry]passage{e: at}}
	check(&f)
	r.found = append(r.found, f.found...)
	return usable(f.found)
}

// take puts what an entry says among what is known, when it may stand there.
func take[T any](r *reading, known map[string]T, e entry, said T, at passage, narrow func(*narrowing, T, T) T) {
	if old, ok := known[e.name]; ok {
		said = succeed(r, e, at, old, said, narrow)
	}
	known[e.name] = said
	r.stands(e, at)
}

// stands notes where an entry stands now, and whose it is: theirs who said it first.
func (r *reading) stands(e entry, at passage) {
	r.places[e] = at
	if _, ok := r.owners[e]; !ok {
		r.owners[e] = at.team
	}
}

func (r *reading) addTypes(doc typesDocument, at passage) {
	for _, name := range slices.Sorted(maps.Keys(doc.Systems)) {
		e, s := entry{kind: "system", name: name}, doc.Systems[name]
		if here := at.below("systems", name); r.alone(e, here, func(f *faults) { f.checkSystem(e, s) }) {
			take(r, r.def.Systems, e, s, here, narrowSystem)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(doc.Types)) {
		e, t := entry{kind: "type", name: name}, doc.Types[name]
		if here := at.below("types", name); r.alone(e, here, func(f *faults) { f.checkType(e, t) }) {
			take(r, r.def.Types, e, t, here, narrowType)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(doc.Qualifiers)) {
		e, q := entry{kind: "qualifier", name: name}, doc.Qualifiers[name]
		if here := at.below("qualifiers", name); r.alone(e, here, func(f *faults) { f.checkQualifier(e, q) }) {
			take(r, r.def.Qualifiers, e, q, here, narrowQualifier)
		}
	}
}

func (r *reading) addSources(doc sourcesDocument, at passage) {
	for _, name := range slices.Sorted(maps.Keys(doc.Sources)) {
		e, s := entry{kind: "source", name: name}, doc.Sources[name]
		if here := at.below("sources", name); r.alone(e, here, func(f *faults) { f.checkSource(e, s) }) {
			take(r, r.def.Sources, e, s, here, narrowSource)
		}
	}
}

func (r *reading) addFlow(doc flowDocument, at passage) {
	e := entry{kind: "flow", name: doc.Name}
	if !r.alone(e, at, func(f *faults) { f.checkFlow(e, &doc.Flow) }) {
		return
	}
	i := slices.IndexFunc(r.def.Flows, func(old Flow) bool { return old.Name == doc.Name })
	switch {
	case i < 0:
		r.def.Flows = append(r.def.Flows, doc.Flow)
	case doc.Version < r.def.Flows[i].Version:
		return // the greatest version holds
	default:
		r.def.Flows[i] = succeed(r, e, at, r.def.Flows[i], doc.Flow, narrowFlow)
	}
	r.stands(e, at)
}

func (r *reading) addGuards(doc guardsDocument, at passage) {
	for i, g := range doc.Guards {
		e, here := g.entry(), at.below("guards", i)
		if !r.alone(e, here, func(f *faults) { f.checkGuard(e, g) }) {
			continue
		}
		if old := slices.IndexFunc(r.def.Guards, func(old Guard) bool { return old.entry() == e }); old >= 0 {
			r.def.Guards[old] = succeed(r, e, here, r.def.Guards[old], g, narrowGuard)
		} else {
			r.def.Guards = append(r.def.Guards, g)
		}
		r.stands(e, here)
	}
}

func (r *reading) addContract(doc contractDocument, at passage) {
	k := doc.Contract
	k.Signal = cmp.Or(k.Signal, "event")
	e := k.entry()
	if !r.alone(e, at, func(f *faults) { r.takeMessage(f, &k, at); compileContract(f, &k) }) {
		return
	}
	if was, ok := r.places[e]; ok {
		again := faults{places: map[entry]passage{e: at}}
		again.at(e, route{"version"}, "version %d is defined in %s too", k.Version, was)
		r.found = append(r.found, again.found...)
		return
	}
	r.def.Contracts = append(r.def.Contracts, k)
	r.stands(e, at)
}

// addSLA takes an SLA, or a later version of one. Another promise under a name that
// is taken would disarm the first without a word.
func (r *reading) addSLA(doc slaDocument, at passage) {
	s := doc.SLA
	e := entry{kind: "sla", name: s.Name}
	if !r.alone(e, at, func(f *faults) { f.checkSLA(e, &s) }) {
		return
	}
	here := faults{places: map[entry]passage{e: at}}
	i := slices.IndexFunc(r.def.SLAs, func(old SLA) bool { return old.Name == s.Name })
	switch {
	case i < 0:
		r.def.SLAs = append(r.def.SLAs, s)
	case r.def.SLAs[i].Flow != s.Flow || r.def.SLAs[i].Subject != s.Subject:
		here.at(e, route{"name"}, "%s has one of this name about every %s of the flow %s; give it another name",
			r.places[e], r.def.SLAs[i].Subject, r.def.SLAs[i].Flow)
	case r.def.SLAs[i].Version == s.Version:
		here.at(e, route{"version"}, "version %d is defined in %s too; to replace it, give it a greater version", s.Version, r.places[e])
	case r.def.SLAs[i].Version > s.Version:
		return
	default:
		r.def.SLAs[i] = succeed(r, e, at, r.def.SLAs[i], s, narrowSLA)
	}
	if r.found = append(r.found, here.found...); len(here.found) == 0 {
		r.stands(e, at)
	}
}

// entry names the guard.
func (g Guard) entry() entry { return entry{kind: "guard", name: g.Type + "→" + g.To} }

// entry names the contract among those of its type.
func (k *Contract) entry() entry {
	return entry{kind: "contract", name: k.Type, of: k.Signal + "@" + strconv.Itoa(k.Version)}
}
