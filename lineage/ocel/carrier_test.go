package ocel_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"throughline/lineage"
	"throughline/lineage/ocel"
	"throughline/lineage/ocel/oceltest"
)

// today is when the tests bring logs in.
var today = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// carried brings a log in under a catalogue and returns what lineage makes of it.
func carried(t failing, c ocel.Carrier, cat *lineage.Catalogue) []*lineage.Event {
	t.Helper()
	var events []*lineage.Event
	for raw, err := range c.CloudEvents() {
		if err != nil {
			t.Fatal(err)
		}
		ce, err := lineage.ParseCloudEvent(raw)
		if err != nil {
			t.Fatalf("%v: %s", err, raw)
		}
		e, err := cat.FromCloudEvent("default", &ce, today)
		if err != nil {
			t.Fatalf("%v: %s", err, raw)
		}
		events = append(events, &e)
	}
	return events
}

// assembled is the log that comes out again.
func assembled(t failing, events []*lineage.Event) *ocel.Log {
	t.Helper()
	a := ocel.NewAssembler()
	for _, e := range events {
		a.Add(e)
	}
	var notes []string
	l, err := a.Log(ocel.Options{Note: func(s string) { notes = append(notes, s) }})
	if err != nil {
		t.Fatal(err)
	}
	if notes != nil {
		t.Fatal(notes)
	}
	return l
}

// stubbed is the catalogue that a log's stub makes.
func stubbed(t failing, g *ocel.Guess, flow string) *lineage.Catalogue {
	t.Helper()
	stub := g.Stub("shop", flow)
	cat, err := lineage.ParseCatalogue([]lineage.File{{Name: "shop.yaml", Data: stub}})
	if err != nil {
		t.Fatalf("%v:\n%s", err, stub)
	}
	return cat
}

func TestAnyLogComesBackFromLineageAsItWas(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := oceltest.Any().Filter(func(l *ocel.Log) bool { return len(l.Events) > 0 }).Draw(t, "log")
		cat := plainCatalogue(t)
		ranks := map[string]int{}
		if g, err := ocel.NewGuess(want, lineage.Definition{}, ""); err == nil {
			cat, ranks = stubbed(t, g, "sales"), g.Ranks()
		}
		events := carried(t, ocel.Carrier{Log: want, Name: "shop", Ranks: ranks}, cat)
		same(t, want, assembled(t, rapid.Permutation(events).Draw(t, "order")))
	})
}

func plainCatalogue(t failing) *lineage.Catalogue {
	t.Helper()
	cat, err := lineage.NewCatalogue(lineage.Definition{})
	if err != nil {
		t.Fatal(err)
	}
	return cat
}

func TestBringingALogInTwiceChangesNothing(t *testing.T) {
	t.Parallel()
	l := oceltest.NewOrders(1, 20).Log
	bytesOf := func(l *ocel.Log) []byte {
		var all []byte
		for raw, err := range (ocel.Carrier{Log: l, Name: "shop", Ranks: map[string]int{"item": 1, "sales_order": 0}}).CloudEvents() {
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, raw...)
		}
		return all
	}
	first := bytesOf(l)
	again, err := ocel.Decode(bytes.NewReader(encoded(t, l)), ocel.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first, bytesOf(again)) {
		t.Error("the second time other CloudEvents are sent")
	}
}

func TestALogThatHasGrownIsBroughtInAgainUnderItsName(t *testing.T) {
	t.Parallel()
	whole := oceltest.NewOrders(1, 30).Log
	half := *whole
	half.Events = whole.Events[:len(whole.Events)/2]
	now := half.Events[len(half.Events)-1].Time
	half.Objects = nil
	for _, o := range whole.Objects {
		o.Attributes = slices.DeleteFunc(slices.Clone(o.Attributes), func(a ocel.Change) bool { return a.Time.After(now) })
		half.Objects = append(half.Objects, o)
	}
	held := map[[2]string]*lineage.Event{}
	for _, l := range []*ocel.Log{whole, &half} { // the older one comes late: that must not matter
		for _, e := range carried(t, ocel.Carrier{Log: l, Name: "shop"}, plainCatalogue(t)) {
			old := held[[2]string{e.Source, e.ID}]
			if old == nil || e.Recorded.After(old.Recorded) || e.Recorded.Equal(old.Recorded) && e.Hash > old.Hash {
				held[[2]string{e.Source, e.ID}] = e
			}
		}
	}
	same(t, whole, assembled(t, slices.Collect(maps.Values(held))))
}

