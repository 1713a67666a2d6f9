package erp

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// Money is an amount in minor units of a currency. In JSON it is a decimal
// text, as ERP systems write it: {"value":"1250.00","currency":"EUR"}.
type Money struct {
	Minor    int64
	Currency string
}

// decimals returns how many digits of minor units a currency has.
func decimals(currency string) int {
	if currency == "JPY" {
		return 0
	}
	return 2
}

// String renders m as a decimal number and its currency.
func (m Money) String() string { return m.decimal() + " " + m.Currency }

func (m Money) decimal() string {
	n := decimals(m.Currency)
	digits := strconv.FormatInt(m.Minor, 10)
	sign := ""
	if digits[0] == '-' {
		sign, digits = "-", digits[1:]
	}
	if n == 0 {
		return sign + digits
	}
	if len(digits) <= n {
		digits = strings.Repeat("0", n+1-len(digits)) + digits
	}
	return sign + digits[:len(digits)-n] + "." + digits[len(digits)-n:]
}

// Plus adds amounts of one currency.
func (m Money) Plus(o Money) Money { return Money{m.Minor + o.Minor, m.Currency} }

type decimalMoney struct {
	Value    string `json:"value"`
	Currency string `json:"currency"`
}

// MarshalJSON writes the decimal text.
func (m Money) MarshalJSON() ([]byte, error) {
	return json.Marshal(decimalMoney{m.decimal(), m.Currency})
}

// UnmarshalJSON reads what MarshalJSON writes, and nothing that would have to
// be rounded.
func (m *Money) UnmarshalJSON(raw []byte) error {
	var d decimalMoney
	if err := json.Unmarshal(raw, &d); err != nil {
		return err
	}
	if len(d.Currency) != 3 {
		return fmt.Errorf("currency is %q; want three letters such as EUR", d.Currency)
	}
	bad := fmt.Errorf("value is %q; want a decimal number with %d decimals for %s", d.Value, decimals(d.Currency), d.Currency)
	whole, fraction, point := strings.Cut(d.Value, ".")
	if len(fraction) != decimals(d.Currency) || point != (fraction != "") || strings.ContainsAny(fraction, "+-") {
		return bad
	}
	minor, err := strconv.ParseInt(whole+fraction, 10, 64)
	if err != nil || whole == "" || whole == "-" || whole[0] == '+' {
		return bad
	}
	*m = Money{minor, d.Currency}
	return nil
}
