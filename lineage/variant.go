package lineage

import "time"

// VariantQuery asks for the variants of a flow: the distinct sequences of stages that
// its executions went through.
type VariantQuery struct {
	Tenant string
	Flow   string    // required
	From   time.Time // of the start of an execution, inclusive; zero: from the first one on
	To     time.Time // exclusive; zero: up to the last one
	State  State     // empty: any
	Limit  int       // how many variants are told one by one, 1 to 1000
}

// Variants are the variants of a flow, the most frequent first.
type Variants struct {
	All       Variant // all executions that are counted, whatever their variant
	Top       []Variant
	Distinct  int // how many variants there are, those beyond Top too
	Uncounted int // executions that were written before sequences were kept: nothing else here knows them
	AsOf      time.Time
}

// Variant is one sequence of stages with what the executions that took it come to.
type Variant struct {
	ID         string   // 16 hex digits, of the stages; "" for all variants
	Stages     []string // at most MaxSteps; none: no stage was reported
	Executions int
	Unanchored int // of them, those that no anchor reaches
	Completed  int // of them, those whose stages are all done: the samples of P50 and P95
	Rework     int // of them, those with a step that is rework
	P50, P95   time.Duration
	Bottleneck Hop // the zero Hop where no execution took any time
}

// Hop is the way from one stage to the next. Its time runs from when an execution had
// come to the one (Step.At) to when it had come to the other; the hop to the first
// stage, whose From is "", from the start of the execution. A bottleneck is the hop
// with the greatest median share of the time from start to last stage, weighed by how
// often it is taken: in one variant every execution takes every hop.
type Hop struct {
	From, To string
	Taken    int           // how often, over all executions
	Share    float64       // median of its share of an execution's time, 0 to 1
	Median   time.Duration // of its time
}

// IsZero tells whether there is no hop.
func (h Hop) IsZero() bool { return h == Hop{} }

// VariantPage is one page of the executions behind Variants.
type VariantPage struct {
	Page
	Stages []string // of the variant that was asked for, where the page has any of it
}

// VariantListQuery asks for a page of the executions behind Variants, newest first.
type VariantListQuery struct {
	VariantQuery         // Limit is of the page
	Variant      string  // ID of one; empty: of all
	Which        Variety // of these
	Cursor       string  // of the page before; empty for the first
}

// Variety says which of the executions of a variant are meant.
type Variety string

// The varieties.
const (
	AnyVariety Variety = ""          // all that are counted
	Reworked   Variety = "rework"    // with a step that is rework
	Loose      Variety = "loose"     // that no anchor reaches
	Uncounted  Variety = "uncounted" // that are not counted yet: then Variant is empty
)
