package ocel_test

import (
	"testing"

	"throughline/lineage"
	"throughline/lineage/ocel"
	"throughline/lineage/ocel/oceltest"
)

func TestWhatNoLogToldIsToldInOCELsWords(t *testing.T) {
	t.Parallel()
	order := lineage.Object{Type: "order", System: "erp", ID: "4711"}
	quote := lineage.Object{Type: "quote", System: "crm", ID: "Q-1"}
	got := assembled(t, []*lineage.Event{{
		Source: "/erp", ID: "1", Type: "order.booked", Time: today, Stage: "ordered", Outcome: lineage.OutcomeFailed, Attempt: 2, Answer: 422,
		Reason: "no credit", Amount: lineage.Money{Minor: 1250, Currency: "EUR"}, Correlation: "c-1", Payload: `{"a":1}`,
		Refs:      []lineage.Ref{{Object: order, Role: lineage.Subject}, {Object: quote, Role: "fulfils", Amount: lineage.Money{Minor: 250, Currency: "EUR"}}},
		Relations: []lineage.Relation{{From: quote, To: order, Qualifier: "becomes", Amount: lineage.Money{Minor: 5, Currency: "EUR"}}},
	}})
	text := func(name, s string) ocel.Named {
		return ocel.Named{Name: name, Value: ocel.Value{Type: ocel.String, Text: s}}
	}
	whole := func(name, s string) ocel.Named {
		return ocel.Named{Name: name, Value: ocel.Value{Type: ocel.Integer, Text: s}}
	}
	want := &ocel.Log{
		ObjectTypes: []ocel.Type{{Name: "order"}, {Name: "quote"}},
		EventTypes: []ocel.Type{{Name: "order.booked", Attributes: []ocel.Attribute{
			{Name: "allocations", Type: ocel.String},
			{Name: "amount", Type: ocel.String},
			{Name: "answer", Type: ocel.Integer},
			{Name: "attempt", Type: ocel.Integer},
			{Name: "correlation", Type: ocel.String},
			{Name: "currency", Type: ocel.String},
			{Name: "data", Type: ocel.String},
			{Name: "kind", Type: ocel.String},
			{Name: "outcome", Type: ocel.String},
			{Name: "reason", Type: ocel.String},
			{Name: "source", Type: ocel.String},
			{Name: "stage", Type: ocel.String},
		}}},
		Objects: []ocel.Object{
			{ID: "order/erp:4711", Type: "order"},
			{ID: "quote/crm:Q-1", Type: "quote", Relationships: []ocel.Relationship{{ObjectID: "order/erp:4711", Qualifier: "becomes"}}},
		},
		Events: []ocel.Event{{
			ID: "/erp#1", Type: "order.booked", Time: today,
			Attributes: []ocel.Named{
				text("allocations", `[{"from":"order/erp:4711","to":"quote/crm:Q-1","qualifier":"fulfils","amount":"2.50","currency":"EUR"},`+
					`{"from":"quote/crm:Q-1","to":"order/erp:4711","qualifier":"becomes","amount":"0.05","currency":"EUR"}]`),
				text("amount", "12.50"), whole("answer", "422"), whole("attempt", "2"), text("correlation", "c-1"), text("currency", "EUR"),
				text("data", `{"a":1}`), text("kind", "event"), text("outcome", "failed"), text("reason", "no credit"), text("source", "/erp"), text("stage", "ordered"),
			},
			Relationships: []ocel.Relationship{{ObjectID: "order/erp:4711", Qualifier: "subject"}, {ObjectID: "quote/crm:Q-1", Qualifier: "fulfils"}},
		}},
	}
	same(t, want, got)
}

