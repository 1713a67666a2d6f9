package view_test

import (
	"testing"

	"throughline/lineage"
	"throughline/web/view"
)

func TestMoneyIsWrittenForPeopleAndNeverWithoutItsCurrency(t *testing.T) {
	t.Parallel()
	for want, m := range map[string]lineage.Money{
		"":                       {},
		"0.00\u00a0EUR":          {Currency: "EUR"},
		"1,250.00\u00a0EUR":      {Minor: 125000, Currency: "EUR"},
		"-1,250.00\u00a0EUR":     {Minor: -125000, Currency: "EUR"},
		"-0.05\u00a0EUR":         {Minor: -5, Currency: "EUR"},
		"999\u00a0JPY":           {Minor: 999, Currency: "JPY"},
		"12,345,678\u00a0JPY":    {Minor: 12345678, Currency: "JPY"},
		"1,234,567.891\u00a0KWD": {Minor: 1234567891, Currency: "KWD"},
	} {
		if got := view.Money(m); got != want {
			t.Errorf("Money(%+v) = %q, want %q", m, got, want)
		}
	}
}
