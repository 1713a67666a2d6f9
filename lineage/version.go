package lineage

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// reader chooses the version of a contract that reads an event of its type, and
// decodes the data. It returns none for a type without a contract. An error says
// that the event breaks its contract, or that its version is not known.
func (c *Catalogue) reader(ce *CloudEvent, ingested time.Time) (*contract, document, error) {
	versions := c.contracts[contractKey{"event", ce.Type}]
	if len(versions) == 0 {
		return nil, document{}, nil
	}
	root, err := decoded(ce.Data)
	if err != nil {
		return nil, document{}, E(Invalid, "contract "+ce.Type, err)
	}
	doc := document{root: root, ce: ce}
	k, err := versionOf(versions, doc, ingested)
	if err == nil {
		err = k.validate(root)
	}
	if err != nil {
		return nil, document{}, err
	}
	return k, doc, nil
}

// readerOf is reader for a span or log record, which no contract refuses: what is
// of a version that is not known is read by the conventions.
func (c *Catalogue) readerOf(signal, typ string, at attributes, ingested time.Time) *contract {
	versions := c.contracts[contractKey{signal, typ}]
	if len(versions) == 0 {
		return nil
	}
	k, err := choose(versions, saidVersion(versions, at), ingested)
	if err != nil {
		return nil
	}
	return k
}

// versionOf chooses by what an event says: at the place that a contract names, by
// the dataschema that is a contract's own, by a version in the dataschema, and by
// the extensions dataversion and schemaversion, in this order.
func versionOf(versions []*contract, doc document, ingested time.Time) (*contract, error) {
	said := saidVersion(versions, doc)
	if said != "" {
		return choose(versions, said, ingested)
	}
	for _, k := range versions {
		if k.DataSchema != "" && k.DataSchema == doc.ce.DataSchema {
			return k, nil
		}
	}
	said = cmp.Or(schemaVersion(doc.ce.DataSchema), doc.ce.DataVersion)
	if _, ok := major(said); !ok {
		said = "" // an extension of that name may mean something else
	}
	return choose(versions, said, ingested)
}

// saidVersion is what evidence says of its version where its contracts look for
// it, the newest one first.
func saidVersion(versions []*contract, at place) string {
	for _, k := range slices.Backward(versions) {
		if said := first(at, k.Map.Version); said != "" {
			return said
		}
	}
	return ""
}

// choose finds the version that an event says it is of. Saying none, it is read by
// the newest that was not deprecated when it came in. One of a version that is not
// known is read by a neighbour only if that is of a kind that promises it: by the
// next one below that is forward compatible, else by the next above that is backward
// compatible. Anything else would be a guess, and money may hang on it.
func choose(versions []*contract, said string, ingested time.Time) (*contract, error) {
	if said == "" {
		for _, k := range slices.Backward(versions) {
			if !k.Deprecated.Passed(ingested) {
				return k, nil
			}
		}
		return versions[len(versions)-1], nil
	}
	op := "contract " + versions[0].Type
	version, ok := major(said)
	if !ok {
		return nil, Errorf(Invalid, op, "the event says that its version is %q; want a number such as 2 or 2.1", clip(said))
	}
	at, found := slices.BinarySearchFunc(versions, version, func(k *contract, v int) int { return cmp.Compare(k.Version, v) })
	switch {
	case found:
		return versions[at], nil
	case at > 0 && versions[at-1].Compatibility.forward():
		return versions[at-1], nil
	case at < len(versions) && versions[at].Compatibility.backward():
		return versions[at], nil
	}
	return nil, Errorf(Invalid, op, "the event says that its version is %s; the catalogue has %s, and none next to it promises to read it: add version %d",
		clip(said), numbered(versions), version)
}

func numbered(versions []*contract) string {
	numbers := make([]string, len(versions))
	for i, k := range versions {
		numbers[i] = strconv.Itoa(k.Version)
	}
	return strings.Join(numbers, ", ")
}

// major reads N, N.M or vN: a contract's version is the first number.
func major(text string) (int, bool) {
	number, rest, _ := strings.Cut(strings.ToLower(strings.TrimSpace(text)), ".")
	number = strings.TrimPrefix(number, "v")
	n, err := strconv.ParseUint(number, 10, 31)
	return int(n), err == nil && strings.Trim(rest, "0123456789.") == ""
}

// maxBareVersion is how many digits a version may have at the end of an address when
// no v says that it is one.
const maxBareVersion = 3

// schemaVersion is the version that the address of a schema tells: its parameter
// version, or the last part of its path, as N, N.M or vN.
func schemaVersion(address string) string {
	address, _, _ = strings.Cut(address, "#")
	where, query, _ := strings.Cut(address, "?")
	for parameter := range strings.SplitSeq(query, "&") {
		if said, ok := strings.CutPrefix(parameter, "version="); ok {
			return said
		}
	}
	where = strings.TrimRight(where, "/")
	said := strings.TrimSuffix(where[strings.LastIndexAny(where, "/:")+1:], ".json")
	if number, _, _ := strings.Cut(said, "."); len(number) > maxBareVersion && number[0] >= '0' && number[0] <= '9' {
		return "" // a registry's number of the schema, or a date
	}
	return said
}

// Compatibility is what a version of a contract promises with regard to the version
// before it.
type Compatibility string

// The promises, as schema registries name them.
const (
	CompatibleNone     Compatibility = ""
	CompatibleBackward Compatibility = "backward" // it reads what the version before wrote
	CompatibleForward  Compatibility = "forward"  // the version before reads what it writes
	CompatibleFull     Compatibility = "full"     // both
)

func (p Compatibility) known() bool {
	return p == CompatibleNone || p == CompatibleBackward || p == CompatibleForward || p == CompatibleFull
}

func (p Compatibility) backward() bool { return p == CompatibleBackward || p == CompatibleFull }

func (p Compatibility) forward() bool { return p == CompatibleForward || p == CompatibleFull }

// Deprecated tells whether events of a contract, as Event.Contract names it, should
// not be sent any more on a day.
func (c *Catalogue) Deprecated(name string, now time.Time) bool {
	k := c.named(name)
	return k != nil && (k.Deprecated.Passed(now) || k.Sunset.Passed(now))
}

// named finds a contract by the name that events have of it.
func (c *Catalogue) named(name string) *contract {
	for _, versions := range c.contracts {
		for _, k := range versions {
			if k.name == name {
				return k
			}
		}
	}
	return nil
}

// inWords names the directions of a promise.
func (p Compatibility) inWords() string {
	if p == CompatibleFull {
		return "backward and forward"
	}
	return string(p)
}
