package lineage

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sort"

	"github.com/cespare/xxhash/v2"
	"github.com/goccy/go-yaml/ast"
)

// Definition is a catalogue as it is written down.
type Definition struct {
	Types     map[string]Type
	Systems   map[string]System
	Flows     []Flow
	Guards    []Guard
	Contracts []Contract
	SLAs      []SLA
	Sources   map[string]Source // by the source of their events

	places map[string]passage // of SLAs, by name: their flow may stand elsewhere
}

// passage is where a document stands.
type passage struct {
	file string
	node ast.Node
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
	contracts map[contractKey]*contract
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

// NewCatalogue checks a definition. The error, of kind Invalid, names the
// first thing that is wrong and the fix.
func NewCatalogue(def Definition) (*Catalogue, error) {
	types := builtinTypes()
	maps.Copy(types, def.Types)
	def.Types = types
	c := &Catalogue{def: def, contracts: make(map[contractKey]*contract), keys: make(map[string]attrKey)}
	for _, name := range slices.Sorted(maps.Keys(types)) {
		if err := checkType(name, types[name]); err != nil {
			return nil, err
		}
		c.keys[name+".id"] = attrKey{typ: name}
	}
	for _, key := range []string{"correlation.id", "messaging.message.conversation_id"} {
		c.keys[key] = attrKey{correlation: true}
	}
	for i := range def.Flows {
		if err := c.checkFlow(&def.Flows[i]); err != nil {
			return nil, err
		}
	}
	for _, g := range def.Guards {
		if g.Type == "" || g.To == "" || g.Max < 1 {
			return nil, Errorf(Invalid, "catalogue", "guard %s→%s: want type, to and max of at least 1", g.Type, g.To)
		}
	}
	for i := range def.Contracts {
		if err := c.addContract(&def.Contracts[i]); err != nil {
			return nil, err
		}
	}
	c.def.SLAs = slices.SortedFunc(slices.Values(def.SLAs), func(a, b SLA) int { return cmp.Compare(a.Name, b.Name) })
	for i := range c.def.SLAs {
		if err := errors.Join(checkSLA(&c.def.SLAs[i]), c.def.SLAs[i].checkFlow(def.Flows)); err != nil {
			return nil, err
		}
	}
	c.keyList = slices.Sorted(maps.Keys(c.keys))
	raw, err := json.Marshal(def)
	if err != nil {
		return nil, E(Internal, "hash catalogue", err)
	}
	c.hash = fmt.Sprintf("%016x", xxhash.Sum64(raw))
	return c, nil
}

func checkType(name string, t Type) error {
	if t.Class != Business && t.Class != Context && t.Class != Technical {
		return Errorf(Invalid, "catalogue", "type %s: class is %q; want business, context or technical", name, t.Class)
	}
	if !t.Normalise.known() {
		return Errorf(Invalid, "catalogue", "type %s: normalise is %q; want salesforce, sap, upper or nothing", name, t.Normalise)
	}
	return nil
}

func (c *Catalogue) checkFlow(f *Flow) error {
	fail := func(format string, args ...any) error {
		return Errorf(Invalid, "catalogue", "flow %s: %s", f.Name, fmt.Sprintf(format, args...))
	}
	if f.Name == "" || f.Name == TransactionFlow {
		return fail("name is %q; want a name other than the built-in flow's", f.Name)
	}
	if _, ok := f.Ranks[f.Anchor]; !ok {
		return fail("ranks has no rank for the anchor %q", f.Anchor)
	}
	for typ := range f.Ranks {
		if t, ok := c.def.Types[typ]; ok && t.Class != Business {
			return fail("ranks names %s, a %s type; only business types have a rank", typ, t.Class)
		}
	}
	if slices.Contains(f.Leaf, f.Anchor) {
		return fail("leaf names %q, which is the anchor; nothing would be walked from it", f.Anchor)
	}
	for _, leaf := range f.Leaf {
		if _, ok := f.Ranks[leaf]; !ok {
			return fail("leaf names %q, which has no rank", leaf)
		}
	}
	seen := make(map[string]bool)
	for _, s := range f.Stages {
		if s.Name == "" || seen[s.Name] {
			return fail("stage name %q is empty or used twice", s.Name)
		}
		seen[s.Name] = true
		if _, ok := f.Ranks[s.Type]; !ok {
			return fail("stage %s: type is %q; want a type with a rank", s.Name, s.Type)
		}
		if _, ok := f.Ranks[s.By]; !ok && s.By != "" {
			return fail("stage %s: by is %q; want a type with a rank", s.Name, s.By)
		}
		switch s.Complete {
		case "", CompleteAny, CompleteAll:
		case CompleteCount:
			if s.Count < 1 {
				return fail("stage %s: complete is count; want count of at least 1", s.Name)
			}
		default:
			return fail("stage %s: complete is %q; want any, all or count", s.Name, s.Complete)
		}
	}
	return nil
}

// Hash identifies the catalogue by its content.
func (c *Catalogue) Hash() string { return c.hash }

// Keys returns, sorted, the attribute keys that say something of business in
// spans and log records.
func (c *Catalogue) Keys() []string { return slices.Clone(c.keyList) }

// Flows returns the catalogue's flows in the order of their names. They must
// not be changed.
func (c *Catalogue) Flows() []Flow {
	flows := slices.Clone(c.def.Flows)
	sort.Slice(flows, func(i, j int) bool { return flows[i].Name < flows[j].Name })
	return flows
}

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

// Object makes the Object that an id names: default system, normalised id.
// It returns false for a value that is refused.
func (c *Catalogue) Object(typ, system, scope, id string) (Object, bool) {
	t := c.def.Types[typ]
	if system == "" {
		system = t.System
	}
	n := t.Normalise
	if s, ok := c.def.Systems[system]; ok && s.Normalise != "" {
		n = s.Normalise
	} else if system != t.System {
		n = NormaliseNone
	}
	id = n.Apply(id)
	if typ == "" || Refused(id) {
		return Object{}, false
	}
	return Object{Type: typ, System: system, Scope: scope, ID: id}, true
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
		if e.Kind == BusinessEvent {
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
