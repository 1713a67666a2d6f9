package clickhouse

import (
	"strconv"

	"throughline/lineage"
)

// money is an amount as two columns.
type money struct {
	minor    *number[int64]
	currency word
}

func newMoney() money { return money{minor: int64Column()} }

func (c *money) add(m lineage.Money) {
	c.minor.add(m.Minor)
	c.currency.add(m.Currency)
}

func (c *money) columns(prefix string) []named {
	return []named{{prefix + "_minor", c.minor}, {prefix + "_currency", &c.currency}}
}

// allocations are the amounts that go to the items of another list of the row, as
// two arrays. Most rows tell none, and then both are empty.
type allocations struct {
	minors     *list[*number[int64]]
	currencies *list[*word]
}

func newAllocations() allocations { return allocations{minors: int64s(), currencies: words()} }

// add closes a row of n items.
func (c *allocations) add(n int, at func(int) lineage.Money) {
	told := false
	for i := 0; i < n && !told; i++ {
		told = at(i) != lineage.Money{}
	}
	if !told {
		n = 0
	}
	for i := range n {
		m := at(i)
		c.minors.items.add(m.Minor)
		c.currencies.items.add(m.Currency)
	}
	c.minors.end(n)
	c.currencies.end(n)
}

func (c *allocations) columns(prefix string) []named {
	return []named{{prefix + "_minors", c.minors}, {prefix + "_currencies", c.currencies}}
}

// allocationArrays are the amounts of one row, as they are read back.
type allocationArrays struct{ minors, currencies []string }

// at reads the amount of an item; there is none where the arrays are empty.
func (a *allocationArrays) at(i int) (lineage.Money, error) {
	if i >= len(a.minors) {
		return lineage.Money{}, nil
	}
	minor, err := strconv.ParseInt(a.minors[i], 10, 64)
	return lineage.Money{Minor: minor, Currency: a.currencies[i]}, err
}
