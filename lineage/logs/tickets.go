package logs

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"throughline/lineage"
)

// Tickets sells train tickets through many small services that get ids wrong: traces
// and correlation ids that leak into the next order, one id for everything, words
// where an id should be. Its orders have an id in the CRM (Salesforce, in 15
// characters or 18) and one in the ERP (SAP, with leading zeros or without), and what
// makes the two one may come last. Everything travels as CloudEvents.
//
// What carries a wrong id always names its order as well. One that did not would be
// believed: nothing else in the evidence could tell.
type Tickets struct {
	Seed   uint64
	Orders int
	Slips  int // see habits
}

// noID is what one of the services sends when it has no correlation id.
const noID = "00000000-0000-0000-0000-000000000000"

func (m Tickets) habits() habits { return habits{seed: m.Seed, slips: m.Slips, wire: true} }

func (m Tickets) definition() lineage.Definition {
	def := catalogue(lineage.Flow{
		Anchor: "order",
		Ranks:  map[string]int{"opportunity": -2, "order": 0, "ticket": 1, "invoice": 2, "payment": 3},
		Stages: []lineage.StageRule{
			{Name: "booked", Type: "order"},
			{Name: "issued", Type: "ticket", Complete: lineage.CompleteAll},
			{Name: "paid", Type: "invoice", By: "payment"},
		},
	}, "customer")
	def.Types["order"] = lineage.Type{Class: lineage.Business, System: "erp"}
	def.Types["opportunity"] = lineage.Type{Class: lineage.Business, System: "crm"}
	def.Systems = map[string]lineage.System{
		"crm": {Normalise: lineage.NormaliseSalesforce}, "erp": {Normalise: lineage.NormaliseSAP},
	}
	return def
}

// sale is one order and the ids under which it is spoken of.
type sale struct {
	order       *doc
	honest      bool // its ids are on nothing else
	correlation string
	trace       lineage.TraceID
}

func (m Tickets) play(b *book) {
	var before *sale
	var twice []*doc // orders that two systems know
	for i := range m.Orders {
		s := m.open(b, i)
		if len(s.order.ids) > 1 {
			twice = append(twice, s.order)
		}
		m.serve(b, s, before)
		before = s
		if b.chance(10) { // won, but the order was never booked
			lost := b.loose(m.crmID("opportunity", 50_000+i))
			b.tell(telling{source: "crm", typ: "opportunity.won", about: lost, correlation: "lost-" + strconv.Itoa(i)})
		}
	}
	if len(twice) > 1 { // somebody maps an order to another's number, after the fact
		a, c := twice[0], twice[len(twice)-1]
		pair := [2]lineage.Object{a.name("crm"), c.name("erp")}
		b.tell(telling{source: "mdm", typ: "order.mapped", same: [][2]lineage.Object{pair}, at: b.now.Add(24 * time.Hour), of: []*doc{a, c}})
		b.truth.PossibleSame = append(b.truth.PossibleSame, pair)
	}
}

// crmID makes a Salesforce id in its full form. Ids in which only the case of a letter
// differs are different ids, and the last three characters say so.
func (m Tickets) crmID(typ string, n int) lineage.Object {
	prefix, suffix := "801Dn", "IAA"
	if n%2 == 1 {
		prefix, suffix = "801dn", "AAA"
	}
	return lineage.Object{Type: typ, System: "crm", ID: fmt.Sprintf("%s%010d%s", prefix, n/2, suffix)}
}

// open takes an order in, in the CRM and in the ERP or in the ERP alone.
func (m Tickets) open(b *book, i int) *sale {
	s := &sale{
		order:  b.order(lineage.Object{Type: "order", System: "erp", ID: strconv.Itoa(4_700_000 + b.next("erp order"))}),
		honest: b.chance(50), correlation: "req-" + strconv.Itoa(i), trace: b.newTrace(),
	}
	customer := []lineage.Object{b.any("customer", 3)}
	won := b.before(m.crmID("opportunity", i), s.order)
	b.tell(telling{source: "crm", typ: "opportunity.won", about: won, with: customer})
	if b.chance(70) {
		s.order.ids = append(s.order.ids, m.crmID("order", i))
		b.tell(telling{source: "crm", typ: "order.created", about: s.order, names: []*doc{won}, with: customer, correlation: s.correlation, trace: s.trace})
		mapped := telling{source: "mdm", typ: "order.mapped", same: [][2]lineage.Object{{s.order.ids[1], s.order.ids[0]}}, of: []*doc{s.order}, late: b.chance(50)}
		if b.chance(50) {
			mapped.about = s.order
		}
		b.tell(mapped)
	}
	b.tell(telling{
		source: "erp", typ: "order.booked", about: s.order, names: []*doc{won}, with: customer,
		correlation: s.correlation, trace: s.trace, amount: int64(b.between(500, 50_000)),
	})
	return s
}

// serve issues, bills and is paid. An honest order's payment and scan may be known by
// its ids alone.
func (m Tickets) serve(b *book, s, before *sale) {
	for range 1 + b.between(0, 4)/4 { // there, or there and back
		ticket := b.made(b.numbered("ticket", "T"), s.order)
		m.say(b, s, before, telling{source: "ticketing", typ: "ticket.issued", about: ticket})
		if b.chance(15) {
			m.say(b, s, before, telling{source: "ticketing", typ: "ticket.rebooked", about: ticket, outcome: lineage.OutcomeRetrying})
		}
	}
	invoice := b.made(b.numbered("invoice", "9000000"), s.order)
	m.say(b, s, before, telling{source: "billing", typ: "invoice.posted", about: invoice, amount: int64(b.between(500, 50_000))})
	paid := b.made(b.numbered("payment", "9000000"), invoice) // payments and invoices have the same numbers
	if s.honest && b.chance(60) {
		b.tell(telling{source: "psp", typ: "payment.received", about: paid, correlation: s.correlation, late: b.chance(20)})
		b.tell(telling{source: "gate", typ: "ticket.scanned", trace: s.trace, of: []*doc{s.order}})
		return
	}
	m.say(b, s, before, telling{source: "psp", typ: "payment.received", about: paid, names: []*doc{invoice}})
}

// say tells of a document of an order that it names, under ids that may be wrong.
func (m Tickets) say(b *book, s, before *sale, t telling) {
	t.names = append(slices.Clone(t.names), s.order)
	t.correlation, t.trace = s.correlation, s.trace
	if before != nil && !before.honest {
		if b.chance(40) { // a worker that keeps the context of what it did last
			t.trace = before.trace
			b.misuse("trace:"+t.trace.String(), before.order)
			b.misuse("trace:"+t.trace.String(), s.order)
		}
		if b.chance(30) {
			t.correlation = before.correlation
			b.misuse("correlation:"+t.correlation, before.order)
			b.misuse("correlation:"+t.correlation, s.order)
		}
	}
	if t.correlation == s.correlation && b.chance(15) {
		t.correlation = noID
		b.misuse("correlation:"+noID, s.order)
	}
	b.tell(t)
}
