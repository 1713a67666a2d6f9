package logs

// Shape is a business with the measures of a public log, and what was found there.
type Shape struct {
	Name      string
	Business  Business
	Objects   int     // of the public log
	Component float64 // the share of them that union-find put into one component there
	Walk      Sizes   // of its anchored walks; Covered and Shared as they were there
}

// Shapes returns the four public logs of the design's reference, each with its objects
// divided by part: 1 for the whole.
func Shapes(part int) []Shape {
	return []Shape{
		{
			Name: "order management", Objects: 10_031 / part, Component: 1, Walk: Sizes{12, 24, 29, 0.999, 0.035},
			Business: Market{
				Seed: 1, Orders: 885 / part, Customers: 15, Employees: 14, Products: 20, Items: Range{1, 17}, Packed: Range{18, 36},
			},
		},
		{
			Name: "logistics", Objects: 3_503 / part, Component: 1, Walk: Sizes{22, 34, 34, 1, 0.014},
			Business: Freight{Seed: 3, Orders: 155 / part, Containers: Range{2, 4}, Units: Range{3, 9}},
		},
		{
			Name: "order process", Objects: 796 / part, Component: 0.754, Walk: Sizes{5, 5, 5, 1, 0.193},
			Business: Relay{Seed: 1, Orders: 190 / part, Chained: 150 / part, Pairs: 10 / part},
		},
		{
			Name: "document flow (SAP VBFA)", Objects: 112_009 / part, Component: 0.085, Walk: Sizes{5, 8, 72, 0.439, 0.069},
			Business: DocumentFlow{
				Seed: 1, Orders: 10_700 / part, Strays: 16_800 / part, Carried: Range{20, 60}, Joined: 900 / part, Moved: 63, Billed: 18, Parts: 17,
			},
		},
	}
}
