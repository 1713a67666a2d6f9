package storetest

import (
	"fmt"
	"testing"
	"time"

	"throughline/lineage"
)

// stitching gathers what comes in half an hour ago.
type stitching struct {
	lineage.Block
	at    time.Time
	spans int
}

func newStitching() *stitching {
	at := time.Now().UTC().Add(-30 * time.Minute).Truncate(time.Millisecond)
	return &stitching{at: at, Block: lineage.Block{Writer: "w", ID: 1, Day: at.Truncate(24 * time.Hour)}}
}

func traceOf(n byte) lineage.TraceID { return lineage.TraceID{0: 1, 15: n} }

// span takes a span in and returns its id; parent may be the zero id.
func (s *stitching) span(service, kind string, trace byte, parent lineage.SpanID, attributes string) lineage.SpanID {
	s.spans++
	id := lineage.SpanID{0: 1, 7: byte(s.spans)}
	s.Spans = append(s.Spans, lineage.Span{
		Tenant: "default", TraceID: traceOf(trace), SpanID: id, Parent: parent, Kind: kind, Service: service, Name: "work",
		Start: s.at, Status: "Unset", Resource: "{}", Attributes: attributes, Ingested: s.at, Hash: uint64(s.spans),
	})
	return id
}

// event takes an event in that names objects of type and id.
func (s *stitching) event(source, id, correlation string, trace byte, objects ...[2]string) {
	e := lineage.Event{Tenant: "default", Source: source, ID: id, Type: "told", Time: s.at, Ingested: s.at, Correlation: correlation, Hash: uint64(len(s.Events))}
	if trace != 0 {
		e.TraceID = traceOf(trace)
	}
	for _, o := range objects {
		ref := lineage.Ref{Object: lineage.Object{Type: o[0], ID: o[1]}, Role: lineage.Mentions}
		e.Refs = append(e.Refs, ref)
		s.identifier(source, trace, o[0], o[1])
	}
	s.Events = append(s.Events, e)
}

func (s *stitching) identifier(source string, trace byte, typ, id string) {
	one := lineage.Identifier{Tenant: "default", Object: lineage.Object{Type: typ, ID: id}, Source: source, Time: s.at}
	if trace != 0 {
		one.TraceID = traceOf(trace)
	}
	s.Identifiers = append(s.Identifiers, one)
}

// ask asks for the hour before now.
func (s *stitching) ask(t *testing.T, f *Fixture) lineage.Stitchability {
	t.Helper()
	must(t, f.Append(t.Context(), &s.Block, false))
	got, err := f.Stitchability(t.Context(), lineage.StitchQuery{
		Tenant: "default", From: s.at.Add(-30 * time.Minute), To: s.at.Add(time.Hour), Flows: []string{"sales"}, Anchors: []string{"order"},
		Context: []string{"customer"}, Keys: []string{"order.id"},
	})
	must(t, err)
	return got
}

