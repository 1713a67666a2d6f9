package logs

// Kind is a sort of business, and how to make a small one.
type Kind struct {
	Name  string
	Small func(seed uint64) Business
}

// Kinds returns every sort of business. The small ones have 20 to 60 orders, and every
// trap of their kind in them.
func Kinds() []Kind {
	const slips = 6
	return []Kind{
		{"shared packages, customers, employees and products", func(seed uint64) Business {
			return Market{
				Seed: seed, Orders: 30, Customers: 3, Employees: 4, Products: 9, Items: Range{1, 4}, Packed: Range{1, 7},
				Imported: 8, Slips: slips,
			}
		}},
		{"invoices and deliveries many to many", func(seed uint64) Business {
			return Billing{Seed: seed, Orders: 24, Slips: slips}
		}},
		{"credit notes, replacements and reused numbers", func(seed uint64) Business {
			return Returns{Seed: seed, Orders: 30, Slips: slips}
		}},
		{"batch correlation ids", func(seed uint64) Business {
			return Night{Seed: seed, Orders: 30, PerNight: Range{2, 12}, Slips: slips}
		}},
		{"wrong ids", func(seed uint64) Business {
			return Tickets{Seed: seed, Orders: 30, Slips: slips}
		}},
		{"document flow", func(seed uint64) Business {
			return DocumentFlow{
				Seed: seed, Orders: 40, Strays: 30, Carried: Range{3, 9}, Joined: 50, Moved: 6, Billed: 5, Parts: 6, Slips: slips,
			}
		}},
		{"freight", func(seed uint64) Business {
			return Freight{Seed: seed, Orders: 20, Containers: Range{1, 4}, Units: Range{1, 4}, Slips: slips}
		}},
		{"chained orders", func(seed uint64) Business {
			return Relay{Seed: seed, Orders: 50, Chained: 35, Pairs: 6, Slips: slips}
		}},
	}
}
