package ocel

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"throughline/lineage"
)

// Names says what the object types of a log are called in lineage: "Sales Order"
// and "SalesOrder" are sales_order. It depends on the set of names alone.
type Names map[string]string

// NewNames names the types. Where two come to the same name, the later in the
// alphabet gets a number.
func NewNames(types []Type) Names {
	var all []string
	for _, t := range types {
		all = append(all, t.Name)
	}
	slices.Sort(all)
	names, taken := make(Names, len(all)), map[string]bool{lineage.CorrelationType: true, "trace": true, "subject": true}
	for _, name := range all {
		word := slug(name, '_')
		if word == "" {
			word = "object"
		}
		for n, plain := 2, word; taken[word]; n++ {
			word = plain + "_" + strconv.Itoa(n)
		}
		names[name], taken[word] = word, true
	}
	return names
}

// maxWord is how many letters a made name has: it is a key, and stands on pages.
const maxWord = 64

// slug writes a name with small letters, digits and one sign between words.
func slug(name string, between rune) string {
	var b strings.Builder
	letters, gap := 0, false
	before := ' '
	for _, r := range name {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			gap = letters > 0
			before = r
			continue
		}
		if unicode.IsUpper(r) && unicode.IsLower(before) {
			gap = true
		}
		if gap {
			b.WriteRune(between)
			gap = false
		}
		b.WriteRune(unicode.ToLower(r))
		before = r
		if letters++; letters == maxWord {
			break
		}
	}
	return b.String()
}

// LogName makes the name of a log of any text, such as a file's: it is part of the
// source of its events. It is "log" where nothing is left.
func LogName(text string) string {
	plain := strings.Map(func(r rune) rune {
		if r > unicode.MaxASCII {
			return -1
		}
		return r
	}, text)
	if word := slug(plain, '-'); word != "" {
		return word
	}
	return "log"
}

// written is how the conventions of lineage take an id whatever it is: with a blank
// before it, which is trimmed, no part of it up to a colon is taken for a system.
func written(id string) string { return " " + id }
