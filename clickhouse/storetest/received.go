package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"throughline/lineage"
)

// receivedSince gathers what a tenant received.
func receivedSince(t *testing.T, f *Fixture, since time.Time, keys ...string) (all []lineage.Received) {
	t.Helper()
	must(t, f.Received(t.Context(), "default", since, keys, func(r *lineage.Received) error {
		all = append(all, *r)
		return nil
	}))
	return all
}

// onlySubject and readingOthers are two contracts of one type: the second reads what the
// first one has no use for.
const onlySubject = "kind: contract\ntype: told\nversion: 1\nmap: {subject: {type: order, id: /no}, stage: told}\n"

const readingOthers = `
kind: contract
type: told
version: 1
map:
  subject: {type: invoice, id: subject}
  refs: [{type: order, id: plant}, {type: quote, id: time}, {type: delivery, id: dataschema}, {type: payment, id: n}, {type: item, id: /lines/*/no}]
  reason: traceparent
  correlation: correlationid
`

func mappedAnew(t *testing.T, f *Fixture) {
	was, err := lineage.ParseCatalogue([]lineage.File{{Name: "was.yaml", Data: []byte(onlySubject)}})
	must(t, err)
	is, err := lineage.ParseCatalogue([]lineage.File{{Name: "is.yaml", Data: []byte(readingOthers)}})
	must(t, err)
	want := map[string]lineage.Event{}
	check(t, func(rt *rapid.T, id uint64) {
		b := &lineage.Block{Writer: "w", ID: id, Day: day}
		for i := range rapid.IntRange(1, 8).Draw(rt, "events") {
			w := func(name string) string {
				return rapid.SampledFrom([]string{"x", "SO-1", "ü", " padded", "N/A", "<&>", "\u2028"}).Draw(rt, name)
			}
			raw := fmt.Appendf(nil, `{"id":"%d-%d","specversion":"1.0", "type":"told","source":"erp","subject":%q,"plant":%q,"n":%d,"correlationid":%q,`+
				`"time":%q,"traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0%d","data":{"no": "SO-%d","lines":[{"no":%q}]}}`,
				id, i, "I-"+w("subject"), w("plant"), i, w("correlation"),
				rapid.SampledFrom([]string{"2026-11-23T08:00:00Z", "2026-11-23T09:00:00.5+01:00", "1970-01-01T00:00:00Z"}).Draw(rt, "time"), i%2, i, w("line"))
			ce, err := lineage.ParseCloudEvent(raw)
			draw(rt, err)
			e, err := was.FromCloudEvent("default", &ce, at(time.Duration(i)))
			draw(rt, err)
			b.Events = append(b.Events, e)
			now, err := is.FromCloudEvent("default", &ce, at(time.Duration(i)))
			draw(rt, err)
			want[e.ID] = now
		}
		draw(rt, f.Append(t.Context(), b, rapid.Bool().Draw(rt, "in doubt")))
	})
	for _, r := range receivedSince(t, f, day) {
		got, ok, err := is.Remap(r.Event)
		must(t, err)
		now := want[got.ID]
		now.Envelope, got.Envelope = "", "" // the order of what they hold may differ
		if diff := cmp.Diff(now, got); !ok || diff != "" {
			t.Fatalf("%s was kept as %s and is mapped anew otherwise (- wanted, + got):\n%s", got.ID, r.Event.Envelope, diff)
		}
		delete(want, got.ID)
	}
	equal(t, "events that are not kept", len(want), 0)
}