func eventsAreFollowed(t *testing.T, f *Fixture) {
	s := newStitching()
	s.event("erp", "reached", "c", 0, [2]string{"order", "1"})
	s.event("erp", "named", "", 3, [2]string{"customer", "7"}, [2]string{"quote", "Q"})
	s.event("erp", "related", "", 0)
	s.Events[2].Relations = []lineage.Relation{{From: lineage.Object{Type: "item", ID: "I"}, To: lineage.Object{Type: "customer", ID: "7"}}}
	s.event("erp", "correlated", "c9", 0, [2]string{"customer", "7"})
	s.event("erp", "traced", "", 9)
	s.event("erp", "mute", "", 0, [2]string{"customer", "7"})
	s.event("crm", "loose", "", 0, [2]string{"quote", "Q"})
	s.event("crm", "elsewhere", "", 0, [2]string{"quote", "Q"})
	s.event("crm", "gone", "", 0, [2]string{"quote", "Q"})
	s.Events[8].Ingested = s.at.Add(-time.Hour) // before the window
	held := func(flow, id, source, event string, unanchored bool) *lineage.Execution {
		x := execution(flow, id, 0, lineage.StateOpen, "")
		x.Unanchored, x.StartedAt = unanchored, s.at
		x.Events = []*lineage.Event{{Source: source, ID: event}}
		return x
	}
	must(t, f.SaveExecutions(t.Context(), "default", 2, []*lineage.Execution{
		held("sales", "1", "erp", "reached", false), held("sales", "2", "crm", "loose", true), held("transaction", "3", "crm", "elsewhere", false),
	}, nil))
	must(t, f.SaveExecutions(t.Context(), "default", 1, []*lineage.Execution{held("sales", "2", "crm", "loose", false)}, nil))
	got := s.ask(t, f)
	equal(t, "came in", [...]int{got.Spans, got.Events, got.SpansEvery, got.EventsEvery}, [...]int{0, 8, 1, 1})
	equal(t, "settled", got.AsOf.Sub(got.Settled), 2*time.Minute)
	equal(t, "sources", got.Sources[0], lineage.SourceStitching{
		Source: "erp", Events: 6, Correlated: 2, Reached: 1,
		Named:    lineage.Lost{Events: 2, Type: "told", Example: got.Sources[0].Named.Example},
		Claiming: lineage.Lost{Events: 2, Type: "told", Example: got.Sources[0].Claiming.Example},
		Mute:     lineage.Lost{Events: 1, Type: "told", Example: lineage.Object{ID: "mute"}},
	})
	examples := []lineage.Object{{Type: "quote", ID: "Q"}, {Type: "item", ID: "I"}, {Type: "correlation", ID: "c9"}, {Type: "trace", ID: traceOf(9).String()}}
	for _, found := range []lineage.Object{got.Sources[0].Named.Example, got.Sources[0].Claiming.Example} {
		if found != examples[0] && found != examples[1] && found != examples[2] && found != examples[3] {
			t.Errorf("the example %v is none", found)
		}
	}
	equal(t, "of the other", got.Sources[1], lineage.SourceStitching{
		Source: "crm", Events: 2, Named: lineage.Lost{Events: 2, Type: "told", Example: lineage.Object{Type: "quote", ID: "Q"}},
	})
	equal(t, "adrift", got.Adrift, []lineage.Adrift{{Flow: "sales", Type: "order", Objects: 1, Example: "2", Since: s.at}})
}

func spansAreFollowed(t *testing.T, f *Fixture) {
	s := newStitching()
	root := s.span("shop", "Server", 1, lineage.SpanID{}, `{}`)
	s.span("shop", "Internal", 1, root, `{"order.id":"1"}`)
	s.span("shop", "Internal", 2, lineage.SpanID{7: 99}, `{"order.id":" N/A "}`)
	s.span("shop", "Internal", 3, lineage.SpanID{7: 98}, `{"order.id":"2"}`)
	s.Spans[3].Ingested = time.Now().UTC().Truncate(time.Millisecond) // its parent may still come
	s.span("shop", "Server", 4, lineage.SpanID{}, `{}`)
	s.Spans[4].Start = s.at.Add(-40 * time.Minute) // before the window, but a parent
	s.span("web", "Client", 4, s.Spans[4].SpanID, `{}`)
	s.event("otel:shop", "1", "", 1, [2]string{"order", "1"})
	s.Events[0].Kind, s.Events[0].SpanID = lineage.SpanEvent, s.Spans[1].SpanID
	s.identifier("shop", 2, "customer", "7")
	must(t, f.SaveQuarantine(t.Context(), []lineage.Quarantined{
		{Tenant: "default", ID: "q1", Source: "erp", EventID: "e-1", Type: "booked", Reason: "contract booked@1: /id: has no id that can be used; it is the event's subject", Ingested: s.at},
		{Tenant: "default", ID: "q2", Source: "erp", EventID: "e-2", Type: "booked", Reason: "another", Ingested: s.at},
	}))
	got := s.ask(t, f)
	equal(t, "services", got.Services, []lineage.ServiceStitching{
		{Service: "shop", Spans: 4, Named: 2, Naming: 1, Roots: 1, Children: 2, Orphans: 1, Nameless: got.Services[0].Nameless, Orphaned: traceOf(2)},
		{Service: "web", Spans: 1, Children: 1, Nameless: traceOf(4)},
	})
	if n := got.Services[0].Nameless; n != traceOf(2) && n != traceOf(3) {
		t.Errorf("the nameless trace is %s", n)
	}
	equal(t, "refused", got.Refusals, []lineage.Refusal{
		{Kind: lineage.SpanEvent, Source: "shop", Key: "order.id", Told: 3, Useless: 1, Example: " N/A "},
		{Source: "erp", Key: "booked", Useless: 1, Example: "e-1"},
	})
}