// What an object is heard of by does not tell when a relationship came to it.
func TestAnObjectThatGainsARelationshipAloneHasItInWhicheverOrderTheLogsCome(t *testing.T) {
	t.Parallel()
	whole := oceltest.NewOrders(1, 40).Log
	before := *whole
	before.Objects = nil
	lost := 0
	for _, o := range whole.Objects {
		if n := len(o.Relationships); n > 0 {
			o.Relationships = o.Relationships[:n-1]
			lost++
		}
		before.Objects = append(before.Objects, o)
	}
	for _, logs := range [][]*ocel.Log{{whole, &before}, {&before, whole}, {&before, whole, whole}} {
		held := map[[2]string]*lineage.Event{}
		for _, l := range logs {
			for _, e := range carried(t, ocel.Carrier{Log: l, Name: "shop"}, plainCatalogue(t)) {
				old := held[[2]string{e.Source, e.ID}]
				if old == nil || e.Recorded.After(old.Recorded) || e.Recorded.Equal(old.Recorded) && e.Hash > old.Hash {
					held[[2]string{e.Source, e.ID}] = e
				}
			}
		}
		same(t, whole, assembled(t, slices.Collect(maps.Values(held))))
	}
	if lost == 0 {
		t.Fatal("no object gains a relationship")
	}
}

func TestFactsThatWereBroughtInBeforeTheyHadVersionsComeOut(t *testing.T) {
	t.Parallel()
	l := oceltest.NewOrders(1, 20).Log
	var events []*lineage.Event
	for _, e := range carried(t, ocel.Carrier{Log: l, Name: "shop"}, plainCatalogue(t)) {
		if part, id, ok := strings.Cut(e.ID, ":"); ok && e.Type == "ocel.object" {
			_, number, _ := strings.Cut(part, ".")
			older := *e
			older.ID = number + ":" + id
			events = append(events, &older)
		}
		events = append(events, e)
	}
	same(t, l, assembled(t, events))
}

func TestEveryOrderOfAStrangersLogHasExactlyWhatBelongsToIt(t *testing.T) {
	t.Parallel()
	for seed := range uint64(10) {
		orders := oceltest.NewOrders(seed, 60)
		g, err := ocel.NewGuess(orders.Log, lineage.Definition{}, "")
		if err != nil {
			t.Fatal(err)
		}
		cat := stubbed(t, g, "sales")
		graph := lineage.NewGraph(cat, "default")
		for _, e := range carried(t, ocel.Carrier{Log: orders.Log, Name: "shop", Ranks: g.Ranks()}, cat) {
			graph.Add(e)
		}
		graph.Recompute()
		if anchored, _ := graph.Executions("sales"); len(anchored) != len(orders.Truth) {
			t.Errorf("seed %d: there are %d executions of %d orders", seed, len(anchored), len(orders.Truth))
		}
		for id, truth := range orders.Truth {
			x := graph.Execution(lineage.ExecutionRef{Flow: "sales", Anchor: lineage.Object{Type: "sales_order", ID: id}})
			if x == nil {
				t.Fatalf("seed %d: order %s has no execution", seed, id)
			}
			var objects, events []string
			for _, m := range x.Members {
				objects = append(objects, m.Object.ID)
			}
			for _, e := range x.Events {
				events = append(events, e.ID)
			}
			slices.Sort(objects)
			slices.Sort(events)
			if !slices.Equal(objects, truth.Objects) || !slices.Equal(events, truth.Events) {
				t.Errorf("seed %d: order %s has\n%v %v\nwant\n%v %v", seed, id, objects, events, truth.Objects, truth.Events)
			}
			if x.State != lineage.StateCompleted {
				t.Errorf("seed %d: order %s is %s: %+v", seed, id, x.State, x.Stages)
			}
		}
	}
}

