package view

import (
	"strings"

	"throughline/lineage"
)

// nbsp keeps a figure and its unit on one line.
const nbsp = "\u00a0"

// Money writes an amount for people, with its thousands apart and never without
// its currency: "1,250.00 EUR". An amount that was not told is "".
func Money(m lineage.Money) string {
	if m.IsZero() {
		return ""
	}
	return grouped(m.Decimal()) + nbsp + m.Currency
}

// progressOf writes how far a stage of amounts has come: "1,200.00 of 2,000.00 EUR". It
// is "" for any other stage, and while what is to be reached is not known.
func progressOf(s lineage.Stage) string {
	if s.Target.IsZero() {
		return ""
	}
	least := ""
	if s.State == lineage.StateAmbiguous {
		least = "at least "
	}
	return least + grouped(s.Covered.Decimal()) + " of " + Money(s.Target)
}

// grouped sets the thousands of a plain decimal number apart.
func grouped(decimal string) string {
	sign := ""
	if strings.HasPrefix(decimal, "-") {
		sign, decimal = "-", decimal[1:]
	}
	whole, fraction, cents := strings.Cut(decimal, ".")
	var b strings.Builder
	b.WriteString(sign)
	for i := range len(whole) {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteByte(whole[i])
	}
	if cents {
		b.WriteString("." + fraction)
	}
	return b.String()
}