func contextIsFollowed(t *testing.T, f *Fixture) {
	s := newStitching()
	for i := range 3 {
		trace := byte(10 + i)
		call := s.span("crm", "Client", trace, lineage.SpanID{}, `{"server.address":"sync.internal","server.port":"8443","url.full":"https://user:secret@other/x"}`)
		if i == 0 {
			s.span("sync", "Server", trace, call, `{"server.address":"sync.internal","server.port":"8443"}`)
		} else {
			s.span("sync", "Server", trace+10, lineage.SpanID{}, `{"server.address":"sync.internal","server.port":"8443"}`)
		}
	}
	s.span("crm", "Client", 30, lineage.SpanID{}, `{"url.full":"https://user:secret@db.internal:5432/x?y"}`)
	s.span("crm", "Client", 31, lineage.SpanID{}, `{"peer.service":"ledger","server.address":"x"}`)
	s.span("crm", "Client", 32, lineage.SpanID{}, `{}`)
	for i, way := range []string{"child", "link", "none"} {
		trace := byte(40 + i)
		call := s.span("sync", "Producer", trace, lineage.SpanID{}, `{"messaging.destination.name":"won"}`)
		switch way {
		case "child":
			s.span("erp", "Consumer", trace, call, `{"messaging.destination.name":"won"}`)
		case "link":
			s.span("erp", "Consumer", trace+10, lineage.SpanID{}, `{"messaging.destination.name":"won"}`)
			s.Spans[len(s.Spans)-1].Links = fmt.Sprintf(`[{"trace":%q,"span":%q,"state":"","attrs":{}}]`, traceOf(trace), call)
		case "none":
			s.span("erp", "Consumer", trace+10, lineage.SpanID{}, `{"messaging.destination.name":"won"}`)
		}
	}
	got := s.ask(t, f)
	equal(t, "calls", got.Calls, []lineage.Calls{
		{Caller: "crm", Target: "sync.internal:8443", Calls: 3, Continued: 1, Callees: map[string]int{"sync": 1}, Broken: got.Calls[0].Broken},
		{Caller: "sync", Messaging: true, Target: "won", Calls: 3, Continued: 2, Callees: map[string]int{"erp": 2}, Broken: traceOf(42)},
		{Caller: "crm", Target: "db.internal:5432", Calls: 1, Callees: map[string]int{}, Broken: traceOf(30)},
		{Caller: "crm", Target: "ledger", Calls: 1, Callees: map[string]int{}, Broken: traceOf(31)},
	})
	equal(t, "entries", got.Entries, []lineage.Entries{
		{Service: "erp", Messaging: true, Target: "won", Entries: 3, Roots: 1},
		{Service: "sync", Target: "sync.internal:8443", Entries: 3, Roots: 2},
	})
	hops := got.Hops()
	equal(t, "hops", len(hops), 2)
	equal(t, "dropped", [...]int{hops[0].Dropped(), hops[1].Dropped()}, [...]int{2, 1})
}

func idsThatLie(t *testing.T, f *Fixture) {
	s := newStitching()
	s.event("erp", "1", "batch", 5, [2]string{"order", "1"}, [2]string{"quote", "Q1"})
	s.event("erp", "2", "batch", 5, [2]string{"order", "2"}, [2]string{"quote", "Q2"})
	s.event("erp", "3", "fine", 0, [2]string{"order", "1"}, [2]string{"quote", "Q1"})
	s.event("erp", "4", "fine", 0, [2]string{"order", "1"}, [2]string{"quote", "Q9"})
	s.event("crm", "5", "batch", 0)
	s.event("crm", "6", "fine", 0)
	s.Events[5].Refs = []lineage.Ref{{Object: lineage.Object{Type: "order", System: "crm", ID: "006"}}} // the order's id in another system
	for source, ids := range map[string][]string{
		"a": {"ab-1", "00017", "0065g0000021uaW", "same", "1234567890123456789"}, "b": {"AB1", "17", "0065g0000021uaWAAQ", "same", "other"},
	} {
		for _, id := range ids {
			s.identifier(source, 0, "ticket", id)
		}
	}
	s.identifier("a", 0, "parcel", "x-1")
	s.identifier("a", 0, "parcel", "X1") // by one source: it may mean two
	got := s.ask(t, f)
	equal(t, "claims", got.Claims, []lineage.LyingClaims{
		{Source: "crm", What: "correlation", IDs: 2, Lying: 1, Events: 1, Example: "batch", Anchors: 2, Type: "order"},
		{Source: "erp", What: "correlation", IDs: 2, Lying: 1, Events: 2, Example: "batch", Anchors: 2, Type: "order"},
		{Source: "erp", What: "trace", IDs: 1, Lying: 1, Events: 2, Example: traceOf(5).String(), Anchors: 2, Type: "order"},
	})
	equal(t, "spellings", len(got.Spellings), 2)
	equal(t, "of case, separators and zeros", [...]any{got.Spellings[0].Type, got.Spellings[0].How, got.Spellings[0].Pairs, got.Spellings[0].Sources}, [...]any{"ticket", "spelling", 2, []string{"a", "b"}})
	equal(t, "of Salesforce", got.Spellings[1], lineage.Spelling{Type: "ticket", How: "salesforce", Pairs: 1, Example: []string{"0065g0000021uaW", "0065g0000021uaWAAQ"}, Sources: []string{"a", "b"}})
}

