package logs

import (
	"time"

	"throughline/lineage"
)

// DocumentFlow is shaped like SAP's table VBFA: order, delivery, goods movement,
// invoice and accounting document, mostly one of each, now and then many to many and
// then large. Transfer orders and shipments join what has nothing else to do with one
// another. More than half of the documents hang on no order.
type DocumentFlow struct {
	Seed    uint64
	Orders  int
	Strays  int   // deliveries without an order
	Carried Range // deliveries of a transfer order or a shipment
	Joined  int   // deliveries that a chain of these joins
	Moved   int   // deliveries of one goods movement, at most
	Billed  int   // deliveries of one invoice, at most
	Parts   int   // deliveries of one order, at most
	Slips   int   // see habits
}

func (m DocumentFlow) habits() habits { return habits{seed: m.Seed, slips: m.Slips} }

func (m DocumentFlow) definition() lineage.Definition {
	return catalogue(lineage.Flow{
		Anchor: "order",
		Ranks: map[string]int{
			"order": 0, "delivery": 1, "transfer_order": 2, "shipment": 2, "goods_movement": 2, "invoice": 3, "freight_cost": 3,
			"accounting": 4,
		},
		Leaf: []string{"transfer_order", "shipment"},
	})
}

func (m DocumentFlow) play(b *book) {
	var parcels []*doc
	for range m.Orders {
		order := b.order(b.numbered("order", ""))
		m.post(b, telling{typ: "C", about: order, amount: int64(b.between(1000, 900_000))})
		for range seldom(b, 400, Range{2, m.Parts}) {
			parcel := b.made(b.numbered("delivery", ""), order)
			m.post(b, telling{typ: "J", about: parcel, flow: follows(parcel, "fulfils", order)})
			parcels = append(parcels, parcel)
		}
	}
	var strays []*doc
	for range m.Strays {
		stray := b.loose(b.numbered("delivery", ""))
		m.post(b, telling{typ: "J", about: stray})
		strays = append(strays, stray)
	}
	m.process(b, parcels)
	m.process(b, strays)
	m.carry(b, append(parcels, strays...))
}

// seldom returns 1, and one time in so many a number within a range.
func seldom(b *book, times int, r Range) int {
	if b.random.IntN(times) == 0 {
		return b.within(r)
	}
	return 1
}

func (m DocumentFlow) post(b *book, t telling) {
	t.source = "sap"
	if b.random.IntN(120) == 0 { // a clock that is behind: the successor is older than what it follows
		t.at = b.now.Add(-36 * time.Hour)
	}
	t.late = b.chance(1)
	b.tell(t)
}

// process moves, bills and books deliveries, each in groups of its own: neighbours
// share a goods movement, others an invoice, and two invoices in three an accounting
// document. An invoice also names the orders that it is for: an edge that the others
// imply.
func (m DocumentFlow) process(b *book, parcels []*doc) {
	for rest := parcels; len(rest) > 0; {
		n := seldom(b, 30, Range{2, min(4, m.Moved)}) // mostly few, and then many
		if n > 1 {
			n = max(n, seldom(b, 15, Range{2, m.Moved}))
		}
		n = min(n, len(rest))
		moved := b.made(b.numbered("goods_movement", ""), rest[:n]...)
		m.post(b, telling{typ: "R", about: moved, flow: follows(moved, "moves", rest[:n]...)})
		rest = rest[n:]
	}
	var invoices []*doc
	for rest := parcels; len(rest) > 0; {
		n := min(len(rest), seldom(b, 500, Range{2, m.Billed}))
		for range seldom(b, 100, Range{2, 3}) {
			invoice := b.made(b.numbered("invoice", ""), rest[:n]...)
			posted := telling{typ: "M", about: invoice, flow: follows(invoice, "bills", rest[:n]...), amount: int64(b.between(1000, 900_000))}
			for _, x := range invoice.deals {
				if !x.loose {
					posted.flow = append(posted.flow, step{invoice, x.root, "bills"})
				}
			}
			m.post(b, posted)
			invoices = append(invoices, invoice)
		}
		rest = rest[n:]
	}
	for _, group := range cut(b, invoices, Range{1, 2}) {
		booked := b.made(b.numbered("accounting", ""), group...)
		m.post(b, telling{typ: "+", about: booked, names: group, role: "books"})
	}
}

// carry joins deliveries by transfer orders and shipments, each of which shares one
// with the next. Neither is any order's, and nothing is walked through it.
func (m DocumentFlow) carry(b *book, parcels []*doc) {
	b.random.Shuffle(len(parcels), func(i, j int) { parcels[i], parcels[j] = parcels[j], parcels[i] })
	for from := 0; from+1 < min(m.Joined, len(parcels)); {
		to := min(from+b.within(m.Carried), len(parcels))
		group := parcels[from:to]
		typ := []string{"transfer_order", "shipment"}[b.between(0, 1)]
		carrier := b.made(b.numbered(typ, ""), group...)
		if b.chance(50) {
			m.post(b, telling{typ: "8", about: carrier, names: group, role: "contains", of: group})
		} else {
			m.post(b, telling{typ: "Q", about: carrier, flow: follows(carrier, "contains", group...), nobody: true})
		}
		if b.chance(20) { // what the carrier costs is no order's
			cost := b.loose(b.numbered("freight_cost", ""))
			m.post(b, telling{typ: "a", about: cost, flow: follows(cost, "costs", carrier)})
		}
		from = to - 1
	}
}
