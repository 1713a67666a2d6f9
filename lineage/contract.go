package lineage

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"sort"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Contract says how the evidence of one type is read: what its payload must
// look like (JSON Schema 2020-12) and where in it the business is.
type Contract struct {
	Signal  string         `yaml:"signal" json:"signal"`   // event (default), span or log
	Type    string         `yaml:"type" json:"type"`       // CloudEvents type, span name or log event name
	Version int            `yaml:"version" json:"version"` // of the contract
	Schema  map[string]any `yaml:"schema" json:"schema"`   // of a CloudEvent's data
	Map     Mapping        `yaml:"map" json:"map"`
}

// Mapping finds the parts of an event. Where it says "location", a text that
// starts with / is a JSON pointer into the data (* stands for each element),
// and any other text is the key of an attribute (spans and log records).
type Mapping struct {
	Subject     *RefMapping     `yaml:"subject" json:"subject"`
	Refs        []RefMapping    `yaml:"refs" json:"refs"`
	Aliases     []AliasMapping  `yaml:"aliases" json:"aliases"`
	Stage       string          `yaml:"stage" json:"stage"`
	Outcome     *OutcomeMapping `yaml:"outcome" json:"outcome"`
	Attempt     string          `yaml:"attempt" json:"attempt"` // location
	Reason      string          `yaml:"reason" json:"reason"`   // location
	Answer      string          `yaml:"answer" json:"answer"`   // location of a status code
	Amount      *AmountMapping  `yaml:"amount" json:"amount"`
	Correlation string          `yaml:"correlation" json:"correlation"` // location
}

// AmountMapping finds the amount of the subject: a decimal text at Value, or a
// whole number of minor units at Minor, and its currency.
type AmountMapping struct {
	Value    string `yaml:"value" json:"value"`       // location
	Minor    string `yaml:"minor" json:"minor"`       // location
	Currency string `yaml:"currency" json:"currency"` // location
}

// RefMapping finds ids of one type.
type RefMapping struct {
	Type   string `yaml:"type" json:"type"`
	System string `yaml:"system" json:"system"`
	Scope  string `yaml:"scope" json:"scope"` // location
	ID     string `yaml:"id" json:"id"`       // location
	Role   Role   `yaml:"role" json:"role"`   // empty means mentions
}

// AliasMapping states that two ids name one object.
type AliasMapping struct {
	A        RefMapping `yaml:"a" json:"a"`
	B        RefMapping `yaml:"b" json:"b"`
	Priority int        `yaml:"priority" json:"priority"`
}

// OutcomeMapping is one outcome for every event of the type, or one by the
// value at a location.
type OutcomeMapping struct {
	Always Outcome            `yaml:"always" json:"always"`
	From   string             `yaml:"from" json:"from"` // location
	Values map[string]Outcome `yaml:"values" json:"values"`
}

// UnmarshalYAML takes a bare outcome for Always.
func (m *OutcomeMapping) UnmarshalYAML(decode func(any) error) error {
	var always Outcome
	if err := decode(&always); err == nil {
		m.Always = always
		return nil
	}
	type plain OutcomeMapping
	return decode((*plain)(m))
}

// contractKey is what a contract is looked up by.
type contractKey struct{ signal, typ string }

type contract struct {
	Contract
	name   string
	schema *jsonschema.Schema
}

func (c *Catalogue) addContract(def *Contract) error {
	if def.Signal == "" {
		def.Signal = "event"
	}
	fail := func(format string, args ...any) error {
		return Errorf(Invalid, "catalogue", "contract %s: %s", def.Type, fmt.Sprintf(format, args...))
	}
	if def.Type == "" {
		return fail("type is missing; want the CloudEvents type, span name or log event name")
	}
	if def.Signal != "event" && def.Signal != "span" && def.Signal != "log" {
		return fail("signal is %q; want event, span or log", def.Signal)
	}
	key := contractKey{def.Signal, def.Type}
	if old, ok := c.contracts[key]; ok && old.Version >= def.Version {
		if old.Version == def.Version {
			return fail("version %d is defined twice", def.Version)
		}
		return nil // the newest version maps
	}
	k := &contract{Contract: *def, name: fmt.Sprintf("%s@%d", def.Type, def.Version)}
	if def.Schema != nil {
		schema, err := compileSchema(def.Schema)
		if err != nil {
			return fail("schema: %v", err)
		}
		k.schema = schema
	}
	if m := def.Map.Amount; m != nil && (m.Currency == "" || (m.Value == "") == (m.Minor == "")) {
		return fail("amount has value %q, minor %q and currency %q; want a currency, and either value or minor", m.Value, m.Minor, m.Currency)
	}
	for _, m := range k.refMappings() {
		if m.Type == "" || m.ID == "" {
			return fail("a reference of type %q has id %q; want both", m.Type, m.ID)
		}
		if def.Signal != "event" {
			c.wantKey(m.ID)
			c.wantKey(m.Scope)
		}
	}
	if def.Signal != "event" {
		c.wantKey(def.Map.Attempt)
		c.wantKey(def.Map.Answer)
		if m := def.Map.Amount; m != nil {
			c.wantKey(m.Value)
			c.wantKey(m.Minor)
			c.wantKey(m.Currency)
		}
		c.wantKey(def.Map.Reason)
		c.wantKey(def.Map.Correlation)
		if def.Map.Outcome != nil {
			c.wantKey(def.Map.Outcome.From)
		}
	}
	c.contracts[key] = k
	return nil
}

