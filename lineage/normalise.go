package lineage

import (
	"slices"
	"strings"
)

// Normaliser names how the ids of a system are brought to one form, so that
// the same id written in two ways is one id.
type Normaliser string

// The normalisers. Every one of them also trims white space.
const (
	NormaliseNone       Normaliser = ""           // as it is
	NormaliseSalesforce Normaliser = "salesforce" // 15 characters become the 18 of the API
	NormaliseSAP        Normaliser = "sap"        // leading zeros of a number go
	NormaliseUpper      Normaliser = "upper"      // for systems that ignore case
)

func (n Normaliser) known() bool {
	return n == NormaliseNone || n == NormaliseSalesforce || n == NormaliseSAP || n == NormaliseUpper
}

// Apply returns id in its one form.
func (n Normaliser) Apply(id string) string {
	id = strings.TrimSpace(id)
	switch n {
	case NormaliseSalesforce:
		return salesforce18(id)
	case NormaliseSAP:
		return trimZeros(id)
	case NormaliseUpper:
		return strings.ToUpper(id)
	}
	return id
}

// Spellings returns every form that id may be kept under, since a search knows
// neither type nor system.
func Spellings(id string) []string {
	id = strings.TrimSpace(id)
	all := []string{id, salesforce18(id), trimZeros(id), strings.ToUpper(id)}
	slices.Sort(all)
	return slices.Compact(all)
}

// trimZeros strips the zeros with which SAP pads numbers; what is not a number
// stays as it is.
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
// upper-case letter.
func salesforce18(id string) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
	if len(id) != 15 {
		return id
	}
	suffix := [3]byte{}
	for i := range suffix {
		bits := 0
		for j := range 5 {
			c := id[i*5+j]
			switch {
			case c >= 'A' && c <= 'Z':
				bits |= 1 << j
			case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
			default:
				return id
			}
		}
		suffix[i] = alphabet[bits]
	}
	return id + string(suffix[:])
}
