package storetest

import (
	"fmt"
	"testing"
	"time"

	"throughline/lineage"
)

// observedInOrder stores spans and log records with the events that were read from them,
// one that a re-mapping has read since, and one that has been mapped anew.
func observedInOrder(t *testing.T, f *Fixture) {
	ctx := t.Context()
	b := &lineage.Block{Writer: "w", ID: 3, Day: day}
	event := func(kind lineage.EventKind, source, id string) lineage.Event {
		return lineage.Event{Tenant: "default", Source: source, ID: id, Kind: kind, Type: "t", Time: at(0), Ingested: at(time.Hour), Stage: "then", Hash: 1}
	}
	for i := range 12 {
		attributes := `{"order.id":"SO-1"}`
		if i%4 == 3 {
			attributes = `{"other":"SO-1"}`
		}
		s := lineage.Span{
			Tenant: "default", TraceID: lineage.TraceID{byte(7 * i)}, SpanID: lineage.SpanID{byte(i + 1)}, Name: "t", Service: "s", Resource: "{}",
			Start: at(time.Duration(i%3) * time.Hour), Attributes: attributes, Ingested: at(time.Hour), Hash: uint64(i),
		}
		if i == 0 {
			s.TraceID = lineage.TraceID{0, 1}
		}
		b.Spans = append(b.Spans, s)
		l := lineage.Log{Tenant: "default", Time: at(time.Duration(i%3) * time.Hour), Service: fmt.Sprint("s", i%2), EventName: "t", Resource: "{}", Attributes: attributes, Ingested: at(time.Hour), Hash: uint64(100 + i)}
		b.Logs = append(b.Logs, l)
		if i < 2 {
			b.Events = append(b.Events, event(lineage.SpanEvent, "otel:s", s.EventID()), event(lineage.LogEvent, "otel:"+l.Service, l.EventID()))
		}
	}
	must(t, f.Append(ctx, b, false))
	later := &lineage.Block{Writer: "remap-7", ID: 1, Day: day, Events: []lineage.Event{event(lineage.SpanEvent, "otel:s", b.Spans[2].EventID()), event(lineage.LogEvent, "otel:s0", b.Logs[2].EventID())}}
	must(t, f.Append(ctx, later, false))
	for row := range uint32(2) {
		anew := b.Events[row]
		anew.Stage = "now"
		must(t, f.SaveRemapped(ctx, []lineage.Stored{{Place: lineage.Place{Writer: "w", Block: 3, Row: row}, Event: &anew, Generation: 5}}))
	}
	for kind, read := range map[lineage.EventKind]func(lineage.ObservedPlace, string, int) ([]lineage.Observed, error){
		lineage.SpanEvent: func(after lineage.ObservedPlace, own string, limit int) ([]lineage.Observed, error) {
			return f.SpansAfter(ctx, "default", after, []string{"order.id"}, own, limit)
		},
		lineage.LogEvent: func(after lineage.ObservedPlace, own string, limit int) ([]lineage.Observed, error) {
			return f.LogsAfter(ctx, "default", after, []string{"order.id"}, own, limit)
		},
	} {
		for own, want := range map[string]map[string]string{
			"remap-8": {"0": "now 5", "1": "then 0", "2": "then 0"},
			"remap-7": {"0": "now 5", "1": "then 0"},
		} {
			var after lineage.ObservedPlace
			got, seen := map[string]string{}, 0
			for {
				batch, err := read(after, own, 4)
				must(t, err)
				if len(batch) == 0 {
					break
				}
				for _, o := range batch {
					if o.Compare(after) <= 0 {
						t.Fatalf("%v comes behind %v", o.ObservedPlace, after)
					}
					after = o.ObservedPlace
					seen++
					if o.Event == nil {
						continue
					}
					for i := range b.Spans {
						if o.ID == b.Spans[i].EventID() || o.ID == b.Logs[i].EventID() {
							got[fmt.Sprint(i)] = fmt.Sprint(o.Event.Event.Stage, " ", o.Event.Generation)
						}
					}
				}
			}
			equal(t, kind.String()+"s that have a key", seen, 9)
			equal(t, "events of "+kind.String()+"s, as "+own, got, want)
		}
	}
}