// wantKey asks for an attribute key that no convention knows.
func (c *Catalogue) wantKey(key string) {
	if _, ok := c.keys[key]; !ok && key != "" {
		c.keys[key] = attrKey{}
	}
}

func (k *contract) refMappings() []RefMapping {
	var all []RefMapping
	if k.Map.Subject != nil {
		all = append(all, *k.Map.Subject)
	}
	all = append(all, k.Map.Refs...)
	for _, a := range k.Map.Aliases {
		all = append(all, a.A, a.B)
	}
	return all
}

func compileSchema(doc map[string]any) (*jsonschema.Schema, error) {
	raw, err := json.Marshal(doc)
	if err != nil {
		return nil, err
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft2020)
	// A $ref stays inside its contract: no file and no address is ever read.
	compiler.UseLoader(jsonschema.SchemeURLLoader{})
	const address = "contract:///schema" // a type may hold any sign, and an address may not
	if err := compiler.AddResource(address, value); err != nil {
		return nil, err
	}
	return compiler.Compile(address)
}

// check validates the data of an event and returns it decoded. The error names
// the places where it breaks the schema.
func (k *contract) check(data json.RawMessage) (any, error) {
	if len(data) == 0 {
		data = json.RawMessage("null")
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		return nil, Errorf(Invalid, "contract "+k.name, "data is not JSON: %w", err)
	}
	if at, ok := boundless(value, ""); ok {
		return nil, Errorf(Invalid, "contract "+k.name, "%s: the number has more than %d digits or so large an exponent; send it as a string", at, maxDigits)
	}
	if k.schema == nil {
		return value, nil
	}
	if err := k.schema.Validate(value); err != nil {
		return nil, Errorf(Invalid, "contract "+k.name, "%s", schemaReason(err))
	}
	return value, nil
}

// maxDigits is how many digits and what exponent a number may have. A validator
// compares numbers exactly, so that 1e999999 is a megabyte of digits to it.
const maxDigits = 400

// boundless finds a number that is costlier to compare than any business needs,
// and returns its place.
func boundless(value any, at string) (string, bool) {
	switch v := value.(type) {
	case map[string]any:
		least, found := "", false // in a stable order: the reason is stored
		for name, inner := range v {
			if place, ok := boundless(inner, at+"/"+name); ok && (!found || place < least) {
				least, found = place, true
			}
		}
		return least, found
	case []any:
		for i, inner := range v {
			if found, ok := boundless(inner, at+"/"+strconv.Itoa(i)); ok {
				return found, ok
			}
		}
	case json.Number:
		digits, exponent, _ := strings.Cut(strings.ToLower(v.String()), "e")
		size, err := strconv.Atoi(cmp.Or(exponent, "0"))
		return at, err != nil || size > maxDigits || size < -maxDigits || len(digits) > maxDigits
	}
	return "", false
}

// schemaReason lists the leaves of a validation error, each with the place in
// the data, at most five of them.
func schemaReason(err error) string {
	var invalid *jsonschema.ValidationError
	if !errors.As(err, &invalid) {
		return err.Error()
	}
	var reasons []string
	for _, unit := range invalid.BasicOutput().Errors {
		if unit.Error == nil {
			continue
		}
		place := unit.InstanceLocation
		if place == "" {
			place = "/"
		}
		reasons = append(reasons, place+": "+unit.Error.String())
	}
	sort.Strings(reasons)
	if len(reasons) > 5 {
		reasons = append(reasons[:5], fmt.Sprintf("and %d more", len(reasons)-5))
	}
	return strings.Join(reasons, "; ")
}
