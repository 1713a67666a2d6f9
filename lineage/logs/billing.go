package logs

import "throughline/lineage"

// Billing is many to many everywhere: frame contracts for several orders, partial
// and combined deliveries, collective invoices, instalments, payments of several
// invoices and payment runs. How documents follow from one another is told as
// relations, by the document's own event or by a nightly extract of them all.
type Billing struct {
	Seed   uint64
	Orders int
	Slips  int // see habits
}

func (m Billing) habits() habits { return habits{seed: m.Seed, slips: m.Slips} }

func (m Billing) definition() lineage.Definition {
	return catalogue(lineage.Flow{
		Anchor: "order",
		Ranks: map[string]int{
			"opportunity": -2, "quote": -1, "order": 0, "delivery": 1, "invoice": 2, "payment": 3, "payment_run": 4,
			"statement": 5,
		},
		Leaf: []string{"payment_run"},
		Stages: []lineage.StageRule{
			{Name: "delivered", Type: "delivery", Complete: lineage.CompleteAll},
			{Name: "invoiced", Type: "invoice"},
			{Name: "paid", Type: "invoice", By: "payment", Complete: lineage.CompleteAll},
		},
	}, "customer")
}

// ledger is what the departments still have to do.
type ledger struct {
	customer lineage.Object
	orders   []*doc
	frame    *doc   // the contract that all of them are under, or nil
	parcels  []*doc // delivered and not billed
	open     []*doc // billed and not paid
	paid     []*doc // paid and in no run
	untold   []step // for the extract
}

func (m Billing) play(b *book) {
	l := &ledger{}
	for left := m.Orders; left > 0; left -= len(l.orders) {
		l.customer = b.any("customer", 5)
		l.orders = nil
		for range min(left, b.between(1, 5)) {
			l.orders = append(l.orders, b.order(b.numbered("order", "SO-")))
		}
		m.offer(b, l)
		m.ship(b, l)
		m.bill(b, l)
		m.collect(b, l)
		if b.chance(50) {
			m.extract(b, l)
		}
	}
	m.clear(b, l)
	m.extract(b, l)
}

// told passes on how a document follows from others, now or with the extract.
func (l *ledger) told(b *book, steps []step) []step {
	if b.chance(25) {
		l.untold = append(l.untold, steps...)
		return nil
	}
	return steps
}

func (m Billing) offer(b *book, l *ledger) {
	with := []lineage.Object{l.customer}
	quote := func(orders ...*doc) *doc {
		won := b.before(b.numbered("opportunity", "OP-"), orders...)
		offered := b.before(b.numbered("quote", "Q-"), orders...)
		b.tell(telling{source: "crm", typ: "opportunity.won", about: won, with: with})
		of := follows(offered, "quotes", won)
		if b.chance(50) { // somebody else links the two, when it is settled and done
			b.tell(telling{source: "crm", typ: "opportunity.linked", flow: of, nobody: true, late: b.chance(50)})
			of = nil
		}
		b.tell(telling{source: "cpq", typ: "quote.sent", about: offered, flow: of, with: with})
		if b.chance(20) {
			b.tell(telling{source: "crm", typ: "customer.asked", party: l.customer, names: []*doc{offered}})
		}
		if b.chance(30) { // the other offer of the same opportunity, which was not taken
			other := b.loose(b.numbered("quote", "Q-"))
			b.tell(telling{source: "cpq", typ: "quote.sent", about: other, flow: l.told(b, follows(other, "quotes", won)), late: b.chance(20)})
		}
		return offered
	}
	l.frame = nil
	if b.chance(40) {
		l.frame = quote(l.orders...)
	}
	for _, order := range l.orders {
		from := l.frame
		if from == nil && b.chance(50) {
			from = quote(order)
		}
		placed := telling{source: "erp", typ: "order.created", about: order, with: with, amount: int64(b.between(1000, 9_000_000))}
		switch {
		case from != nil && b.chance(50):
			placed.names, placed.role = []*doc{from}, "fulfils"
		case from != nil:
			placed.flow = l.told(b, follows(order, "fulfils", from))
		}
		b.tell(placed)
	}
	if b.chance(30) { // won, but never ordered
		won := b.loose(b.numbered("opportunity", "OP-"))
		offered := b.made(b.numbered("quote", "Q-"), won)
		b.tell(telling{source: "crm", typ: "opportunity.won", about: won, with: with})
		b.tell(telling{source: "cpq", typ: "quote.sent", about: offered, flow: l.told(b, follows(offered, "quotes", won))})
	}
}

