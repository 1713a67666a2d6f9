package logs

import (
	"fmt"
	"slices"

	"throughline/lineage"
)

// close tells what is late and writes the truth down. What any order was made for is
// not unanchored, whatever else it is for.
func (b *book) close() Truth {
	for i := range b.late {
		b.take(&b.late[i])
	}
	t := b.truth
	t.Flow = b.flow
	t.Aliases, t.Amounts = make(map[lineage.Object][]lineage.Object), make(map[lineage.Object]lineage.Money)
	objects := make(map[*deal][]lineage.Object, len(b.deals))
	for _, d := range b.docs {
		t.describe(d)
		anchored := slices.ContainsFunc(d.deals, func(x *deal) bool { return !x.loose })
		for _, x := range d.deals {
			if !x.loose || !anchored {
				objects[x] = append(objects[x], d.canonical())
			}
		}
	}
	t.Transactions, t.Unanchored = make(map[lineage.Object]*Transaction), make(map[lineage.Object]*Transaction)
	for _, x := range b.deals {
		of := t.Transactions
		if x.loose {
			of = t.Unanchored
		}
		name := x.root.canonical()
		if of[name] != nil {
			panic(fmt.Sprintf("logs: %s is opened twice", name)) // a mistake in this package
		}
		of[name] = transaction(objects[x], x.events)
	}
	t.Correlated = make(map[lineage.Object]*Transaction, len(b.carried))
	for id, c := range b.carried {
		names := make([]lineage.Object, len(c.docs))
		for i, d := range c.docs {
			names[i] = d.canonical()
		}
		t.Correlated[object(lineage.CorrelationType, id)] = transaction(names, c.events)
	}
	for claim, orders := range b.misused {
		if len(orders) > 1 {
			t.Ambiguous = append(t.Ambiguous, claim)
		}
	}
	slices.Sort(t.Ambiguous)
	slices.SortFunc(t.Quarantined, lineage.Object.Compare)
	return t
}

// describe writes down what is known of a document itself.
func (t *Truth) describe(d *doc) {
	name := d.canonical()
	for _, id := range d.ids {
		if id != name {
			t.Aliases[name] = append(t.Aliases[name], id)
		}
	}
	slices.SortFunc(t.Aliases[name], lineage.Object.Compare)
	if !d.amount.IsZero() {
		t.Amounts[name] = d.amount
	}
	if d.hub {
		t.Quarantined = append(t.Quarantined, name)
	}
}
