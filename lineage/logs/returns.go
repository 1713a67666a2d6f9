package logs

import (
	"strconv"

	"throughline/lineage"
)

// Returns sells and takes back: cancelled invoices, credit notes, refunds, and
// orders that replace orders. Two systems number their orders, and every type its
// documents, from the same number on, so that no number says what it is of; items
// are numbered within their order.
type Returns struct {
	Seed   uint64
	Orders int
	Slips  int // see habits
}

func (m Returns) habits() habits { return habits{seed: m.Seed, slips: m.Slips} }

func (m Returns) definition() lineage.Definition {
	return catalogue(lineage.Flow{
		Anchor: "order",
		Ranks: map[string]int{
			"quote": -1, "order": 0, "item": 1, "delivery": 1, "invoice": 2, "credit_note": 3, "payment": 4,
		},
		SameType: []string{"replaces", "cancels"},
		Stages:   []lineage.StageRule{{Name: "invoiced", Type: "invoice", Complete: lineage.CompleteCount, Count: 1}},
	}, "customer")
}

// number gives the next number of a type in a system; some are left out.
func (m Returns) number(b *book, typ, system string) lineage.Object {
	row := typ + " of " + system
	for range b.between(1, 3) {
		b.next(row)
	}
	return lineage.Object{Type: typ, System: system, ID: strconv.Itoa(90_000_000 + b.serial[row])}
}

func (m Returns) play(b *book) {
	var others []*doc
	for left := m.Orders; left > 0; {
		var family []*doc
		for range min(left, []int{1, 1, 1, 1, 2, 2, 3}[b.between(0, 6)]) {
			family = append(family, b.order(m.number(b, "order", []string{"shop", "erp"}[b.between(0, 1)])))
		}
		left -= len(family)
		b.family(family...)
		for i, order := range family {
			var replaced *doc
			if i > 0 {
				replaced = family[i-1]
			}
			items := m.sell(b, order, replaced, others)
			m.deliver(b, order, items, i < len(family)-1)
		}
		others = append(others, family...)
		if b.chance(15) { // a credit for an invoice that nobody has told of
			unknown := b.loose(m.number(b, "invoice", "supplier"))
			credit := b.made(m.number(b, "credit_note", ""), unknown)
			b.tell(telling{source: "billing", typ: "credit.posted", about: credit, names: []*doc{unknown}, role: "credits"})
		}
	}
}

// sell places an order, which may replace another, and may speak of a stranger's. It
// returns the items.
func (m Returns) sell(b *book, order, replaced *doc, others []*doc) []*doc {
	var items []*doc
	placed := telling{source: "front", typ: "order.placed", about: order, with: []lineage.Object{b.any("customer", 3)}, amount: int64(b.between(100, 99_999))}
	if b.chance(50) {
		offered := b.before(m.number(b, "quote", ""), order)
		b.tell(telling{source: "cpq", typ: "quote.sent", about: offered, late: b.chance(10)})
		placed.names = append(placed.names, offered)
	}
	for i := range b.between(1, 3) {
		o := lineage.Object{Type: "item", System: order.ids[0].System, Scope: order.ids[0].ID, ID: strconv.Itoa(10 * (i + 1))}
		items = append(items, b.made(o, order))
	}
	placed.names = append(placed.names, items...)
	if replaced != nil {
		placed.flow = follows(order, "replaces", replaced)
	}
	if len(others) > 0 && b.chance(20) { // "the same again": a mention, and no replacement
		placed.flow = append(placed.flow, step{order, others[b.between(0, len(others)-1)], "resembles"})
	}
	b.tell(placed)
	if len(others) > 0 && b.chance(20) { // that an event speaks of both makes it both's, and the orders still strangers
		other := others[b.between(0, len(others)-1)]
		b.tell(telling{source: "front", typ: "order.compared", about: order, names: []*doc{other}, of: []*doc{order, other}})
	}
	return items
}

func (m Returns) deliver(b *book, order *doc, items []*doc, fails bool) {
	for range b.between(1, 2) {
		parcel := b.made(m.number(b, "delivery", ""), order)
		b.tell(telling{source: "wms", typ: "delivery.created", about: parcel, names: []*doc{order}, role: "fulfils"})
		if b.chance(50) { // what is in it leads nowhere, and is shown
			b.tell(telling{source: "wms", typ: "contents.extracted", flow: follows(parcel, "contains", items...), nobody: true})
		}
		invoice := b.made(m.number(b, "invoice", ""), parcel)
		b.tell(telling{source: "billing", typ: "invoice.posted", about: invoice, names: []*doc{parcel}, role: "bills", amount: int64(b.between(100, 99_999))})
		if b.chance(20) { // a wrong one, cancelled by another and posted again
			cancelling := b.made(m.number(b, "invoice", ""), invoice)
			b.tell(telling{source: "billing", typ: "invoice.cancelled", about: cancelling, flow: follows(cancelling, "cancels", invoice), late: b.chance(20)})
			invoice = b.made(m.number(b, "invoice", ""), parcel)
			b.tell(telling{source: "billing", typ: "invoice.posted", about: invoice, names: []*doc{parcel}, role: "bills"})
		}
		settled, role := invoice, lineage.Role("pays")
		if fails || b.chance(10) {
			settled, role = b.made(m.number(b, "credit_note", ""), invoice), "refunds"
			b.tell(telling{source: "billing", typ: "credit.posted", about: settled, names: []*doc{invoice}, role: "credits"})
		}
		payment := b.made(m.number(b, "payment", ""), settled)
		b.tell(telling{source: "bank", typ: "payment.made", about: payment, names: []*doc{settled}, role: role, late: b.chance(5)})
	}
}
