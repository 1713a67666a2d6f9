package crm

// Account is a customer as the CRM knows it.
type Account struct {
	ID              string `json:"Id"`
	Name            string `json:"Name"`
	BillingCountry  string `json:"BillingCountry"`
	CurrencyISOCode string `json:"CurrencyIsoCode"`
}

// product is a line of the price list, in EUR cents.
type product struct {
	code  string
	price int64
}

// masterAccounts are the accounts of a new CRM.
func masterAccounts() []Account {
	places := []struct{ country, currency string }{{"DE", "EUR"}, {"US", "USD"}, {"JP", "JPY"}, {"FR", "EUR"}, {"NL", "EUR"}}
	names := []string{
		"Halden Pumpen", "Brightwater Mills", "Kawasemi Optics", "Ateliers Vercors", "Noordzee Rigging",
		"Lindauer Getriebe", "Copper Ridge Tools", "Hinode Bearings", "Fonderie Sainte-Anne", "Waalwijk Coatings",
		"Ostsee Werften", "Pinecrest Robotics", "Sakuragi Motors", "Mistral Turbines", "Delta Valve Works",
		"Rhein Armaturen", "Granite State Labs", "Tsubame Ceramics", "Verrerie du Midi", "Zaanse Molens",
	}
	accounts := make([]Account, len(names))
	for i, name := range names {
		p := places[i%len(places)]
		accounts[i] = Account{recordID(accountPrefix, int64(i)), name, p.country, p.currency}
	}
	return accounts
}

func priceList() []product {
	return []product{
		{"PUMP-100", 48_900},
		{"PUMP-250", 112_500},
		{"VALVE-12", 6_450},
		{"SEAL-KIT", 1_999},
		{"MOTOR-3KW", 89_000},
		{"SENSOR-T4", 12_750},
		{"GASKET-80", 845},
		{"SERVICE-DAY", 96_000},
	}
}

// inCurrency turns EUR cents into minor units of another currency, by fixed
// rates of the price list.
func inCurrency(cents int64, currency string) int64 {
	switch currency {
	case "USD":
		return cents * 108 / 100
	case "JPY":
		return cents * 162 / 100 // a yen has no smaller unit
	}
	return cents
}
