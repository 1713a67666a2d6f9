package storetest

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"throughline/lineage"
)

// unsettled reads what a start needs, as the writer, block and id of each event and how it is mapped.
func (f *Fixture) unsettled(t *testing.T, writer string, block uint64) []string {
	t.Helper()
	var got []string
	must(t, f.Unsettled(t.Context(), "default", writer, block, func(writer string, block uint64, e *lineage.Event) error {
		got = append(got, fmt.Sprint(writer, block, " ", e.Source, " ", e.ID, " ", e.Stage))
		return nil
	}))
	return got
}

// plain is an event that is nothing but its identity.
func plain(source, id string) lineage.Event {
	return lineage.Event{Tenant: "default", Source: source, ID: id, Type: "t", Time: at(time.Second), Ingested: at(time.Hour), Payload: "{}"}
}

func (f *Fixture) append(t *testing.T, writer string, id uint64, all ...lineage.Event) {
	t.Helper()
	must(t, f.Append(t.Context(), &lineage.Block{Writer: writer, ID: id, Day: day.AddDate(0, 0, int(id)%5), Events: all}, false))
}

// chainsAreUnsettled stores events that cause others or link to traces among some that do
// not, and events past a block and decisions.
func chainsAreUnsettled(t *testing.T, f *Fixture) {
	theirs := plain("erp", "theirs")
	theirs.Tenant, theirs.Causation, theirs.Links = "other", "plain", []lineage.TraceID{{1}}
	f.append(t, "w", 1, plain("erp", "plain"), theirs, plain("erp", "theirs"), plain("crm", "plain"))
	f.append(t, "a", 2, plain("erp", "plain too"))
	f.append(t, "w", 8, plain("crm", "last"))
	theirsPast := plain("crm", "theirs past")
	theirsPast.Tenant = "other"
	f.append(t, "w", 9, plain("crm", "past"), theirsPast)
	f.append(t, "x", 9, plain("crm", "past of another"))
	equal(t, "where nothing is unsettled", len(f.unsettled(t, "w", 9)), 0)
	equal(t, "past a block", f.unsettled(t, "w", 8), []string{"w9 crm past "})

	decided := plain("throughline", "decided")
	decided.Kind = lineage.DecisionEvent
	f.append(t, "w", 2, decided)
	equal(t, "decisions", f.unsettled(t, "w", 9), []string{"w2 throughline decided "})

	linked := plain("otel:shop", "linked")
	linked.Kind, linked.Links = lineage.SpanEvent, []lineage.TraceID{{7}}
	f.append(t, "w", 3, plain("otel:other", "linked"), linked, plain("otel:shop", "not linked"))
	f.append(t, "b", 3, plain("otel:shop", "linked"))
	equal(t, "links", f.unsettled(t, "w", 9), []string{"b3 otel:shop linked ", "w2 throughline decided ", "w3 otel:shop linked "})

	caused := plain("erp", "caused")
	caused.Causation = "cause"
	f.append(t, "w", 4, plain("erp", "cause"), caused, plain("crm", "cause"), plain("crm", "caused"))
	f.append(t, "b", 4, plain("erp", "caused"))
	want := []string{
		"b3 otel:shop linked ", "b4 erp caused ", "w2 throughline decided ", "w3 otel:shop linked ",
		"w4 erp cause ", "w4 erp caused ", "w4 crm cause ",
	}
	equal(t, "causes", f.unsettled(t, "w", 9), want)
	chained, err := f.Chained(t.Context(), "default")
	must(t, err)
	equal(t, "those that name a cause or link", chained, 2)
	stop := errors.New("enough")
	err = f.Unsettled(t.Context(), "default", "w", 9, func(string, uint64, *lineage.Event) error { return stop })
	equal(t, "the reader's error comes back", errors.Is(err, stop), true)
}

