package lineage

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/cespare/xxhash/v2"
)

// Definition is a catalogue as it is written down.
type Definition struct {
	Types      map[string]Type
	Systems    map[string]System
	Qualifiers map[string]Qualifier `json:",omitempty"`
	Flows      []Flow
	Guards     []Guard
	Contracts  []Contract
	SLAs       []SLA
	Sources    map[string]Source // by the source of their events

	places map[entry]passage // where it was read
	owners map[entry]string  // by which team
}

// System is what the catalogue says of one issuer of ids.
type System struct {
	Name      string     `yaml:"name" json:"name"` // for people: "ERP"
	Normalise Normaliser `yaml:"normalise" json:"normalise"`
}

// Catalogue is a checked Definition, ready to map evidence to events. It never
// changes and may be used concurrently.
type Catalogue struct {
	def       Definition
	hash      string
	contracts map[contractKey][]*contract // by version
	refuse    map[string]*refusals        // by type
	keys      map[string]attrKey
	keyList   []string
}

// attrKey says what an attribute of a span or log record names by convention.
type attrKey struct {
	typ         string // an object type, "" for none
	correlation bool
}

// builtinTypes are the canonical business objects of DESIGN §2; a catalogue
// adds to them or says otherwise.
func builtinTypes() map[string]Type {
	types := make(map[string]Type)
	for _, name := range []string{"quote", "order", "item", "delivery", "invoice", "payment", "credit_note"} {
		types[name] = Type{Class: Business}
	}
	for _, name := range []string{"account", "contact", "customer", "product", "price"} {
		types[name] = Type{Class: Context}
	}
	return types
}

// NewCatalogue checks a definition. The error, of kind Invalid, names what is wrong
// and the fix.
func NewCatalogue(def Definition) (*Catalogue, error) {
	c, found := build(def)
	if err := refusal("catalogue", found); err != nil {
		return nil, err
	}
	return c, nil
}

// build makes a catalogue of a definition, and tells what is wrong with it. There is
// none when it could not be used.
func build(def Definition) (*Catalogue, []Remark) {
	f := &faults{places: def.places}
	types := builtinTypes()
	maps.Copy(types, def.Types)
	def.Types = types
	c := &Catalogue{contracts: make(map[contractKey][]*contract), refuse: make(map[string]*refusals), keys: make(map[string]attrKey)}
	for _, name := range keysOf(types) {
		c.refuse[name] = f.checkType(entry{kind: "type", name: name}, types[name])
		c.keys[name+".id"] = attrKey{typ: name}
	}
	for _, name := range keysOf(def.Systems) {
		f.checkSystem(entry{kind: "system", name: name}, def.Systems[name])
	}
	for _, key := range []string{"correlation.id", "messaging.message.conversation_id"} {
		c.keys[key] = attrKey{correlation: true}
	}
	def.Flows = slices.SortedStableFunc(slices.Values(def.Flows), func(a, b Flow) int { return cmp.Compare(a.Name, b.Name) })
	for i := range def.Flows {
		f.checkFlow(entry{kind: "flow", name: def.Flows[i].Name}, &def.Flows[i])
	}
	for _, g := range def.Guards {
		f.checkGuard(g.entry(), g)
	}
	def.SLAs = slices.SortedFunc(slices.Values(def.SLAs), func(a, b SLA) int { return cmp.Compare(a.Name, b.Name) })
	for i := range def.SLAs {
		f.checkSLA(entry{kind: "sla", name: def.SLAs[i].Name}, &def.SLAs[i])
	}
	def.Contracts = slices.Clone(def.Contracts)
	for i := range def.Contracts {
		c.addContract(f, &def.Contracts[i])
	}
	slices.SortFunc(def.Contracts, compareContracts)
	c.def = def
	if usable(f.found) {
		f.checkTogether(c)
	}
	c.keyList = keysOf(c.keys)
	raw, err := json.Marshal(def)
	if err != nil {
		f.at(entry{}, nil, "the catalogue cannot be written down: %v", err)
	}
	c.hash = fmt.Sprintf("%016x", xxhash.Sum64(raw))
	if !usable(f.found) {
		return nil, f.found
	}
	return c, f.found
}

