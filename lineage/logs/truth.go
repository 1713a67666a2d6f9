package logs

import (
	"cmp"
	"slices"

	"throughline/lineage"
)

// Truth is what the business knows of its own log. All lists are sorted. Objects go
// by their canonical ids.
type Truth struct {
	Flow         string
	Transactions map[lineage.Object]*Transaction     // by anchor
	Unanchored   map[lineage.Object]*Transaction     // by root: what no anchor was ever made for
	Correlated   map[lineage.Object]*Transaction     // by correlation id: what carries it, of the built-in flow
	Amounts      map[lineage.Object]lineage.Money    // that were told of an object last
	Aliases      map[lineage.Object][]lineage.Object // the other ids of an object, where there are any
	Ambiguous    []string                            // claims that were used for several orders, or for too much
	Quarantined  []lineage.Object                    // what stands for everything and so for nothing
	PossibleSame [][2]lineage.Object                 // aliases that are mistakes
}

// Transaction is what belongs to one anchor.
type Transaction struct {
	Objects []lineage.Object
	Events  []EventID
}

// EventID is the identity of an event within the tenant.
type EventID struct{ Source, ID string }

func (e EventID) compare(f EventID) int {
	return cmp.Or(cmp.Compare(e.Source, f.Source), cmp.Compare(e.ID, f.ID))
}

// transaction sorts what was noted of a deal.
func transaction(objects []lineage.Object, events []EventID) *Transaction {
	slices.SortFunc(objects, lineage.Object.Compare)
	slices.SortFunc(events, EventID.compare)
	return &Transaction{Objects: slices.Compact(objects), Events: slices.Compact(events)}
}
