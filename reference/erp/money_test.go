package erp

import (
	"encoding/json"
	"testing"

	"pgregory.net/rapid"
)

func TestMoneyIsReadAsItIsWritten(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := Money{rapid.Int64Min(-1<<62).Draw(t, "minor"), rapid.SampledFrom([]string{"EUR", "USD", "JPY"}).Draw(t, "currency")}
		raw, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		var back Money
		if err := json.Unmarshal(raw, &back); err != nil || back != m {
			t.Errorf("%+v is written %s and read %+v, %v", m, raw, back, err)
		}
	})
}

func TestMoneyIsWrittenAsADecimal(t *testing.T) {
	t.Parallel()
	for want, m := range map[string]Money{
		"1250.00 EUR": {125000, "EUR"}, "0.05 USD": {5, "USD"}, "-0.05 USD": {-5, "USD"},
		"-12.30 EUR": {-1230, "EUR"}, "1250 JPY": {1250, "JPY"}, "0.00 EUR": {0, "EUR"}, "-7 JPY": {-7, "JPY"},
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			if got := m.String(); got != want {
				t.Errorf("%+v is %s", m, got)
			}
		})
	}
}

func FuzzMoney(f *testing.F) {
	for _, seed := range []string{
		`{"value":"1250.00","currency":"EUR"}`, `{"value":"7","currency":"JPY"}`, `{"value":"1.5","currency":"EUR"}`,
		`{"value":"-.50","currency":"EUR"}`, `{"value":"1e3","currency":"JPY"}`, `{"value":"+1.00","currency":"EUR"}`, `{"value":"1.-0","currency":"EUR"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var m Money
		if json.Unmarshal(raw, &m) != nil || m.Currency == "" {
			return
		}
		again, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		var back Money
		if err := json.Unmarshal(again, &back); err != nil || back != m {
			t.Errorf("%s is %+v, written %s, read %+v, %v", raw, m, again, back, err)
		}
	})
}