func keysOf[T any](m map[string]T) []string { return slices.Sorted(maps.Keys(m)) }

// Hash identifies the catalogue by its content.
func (c *Catalogue) Hash() string { return c.hash }

// Keys returns, sorted, the attribute keys that say something of business in
// spans and log records.
func (c *Catalogue) Keys() []string { return slices.Clone(c.keyList) }

// Flows returns the catalogue's flows in the order of their names. They must
// not be changed.
func (c *Catalogue) Flows() []Flow { return slices.Clone(c.def.Flows) }

// Guards returns the cardinality guards. They must not be changed.
func (c *Catalogue) Guards() []Guard { return c.def.Guards }

// ClassOf returns the class of a type. A type that nobody declared is taken
// for a business type without a rank: searchable and part of a correlation
// id's transaction, but not walked.
func (c *Catalogue) ClassOf(typ string) Class {
	if t, ok := c.def.Types[typ]; ok {
		return t.Class
	}
	if typ == CorrelationType || typ == "trace" {
		return Technical
	}
	return Business
}

// Joining returns, sorted, the types whose objects hold evidence together: those that a
// flow ranks or a guard counts.
func (c *Catalogue) Joining() []string {
	joining := make(map[string]bool)
	for i := range c.def.Flows {
		for typ := range c.def.Flows[i].Ranks {
			joining[typ] = c.ClassOf(typ) == Business
		}
	}
	for _, g := range c.def.Guards {
		joining[g.Type], joining[g.To] = c.ClassOf(g.Type) == Business, c.ClassOf(g.To) == Business
	}
	maps.DeleteFunc(joining, func(_ string, joins bool) bool { return !joins })
	return keysOf(joining)
}

// Object makes the Object that an id names: default system, normalised id and
// scope. It returns false for a value that is refused, and for an id whose type is
// scoped and that has no scope.
func (c *Catalogue) Object(typ, system, scope, id string) (Object, bool) {
	t := c.def.Types[typ]
	if system == "" {
		system = t.System
	}
	told := id
	id = c.normaliser(t, system).Apply(told)
	if typ == "" || Refused(id) {
		return Object{}, false
	}
	if r := c.refuse[typ]; r != nil && (r.has(id) || r.has(told)) {
		return Object{}, false
	}
	if t.Scope != "" {
		within, ok := c.Object(t.Scope, "", "", scope)
		if !ok {
			return Object{}, false
		}
		scope = within.ID
	}
	return Object{Type: typ, System: system, Scope: scope, ID: id}, true
}

// normaliser is that of the ids of a type that a system issues: the system's own,
// or the type's where the system is the type's.
func (c *Catalogue) normaliser(t Type, system string) Normaliser {
	if s, ok := c.def.Systems[system]; ok && s.Normalise != "" {
		return s.Normalise
	}
	if system != t.System {
		return NormaliseNone
	}
	return t.Normalise
}

// Identifiers returns the rows by which an event is found: its objects and its
// correlation id.
func (c *Catalogue) Identifiers(e *Event) []Identifier {
	rows := make([]Identifier, 0, len(e.Refs)+2*len(e.Relations)+1)
	var known map[Object]bool // once there are many
	add := func(o Object) {
		if len(rows) == fewNames {
			known = make(map[Object]bool, cap(rows))
			for i := range rows {
				known[rows[i].Object] = true
			}
		}
		if known[o] || known == nil && slices.ContainsFunc(rows, func(r Identifier) bool { return r.Object == o }) {
			return
		}
		rows = append(rows, Identifier{
			Tenant: e.Tenant, Object: o, Kind: e.Kind, TraceID: e.TraceID, Source: e.Source, Time: e.Time,
		})
		if e.Kind == BusinessEvent || e.Kind == DecisionEvent {
			rows[len(rows)-1].EventID = e.ID
		}
		if known != nil {
			known[o] = true
		}
	}
	for _, r := range e.Refs {
		add(r.Object)
	}
	for _, r := range e.Relations {
		add(r.From)
		add(r.To)
	}
	if e.Correlation != "" {
		add(Object{Type: CorrelationType, ID: e.Correlation})
	}
	return rows
}
