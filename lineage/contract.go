package lineage

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Contract says how the evidence of one type is read: what its payload must
// look like (JSON Schema 2020-12) and where in it the business is.
type Contract struct {
	Signal  string         `yaml:"signal" json:"signal"`   // event (default), span or log
	Type    string         `yaml:"type" json:"type"`       // CloudEvents type, span name or log event name
	Version int            `yaml:"version" json:"version"` // several of a type stand side by side
	Schema  map[string]any `yaml:"schema" json:"schema"`   // of a CloudEvent's data
	Map     Mapping        `yaml:"map" json:"map"`

	DataSchema    string        `yaml:"dataschema" json:"dataschema,omitempty"`       // what CloudEvents of this version have as their dataschema
	AsyncAPI      string        `yaml:"asyncapi" json:"asyncapi,omitempty"`           // orders.yaml#/components/messages/OrderBooked, beside the contract's file
	Compatibility Compatibility `yaml:"compatibility" json:"compatibility,omitempty"` // promised with regard to the version before
	Deprecated    Date          `yaml:"deprecated" json:"deprecated,omitzero"`        // from when on nobody should send it
	Sunset        Date          `yaml:"sunset" json:"sunset,omitzero"`                // from when on nobody sends it
}

// Mapping finds the parts of an event. Where it says "location", a text that
// starts with / is a JSON pointer into the data (* stands for each element), and
// any other text is the name of a CloudEvents attribute or extension, or the key of
// an attribute of a span or log record.
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
	Correlation string          `yaml:"correlation" json:"correlation"`   // location
	Version     string          `yaml:"version" json:"version,omitempty"` // location of the contract's version, as N or N.M
}

// AmountMapping finds an amount: a decimal text at Value, or a whole number of
// minor units at Minor, and its currency. An amount beside an id is that of the
// same element: each * is the one of the id's location, which must begin alike.
type AmountMapping struct {
	Value    string `yaml:"value" json:"value"`       // location
	Minor    string `yaml:"minor" json:"minor"`       // location
	Currency string `yaml:"currency" json:"currency"` // location
}

// RefMapping finds ids of one type.
type RefMapping struct {
	Type   string         `yaml:"type" json:"type"`
	System string         `yaml:"system" json:"system"`
	Scope  string         `yaml:"scope" json:"scope"`             // location
	ID     string         `yaml:"id" json:"id"`                   // location
	Role   Role           `yaml:"role" json:"role"`               // empty means mentions
	Amount *AmountMapping `yaml:"amount" json:"amount,omitempty"` // of refs alone: how much of the subject's amount goes to it
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

// addContract puts a contract among those of its type.
func (c *Catalogue) addContract(f *faults, def *Contract) {
	def.Signal = cmp.Or(def.Signal, "event")
	k := compileContract(f, def)
	key := contractKey{def.Signal, def.Type}
	at, twice := slices.BinarySearchFunc(c.contracts[key], def.Version, func(k *contract, version int) int { return cmp.Compare(k.Version, version) })
	if twice {
		f.at(def.entry(), route{"version"}, "version %d is defined twice", def.Version)
		return
	}
	c.contracts[key] = slices.Insert(c.contracts[key], at, k)
	if def.Signal == "event" {
		return
	}
	for _, l := range k.locations() {
		if _, ok := c.keys[l.text]; !ok {
			c.keys[l.text] = attrKey{} // asked for, though no convention knows it
		}
	}
}

// decoded reads the data of an event.
func decoded(data json.RawMessage) (any, error) {
	if len(data) == 0 {
		data = json.RawMessage("null")
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("data is not JSON: %w", err)
	}
	if at, ok := boundless(value, ""); ok {
		return nil, fmt.Errorf("%s: the number has more than %d digits or so large an exponent; send it as a string", at, maxDigits)
	}
	return value, nil
}

// validate tells where data breaks the contract's schema.
func (k *contract) validate(data any) error {
	if k.schema == nil {
		return nil
	}
	if err := k.schema.Validate(data); err != nil {
		return Errorf(Invalid, "contract "+k.name, "%s", schemaReason(err))
	}
	return nil
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
