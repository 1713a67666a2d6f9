package lineage

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// Difference is one thing in which two catalogues differ.
type Difference struct {
	Kind   string `json:"kind"`            // type, system, qualifier, source, flow, guard, sla or contract
	Name   string `json:"name"`            // of a contract its type and version, as order.booked@2
	Change string `json:"change"`          // added, removed or changed
	Field  string `json:"field,omitempty"` // what of it is changed, as ranks.invoice
	From   string `json:"from,omitempty"`  // what it was, as JSON
	To     string `json:"to,omitempty"`    // what it is now

	// Compatible are the differences of a contract from the one of its name, or of a
	// new version from the version before it.
	Compatible []ContractChange `json:"compatibility,omitempty"`
}

// String is the difference in a line.
func (d Difference) String() string {
	what := d.Kind + " " + d.Name
	switch {
	case d.Change != "changed":
		return what + " is " + d.Change
	case d.Field == "":
		return what + " is read otherwise"
	case d.From == "":
		return fmt.Sprintf("%s: %s is %s now", what, d.Field, d.To)
	case d.To == "":
		return fmt.Sprintf("%s: %s is no more; it was %s", what, d.Field, d.From)
	default:
		return fmt.Sprintf("%s: %s is %s and was %s", what, d.Field, d.To, d.From)
	}
}

// Differences tells in what one catalogue differs from another, sorted by kind and
// name. Where they were read from makes no difference.
func Differences(was, is *Catalogue) []Difference {
	var all []Difference
	all = append(all, between("type", was.def.Types, is.def.Types)...)
	all = append(all, between("system", was.def.Systems, is.def.Systems)...)
	all = append(all, between("qualifier", was.def.Qualifiers, is.def.Qualifiers)...)
	all = append(all, between("source", was.def.Sources, is.def.Sources)...)
	all = append(all, between("flow", byName(was.def.Flows, flowName), byName(is.def.Flows, flowName))...)
	all = append(all, between("guard", byName(was.def.Guards, guardName), byName(is.def.Guards, guardName))...)
	all = append(all, between("sla", byName(was.def.SLAs, slaName), byName(is.def.SLAs, slaName))...)
	all = append(all, contractDifferences(was, is)...)
	slices.SortStableFunc(all, func(a, b Difference) int { return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name)) })
	return all
}

func flowName(f Flow) string { return f.Name }

func guardName(g Guard) string { return g.entry().name }

func slaName(s SLA) string { return s.Name }

func byName[T any](list []T, name func(T) string) map[string]T {
	named := make(map[string]T, len(list))
	for _, one := range list {
		named[name(one)] = one
	}
	return named
}

// between compares the entries of one kind, field by field.
func between[T any](kind string, was, is map[string]T) []Difference {
	var all []Difference
	for _, name := range both(keysOf(was), keysOf(is)) {
		before, had := was[name]
		now, has := is[name]
		switch {
		case !had:
			all = append(all, Difference{Kind: kind, Name: name, Change: "added"})
		case !has:
			all = append(all, Difference{Kind: kind, Name: name, Change: "removed"})
		default:
			fieldDifferences("", asJSON(before), asJSON(now), func(at, from, to string) {
				all = append(all, Difference{Kind: kind, Name: name, Change: "changed", Field: at, From: from, To: to})
			})
		}
	}
	return all
}

func contractDifferences(was, is *Catalogue) []Difference {
	label := func(k Contract) string {
		name := fmt.Sprintf("%s@%d", k.Type, k.Version)
		if k.Signal != "event" {
			name = k.Signal + " " + name
		}
		return name
	}
	before, now := byName(was.def.Contracts, label), byName(is.def.Contracts, label)
	headOf := func(contracts map[string]Contract) map[string]Contract {
		heads := maps.Clone(contracts)
		for name, k := range heads {
			k.Schema, k.Map = nil, Mapping{}
			heads[name] = k
		}
		return heads
	}
	all := between("contract", headOf(before), headOf(now))
	for i, d := range all {
		if k := now[d.Name]; d.Change == "added" {
			if older := is.before(&k); older != nil {
				all[i].Compatible = CompareContracts(older, &k)
			}
		}
	}
	for _, name := range keysOf(now) {
		older, ok := before[name]
		newer := now[name]
		if !ok || reflect.DeepEqual(asJSON(older), asJSON(newer)) {
			continue
		}
		d := Difference{Kind: "contract", Name: name, Change: "changed", Compatible: CompareContracts(&older, &newer)}
		if len(d.Compatible) > 0 || !reflect.DeepEqual(asJSON(older.Schema), asJSON(newer.Schema)) || !reflect.DeepEqual(asJSON(older.Map), asJSON(newer.Map)) {
			all = append(all, d)
		}
	}
	return all
}

// before finds the version of a contract that comes before another.
func (c *Catalogue) before(k *Contract) *Contract {
	var older *Contract
	for i := range c.def.Contracts {
		if other := &c.def.Contracts[i]; other.Signal == k.Signal && other.Type == k.Type && other.Version < k.Version {
			older = other
		}
	}
	return older
}

// asJSON is a value as JSON has it: mappings, lists and scalars.
func asJSON(v any) any {
	text, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	var plain any
	if err := json.Unmarshal(text, &plain); err != nil {
		return err.Error()
	}
	return plain
}

// fieldDifferences visits what differs in two values. Elements of a list that have a
// name are compared by it, other lists as a whole.
func fieldDifferences(at string, was, is any, visit func(at, from, to string)) {
	before, now := fieldsOf(was), fieldsOf(is)
	if before == nil || now == nil {
		if from, to := jsonText(was), jsonText(is); from != to {
			visit(strings.TrimPrefix(at, "."), from, to)
		}
		return
	}
	for _, name := range both(keysOf(before), keysOf(now)) {
		fieldDifferences(at+"."+name, before[name], now[name], visit)
	}
}

// fieldsOf are the parts of a mapping, or of a list whose elements all have a name;
// nil of anything else.
func fieldsOf(v any) map[string]any {
	switch v := v.(type) {
	case map[string]any:
		return v
	case []any:
		named := make(map[string]any)
		for i, element := range v {
			fields, _ := element.(map[string]any)
			name, ok := fields["name"].(string)
			if !ok || named[name] != nil {
				return nil
			}
			fields = maps.Clone(fields)
			delete(fields, "name")
			fields["position"] = i + 1
			named[name] = fields
		}
		return named
	}
	return nil
}

// jsonText is a value as JSON, and "" for what is not there.
func jsonText(v any) string {
	if v == nil || v == "" {
		return ""
	}
	text, _ := json.Marshal(v) // it was JSON before
	return string(text)
}
