package lineage

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
)

// applyConventions reads an event that has no contract. Each field of its data
// stands for itself: one that does not follow the conventions says nothing of
// business, and takes nothing away from the others. The exception is an outcome in a
// word that nobody knows: nothing said counts as success, so it is refused.
func (c *Catalogue) applyConventions(ce *CloudEvent, e *naming) error {
	if o, ok := c.parseObject(ce.Subject); ok {
		e.addRef(o, Subject)
	}
	data := rawObject(ce.Data)
	if data == nil {
		return nil
	}
	e.Stage = field[string](data, "stage")
	outcome, err := outcomeOf(scalarText(data["outcome"]))
	if err != nil {
		return Errorf(Invalid, "", "data.outcome: %w", err)
	}
	e.Outcome = outcome
	e.Attempt = max(field[int](data, "attempt"), 0)
	e.Reason = sentence(field[string](data, "reason"))
	e.Amount = amountIn(data["amount"])
	objects := rawObject(data["objects"])
	for _, typ := range slices.Sorted(maps.Keys(objects)) {
		for _, id := range idList(objects[typ]) {
			if o, ok := c.parseObject(typ + "/" + id); ok {
				e.addRef(o, Mentions)
			}
		}
	}
	for _, raw := range field[[]json.RawMessage](data, "relations") {
		var r struct {
			From, To, Qualifier string
			Amount              json.RawMessage
		}
		if json.Unmarshal(raw, &r) != nil {
			continue
		}
		from, ok1 := c.parseObject(r.From)
		to, ok2 := c.parseObject(r.To)
		if ok1 && ok2 && from != to {
			e.addRelation(Relation{From: from, To: to, Qualifier: cmp.Or(r.Qualifier, string(Mentions)), Amount: amountIn(r.Amount)})
		}
	}
	for _, raw := range field[[]json.RawMessage](data, "aliases") {
		var pair []string
		if json.Unmarshal(raw, &pair) != nil || len(pair) != 2 {
			continue
		}
		a, ok1 := c.parseObject(pair[0])
		b, ok2 := c.parseObject(pair[1])
		if ok1 && ok2 {
			e.addEquality(Equality{A: a, B: b})
		}
	}
	return nil
}

// amountIn reads {value, currency}; what is not an amount tells none.
func amountIn(raw json.RawMessage) Money {
	var amount struct{ Value, Currency string }
	if json.Unmarshal(raw, &amount) != nil {
		return Money{}
	}
	m, _ := ParseMoney(amount.Value, amount.Currency)
	return m
}

// field returns a field of an object, or the zero value when it is not there or
// of another type.
func field[T any](data map[string]json.RawMessage, name string) T {
	var v, zero T
	if raw, ok := data[name]; !ok || json.Unmarshal(raw, &v) != nil {
		return zero
	}
	return v
}

// idList takes an id, or a list of ids, as strings or as numbers.
func idList(raw json.RawMessage) []string {
	var ids []string
	switch raw[0] {
	case 'n': // null
		return nil
	case '[':
	default:
		return idIn(nil, raw)
	}
	for one := range rawItems(raw) {
		ids = idIn(ids, one)
	}
	return ids
}

// idIn appends an id that is a string or a number.
func idIn(ids []string, raw json.RawMessage) []string {
	var n json.Number
	s, ok := plainText(raw)
	switch {
	case ok || json.Unmarshal(raw, &s) == nil:
		return append(ids, s)
	case json.Unmarshal(raw, &n) == nil:
		return append(ids, n.String())
	}
	return ids
}
