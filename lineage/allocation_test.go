package lineage

import "testing"

func TestWhatEventsSayOfARelationIsOrdered(t *testing.T) {
	t.Parallel()
	eur := func(minor int64) Money { return Money{minor, "EUR"} }
	said := func(second int64, source, id string, m Money, failed bool) statement {
		return statement{Evidence{Source: source, ID: id}, instant(second), instant(second + 100), failed, m}
	}
	for name, c := range map[string]struct {
		said []statement
		want Money
		n    int
	}{
		"nothing":                         {nil, Money{}, 0},
		"no amounts":                      {[]statement{said(1, "s", "1", Money{}, false)}, Money{}, 0},
		"the latest, whenever it arrived": {[]statement{said(2, "a", "1", eur(2), false), said(1, "z", "9", eur(1), false)}, eur(2), 2},
		"then by source":                  {[]statement{said(1, "b", "1", eur(2), false), said(1, "a", "2", eur(1), false)}, eur(2), 2},
		"then by id":                      {[]statement{said(1, "a", "2", eur(2), false), said(1, "a", "1", eur(1), false)}, eur(2), 2},
		"a failure tells nothing":         {[]statement{said(1, "a", "1", eur(1), false), said(2, "a", "2", eur(2), true)}, eur(1), 1},
		"silence takes nothing away":      {[]statement{said(1, "a", "1", eur(1), false), said(2, "a", "2", Money{}, false)}, eur(1), 1},
		"one event adds up":               {[]statement{said(1, "a", "1", eur(1), false), said(2, "a", "2", eur(5), false), said(1, "a", "1", eur(3), false), said(2, "a", "2", eur(-7), false)}, eur(-2), 2},
		"what cannot be added is unknown": {[]statement{said(1, "a", "1", eur(1), false), said(1, "a", "1", Money{1, "USD"}, false)}, Money{}, 1},
	} {
		e := Edge{Allocations: allocations(c.said)}
		if got := e.Amount(); got != c.want || len(e.Allocations) != c.n {
			t.Errorf("%s: %s of %d; want %s of %d", name, got, len(e.Allocations), c.want, c.n)
		}
		for _, a := range e.Allocations {
			if a.At.Before(instant(100)) {
				t.Errorf("%s: it happened at %v", name, a.At)
			}
		}
	}
}
