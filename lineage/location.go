package lineage

import (
	"fmt"
	"slices"
	"strings"
)

// reference is one of a contract's references and where it stands.
type reference struct {
	RefMapping
	way route
}

func (k *contract) references() []reference {
	var all []reference
	if k.Map.Subject != nil {
		all = append(all, reference{*k.Map.Subject, route{"map", "subject"}})
	}
	for i, m := range k.Map.Refs {
		all = append(all, reference{m, route{"map", "refs", i}})
	}
	for i, m := range k.Map.Aliases {
		all = append(all, reference{m.A, route{"map", "aliases", i, "a"}}, reference{m.B, route{"map", "aliases", i, "b"}})
	}
	return all
}

// location is a place that a contract reads, and where the contract says so.
type location struct {
	text string
	way  route
}

// locations returns every place that a contract reads.
func (k *contract) locations() []location {
	var all []location
	add := func(text string, w route, name string) {
		if text != "" {
			all = append(all, location{text, append(slices.Clone(w), name)})
		}
	}
	money := func(m *AmountMapping, w route) {
		if m != nil {
			w = append(slices.Clone(w), "amount")
			add(m.Value, w, "value")
			add(m.Minor, w, "minor")
			add(m.Currency, w, "currency")
		}
	}
	for _, r := range k.references() {
		add(r.ID, r.way, "id")
		add(r.Scope, r.way, "scope")
		money(r.Amount, r.way)
	}
	m := route{"map"}
	money(k.Map.Amount, m)
	if k.Map.Outcome != nil {
		add(k.Map.Outcome.From, route{"map", "outcome"}, "from")
	}
	add(k.Map.Attempt, m, "attempt")
	add(k.Map.Reason, m, "reason")
	add(k.Map.Answer, m, "answer")
	add(k.Map.Correlation, m, "correlation")
	add(k.Map.Version, m, "version")
	return all
}

// checkLocation tells what is wrong with a location.
func checkLocation(signal, text string) error {
	if signal != "event" {
		return nil // any text may be the key of an attribute
	}
	if !strings.HasPrefix(text, "/") {
		if strings.Trim(text, "abcdefghijklmnopqrstuvwxyz0123456789") != "" {
			return fmt.Errorf("is %q; want a JSON pointer such as /%s, or the name of a CloudEvents attribute, which is of small letters and digits", clip(text), clip(text))
		}
		return nil
	}
	for at, r := range text {
		if r == '~' && !strings.HasPrefix(text[at:], "~0") && !strings.HasPrefix(text[at:], "~1") {
			return fmt.Errorf("is %q; in a JSON pointer ~ is written ~0, and / within a name ~1", clip(text))
		}
	}
	return nil
}
