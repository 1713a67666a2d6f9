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