func receivedComesBack(t *testing.T, f *Fixture) {
	merge := theDecision(t, "default", lineage.Decision{ID: "d1", Kind: lineage.DecideBlock, A: lineage.Object{Type: "order", ID: "SO-1"}, At: at(1)})
	merge.Ingested = day.AddDate(0, 0, -40)
	was := &lineage.Block{Writer: "w", ID: 1, Day: day.AddDate(0, 0, -40), Events: []lineage.Event{merge, event(1)}}
	was.Events[1].Ingested = merge.Ingested
	must(t, f.Append(t.Context(), was, false))
	b := &lineage.Block{Writer: "w", ID: 2, Day: day, Events: []lineage.Event{event(2), event(3)}}
	b.Events[1].Kind = lineage.SpanEvent
	span := func(id byte, attributes, resource string, came time.Duration) lineage.Span {
		return lineage.Span{Tenant: "default", TraceID: lineage.TraceID{id}, SpanID: lineage.SpanID{id}, Name: "post", Start: at(0), Attributes: attributes, Resource: resource, Ingested: at(came)}
	}
	b.Spans = []lineage.Span{
		span(1, `{"order.id":"SO-1"}`, `{}`, time.Hour), span(2, `{"a":"1"}`, `{"order.id":"SO-1"}`, time.Hour),
		span(3, `{"no":"order.id"}`, `{}`, time.Hour), span(4, `{"order.idx":"x"}`, `{}`, time.Hour), span(5, `{"order.id":"SO-1"}`, `{}`, -time.Hour),
	}
	b.Logs = []lineage.Log{{Tenant: "default", Time: at(0), Body: "paid", Attributes: `{"order.id":"SO-2"}`, Resource: "{}", Ingested: at(time.Hour)}, {Tenant: "default", Time: at(0), Attributes: `{}`, Resource: "{}", Ingested: at(time.Hour)}}
	refused := func(id, event string, signal lineage.Signal) lineage.Quarantined {
		return lineage.Quarantined{Tenant: "default", ID: id, Signal: signal, Source: "erp", EventID: event, Type: "told", Reason: "no id", Payload: []byte(`{"id":"` + event + `"}`), Ingested: at(time.Hour)}
	}
	b.Quarantine = []lineage.Quarantined{refused("a", "e1", lineage.Events), refused("b", "", lineage.Events), refused("c", "e3", lineage.Traces), refused("a", "e1", lineage.Events)}
	must(t, f.Append(t.Context(), b, false))
	must(t, f.SaveQuarantine(t.Context(), []lineage.Quarantined{refused("clash", "e4", lineage.Events)}))
	named := func(all []lineage.Received) (names []string) {
		for _, r := range all {
			switch {
			case r.Event != nil:
				names = append(names, r.Event.Kind.String()+" "+r.Event.ID)
			case r.Quarantined != nil:
				names = append(names, "refused "+r.Quarantined.EventID+" "+string(r.Quarantined.Payload))
			case r.Span != nil:
				names = append(names, "span "+r.Span.TraceID.String()[:2])
			case r.Log != nil:
				names = append(names, "log "+r.Log.Body)
			}
		}
		return names
	}
	got := named(receivedSince(t, f, day, "order.id", `odd"key`))
	equal(t, "received", got, []string{"decision d1", "event e2", `refused e1 {"id":"e1"}`, "span 01", "span 02", "log paid"})
	many := make([]string, 300)
	for i := range many {
		many[i] = fmt.Sprint("k", i)
	}
	equal(t, "received, by too many keys to look for", len(receivedSince(t, f, day, many...)), 3+4+2)
}

func refusedInOrder(t *testing.T, f *Fixture) {
	b := &lineage.Block{Writer: "w", ID: 1, Day: day}
	for i := range 20 {
		b.Quarantine = append(b.Quarantine, lineage.Quarantined{
			Tenant: "default", ID: fmt.Sprintf("q%02d", i%15), Signal: lineage.Events, EventID: "e", Source: "erp", Reason: "no id",
			Payload: fmt.Appendf(nil, "%d", i), Ingested: at(time.Duration(i/3) * time.Second),
		})
	}
	must(t, f.Append(t.Context(), b, false))
	var got []string
	var after lineage.RefusedPlace
	for {
		left, err := f.RefusedLeft(t.Context(), "default", after, at(4*time.Second), "w")
		must(t, err)
		equal(t, "left", int(left), 12-len(got))
		batch, err := f.RefusedAfter(t.Context(), "default", after, at(4*time.Second), "w", 5)
		must(t, err)
		if len(batch) == 0 {
			break
		}
		for _, q := range batch {
			got = append(got, q.ID+" "+string(q.Payload))
			after = lineage.RefusedPlace{Ingested: q.Ingested, ID: q.ID}
		}
	}
	var want []string
	for i := range 12 {
		want = append(want, fmt.Sprintf("q%02d %d", i, i))
	}
	equal(t, "refused", got, want)
	released := event(1)
	released.Source, released.ID = "erp", "e"
	must(t, f.Append(t.Context(), &lineage.Block{Writer: "remap-7", ID: 1, Day: day, Events: []lineage.Event{released}}, false))
	for own, want := range map[string]int64{"remap-7": 12, "remap-8": 0} {
		left, err := f.RefusedLeft(t.Context(), "default", lineage.RefusedPlace{}, at(4*time.Second), own)
		must(t, err)
		equal(t, "left for "+own, left, want)
	}
	listed, _, err := f.Quarantine(t.Context(), "default", 100, "")
	must(t, err)
	equal(t, "listed, though all are events since then", len(listed), 0)
}