func TestAnEventIsAboutTheOnlyObjectOfTheTypeFurthestDown(t *testing.T) {
	t.Parallel()
	types := map[string]string{"o1": "Order", "o2": "Order", "null": "Order", "i1": "Item", "i2": "Item", "erp:1": "Package", "c1": "Customer"}
	for names, want := range map[string]string{
		"o1 i1 i2 c1":    "order/ o1",
		"o1 i1":          "item/ i1",
		"o1 o2 i1 erp:1": "package/ erp:1",
		"o1 o2":          "",
		"o1 o2 i1 i2":    "",
		"null i1 i2":     "",
		"o1 o1 i1 i2":    "order/ o1",
		"c1":             "",
		"":               "",
	} {
		l := &ocel.Log{EventTypes: []ocel.Type{{Name: "go"}}, Events: []ocel.Event{{ID: "e", Type: "go", Time: today}}}
		for _, name := range []string{"Order", "Item", "Package", "Customer"} {
			l.ObjectTypes = append(l.ObjectTypes, ocel.Type{Name: name})
		}
		for _, id := range strings.Fields(names) {
			l.Objects = append(l.Objects, ocel.Object{ID: id, Type: types[id]})
			l.Events[0].Relationships = append(l.Events[0].Relationships, ocel.Relationship{ObjectID: id})
		}
		got := ""
		for raw, err := range (ocel.Carrier{Log: l, Name: "shop", Ranks: map[string]int{"order": 0, "item": 1, "package": 2}}).CloudEvents() {
			if err != nil {
				t.Fatal(err)
			}
			ce, err := lineage.ParseCloudEvent(raw)
			if err != nil {
				t.Fatal(err)
			}
			if ce.ID == "e" {
				got = ce.Subject
			}
		}
		if got != want {
			t.Errorf("an event that names %q is about %q; want %q", names, got, want)
		}
	}
}

func TestQualifiersAreTheRolesOfWhatIsNamed(t *testing.T) {
	t.Parallel()
	orders := oceltest.NewOrders(1, 40)
	g, err := ocel.NewGuess(orders.Log, lineage.Definition{}, "")
	if err != nil {
		t.Fatal(err)
	}
	roles := map[lineage.Role]int{}
	for _, e := range carried(t, ocel.Carrier{Log: orders.Log, Name: "shop", Ranks: g.Ranks()}, stubbed(t, g, "sales")) {
		if e.Type == ocel.EventType("shop", "create package") {
			for _, r := range e.Refs {
				roles[r.Role]++
			}
		}
	}
	for _, role := range []lineage.Role{"subject", "packed item", "for order", "done by"} {
		if roles[role] == 0 {
			t.Errorf("nothing is named as %q: %v", role, roles)
		}
	}
}

func TestWhatLineageCannotTakeIsSaidBeforeItIsSent(t *testing.T) {
	t.Parallel()
	crowd := &ocel.Log{ObjectTypes: []ocel.Type{{Name: "item"}}, EventTypes: []ocel.Type{{Name: "run"}}}
	e := ocel.Event{ID: "e1", Type: "run", Time: today}
	for i := range lineage.MaxNamed + 1 {
		id := "i" + strings.Repeat("x", i%7) + time.Unix(int64(i), 0).Format(time.TimeOnly+"150405")
		crowd.Objects = append(crowd.Objects, ocel.Object{ID: id, Type: "item"})
		e.Relationships = append(e.Relationships, ocel.Relationship{ObjectID: id})
	}
	crowd.Events = []ocel.Event{e}
	old := &ocel.Log{EventTypes: []ocel.Type{{Name: "run"}}, Events: []ocel.Event{{ID: "e1", Type: "run", Time: time.Date(1969, 12, 31, 23, 0, 0, 0, time.UTC)}}}
	for want, l := range map[string]*ocel.Log{
		`event "e1": it names`: crowd,
		`event "e1": its time is 1969-12-31T23:00:00Z; lineage takes the years 1970 to 2200`: old,
	} {
		var said error
		for _, err := range (ocel.Carrier{Log: l, Name: "shop"}).CloudEvents() {
			said = err
		}
		if said == nil || !strings.Contains(said.Error(), want) {
			t.Errorf("got %v\nwant %s", said, want)
		}
	}
}

