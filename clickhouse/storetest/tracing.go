package storetest

import (
	"fmt"
	"testing"
	"time"

	"throughline/lineage"
)

func tracesAreCounted(t *testing.T, f *Fixture) {
	one, two, none := lineage.TraceID{1}, lineage.TraceID{2}, lineage.TraceID{3}
	span := func(trace lineage.TraceID, start time.Duration, service, status string) lineage.Span {
		return lineage.Span{Tenant: "default", TraceID: trace, Service: service, Status: status, Start: at(start), Duration: time.Second, Ingested: at(0)}
	}
	// Within one block the traces alternate, and lie in two hours.
	must(t, f.Append(t.Context(), &lineage.Block{Writer: "w", ID: 1, Day: day, Spans: []lineage.Span{
		span(one, 59*time.Minute, "crm", "Ok"), span(two, time.Hour, "erp", "Error"), span(one, 61*time.Minute, "erp", "Unset"), span(one, 58*time.Minute, "crm", "Error"),
	}}, false))
	must(t, f.Append(t.Context(), &lineage.Block{Writer: "w", ID: 2, Day: day, Spans: []lineage.Span{span(one, 5*time.Hour, "billing", "Error")}}, false))
	got, err := f.TraceSummaries(t.Context(), "default", []lineage.TraceID{two, none, one, two})
	must(t, err)
	equal(t, "summaries", got, []lineage.TraceSummary{
		{TraceID: two, Spans: 1, Errors: 1, Services: []string{"erp"}, Start: at(time.Hour), End: at(time.Hour + time.Second)},
		{TraceID: one, Spans: 4, Errors: 2, Services: []string{"billing", "crm", "erp"}, Start: at(58 * time.Minute), End: at(5*time.Hour + time.Second)},
	})
	got, err = f.TraceSummaries(t.Context(), "default", nil)
	must(t, err)
	equal(t, "summaries of nothing", len(got), 0)
}

func longTraces(t *testing.T, f *Fixture) {
	trace := lineage.TraceID{7}
	b := &lineage.Block{Writer: "w", ID: 1, Day: day}
	for i := range 100 {
		b.Spans = append(b.Spans, lineage.Span{Tenant: "default", TraceID: trace, Name: fmt.Sprint(i), Start: at(time.Duration(i) * 47 * time.Minute), Ingested: at(0)})
	}
	must(t, f.Append(t.Context(), b, false))
	got, _, err := f.Spans(t.Context(), "default", []lineage.TraceID{trace, {8}}, 1000, "")
	must(t, err)
	equal(t, "spans", got, b.Spans)
	got, _, err = f.Spans(t.Context(), "default", nil, 1000, "")
	must(t, err)
	equal(t, "spans of no trace", len(got), 0)
}

func recentIdentities(t *testing.T, f *Fixture) {
	for id := range uint64(4) {
		b := block("w", id, 2)
		b.Events[1].Kind = lineage.SpanEvent // known by its span
		must(t, f.Append(t.Context(), b, false))
		must(t, f.Append(t.Context(), block("other", id, 2), false))
	}
	names := func(b *lineage.Block) map[lineage.Signal][]string {
		all := map[lineage.Signal][]string{}
		for i := range b.Spans {
			s, l := &b.Spans[i], &b.Logs[i]
			all[lineage.Traces] = append(all[lineage.Traces], fmt.Sprint(b.ID, s.Tenant, s.TraceID, s.SpanID, s.Hash))
			all[lineage.Logs] = append(all[lineage.Logs], fmt.Sprint(b.ID, l.Tenant, l.Hash))
		}
		e := &b.Events[0]
		all[lineage.Events] = append(all[lineage.Events], fmt.Sprint(b.ID, e.Tenant, e.Source, e.ID, e.Hash))
		return all
	}
	two, three := names(block("w", 2, 2)), names(block("w", 3, 2))
	for _, signal := range []lineage.Signal{lineage.Traces, lineage.Logs, lineage.Events} {
		var got []string
		must(t, f.Recent(t.Context(), "w", signal, 2, func(id *lineage.Identity) error {
			switch signal {
			case lineage.Traces:
				got = append(got, fmt.Sprint(id.Block, id.Tenant, id.TraceID, id.SpanID, id.Hash))
			case lineage.Logs:
				got = append(got, fmt.Sprint(id.Block, id.Tenant, id.Hash))
			default:
				got = append(got, fmt.Sprint(id.Block, id.Tenant, id.Source, id.ID, id.Hash))
			}
			return nil
		}))
		equal(t, signal.String(), got, append(two[signal], three[signal]...))
	}
	err := f.Recent(t.Context(), "w", 9, 0, func(*lineage.Identity) error { return nil })
	equal(t, "kind of an unknown signal", lineage.KindOf(err), lineage.Invalid)
}
