package slo

import (
	"time"

	"throughline/lineage"
)

// Figures are what the clocks of one SLA come to.
type Figures struct {
	SLA      lineage.SLA
	Open     int           // clocks that run or are on hold
	Breached int           // open breaches that are certain
	Waiting  int           // open breaches that are provisional
	Met      int           // clocks that ended within Window and were kept, corrected ones too
	Missed   int           // clocks that ended within Window and were not
	Next     time.Time     // the earliest deadline that is still ahead; zero: none
	Oldest   time.Time     // the earliest deadline of an open breach; zero: none
	Risk     Risk          // of the open breaches
	Repeated Risk          // of Risk, what an SLA of the same flow and a smaller name counts already
	Window   time.Duration // of what ended
	AsOf     time.Time
}

// Risk is what objects are worth, by currency and never summed across currencies.
type Risk struct {
	Amounts  map[string]lineage.Money
	Unpriced int // objects that tell no amount
}

// Add counts one object's amount, or with -1 takes it away.
func (r *Risk) Add(m lineage.Money, by int64) {
	if m.IsZero() {
		r.Unpriced += int(by)
		return
	}
	if r.Amounts == nil {
		r.Amounts = make(map[string]lineage.Money)
	}
	sum := lineage.Money{Minor: r.Amounts[m.Currency].Minor + by*m.Minor, Currency: m.Currency}
	if r.Amounts[m.Currency] = sum; sum.Minor == 0 {
		delete(r.Amounts, m.Currency)
	}
}

// Total is what the objects behind the open breaches of a flow are worth, each
// counted once however many of its deadlines it has missed.
func Total(figures []Figures) Risk {
	var total Risk
	for _, f := range figures {
		for _, m := range f.Risk.Amounts {
			total.Add(m, 1)
		}
		for _, m := range f.Repeated.Amounts {
			total.Add(m, -1)
		}
		total.Unpriced += f.Risk.Unpriced - f.Repeated.Unpriced
	}
	return total
}
