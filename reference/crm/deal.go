package crm

import (
	"fmt"
	"math/rand/v2"
)

// deal is what a customer agrees to at once: one order, or two that belong
// together.
type deal struct {
	account Account
	quotes  []draft
}

// draft is a quote before it is written.
type draft struct {
	lines []Line
	terms Terms
}

// kind is a way in which orders are delivered, billed and paid.
type kind uint8

const (
	single            kind = iota // one delivery, invoice and payment
	split                         // two deliveries, each with invoice and payment
	splitPaidTogether             // two deliveries and invoices, one payment
	collectiveInvoice             // two orders on one invoice
	collectivePayment             // two orders, two invoices, one payment
)

// kindOf gives every run of eight deals, which are ten orders, the same mix in
// an order of its own.
func kindOf(seed uint64, n int64) kind {
	mix := []kind{single, single, single, single, split, splitPaidTogether, collectiveInvoice, collectivePayment}
	size := int64(len(mix))
	rng := rand.New(rand.NewPCG(seed, uint64(n/size)|1<<63))
	rng.Shuffle(len(mix), func(i, j int) { mix[i], mix[j] = mix[j], mix[i] })
	return mix[n%size]
}

func (k kind) orders() int {
	if k == collectiveInvoice || k == collectivePayment {
		return 2
	}
	return 1
}

// newDeal makes the nth deal of a seed: always the same.
func newDeal(seed uint64, n int64, k kind, accounts []Account) deal {
	rng := rand.New(rand.NewPCG(seed, uint64(n)))
	d := deal{account: accounts[rng.IntN(len(accounts))]}
	terms := Terms{Deliveries: 1, BillingType: "F2"}
	switch k {
	case single:
		if rng.IntN(3) == 0 {
			terms.BillingType = "F1"
		}
	case split:
		terms.Deliveries = 2
	case splitPaidTogether:
		terms.Deliveries, terms.CollectivePayment = 2, true
	case collectiveInvoice:
		terms.CollectiveInvoice, terms.CollectivePayment = true, true
	case collectivePayment:
		terms.CollectivePayment = true
	}
	if k.orders() > 1 {
		terms.CollectiveNumber, terms.CollectiveOrders = fmt.Sprintf("45%08d", n), k.orders()
	}
	for range k.orders() {
		d.quotes = append(d.quotes, draft{newLines(rng, terms.Deliveries, d.account.CurrencyISOCode), terms})
	}
	return d
}

// newLines picks products: at least one for each delivery.
func newLines(rng *rand.Rand, deliveries int, currency string) []Line {
	products := priceList()
	picked := rng.Perm(len(products))[:deliveries+rng.IntN(3)]
	lines := make([]Line, len(picked))
	for i, p := range picked {
		quantity := 1 + rng.IntN(12)
		price := inCurrency(products[p].price, currency)
		lines[i] = Line{ProductCode: products[p].code, Quantity: quantity, UnitPriceMinor: price, TotalMinor: price * int64(quantity)}
	}
	return lines
}