// aPastWindow asks for a window after which the same traces went on and the same ids were
// spelled otherwise: that is none of its business, and is not to be read for it.
func aPastWindow(t *testing.T, f *Fixture) {
	s := newStitching()
	late := s.at.Add(2 * time.Hour)
	call := s.span("crm", "Client", 1, lineage.SpanID{}, `{"peer.service":"sync"}`)
	s.span("sync", "Server", 1, call, `{}`)
	s.Spans[1].Start = late
	sent := s.span("crm", "Producer", 2, lineage.SpanID{}, `{"messaging.destination.name":"won"}`)
	s.span("erp", "Consumer", 3, lineage.SpanID{}, `{}`)
	s.Spans[3].Start, s.Spans[3].Links = late, fmt.Sprintf(`[{"trace":%q,"span":%q,"state":"","attrs":{}}]`, traceOf(2), sent)
	s.span("web", "Internal", 4, lineage.SpanID{7: 50}, `{}`)
	s.span("web", "Internal", 4, lineage.SpanID{}, `{}`)
	s.Spans[5].SpanID, s.Spans[5].Start = lineage.SpanID{7: 50}, late // a parent after its child is none
	s.identifier("a", 0, "ticket", "ab-1")
	must(t, f.Append(t.Context(), &s.Block, false))
	next := newStitching()
	next.ID, next.Day = 2, s.Day.Add(3*24*time.Hour)
	next.identifier("b", 1, "ticket", "AB1") // names trace 1, days later
	next.event("otel:web", "1", "", 4, [2]string{"order", "1"})
	next.Events[0].Kind, next.Events[0].SpanID, next.Identifiers = lineage.SpanEvent, s.Spans[4].SpanID, next.Identifiers[:1]
	must(t, f.Append(t.Context(), &next.Block, false))
	got, err := f.Stitchability(t.Context(), lineage.StitchQuery{
		Tenant: "default", From: s.at.Add(-time.Minute), To: s.at.Add(time.Minute), Flows: []string{"sales"}, Anchors: []string{"order"}, Context: []string{}, Keys: []string{},
	})
	must(t, err)
	equal(t, "services", got.Services, []lineage.ServiceStitching{
		{Service: "crm", Spans: 2, Roots: 2, Nameless: got.Services[0].Nameless},
		{Service: "web", Spans: 1, Children: 1, Orphans: 1, Nameless: traceOf(4), Orphaned: traceOf(4)},
	})
	equal(t, "calls", got.Calls, []lineage.Calls{
		{Caller: "crm", Target: "sync", Calls: 1, Callees: map[string]int{}, Broken: traceOf(1)},
		{Caller: "crm", Messaging: true, Target: "won", Calls: 1, Callees: map[string]int{}, Broken: traceOf(2)},
	})
	equal(t, "spellings", len(got.Spellings), 0)
}

func badStitching(t *testing.T, f *Fixture) {
	for what, q := range map[string]lineage.StitchQuery{
		"nothing":         {},
		"a long window":   {From: day, To: day.Add(31*24*time.Hour + 1)},
		"a window upside": {From: day, To: day.Add(-1)},
	} {
		_, err := f.Stitchability(t.Context(), q)
		equal(t, "kind of "+what, lineage.KindOf(err), lineage.Invalid)
	}
	got, err := f.Stitchability(t.Context(), lineage.StitchQuery{Tenant: "nobody", From: day, To: day.Add(time.Hour)})
	must(t, err)
	equal(t, "gaps of nothing", len(got.Gaps(nil)), 0)
	equal(t, "settled with the window", got.Settled, day.Add(time.Hour))
}
