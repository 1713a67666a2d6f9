package crm

import (
	"reflect"
	"testing"

	"pgregory.net/rapid"
)

func TestSameSeedMakesTheSameBusiness(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		seed, n := rapid.Uint64().Draw(t, "seed"), rapid.Int64Range(0, 1<<40).Draw(t, "deal")
		k := kindOf(seed, n)
		one, two := newDeal(seed, n, k, masterAccounts()), newDeal(seed, n, kindOf(seed, n), masterAccounts())
		if !reflect.DeepEqual(one, two) {
			t.Errorf("deal %d of seed %d is %+v and %+v", n, seed, one, two)
		}
		if len(one.quotes) != k.orders() {
			t.Errorf("%d quotes, want %d", len(one.quotes), k.orders())
		}
		for _, q := range one.quotes {
			if len(q.lines) < q.terms.Deliveries {
				t.Errorf("%d lines cannot be spread over %d deliveries", len(q.lines), q.terms.Deliveries)
			}
			for _, l := range q.lines {
				if l.TotalMinor <= 0 || l.TotalMinor != int64(l.Quantity)*l.UnitPriceMinor {
					t.Errorf("line %+v does not add up", l)
				}
			}
		}
	})
}

func TestEveryEightDealsHaveEveryKind(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		count := make(map[kind]int)
		orders := 0
		for n := range int64(8) {
			k := kindOf(seed, 40+n)
			count[k]++
			orders += k.orders()
		}
		if len(count) != 5 || orders != 10 {
			t.Errorf("seed %d has %d kinds and %d orders, want 5 and 10", seed, len(count), orders)
		}
	}
}

func TestRecordIDs(t *testing.T) {
	t.Parallel()
	seen := make(map[string]bool)
	for n := range int64(10_000) {
		id := recordID(opportunityPrefix, n)
		if len(id) != 18 || full(id[:15]) != id || seen[id] {
			t.Fatalf("id %d is %s", n, id)
		}
		seen[id] = true
	}
	// The example of Salesforce's own documentation of the three characters.
	if got := full("001A0000006Vm9r"); got != "001A0000006Vm9rIAC" {
		t.Errorf("001A0000006Vm9r becomes %s", got)
	}
}
