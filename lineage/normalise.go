package lineage

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// Normaliser names how the ids of a system are brought to one form, so that the
// same id written in two ways is one id. It is a step or several, joined by +, at
// most one of each kind: upper+compact. Whatever their order, white space is dealt
// with first and case last.
type Normaliser string

// The steps of normalisers. Every normaliser also trims white space.
const (
	NormaliseNone       Normaliser = ""           // as it is
	NormaliseCollapse   Normaliser = "collapse"   // white space inside becomes one blank
	NormaliseCompact    Normaliser = "compact"    // white space inside goes
	NormaliseSalesforce Normaliser = "salesforce" // 15 characters become the 18 of the API
	NormaliseSAP        Normaliser = "sap"        // leading zeros of a number go (SAP's ALPHA)
	NormaliseUpper      Normaliser = "upper"      // for systems that ignore case
	NormaliseLower      Normaliser = "lower"      //
)

// normalisers are the steps by kind, in the order in which they are taken.
func normalisers() [][]Normaliser {
	return [][]Normaliser{
		{NormaliseCollapse, NormaliseCompact},
		{NormaliseSalesforce, NormaliseSAP},
		{NormaliseUpper, NormaliseLower},
	}
}

// check tells what is wrong with a normaliser.
func (n Normaliser) check() error {
	if n == NormaliseNone {
		return nil
	}
	var taken [3]Normaliser
	for text := range strings.SplitSeq(string(n), "+") {
		step := Normaliser(text)
		kind := slices.IndexFunc(normalisers(), func(kind []Normaliser) bool { return slices.Contains(kind, step) })
		switch {
		case kind < 0:
			return fmt.Errorf("normalise is %q; want salesforce, sap, upper, lower, collapse, compact, several joined by +, or nothing", n)
		case taken[kind] != "":
			return fmt.Errorf("normalise is %q; want one of %s and %s, not both", n, taken[kind], step)
		}
		taken[kind] = step
	}
	return nil
}

// Apply returns id in its one form.
func (n Normaliser) Apply(id string) string {
	id = strings.TrimSpace(id)
	if n == NormaliseNone {
		return id
	}
	if !strings.Contains(string(n), "+") {
		return n.step(id)
	}
	for _, kind := range normalisers() {
		for _, step := range kind {
			if n.has(step) {
				id = step.step(id)
			}
		}
	}
	return id
}

func (n Normaliser) has(step Normaliser) bool {
	for text := range strings.SplitSeq(string(n), "+") {
		if text == string(step) {
			return true
		}
	}
	return false
}

func (n Normaliser) step(id string) string {
	switch n {
	case NormaliseCollapse:
		return strings.Join(strings.Fields(id), " ")
	case NormaliseCompact:
		return strings.Join(strings.Fields(id), "")
	case NormaliseSalesforce:
		return salesforce18(id)
	case NormaliseSAP:
		return trimZeros(id)
	case NormaliseUpper:
		return strings.ToUpper(id)
	case NormaliseLower:
		return strings.ToLower(id)
	}
	return id
}

// Spellings returns every form that id may be kept under, by whatever normaliser,
// since a search knows neither type nor system.
func Spellings(id string) []string {
	all := []string{strings.TrimSpace(id)}
	for _, kind := range normalisers() {
		for _, spelled := range all {
			for _, step := range kind {
				if other := step.step(spelled); !slices.Contains(all, other) {
					all = append(all, other)
				}
			}
		}
	}
	slices.Sort(all)
	return all
}

// trimZeros strips the zeros with which SAP pads numbers of any length; what is not
// a number stays as it is.
func trimZeros(id string) string {
	for _, r := range id {
		if r < '0' || r > '9' {
			return id
		}
	}
	return strings.TrimLeft(id, "0")
}

// salesforce18 appends the three characters with which Salesforce records the
// case of a 15-character id: each stands for five characters, a bit for each
// upper-case letter. By them an id of 18 whose case was lost on the way (a
// spreadsheet, an address) gets it back.
func salesforce18(id string) string {
	for _, r := range id {
		if r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return id
		}
	}
	switch len(id) {
	case 15:
		return id + caseOf(id)
	case 18:
		if id != strings.ToUpper(id) && id != strings.ToLower(id) {
			return id
		}
		if cased, ok := recased(id); ok {
			return cased
		}
	}
	return id
}

// caseSigns are Salesforce's signs for five bits.
const caseSigns = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"

// caseOf records the case of 15 characters in three.
func caseOf(id string) string {
	var signs [3]byte
	for i := range signs {
		bits := 0
		for j := range 5 {
			if c := id[i*5+j]; c >= 'A' && c <= 'Z' {
				bits |= 1 << j
			}
		}
		signs[i] = caseSigns[bits]
	}
	return string(signs[:])
}

// recased gives 15 characters the case that the three after them record. It returns
// false when these record none.
func recased(id string) (string, bool) {
	signs, letters := strings.ToUpper(id[15:]), []byte(strings.ToLower(id[:15]))
	for i := range letters {
		bits := strings.IndexByte(caseSigns, signs[i/5])
		if bits < 0 {
			return "", false
		}
		if bits&(1<<(i%5)) != 0 {
			letters[i] -= 'a' - 'A'
		}
	}
	cased := string(letters)
	return cased + signs, caseOf(cased) == signs
}
