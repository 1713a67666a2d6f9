package logs

import (
	"strconv"

	"throughline/lineage"
)

// Market sells from a warehouse, as the public order-management logs do: a few
// customers, employees and products that everything names, orders of several items,
// and packages that are filled with whatever was picked, across orders. The first
// Imported orders came in under one correlation id.
type Market struct {
	Seed                           uint64
	Orders                         int
	Customers, Employees, Products int
	Items                          Range // of an order
	Packed                         Range // items in one package
	Imported                       int
	Slips                          int // see habits
}

func (m Market) habits() habits { return habits{seed: m.Seed, slips: m.Slips} }

func (m Market) definition() lineage.Definition {
	return catalogue(lineage.Flow{
		Anchor: "order",
		Ranks:  map[string]int{"order": 0, "item": 1, "package": 2, "payment": 3},
		Stages: []lineage.StageRule{
			{Name: "ordered", Type: "order"},
			{Name: "sent", Type: "package", Complete: lineage.CompleteAll},
			{Name: "paid", Type: "payment"},
		},
	}, "customer", "employee", "product")
}

func (m Market) play(b *book) {
	var picked []*doc
	size := b.within(m.Packed)
	for i := range m.Orders {
		picked = append(picked, m.sell(b, i)...)
		for len(picked) >= size {
			m.pack(b, picked[:size:size])
			picked = picked[size:]
			size = b.within(m.Packed)
		}
		if b.chance(2) {
			b.tell(telling{source: "wms", typ: "stock.counted", party: b.any("product", m.Products), with: m.staff(b)})
		}
		if b.chance(1) { // a parcel that nobody misses
			lost := b.loose(b.numbered("package", "P-"))
			b.tell(telling{source: "wms", typ: "package.found", about: lost, with: m.staff(b)})
		}
	}
	for _, rest := range cut(b, picked, m.Packed) {
		m.pack(b, rest)
	}
}

func (m Market) staff(b *book) []lineage.Object {
	return []lineage.Object{b.any("employee", m.Employees)}
}

// sell plays one order until its items are picked, and returns these.
func (m Market) sell(b *book, i int) []*doc {
	order := b.order(b.numbered("order", "o-"))
	customer := b.any("customer", m.Customers)
	web := "web-" + strconv.Itoa(i)
	if i < m.Imported {
		web = "import-1"
		b.misuse("correlation:"+web, order)
	}
	var items []*doc
	with := []lineage.Object{customer}
	for range b.within(m.Items) {
		items = append(items, b.made(b.numbered("item", "i-"), order))
		with = append(with, b.any("product", m.Products))
	}
	b.tell(telling{source: "shop", typ: "order.placed", about: order, names: items, with: with, correlation: web, amount: int64(b.between(500, 90_000))})
	confirmed := telling{source: "erp", typ: "order.confirmed", about: order, with: m.staff(b)}
	if b.chance(30) { // for another price than it was ordered at
		confirmed.amount = int64(b.between(500, 90_000))
	}
	b.tell(confirmed)
	for _, item := range items {
		if b.chance(8) {
			b.tell(telling{source: "wms", typ: "item.reordered", about: item, with: []lineage.Object{b.any("product", m.Products)}})
		}
		b.tell(telling{source: "wms", typ: "item.picked", about: item, names: []*doc{order}, with: m.staff(b)})
	}
	payment := b.made(b.numbered("payment", "y-"), order)
	paid := telling{source: "psp", typ: "payment.received", about: payment, with: []lineage.Object{customer}, correlation: web, amount: int64(b.between(500, 90_000))}
	if i < m.Imported || b.chance(50) {
		paid.names = []*doc{order} // else nothing but the correlation id tells
	}
	if b.chance(10) {
		b.tell(telling{source: "crm", typ: "customer.called", party: customer, names: []*doc{order}, with: m.staff(b)})
		b.tell(telling{source: "erp", typ: "payment.reminded", names: []*doc{order}, with: []lineage.Object{customer}})
	}
	b.tell(paid)
	return items
}

// pack sends items on their way, whoever ordered them.
func (m Market) pack(b *book, items []*doc) {
	parcel := b.made(b.numbered("package", "P-"), items...)
	b.tell(telling{source: "wms", typ: "package.created", about: parcel, names: items, with: m.staff(b)})
	if b.chance(10) {
		b.tell(telling{source: "carrier", typ: "delivery.failed", about: parcel, outcome: lineage.OutcomeRetrying})
	}
	var orders []*doc
	for _, x := range parcel.deals {
		orders = append(orders, x.root)
	}
	b.tell(telling{source: "carrier", typ: "package.delivered", about: parcel, names: orders, with: m.staff(b), late: b.chance(5)})
}