func TestALongHistoryOfAnObjectTravelsInParts(t *testing.T) {
	t.Parallel()
	l := &ocel.Log{
		ObjectTypes: []ocel.Type{{Name: "meter", Attributes: []ocel.Attribute{{Name: "reading", Type: ocel.Integer}}}},
		EventTypes:  []ocel.Type{{Name: "read"}},
		Objects:     []ocel.Object{{ID: "m1", Type: "meter"}, {ID: "m2", Type: "meter"}},
		Events:      []ocel.Event{{ID: "e1", Type: "read", Time: today, Relationships: []ocel.Relationship{{ObjectID: "m1"}}}},
	}
	for i := range 2500 {
		l.Objects[0].Attributes = append(l.Objects[0].Attributes, ocel.Change{Name: "reading", Time: today.Add(time.Duration(i) * time.Minute), Value: ocel.Value{Type: ocel.Integer, Text: "7"}})
		l.Objects[0].Relationships = append(l.Objects[0].Relationships, ocel.Relationship{ObjectID: "m2", Qualifier: "beside"})
	}
	events := carried(t, ocel.Carrier{Log: l, Name: "shop"}, plainCatalogue(t))
	parts := 0
	for _, e := range events {
		if strings.HasSuffix(e.ID, ":m1") {
			parts++
			if len(e.Relations) > 1000 {
				t.Errorf("part %s states %d relations", e.ID, len(e.Relations))
			}
		}
	}
	if parts != 5 {
		t.Errorf("m1 travels in %d parts; want 5", parts)
	}
	same(t, l, assembled(t, events))
}

func FuzzImport(f *testing.F) {
	f.Add(encoded(f, oceltest.NewOrders(1, 3).Log), "orders", "")
	f.Add([]byte(document("x", "")), "a b", "order")
	f.Add([]byte(document(`"o1"`, `"null"`)), "", "x")
	f.Fuzz(func(t *testing.T, text []byte, name, anchor string) {
		l, err := ocel.Decode(bytes.NewReader(text), ocel.Options{MaxBytes: 1 << 16})
		if err != nil {
			return
		}
		c := ocel.Carrier{Log: l, Name: ocel.LogName(name)}
		cat := plainCatalogue(t)
		if g, err := ocel.NewGuess(l, lineage.Definition{}, anchor); err == nil {
			stub := g.Stub(c.Name, "flow")
			if cat, err = lineage.ParseCatalogue([]lineage.File{{Name: "stub.yaml", Data: stub}}); err != nil {
				t.Fatalf("%v:\n%s", err, stub)
			}
			c.Ranks = g.Ranks()
		}
		a := ocel.NewAssembler()
		for raw, err := range c.CloudEvents() {
			if err != nil {
				return // said before anything is sent
			}
			ce, err := lineage.ParseCloudEvent(raw)
			if err != nil {
				t.Fatalf("%v: %s", err, raw)
			}
			e, err := cat.FromCloudEvent("default", &ce, today)
			if err != nil {
				t.Fatalf("%v: %s", err, raw)
			}
			a.Add(&e)
		}
		got, err := a.Log(ocel.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if len(l.Events) > 0 {
			l.Sort()
			same(t, l, got)
		}
		if !json.Valid(encoded(t, got)) {
			t.Error("what comes out is no JSON")
		}
	})
}
