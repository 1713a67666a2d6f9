package lineage

import "fmt"

// compileContract checks a contract and makes it ready to read events.
func compileContract(f *faults, def *Contract) *contract {
	e := def.entry()
	k := &contract{Contract: *def, name: fmt.Sprintf("%s@%d", def.Type, def.Version)}
	if def.Type == "" {
		f.at(e, route{"type"}, "type is missing; want the CloudEvents type, span name or log event name")
	}
	if def.Signal != "event" && def.Signal != "span" && def.Signal != "log" {
		f.at(e, route{"signal"}, "signal is %q; want event, span or log", def.Signal)
	}
	if def.Version < 0 {
		f.at(e, route{"version"}, "version is %d; want a whole number of 0 or more", def.Version)
	}
	if !def.Compatibility.known() {
		f.at(e, route{"compatibility"}, "compatibility is %q; want backward, forward, full or nothing", def.Compatibility)
	}
	if def.Sunset.Before(def.Deprecated) {
		f.rule(e, route{"sunset"}, "sunset is %s, before deprecated, which is %s", def.Sunset, def.Deprecated)
	}
	if def.Schema != nil {
		k.schema = f.checkSchema(e, def.Schema)
	}
	f.checkReferences(e, k)
	f.checkMoney(e, k)
	for _, l := range k.locations() {
		if err := checkLocation(def.Signal, l.text); err != nil {
			f.rule(e, l.way, "%s %v", last(l.way), err)
		}
	}
	return k
}

func (f *faults) checkReferences(e entry, k *contract) {
	for _, r := range k.references() {
		if r.Type == "" || r.ID == "" {
			f.at(e, r.way, "a reference of type %q has id %q; want both", r.Type, r.ID)
		}
	}
	for i, m := range k.Map.Refs {
		switch m.Role {
		case Subject:
			f.rule(e, route{"map", "refs", i, "role"}, "role is subject; what the event is about is map.subject")
		case Alias:
			f.rule(e, route{"map", "refs", i, "role"}, "role is alias; two ids of one object are a and b of map.aliases")
		}
	}
}

// checkAliases tells aliases that unite nothing.
func (f *faults) checkAliases(k *Contract) {
	for i, a := range k.Map.Aliases {
		if a.A.Type != a.B.Type {
			f.rule(k.entry(), route{"map", "aliases", i}, "an alias unites ids of the types %s and %s; two ids of one object have one type", a.A.Type, a.B.Type)
		}
	}
}

func (f *faults) checkMoney(e entry, k *contract) {
	one := func(w route, m Mapping) {
		alone := contract{Contract: Contract{Map: m}}
		if err := alone.checkAmounts(); err != nil {
			f.at(e, w, "%v", err)
		}
	}
	if k.Map.Amount != nil {
		one(route{"map", "amount"}, Mapping{Amount: k.Map.Amount})
	}
	if k.Map.Subject != nil {
		one(route{"map", "subject", "amount"}, Mapping{Subject: k.Map.Subject})
	}
	for i, m := range k.Map.Refs {
		if m.ID == "" {
			continue // told already
		}
		one(route{"map", "refs", i, "amount"}, Mapping{Refs: []RefMapping{m}})
	}
	for i, m := range k.Map.Aliases {
		one(route{"map", "aliases", i}, Mapping{Aliases: []AliasMapping{m}})
	}
}
