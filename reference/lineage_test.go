package reference_test

import (
	"io/fs"
	"slices"
	"testing"
	"time"

	"throughline/catalog"
	"throughline/lineage"
	"throughline/reference"
)

// shipped is the catalogue that the program ships with.
func shipped(t *testing.T) *lineage.Catalogue {
	t.Helper()
	names, err := fs.Glob(catalog.FS(), "*/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var files []lineage.File
	for _, name := range names {
		data, err := fs.ReadFile(catalog.FS(), name)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, lineage.File{Name: name, Data: data})
	}
	c, err := lineage.ParseCatalogue(files)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// stitched is all that the receiver was told, as lineage.
func stitched(t *testing.T, c *lineage.Catalogue, r *receiver) *lineage.Graph {
	t.Helper()
	g := lineage.NewGraph(c, "default")
	for _, events := range r.byType() {
		for _, e := range events {
			raw, err := e.MarshalJSON()
			if err != nil {
				t.Fatal(err)
			}
			ce, err := lineage.ParseCloudEvent(raw)
			if err != nil {
				t.Fatal(err)
			}
			event, err := c.FromCloudEvent("default", &ce, time.Now())
			if err != nil {
				t.Fatalf("an event breaks its contract: %v", err)
			}
			if event.Contract == "" {
				t.Errorf("%s has no contract", event.Type)
			}
			g.Add(&event)
		}
	}
	keys := c.Keys()
	for _, s := range r.allSpans() {
		in := lineage.Span{Tenant: "default", Name: s.name, Service: s.service, Start: time.Now()}
		copy(in.TraceID[:], s.trace)
		copy(in.SpanID[:], s.id)
		for key, id := range s.attributes {
			if slices.Contains(keys, key) {
				in.Business = append(in.Business, lineage.Attr{Key: key, Value: id})
			}
		}
		if event, says := c.FromSpan(&in); says {
			g.Add(&event)
		}
	}
	g.Recompute()
	return g
}

// TestLineageIsWhatTheBooksSay holds the shipped catalogue and the rules to the
// books of the two systems: order by order exactly the right objects, all of
// them reported, with spans of all five services and nothing of another order.
func TestLineageIsWhatTheBooksSay(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	p := start(t, fast(t, r, 50))
	wait(t, p, 50)
	truth := p.Truth()
	stop(t, p)
	c := shipped(t)
	g := stitched(t, c, r)
	anchored, loose := g.Executions("quote-to-cash")
	if len(anchored) != 50 || len(loose) != 0 {
		t.Errorf("%d executions and %d that no order reaches, want 50 and 0", len(anchored), len(loose))
	}
	for _, j := range truth {
		order, _ := c.Object("order", "", "", j.Order)
		x := g.Execution(lineage.ExecutionRef{Flow: "quote-to-cash", Anchor: order})
		if x == nil {
			t.Errorf("order %s has no execution", j.Order)
			continue
		}
		var got []lineage.Object
		for _, m := range x.Members {
			got = append(got, m.Object)
			if m.Placeholder {
				t.Errorf("order %s: nothing is known of %s but its name", j.Order, m.Object)
			}
		}
		slices.SortFunc(got, lineage.Object.Compare)
		if want := members(c, j); !slices.Equal(got, want) {
			t.Errorf("order %s has\n%v\nwant\n%v", j.Order, got, want)
		}
		services := make(map[string]bool)
		for _, e := range x.Events {
			if e.Kind == lineage.SpanEvent {
				services[e.Source] = true
			}
		}
		if len(services) != 5 || x.State != lineage.StateCompleted {
			t.Errorf("order %s is %s with spans of %v", j.Order, x.State, services)
		}
	}
}

// members returns the objects of a journey, sorted.
func members(c *lineage.Catalogue, j reference.Journey) []lineage.Object {
	var all []lineage.Object
	for typ, ids := range map[string][]string{
		"opportunity": {j.Opportunity}, "quote": {j.Quote}, "order": {j.Order},
		"delivery": j.Deliveries, "invoice": j.Invoices, "payment": j.Payments,
	} {
		for _, id := range ids {
			o, _ := c.Object(typ, "", "", id)
			all = append(all, o)
		}
	}
	slices.SortFunc(all, lineage.Object.Compare)
	return all
}
