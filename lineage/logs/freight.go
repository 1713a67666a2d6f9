package logs

import "throughline/lineage"

// Freight ships containers, as the public logistics log does: an order, its transport
// document, containers and their handling units; two orders in a hundred share a
// document. Trucks, vessels and forklifts touch everything.
type Freight struct {
	Seed              uint64
	Orders            int
	Containers, Units Range // of a transport document, of a container
	Slips             int   // see habits
}

func (m Freight) habits() habits { return habits{seed: m.Seed, slips: m.Slips} }

func (m Freight) definition() lineage.Definition {
	return catalogue(lineage.Flow{
		Anchor: "order",
		Ranks:  map[string]int{"order": 0, "transport": 1, "container": 2, "unit": 3},
		Stages: []lineage.StageRule{{Name: "booked", Type: "transport"}, {Name: "loaded", Type: "container", Complete: lineage.CompleteAll}},
	}, "truck", "vessel", "forklift")
}

func (m Freight) play(b *book) {
	for left := m.Orders; left > 0; {
		orders := []*doc{b.order(b.numbered("order", "co"))}
		if left > 1 && b.chance(2) {
			orders = append(orders, b.order(b.numbered("order", "co")))
		}
		left -= len(orders)
		for _, order := range orders {
			b.tell(telling{source: "crm", typ: "order.registered", about: order})
		}
		document := b.made(b.numbered("transport", "td"), orders...)
		b.tell(telling{source: "tms", typ: "transport.booked", about: document, names: orders, with: []lineage.Object{b.any("vessel", 4)}})
		for range b.within(m.Containers) {
			m.load(b, document)
		}
		b.tell(telling{source: "port", typ: "transport.departed", about: document, with: []lineage.Object{b.any("vessel", 4)}, late: b.chance(10)})
	}
}

func (m Freight) load(b *book, document *doc) {
	container := b.made(b.numbered("container", "cr"), document)
	b.tell(telling{source: "tms", typ: "container.ordered", about: container, names: []*doc{document}})
	for range b.within(m.Units) {
		unit := b.made(b.numbered("unit", "hu"), container)
		b.tell(telling{source: "yard", typ: "unit.loaded", about: unit, names: []*doc{container}, with: []lineage.Object{b.any("truck", 6), b.any("forklift", 3)}})
	}
	b.tell(telling{source: "yard", typ: "container.driven", about: container, with: []lineage.Object{b.any("truck", 6)}})
}
