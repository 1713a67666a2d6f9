package clickhouse

import "throughline/lineage"

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