func TestPartOfALogComesOutWithWhatItsEventsName(t *testing.T) {
	t.Parallel()
	orders := oceltest.NewOrders(1, 20)
	var part []*lineage.Event
	for _, e := range carried(t, ocel.Carrier{Log: orders.Log, Name: "shop"}, plainCatalogue(t)) {
		if e.Source != ocel.Source("shop") || e.ID == "ev:00000" {
			part = append(part, e)
		}
	}
	got := assembled(t, part)
	if len(got.Events) != 1 || got.Events[0].ID != "ev:00000" {
		t.Fatalf("%d events come out", len(got.Events))
	}
	there := map[string]bool{}
	for _, o := range got.Objects {
		there[o.ID] = true
	}
	for _, r := range got.Events[0].Relationships {
		if !there[r.ObjectID] {
			t.Errorf("%s is named and not there", r.ObjectID)
		}
	}
	if there["p-never"] {
		t.Error("a product that nothing leads to is there")
	}
}

func TestTwoLogsOfTheSameIDsStayApart(t *testing.T) {
	t.Parallel()
	one := func(typ string) *ocel.Log {
		return &ocel.Log{
			ObjectTypes: []ocel.Type{{Name: typ}}, EventTypes: []ocel.Type{{Name: "go"}},
			Objects: []ocel.Object{{ID: "1", Type: typ}, {ID: "2", Type: typ, Relationships: []ocel.Relationship{{ObjectID: "1", Qualifier: "after"}}}},
			Events:  []ocel.Event{{ID: "1", Type: "go", Time: today, Relationships: []ocel.Relationship{{ObjectID: "2", Qualifier: "x"}}}},
		}
	}
	events := carried(t, ocel.Carrier{Log: one("order"), Name: "a"}, plainCatalogue(t))
	events = append(events, carried(t, ocel.Carrier{Log: one("invoice"), Name: "b"}, plainCatalogue(t))...)
	same(t, &ocel.Log{
		ObjectTypes: []ocel.Type{{Name: "invoice"}, {Name: "order"}}, EventTypes: []ocel.Type{{Name: "go"}},
		Objects: []ocel.Object{
			{ID: "1", Type: "order"},
			{ID: "2", Type: "order", Relationships: []ocel.Relationship{{ObjectID: "1", Qualifier: "after"}}},
			{ID: "b/1", Type: "invoice"},
			{ID: "b/2", Type: "invoice", Relationships: []ocel.Relationship{{ObjectID: "b/1", Qualifier: "after"}}},
		},
		Events: []ocel.Event{
			{ID: "1", Type: "go", Time: today, Relationships: []ocel.Relationship{{ObjectID: "2", Qualifier: "x"}}},
			{ID: "b/1", Type: "go", Time: today, Relationships: []ocel.Relationship{{ObjectID: "b/2", Qualifier: "x"}}},
		},
	}, assembled(t, events))
}

func TestAForgedFactIsLeftOutAndAForgedEventIsToldAsItCame(t *testing.T) {
	t.Parallel()
	a := ocel.NewAssembler()
	a.Add(&lineage.Event{Source: "urn:ocel:shop:objects", ID: "1:x", Type: "ocel.object", Payload: `{"ocel":{"object":{"id":"x","type":"t","attributes":[{"name":"a","time":"never","value":1}]}}}`})
	a.Add(&lineage.Event{Source: "urn:ocel:shop", ID: "e1", Type: "ocel:shop:go", Time: today, Payload: `{"ocel":{"event":{"id":"other","type":"go","time":"2019-01-01T00:00:00Z"}}}`})
	a.Add(&lineage.Event{Source: "urn:ocel:shop", ID: "e2", Type: "ocel:shop:go", Time: today, Payload: `no JSON`})
	var notes []string
	l, err := a.Log(ocel.Options{Note: func(s string) { notes = append(notes, s) }})
	if err != nil {
		t.Fatal(err)
	}
	if len(notes) != 1 || notes[0] != "1 facts about objects of logs cannot be read; they are left out" {
		t.Errorf("told is %q", notes)
	}
	if len(l.Events) != 2 || l.Events[0].ID != "urn:ocel:shop#e1" || l.Events[1].ID != "urn:ocel:shop#e2" {
		t.Errorf("%+v", l.Events)
	}
}
