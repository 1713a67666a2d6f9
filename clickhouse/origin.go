package clickhouse

import (
	"throughline/lineage"
)

// origin is what every row of evidence carries: the day that it is filed under,
// and its place in the journal.
type origin struct {
	day    *number[uint16]
	writer word
	block  *number[uint64]
	row    *number[uint32]
}

func newOrigin() origin {
	return origin{day: date(), block: uint64Column(), row: uint32Column()}
}

func (o *origin) add(b *lineage.Block, row int) {
	o.day.add(dayOf(b))
	o.writer.add(b.Writer)
	o.block.add(b.ID)
	o.row.add(uint32(row))
}

func (o *origin) len() int { return len(o.row.all) }

func (o *origin) columns() []named {
	return []named{{"day", o.day}, {"writer", &o.writer}, {"block", o.block}, {"row", o.row}}
}

// dayOf is a block's day as ClickHouse's Date keeps it: days since 1970.
func dayOf(b *lineage.Block) uint16 { return uint16(b.Day.Unix() / (24 * 60 * 60)) }