// mappedAnewIsUnsettled stores events on a chain of which some are mapped anew.
func mappedAnewIsUnsettled(t *testing.T, f *Fixture) {
	chained := func(id string) lineage.Event {
		e := plain("erp", id)
		e.Causation = "none"
		return e
	}
	f.append(t, "w", 1, chained("1"), chained("2"), chained("3"), plain("erp", "4"))
	anew, refused := chained("1"), chained("3")
	anew.Stage = "mapped anew"
	must(t, f.SaveRemapped(t.Context(), []lineage.Stored{
		{Place: lineage.Place{Writer: "w", Block: 1, Row: 0}, Event: &anew, Generation: 2},
		{Place: lineage.Place{Writer: "w", Block: 1, Row: 2}, Event: &refused, Generation: 2, Refused: true},
	}))
	equal(t, "mapped anew, and refused", f.unsettled(t, "w", 9), []string{"w1 erp 1 mapped anew", "w1 erp 2 "})
}

// unsettledOfAny stores events in which everything collides and compares what is unsettled
// with what EventsSince has of it.
func unsettledOfAny(t *testing.T, f *Fixture) {
	type identity struct{ source, id string }
	const writer, past = "w", 7
	f.append(t, "a", 0, plain("erp", "settled"))
	check(t, func(rt *rapid.T, id uint64) {
		b := &lineage.Block{Writer: rapid.SampledFrom([]string{"a", writer}).Draw(rt, "writer"), ID: id, Day: day.AddDate(0, 0, int(id)%3), Events: many(rt, events, "events")}
		for i := range b.Events {
			if rapid.IntRange(0, 9).Draw(rt, "chained") > 0 {
				b.Events[i].Causation, b.Events[i].Links = "", nil
			}
		}
		draw(rt, f.Append(t.Context(), b, false))
		now := events.Draw(rt, "mapped anew")
		last := b.Events[len(b.Events)-1]
		last.TakeMapping(&now)
		place := lineage.Place{Writer: b.Writer, Block: id, Row: uint32(len(b.Events) - 1)}
		draw(rt, f.SaveRemapped(t.Context(), []lineage.Stored{{Place: place, Event: &last, Generation: 1}}))
	})
	type stored struct {
		Writer string
		Block  uint64
		Event  lineage.Event
	}
	var all, want, got []stored
	causes, chained := map[string]bool{}, map[identity]bool{}
	must(t, f.EventsSince(t.Context(), "default", func(writer string, block uint64, e *lineage.Event) error {
		all = append(all, stored{writer, block, *e})
		if e.Causation != "" {
			causes[e.Causation] = true
		}
		if e.Causation != "" || len(e.Links) > 0 {
			chained[identity{e.Source, e.ID}] = true
		}
		return nil
	}))
	for _, s := range all {
		of := identity{s.Event.Source, s.Event.ID}
		if s.Event.Kind == lineage.DecisionEvent || s.Writer == writer && s.Block > past || causes[s.Event.ID] || chained[of] {
			want = append(want, s)
		}
	}
	must(t, f.Unsettled(t.Context(), "default", writer, past, func(writer string, block uint64, e *lineage.Event) error {
		got = append(got, stored{writer, block, *e})
		return nil
	}))
	equal(t, "some are settled", len(want) < len(all), true)
	equal(t, "number of events", len(got), len(want))
	for i := range want {
		equal(t, "event", got[i], want[i])
	}
}

// unsettledByTheHundred stores more events past a block than get their mappings at once.
func unsettledByTheHundred(t *testing.T, f *Fixture) {
	const n = 1100
	var all []lineage.Event
	var anew []lineage.Stored
	var want []string
	for i := range n {
		e := plain("erp", fmt.Sprint(i))
		all = append(all, e)
		if i%100 == 99 {
			e.Stage = "mapped anew"
			anew = append(anew, lineage.Stored{Place: lineage.Place{Writer: "w", Block: 3, Row: uint32(i)}, Event: &e, Generation: 1})
		}
		want = append(want, fmt.Sprint("w3 erp ", e.ID, " ", e.Stage))
	}
	f.append(t, "w", 3, all...)
	must(t, f.SaveRemapped(t.Context(), anew))
	got := f.unsettled(t, "w", 2)
	equal(t, "events", slices.Equal(got, want), true)
}
