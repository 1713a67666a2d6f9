package lineage

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestAmountsAreReadExactlyOrNotAtAll(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		value, currency string
		minor           int64
		fault           string // "" for none, else what the error names
	}{
		{"1250.00", "EUR", 125000, ""},
		{"1250", "EUR", 125000, ""},
		{"-0.05", "USD", -5, ""},
		{"1250", "JPY", 1250, ""},
		{"1.234", "KWD", 1234, ""},
		{"1250.0", "JPY", 1250, ""},
		{"1250.5", "JPY", 0, "at most 0 decimals"},
		{"12.345", "EUR", 0, "at most 2 decimals"},
		{"92233720368547758.08", "EUR", 0, "less than 10^18"},
		{"1e99", "EUR", 0, "plain decimal"},
		{"NaN", "EUR", 0, "plain decimal"},
		{"", "EUR", 0, "plain decimal"},
		{"12.00", "eur", 0, "capital letters"},
		{"12.00", "", 0, "capital letters"},
		{strings.Repeat("9", 50), "EUR", 0, "plain decimal"},
	} {
		m, err := ParseMoney(c.value, c.currency)
		switch {
		case c.fault == "" && (err != nil || m != Money{c.minor, c.currency}):
			t.Errorf("%q %s is %+v, %v; want %d", c.value, c.currency, m, err, c.minor)
		case c.fault != "" && (err == nil || KindOf(err) != Invalid || !strings.Contains(err.Error(), c.fault)):
			t.Errorf("%q %s: error %v; want one that says %q", c.value, c.currency, err, c.fault)
		}
	}
}

func TestAnAmountIsReadBackAsItWasWritten(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := Money{rapid.Int64Range(-1e17, 1e17).Draw(t, "minor"), rapid.SampledFrom([]string{"EUR", "JPY", "KWD", "CLF"}).Draw(t, "currency")}
		back, err := ParseMoney(m.Decimal(), m.Currency)
		if err != nil || back != m {
			t.Fatalf("%+v is written %q and read %+v: %v", m, m.Decimal(), back, err)
		}
	})
}
