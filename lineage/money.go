package lineage

import (
	"math"
	"strings"

	"github.com/shopspring/decimal"
)

// Money is an amount in minor units of its currency (ISO 4217: cents, yen,
// fils), signed. The zero Money means "not told". Amounts of two currencies are
// never added.
type Money struct {
	Minor    int64
	Currency string
}

// IsZero tells whether no amount was told; an amount of nothing has a currency.
func (m Money) IsZero() bool { return m.Currency == "" }

// Plus adds an amount of the same currency. It returns false, and no amount, for one
// of another currency, for one that was not told, and where an int64 of minor units
// cannot hold the sum.
func (m Money) Plus(n Money) (Money, bool) {
	sum := m.Minor + n.Minor
	if m.IsZero() || m.Currency != n.Currency || (n.Minor > 0) != (sum > m.Minor) && n.Minor != 0 {
		return Money{}, false
	}
	return Money{sum, m.Currency}, true
}

// Minus subtracts like Plus.
func (m Money) Minus(n Money) (Money, bool) {
	if n.Minor == math.MinInt64 {
		return Money{}, false
	}
	return m.Plus(Money{-n.Minor, n.Currency})
}

// negative returns -m.
func (m Money) negative() Money { return Money{-m.Minor, m.Currency} }

// magnitude returns m without its sign.
func (m Money) magnitude() Money {
	if m.Minor < 0 {
		return m.negative()
	}
	return m
}

// maxAmount is how long the text of an amount may be: a decimal of 40 signs is
// beyond all the money there is, and one with an exponent could be a megabyte.
const maxAmount = 40

// ParseMoney reads a decimal text such as "1250.00" in a currency such as EUR.
// It takes no more decimals than the currency has: nothing is ever rounded.
func ParseMoney(value, currency string) (Money, error) {
	const op = "read amount"
	currency = strings.TrimSpace(currency)
	if len(currency) != 3 || strings.Trim(currency, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return Money{}, Errorf(Invalid, op, "currency is %q; want three capital letters such as EUR", clip(currency))
	}
	value = strings.TrimSpace(value)
	if len(value) > maxAmount || strings.ContainsAny(value, "eE") {
		return Money{}, Errorf(Invalid, op, "value is %q; want a plain decimal number such as 1250.00", clip(value))
	}
	d, err := decimal.NewFromString(value)
	if err != nil {
		return Money{}, Errorf(Invalid, op, "value is %q; want a plain decimal number such as 1250.00", clip(value))
	}
	minor := d.Shift(int32(MinorDigits(currency)))
	if !minor.IsInteger() || !minor.BigInt().IsInt64() {
		return Money{}, Errorf(Invalid, op, "value is %q; want at most %d decimals for %s, and less than 10^18 minor units",
			clip(value), MinorDigits(currency), currency)
	}
	return Money{minor.IntPart(), currency}, nil
}

// MinorDigits is how many digits of minor units a currency has, by ISO 4217
// (amendment 176). All that is not listed has two.
func MinorDigits(currency string) int {
	switch currency {
	case "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF":
		return 0
	case "BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND":
		return 3
	case "CLF", "UYW":
		return 4
	default:
		return 2
	}
}

// Decimal renders the amount without its currency: "-1250.00".
func (m Money) Decimal() string {
	digits := MinorDigits(m.Currency)
	return decimal.New(m.Minor, int32(-digits)).StringFixed(int32(digits))
}

// String renders the amount and its currency: "1250.00 EUR".
func (m Money) String() string {
	if m.IsZero() {
		return ""
	}
	return m.Decimal() + " " + m.Currency
}
