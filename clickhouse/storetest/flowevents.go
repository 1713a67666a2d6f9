package storetest

import (
	"errors"
	"slices"
	"testing"
	"time"

	"throughline/clickhouse"
	"throughline/lineage"
)

// flowEventsComeOut exports the events of two executions that share one, with a
// resend, a clash, another flow's events and companions of sources beside them.
func flowEventsComeOut(t *testing.T, f *Fixture) {
	ctx := t.Context()
	event := func(source, id, payload string, hash uint64, recorded time.Duration) lineage.Event {
		return lineage.Event{Tenant: "default", Source: source, ID: id, Type: "t", Time: at(time.Second), Recorded: at(recorded), Ingested: at(0), Payload: payload, Hash: hash}
	}
	must(t, f.Append(ctx, &lineage.Block{Writer: "w", ID: 1, Day: at(0), Events: []lineage.Event{
		event("/shop", "1", `{"n":1}`, 1, 1), event("/shop", "2", `{"n":2}`, 1, 1), event("/shop", "3", `{"n":3}`, 1, 1),
		event("/shop", "other flow", `{}`, 1, 1), event("/shop:objects", "o", `{}`, 1, 1), event("/mill:objects", "o", `{}`, 1, 1),
	}}, false))
	must(t, f.Append(ctx, &lineage.Block{Writer: "w", ID: 2, Day: at(0), Events: []lineage.Event{
		event("/shop", "1", `{"n":1}`, 1, 1), event("/shop", "2", `{"n":"newer"}`, 0, 5), event("/shop", "2", `{"n":"older"}`, 9, 2),
	}}, false))
	of := func(flow, id string, events ...string) *lineage.Execution {
		e := execution(flow, id, time.Second, lineage.StateOpen, "")
		for _, id := range events {
			e.Events = append(e.Events, &lineage.Event{Source: "/shop", ID: id})
		}
		return e
	}
	must(t, f.SaveExecutions(ctx, "default", 1, []*lineage.Execution{of("sales", "a", "1", "2"), of("sales", "b", "2", "3"), of("more", "a", "other flow")}, nil))
	for with, want := range map[clickhouse.Companions][]string{
		{}:                                    {`1 {"n":1}`, `2 {"n":"newer"}`, `3 {"n":3}`},
		{Prefix: "/shop", Suffix: ":objects"}: {`1 {"n":1}`, `2 {"n":"newer"}`, `3 {"n":3}`, `o {}`},
		{Prefix: "urn:ocel:", Suffix: ":objects"}: {`1 {"n":1}`, `2 {"n":"newer"}`, `3 {"n":3}`},
	} {
		var got []string
		must(t, f.FlowEvents(ctx, "default", "sales", with, func(e *lineage.Event) error {
			got = append(got, e.ID+" "+e.Payload)
			return nil
		}))
		equal(t, "events", slices.Equal(got, want), true)
	}
	third := event("/shop", "3", "", 1, 1)
	third.Stage = "mapped anew"
	must(t, f.SaveRemapped(ctx, []lineage.Stored{{Place: lineage.Place{Writer: "w", Block: 1, Row: 2}, Event: &third, Generation: 1}}))
	stages := map[string]string{}
	must(t, f.FlowEvents(ctx, "default", "sales", clickhouse.Companions{}, func(e *lineage.Event) error {
		stages[e.ID] = e.Stage
		return nil
	}))
	equal(t, "stages", stages, map[string]string{"1": "", "2": "", "3": "mapped anew"})
	stop := errors.New("enough")
	err := f.FlowEvents(ctx, "default", "sales", clickhouse.Companions{}, func(*lineage.Event) error { return stop })
	equal(t, "the reader's error comes back", errors.Is(err, stop), true)
	must(t, f.FlowEvents(ctx, "other", "sales", clickhouse.Companions{Suffix: ":objects"}, func(e *lineage.Event) error {
		t.Errorf("another tenant is told of %s", e.ID)
		return nil
	}))
}