func (m Billing) ship(b *book, l *ledger) {
	l.parcels = nil
	for i, order := range l.orders {
		for range b.between(1, 3) {
			of := []*doc{order}
			if i+1 < len(l.orders) && b.chance(15) {
				of = append(of, l.orders[i+1])
			}
			parcel := b.made(b.numbered("delivery", "D-"), of...)
			b.tell(telling{source: "wms", typ: "delivery.created", about: parcel, flow: l.told(b, follows(parcel, "fulfils", of...))})
			b.tell(telling{source: "wms", typ: "delivery.left", about: parcel, late: b.chance(5)})
			l.parcels = append(l.parcels, parcel)
		}
	}
}

func (m Billing) bill(b *book, l *ledger) {
	for _, group := range cut(b, l.parcels, Range{1, 4}) {
		for range 1 + b.between(0, 9)/9 { // one in ten is billed in two parts
			invoice := b.made(b.numbered("invoice", "INV-"), group...)
			posted := telling{source: "billing", typ: "invoice.posted", about: invoice, amount: int64(b.between(1000, 900_000)), late: b.chance(5)}
			posted.flow = l.told(b, follows(invoice, "bills", group...))
			if b.chance(30) {
				for _, x := range invoice.deals {
					posted.names = append(posted.names, x.root)
				}
				posted.role = "bills"
			}
			b.tell(posted)
			if l.frame != nil && b.chance(50) { // under which contract: nothing new, and shown
				l.untold = append(l.untold, step{invoice, l.frame, "under"})
			}
			l.open = append(l.open, invoice)
		}
	}
	if b.chance(30) { // for something that was never ordered
		stray := b.loose(b.numbered("invoice", "INV-"))
		b.tell(telling{source: "billing", typ: "invoice.posted", about: stray, with: []lineage.Object{l.customer}})
		m.pay(b, l, stray)
	}
}

func (m Billing) collect(b *book, l *ledger) {
	for len(l.open) > 2 {
		n := b.between(1, min(3, len(l.open)))
		for range b.between(1, 2) { // in one sum or in two
			m.pay(b, l, l.open[:n]...)
		}
		l.open = l.open[n:]
	}
	for len(l.paid) > 6 {
		m.clear(b, l)
	}
}

func (m Billing) pay(b *book, l *ledger, invoices ...*doc) {
	payment := b.made(b.numbered("payment", "PAY-"), invoices...)
	b.tell(telling{source: "bank", typ: "payment.received", about: payment, flow: l.told(b, follows(payment, "pays", invoices...))})
	l.paid = append(l.paid, payment)
}

// clear runs the payments that wait: what the run says of itself is no order's, and
// what it says of payments is theirs.
func (m Billing) clear(b *book, l *ledger) {
	if len(l.paid) == 0 {
		return
	}
	run := b.made(b.numbered("payment_run", "RUN-"), l.paid...)
	b.tell(telling{source: "bank", typ: "run.opened", about: run, nobody: true})
	if b.chance(50) {
		b.tell(telling{source: "bank", typ: "run.settled", about: run, names: l.paid, role: "contains", of: l.paid})
	} else {
		b.tell(telling{source: "bank", typ: "run.settled", about: run, flow: follows(run, "contains", l.paid...), nobody: true})
	}
	if b.chance(50) { // the bank's statement of the run is nobody's: what a run leads to, it leads to for all
		statement := b.loose(b.numbered("statement", "ST-"))
		b.tell(telling{source: "bank", typ: "statement.sent", about: statement, names: []*doc{run}})
	}
	l.paid = nil
}

// extract tells what the documents' own events did not: it is about none of them.
func (m Billing) extract(b *book, l *ledger) {
	if len(l.untold) > 0 {
		b.tell(telling{source: "erp", typ: "documentflow.extracted", flow: l.untold, nobody: true, late: b.chance(30)})
		l.untold = nil
	}
}
