package storetest

import (
	"testing"

	"pgregory.net/rapid"

	"throughline/lineage"
)

// remappedComeBack stores events, and of some how they are mapped anew, in rising
// generations: they come back as the last of these maps them, in their places.
func remappedComeBack(t *testing.T, f *Fixture) {
	var want []lineage.Stored
	var came []lineage.Event // as they came in
	generation := uint64(0)
	check(t, func(rt *rapid.T, id uint64) {
		b := &lineage.Block{Writer: "w", ID: id, Day: day, Events: many(rt, events, "events")}
		draw(rt, f.Append(t.Context(), b, false))
		for i := range b.Events {
			e := b.Events[i]
			came = append(came, e)
			want = append(want, lineage.Stored{Place: lineage.Place{Writer: "w", Block: id, Row: uint32(i)}, Event: &e})
		}
		generation++
		var anew []lineage.Stored
		for i := range want {
			if rapid.IntRange(0, 3).Draw(rt, "anew") > 0 {
				continue
			}
			w := &want[i]
			now, was := events.Draw(rt, "mapped anew"), came[i]
			was.TakeMapping(&now)
			w.Event, w.Generation, w.Refused = &was, generation, rapid.Bool().Draw(rt, "refused")
			anew = append(anew, *w)
		}
		draw(rt, f.SaveRemapped(t.Context(), anew))
		draw(rt, f.SaveRemapped(t.Context(), anew)) // again
	})
	var since []lineage.Event
	must(t, f.EventsSince(t.Context(), "default", func(_ string, _ uint64, e *lineage.Event) error {
		since = append(since, *e)
		return nil
	}))
	var taken, cloudEvents []lineage.Stored
	for _, w := range want {
		if !w.Refused {
			taken = append(taken, w)
		}
		if w.Event.Kind == lineage.BusinessEvent {
			cloudEvents = append(cloudEvents, w)
		}
	}
	equal(t, "number of events", len(since), len(taken))
	for i := range taken {
		equal(t, "event", since[i], *taken[i].Event)
	}
	left, err := f.EventsLeft(t.Context(), "default", lineage.Place{})
	must(t, err)
	equal(t, "events left", int(left), len(cloudEvents))
	var at lineage.Place
	for len(cloudEvents) > 0 {
		n := min(7, len(cloudEvents))
		batch, err := f.EventsAfter(t.Context(), "default", at, 7)
		must(t, err)
		equal(t, "events of a batch", batch, cloudEvents[:n])
		cloudEvents, at = cloudEvents[n:], batch[n-1].Place
	}
	left, err = f.EventsLeft(t.Context(), "default", at)
	must(t, err)
	equal(t, "events left behind the last", left, 0)
}
