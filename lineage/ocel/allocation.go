package ocel

import (
	"bytes"
	"encoding/json"

	"throughline/lineage"
)

// allocation says how much of one object's amount goes to another.
type allocation struct {
	From      string `json:"from"` // objects as lineage writes them
	To        string `json:"to"`
	Qualifier string `json:"qualifier"` // of the relation, or the role of the other
	Amount    string `json:"amount"`    // a decimal
	Currency  string `json:"currency"`
}

// allocationsOf is what an event says of who gets how much, as a JSON list, or "" where
// it says nothing. Neither OCEL nor XES has values on what ties an event or object to
// another.
func allocationsOf(e *lineage.Event) string {
	var all []allocation
	say := func(from, to lineage.Object, qualifier string, m lineage.Money) {
		if !m.IsZero() {
			all = append(all, allocation{clean(from.String()), clean(to.String()), clean(qualifier), m.Decimal(), m.Currency})
		}
	}
	for _, r := range e.Refs {
		say(e.Subject(), r.Object, string(r.Role), r.Amount)
	}
	for _, r := range e.Relations {
		say(r.From, r.To, r.Qualifier, r.Amount)
	}
	if len(all) == 0 {
		return ""
	}
	var text bytes.Buffer
	out := json.NewEncoder(&text)
	out.SetEscapeHTML(false)
	_ = out.Encode(all) // nothing in it can fail
	return string(bytes.TrimSuffix(text.Bytes(), []byte("\n")))
}
