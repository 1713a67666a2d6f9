package view

import (
	"cmp"
	"slices"
	"time"

	"throughline/lineage"
)

// Traces is the section of a page that shows technical traces. Problem says in
// a sentence why they cannot be shown just now.
type Traces struct {
	Traces  []Trace
	More    int // traces that the page leaves out
	Problem string
	Open    bool // show the first one opened
}

// Trace is one trace: its figures and its waterfall.
type Trace struct {
	ID       string
	URL      string
	Services []Service
	Spans    int
	Errors   int
	Start    Time
	Took     string
	Rows     []SpanRow
	Hidden   int    // spans that the waterfall leaves out
	Note     string // such as spans whose parents have not come
}

// Service is a service with the class of its colour.
type Service struct{ Name, Class string }

// SpanRow is one span in a waterfall. X and Width are thousandths of the trace.
type SpanRow struct {
	Depth      int
	Name       string
	Service    Service
	Kind       string
	X, Width   int
	Took       string
	At         string // after the start of the trace
	Error      bool
	Message    string
	Orphan     bool // its parent has not come
	Attributes string
}

const (
	maxDepth      = 12
	serviceColors = 6
)

// NewTrace makes the waterfall of a trace from its summary and at most limit of
// the spans given, which may be of any trace and in any order.
func NewTrace(s lineage.TraceSummary, spans []lineage.Span, limit int, c Clock) Trace {
	t := Trace{
		ID: s.TraceID.String(), URL: TraceURL(s.TraceID), Spans: s.Spans, Errors: s.Errors, Start: c.time(s.Start),
	}
	own := make([]*lineage.Span, 0, len(spans))
	start, end := s.Start, s.End
	for i := range spans {
		if spans[i].TraceID != s.TraceID {
			continue
		}
		own = append(own, &spans[i])
		if start.IsZero() || spans[i].Start.Before(start) {
			start = spans[i].Start
		}
		if over := spans[i].Start.Add(spans[i].Duration); over.After(end) {
			end = over
		}
	}
	t.Took = Span(end.Sub(start))
	colors := map[string]string{}
	for i, name := range s.Services {
		colors[name] = color(i)
		t.Services = append(t.Services, Service{name, colors[name]})
	}
	tree := newTree(own)
	orphans := 0
	for _, n := range tree {
		if n.orphan {
			orphans++
		}
		if len(t.Rows) == limit {
			break
		}
		t.Rows = append(t.Rows, newRow(n, start, end.Sub(start), colors))
	}
	t.Hidden = max(0, max(t.Spans, len(own))-len(t.Rows))
	if orphans > 0 {
		t.Note = Of(orphans, "span") + " whose parent has not come: the trace may be incomplete."
	}
	return t
}

func color(i int) string { return "s" + string(rune('0'+i%serviceColors)) }

func newRow(n branch, start time.Time, whole time.Duration, colors map[string]string) SpanRow {
	s := n.span
	r := SpanRow{
		Depth: min(n.depth, maxDepth), Name: s.Name, Kind: s.Kind, Took: Span(s.Duration), At: Span(s.Start.Sub(start)),
		Error: s.Status == "Error", Message: s.StatusMessage, Orphan: n.orphan, Attributes: pretty(s.Attributes),
		Service: Service{s.Service, colors[s.Service]}, Width: 1000,
	}
	if r.Service.Class == "" {
		r.Service.Class = color(0)
	}
	if whole > 0 {
		r.X = min(int(s.Start.Sub(start)*1000/whole), 996)
		r.Width = min(max(int(s.Duration*1000/whole), 4), 1000-r.X)
	}
	return r
}

// branch is a span in its place in the tree.
type branch struct {
	span   *lineage.Span
	depth  int
	orphan bool
}

// newTree puts spans in the order of a waterfall: parents before their children,
// siblings by start. A span whose parent is not there stands at the top, and a
// ring of parents is opened at its earliest span, so every span comes once.
func newTree(spans []*lineage.Span) []branch {
	slices.SortFunc(spans, func(a, b *lineage.Span) int {
		return cmp.Or(a.Start.Compare(b.Start), slices.Compare(a.SpanID[:], b.SpanID[:]))
	})
	known := make(map[lineage.SpanID]bool, len(spans))
	children := make(map[lineage.SpanID][]*lineage.Span, len(spans))
	for _, s := range spans {
		known[s.SpanID] = true
		children[s.Parent] = append(children[s.Parent], s)
	}
	out := make([]branch, 0, len(spans))
	placed := make(map[*lineage.Span]bool, len(spans))
	grow := func(root *lineage.Span) {
		stack := []branch{{root, 0, !root.Parent.IsZero() && !known[root.Parent]}}
		for len(stack) > 0 {
			top := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			if placed[top.span] {
				continue
			}
			placed[top.span] = true
			out = append(out, top)
			below := children[top.span.SpanID]
			for i := len(below) - 1; i >= 0; i-- {
				stack = append(stack, branch{below[i], top.depth + 1, false})
			}
		}
	}
	for _, s := range spans {
		if s.Parent.IsZero() || !known[s.Parent] {
			grow(s)
		}
	}
	for _, s := range spans {
		grow(s)
	}
	return out
}
