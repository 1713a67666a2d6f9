package web

import (
	"cmp"
	"context"
	"slices"
	"time"

	"throughline/lineage"
	"throughline/web/view"
)

// What a page shows of its traces. A trace's own page shows one, but more of it.
const (
	maxTraces     = 500 // counted and listed in the API
	tracesShown   = 20
	spansShown    = 60
	spansAlone    = 1000
	spansRead     = 2000
	tracesFresh   = 5 * time.Second // how long what was read is shown again
	tracesTimeout = 3 * time.Second // a slow store must not hold back the lineage
)

// tracesOf reads the traces behind one lineage page, and remembers them: they
// are asked for again when other traces appear, or after a while.
type tracesOf struct {
	server *Server
	alone  lineage.TraceID // the page is this trace's own
	rows   int             // spans drawn for each trace

	ids       []lineage.TraceID
	read      time.Time
	summaries []lineage.TraceSummary
	spans     []lineage.Span
	failed    bool
}

func (s *Server) newTracesOf(q lineage.ObjectQuery) *tracesOf {
	t := &tracesOf{server: s, rows: spansShown}
	if id, ok := parseTraceID(q.ID); ok && q.Type == "trace" {
		t.alone, t.rows = id, spansAlone
	}
	return t
}

// load draws the traces of what was found. It never fails: the page says what
// could not be read.
func (t *tracesOf) load(ctx context.Context, a lineage.Answer, c view.Clock) view.Traces {
	ids := traceIDs(maxTraces, a.Executions, a.Unanchored)
	if !t.alone.IsZero() {
		ids = []lineage.TraceID{t.alone}
	}
	if len(ids) == 0 {
		return view.Traces{}
	}
	if !slices.Equal(ids, t.ids) || c.Now.Sub(t.read) >= tracesFresh || c.Now.Before(t.read) {
		t.ask(ctx, ids)
		t.ids, t.read = ids, c.Now
	}
	return t.draw(c)
}

func (t *tracesOf) ask(ctx context.Context, ids []lineage.TraceID) {
	ctx, cancel := context.WithTimeout(ctx, tracesTimeout)
	defer cancel()
	tenant := t.server.config.Tenant
	summaries, err := t.server.deps.Traces.TraceSummaries(ctx, tenant, ids)
	var spans []lineage.Span
	if err == nil {
		spans, err = t.server.deps.Traces.Spans(ctx, tenant, ids[:min(len(ids), tracesShown)], spansRead)
	}
	t.failed = err != nil
	if err != nil {
		t.server.deps.Log.Warn("the traces of a page cannot be read", "error", err)
		return
	}
	t.summaries, t.spans = inOrder(summaries, ids), spans
}

func (t *tracesOf) draw(c view.Clock) view.Traces {
	out := view.Traces{Open: !t.alone.IsZero()}
	if t.failed {
		out.Problem = "Spans cannot be read just now: the store does not answer. The lineage above is complete without them."
	}
	for i, summary := range t.summaries {
		if i == tracesShown {
			out.More = len(t.summaries) - i
			break
		}
		out.Traces = append(out.Traces, view.NewTrace(summary, t.spans, t.rows, c))
	}
	return out
}

// inOrder puts summaries into the order of ids and leaves out empty ones.
func inOrder(summaries []lineage.TraceSummary, ids []lineage.TraceID) []lineage.TraceSummary {
	place := make(map[lineage.TraceID]int, len(ids))
	for i, id := range ids {
		place[id] = i
	}
	out := slices.DeleteFunc(slices.Clone(summaries), func(s lineage.TraceSummary) bool { return s.Spans == 0 })
	slices.SortFunc(out, func(a, b lineage.TraceSummary) int { return cmp.Compare(place[a.TraceID], place[b.TraceID]) })
	return out
}
