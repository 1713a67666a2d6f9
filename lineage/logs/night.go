package logs

import (
	"fmt"
	"strconv"

	"throughline/lineage"
)

// Night is a business whose days are orderly, with a correlation id per order and a
// trace per checkout, and whose nights are not: a job delivers and bills everything
// under one correlation id and one trace. It writes a delivery number of its own
// where it knows none, and now and then an id is good, but brings too much.
type Night struct {
	Seed     uint64
	Orders   int
	PerNight Range
	Slips    int // see habits
}

// What the flow and the guard allow.
const (
	nightClaims = 6 // objects of a type by one claim
	nightOrders = 8 // orders of one delivery
)

func (m Night) habits() habits { return habits{seed: m.Seed, slips: m.Slips} }

func (m Night) definition() lineage.Definition {
	def := catalogue(lineage.Flow{
		Anchor:     "order",
		Ranks:      map[string]int{"quote": -1, "order": 0, "delivery": 1, "invoice": 2, "payment": 3},
		MaxClaimed: nightClaims,
		Stages:     []lineage.StageRule{{Name: "ordered", Type: "order"}, {Name: "invoiced", Type: "invoice"}},
	}, "customer")
	def.Guards = []lineage.Guard{{Type: "delivery", To: "order", Max: nightOrders}}
	return def
}

func (m Night) play(b *book) {
	dummy := b.hub(object("delivery", "99999999"))
	b.tell(telling{source: "erp", typ: "delivery.reserved", about: dummy, nobody: true})
	sold := 0
	for night := 1; sold < m.Orders; night++ {
		var day []*doc
		for range min(max(2, b.within(m.PerNight)), max(2, m.Orders-sold)) { // a job with one order would be that order's
			for _, order := range m.sell(b) {
				if sold < 2*nightOrders {
					b.tell(telling{source: "erp", typ: "order.released", about: order, names: []*doc{dummy}})
				}
				sold++
				day = append(day, order)
			}
		}
		m.run(b, night, day)
	}
	m.recall(b)
	m.callOff(b)
	lost := b.loose(b.numbered("invoice", "INV-")) // it hangs on the dummy alone
	b.tell(telling{source: "erp", typ: "invoice.posted", about: lost, names: []*doc{dummy}})
}

// sell plays an order's day. That the quote and the payment are its own, only the
// ids of that day tell; a second order that comes of the same quote names it.
func (m Night) sell(b *book) []*doc {
	order := b.order(b.numbered("order", "SO-"))
	sold := []*doc{order}
	web := "web-" + order.ids[0].ID
	checkout := b.newTrace()
	if b.chance(60) {
		again := b.chance(30)
		if again {
			sold = append(sold, b.order(b.numbered("order", "SO-")))
		}
		offered := b.before(b.numbered("quote", "Q-"), sold...)
		b.tell(telling{source: "cpq", typ: "quote.sent", about: offered, correlation: web})
		if again {
			b.tell(telling{source: "erp", typ: "order.entered", about: sold[1], names: []*doc{offered}})
		}
	}
	b.tell(telling{source: "shop", typ: "order.placed", about: order, with: []lineage.Object{b.any("customer", 4)}, correlation: web, trace: checkout})
	b.tell(telling{source: "otel:shop", kind: lineage.SpanEvent, typ: "POST /checkout", correlation: web, trace: checkout, of: []*doc{order}})
	authorised := b.made(b.numbered("payment", "PAY-"), order)
	b.tell(telling{source: "otel:psp", kind: lineage.SpanEvent, typ: "authorise", about: authorised, trace: checkout, late: b.chance(10)})
	if b.chance(20) { // asked for, and not bought
		offered := b.loose(b.numbered("quote", "Q-"))
		left := "web-" + offered.ids[0].ID
		b.tell(telling{source: "cpq", typ: "quote.sent", about: offered, correlation: left})
		b.tell(telling{source: "shop", typ: "visitor.left", correlation: left, nobody: true})
	}
	return sold
}

// run plays the night's job. All that it says names what it is about; what carries
// its ids and names nothing is nobody's.
func (m Night) run(b *book, night int, day []*doc) {
	batch, trace := fmt.Sprintf("BATCH-%04d", night), b.newTrace()
	say := func(t telling) {
		t.source, t.correlation, t.trace = "erp", batch, trace
		b.tell(t)
	}
	say(telling{typ: "job.started", nobody: true})
	for i, order := range day {
		late := i == 1 && b.chance(50) // until it comes, the job may look like one order's
		parcel := b.made(b.numbered("delivery", "8"), order)
		say(telling{typ: "delivery.created", about: parcel, names: []*doc{order}, late: late})
		invoice := b.made(b.numbered("invoice", "INV-"), parcel)
		say(telling{typ: "invoice.posted", about: invoice, names: []*doc{parcel, order}, amount: int64(b.between(100, 99_999)), late: late})
		b.misuse("correlation:"+batch, order)
		b.misuse("trace:"+trace.String(), order)
	}
	say(telling{typ: "job.ended", nobody: true, late: b.chance(30)})
}

// recall plays an order with an id of its own that brings more than is believed.
func (m Night) recall(b *book) {
	order := b.order(b.numbered("order", "SO-"))
	id := "recall-" + strconv.Itoa(b.next("recall"))
	b.overfull("correlation:" + id)
	b.tell(telling{source: "shop", typ: "order.placed", about: order, correlation: id})
	for range nightClaims + b.between(1, 3) {
		parcel := b.made(b.numbered("delivery", "8"), order)
		b.tell(telling{source: "wms", typ: "delivery.created", about: parcel, names: []*doc{order}, correlation: id})
	}
	b.tell(telling{source: "wms", typ: "recall.ended", correlation: id, nobody: true})
}

// callOff plays one whose id brings exactly as much as is believed, and is all that
// tells whose the deliveries are.
func (m Night) callOff(b *book) {
	order := b.order(b.numbered("order", "SO-"))
	id := "call-" + strconv.Itoa(b.next("call"))
	b.tell(telling{source: "shop", typ: "order.placed", about: order, correlation: id})
	for range nightClaims {
		parcel := b.made(b.numbered("delivery", "8"), order)
		b.tell(telling{source: "wms", typ: "delivery.created", about: parcel, correlation: id})
		invoice := b.made(b.numbered("invoice", "INV-"), parcel)
		b.tell(telling{source: "erp", typ: "invoice.posted", about: invoice, names: []*doc{parcel}})
	}
}

// newTrace returns a trace id that nothing else has.
func (b *book) newTrace() lineage.TraceID {
	n := b.next("trace")
	return lineage.TraceID{0x7e, byte(n >> 16), byte(n >> 8), byte(n), 1}
}
