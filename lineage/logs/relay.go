package logs

import "throughline/lineage"

// Relay has the shape of the public order_process log: five documents an order and
// nothing that is a hub, and yet most orders hang together, because one delivery in
// two is shared with the order before and one payment in two with the order after.
type Relay struct {
	Seed    uint64
	Orders  int
	Chained int // orders, the first ones, that hang together
	Pairs   int // orders after these, every other of which shares a delivery with the next
	Slips   int // see habits
}

func (m Relay) habits() habits { return habits{seed: m.Seed, slips: m.Slips} }

func (m Relay) definition() lineage.Definition {
	return catalogue(lineage.Flow{
		Anchor: "order",
		Ranks:  map[string]int{"order": 0, "item": 1, "delivery": 2, "invoice": 2, "payment": 3},
		Stages: []lineage.StageRule{{Name: "delivered", Type: "delivery"}, {Name: "paid", Type: "payment"}},
	})
}

func (m Relay) play(b *book) {
	items, invoices := make([]*doc, m.Orders), make([]*doc, m.Orders)
	for i := range m.Orders {
		order := b.order(b.numbered("order", "o"))
		items[i], invoices[i] = b.made(b.numbered("item", "i"), order), b.made(b.numbered("invoice", "n"), order)
		b.tell(telling{source: "erp", typ: "order.created", about: order, names: []*doc{items[i]}})
		b.tell(telling{source: "billing", typ: "invoice.posted", about: invoices[i], names: []*doc{order}})
	}
	pairs := func(i int) bool { return i >= m.Chained && i < m.Chained+m.Pairs }
	// Deliveries join the orders 0 and 1, 2 and 3…, payments 1 and 2, 3 and 4… .
	for i := 0; i < m.Orders; {
		n := 1
		if i+1 < m.Orders && (i+1 < m.Chained || pairs(i) && pairs(i+1)) {
			n = 2
		}
		parcel := b.made(b.numbered("delivery", "d"), items[i:i+n]...)
		b.tell(telling{source: "wms", typ: "delivery.left", about: parcel, names: items[i : i+n], late: b.chance(5)})
		i += n
	}
	for i := 0; i < m.Orders; {
		n := 1
		if i%2 == 1 && i+1 < m.Chained {
			n = 2
		}
		payment := b.made(b.numbered("payment", "p"), invoices[i:i+n]...)
		b.tell(telling{source: "bank", typ: "payment.received", about: payment, names: invoices[i : i+n], late: b.chance(5)})
		i += n
	}
}
