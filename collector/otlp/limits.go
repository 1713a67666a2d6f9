package otlp

// Limits bound what one request may hold, whatever its size in bytes: a body of
// empty messages decodes to a hundred times its size.
type Limits struct {
	Items int // spans or log records
	Nodes int // messages of any kind: attributes, values, events, links
	Depth int // nesting of attribute values
}

// DefaultLimits allow what a body of 64 MiB of real spans holds.
func DefaultLimits() Limits { return Limits{Items: 200_000, Nodes: 8_000_000, Depth: 40} }

// Counts is what a scan found.
type Counts struct {
	Items int
	Nodes int
}
