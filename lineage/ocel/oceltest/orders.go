package oceltest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"throughline/lineage/ocel"
)

// Orders is the log of a company that ships its orders' items in packages which they
// share, in 2019, and for each order what belongs to it.
type Orders struct {
	Log   *ocel.Log
	Truth map[string]Transaction // by the order's id
}

// Transaction is what belongs to one order.
type Transaction struct {
	Objects []string // ids of the order, its items and their packages, sorted
	Events  []string // ids, sorted
}

// NewOrders makes n orders by a seed. Objects have attributes that change, some are
// known by relationships alone, and one by nothing.
func NewOrders(seed uint64, n int) *Orders {
	s := &shop{
		chance: rand.New(rand.NewPCG(seed, 1)), at: time.Date(2019, 3, 1, 8, 0, 0, 0, time.UTC),
		log: &ocel.Log{ObjectTypes: objectTypes(), EventTypes: eventTypes()}, place: make(map[string]int), truth: make(map[string]Transaction),
	}
	for i := range 4 {
		s.object("c-"+strconv.Itoa(i), "Customer", changed("tier", ocel.Always(), text("plain")), changed("tier", s.later(30*24*time.Hour), text("gold")))
	}
	for i := range 6 {
		s.object("emp/"+strconv.Itoa(i), "Employee", changed("works part time", ocel.Always(), ocel.Value{Type: ocel.Boolean, Text: strconv.FormatBool(i%2 == 0)}))
	}
	for i := range 8 {
		s.object("p-"+strconv.Itoa(i), "Product",
			changed("price", ocel.Always(), number(10.5+float64(i))), changed("price", s.later(20*24*time.Hour), number(12.25+float64(i))),
			changed("since", ocel.Always(), ocel.Value{Type: ocel.Time, Text: "2018-11-30T00:00:00Z"}))
	}
	s.object("p-never", "Product", changed("price", ocel.Always(), number(1)))
	s.object("emp/chief", "Employee")
	s.relate("emp/0", "emp/chief", "reports to")
	for i := range n {
		s.order(i)
	}
	s.ship()
	for id, t := range s.truth {
		slices.Sort(t.Objects)
		slices.Sort(t.Events)
		s.truth[id] = Transaction{slices.Compact(t.Objects), slices.Compact(t.Events)}
	}
	s.log.Sort()
	return &Orders{s.log, s.truth}
}

// shop is the company while its log is made.
type shop struct {
	chance *rand.Rand
	at     time.Time
	log    *ocel.Log
	place  map[string]int // of objects in the log
	truth  map[string]Transaction
	open   []string          // items that wait for a package
	of     map[string]string // the order of an item
	pack   int
}

func (s *shop) later(d time.Duration) time.Time { return s.at.Add(d) }

func (s *shop) object(id, typ string, changes ...ocel.Change) {
	s.place[id] = len(s.log.Objects)
	s.log.Objects = append(s.log.Objects, ocel.Object{ID: id, Type: typ, Attributes: changes})
}

func (s *shop) relate(from, to, qualifier string) {
	o := &s.log.Objects[s.place[from]]
	o.Relationships = append(o.Relationships, ocel.Relationship{ObjectID: to, Qualifier: qualifier})
}

// event logs what happens to objects, and whose orders' it is.
func (s *shop) event(typ string, orders []string, attributes []ocel.Named, objects ...ocel.Relationship) {
	s.at = s.at.Add(time.Duration(1+s.chance.IntN(600)) * time.Second)
	id := fmt.Sprintf("ev:%05d", len(s.log.Events))
	s.log.Events = append(s.log.Events, ocel.Event{ID: id, Type: typ, Time: s.at, Attributes: attributes, Relationships: objects})
	for _, order := range orders {
		t := s.truth[order]
		t.Events = append(t.Events, id)
		s.truth[order] = t
	}
}

func (s *shop) belongs(order string, objects ...string) {
	t := s.truth[order]
	t.Objects = append(t.Objects, objects...)
	s.truth[order] = t
}

func (s *shop) someone() ocel.Relationship {
	return in("emp/"+strconv.Itoa(s.chance.IntN(6)), "done by")
}

func (s *shop) order(i int) {
	id := fmt.Sprintf("so:%04d", i)
	customer := "c-" + strconv.Itoa(s.chance.IntN(4))
	s.object(id, "Sales Order", changed("status", ocel.Always(), text("new")), changed("status", s.later(time.Hour), text("paid")))
	s.relate(customer, id, "places")
	s.belongs(id, id)
	placed := []ocel.Relationship{in(id, "order"), in(customer, "customer"), s.someone()}
	var items []string
	for j := range 1 + s.chance.IntN(4) {
		item := fmt.Sprintf("i-%04d-%d", i, j)
		product := "p-" + strconv.Itoa(s.chance.IntN(8))
		s.object(item, "Item", changed("quantity", ocel.Always(), ocel.Value{Type: ocel.Integer, Text: strconv.Itoa(1 + s.chance.IntN(9))}))
		s.relate(id, item, "contains")
		s.relate(item, product, "is a")
		s.belongs(id, item)
		placed = append(placed, in(item, "item"), in(product, "product"))
		items = append(items, item)
	}
	s.event("place order", []string{id}, []ocel.Named{{Name: "total", Value: number(99.5)}, {Name: "online", Value: ocel.Value{Type: ocel.Boolean, Text: "true"}}}, placed...)
	if s.chance.IntN(4) == 0 {
		s.event("payment reminder", []string{id}, nil, in(id, "order"), in(customer, ""))
	}
	s.event("pay order", []string{id}, nil, in(id, "order"), in(customer, "payer"))
	if s.of == nil {
		s.of = make(map[string]string)
	}
	for _, item := range items {
		s.of[item] = id
		s.event("pick item", []string{id}, []ocel.Named{{Name: "seconds", Value: ocel.Value{Type: ocel.Integer, Text: strconv.Itoa(s.chance.IntN(90))}}},
			in(item, "item"), in(id, "order"), s.someone())
		s.open = append(s.open, item)
		if len(s.open) >= 5 {
			s.ship()
		}
	}
}

// ship sends what waits in one package, whosever orders they are.
func (s *shop) ship() {
	if len(s.open) == 0 {
		return
	}
	id := fmt.Sprintf("PKG %03d", s.pack)
	s.pack++
	s.object(id, "Package", changed("weight", ocel.Always(), number(float64(s.pack)/4)))
	packed := []ocel.Relationship{in(id, "package"), s.someone()}
	var orders []string
	for _, item := range s.open {
		s.relate(id, item, "holds")
		packed = append(packed, in(item, "packed item"))
		orders = append(orders, s.of[item])
	}
	slices.Sort(orders)
	orders = slices.Compact(orders)
	for _, order := range orders {
		s.belongs(order, id)
		packed = append(packed, in(order, "for order"))
	}
	s.open = nil
	s.event("create package", orders, nil, packed...)
	s.event("send package", orders, nil, in(id, "package"), s.someone())
	s.event("package delivered", orders, []ocel.Named{{Name: "at", Value: ocel.Value{Type: ocel.Time, Text: "2019-03-09T10:00:00.5Z"}}}, in(id, "package"))
}

func in(id, qualifier string) ocel.Relationship {
	return ocel.Relationship{ObjectID: id, Qualifier: qualifier}
}

func changed(name string, at time.Time, v ocel.Value) ocel.Change {
	return ocel.Change{Name: name, Time: at, Value: v}
}

func text(s string) ocel.Value { return ocel.Value{Type: ocel.String, Text: s} }

func number(f float64) ocel.Value {
	return ocel.Value{Type: ocel.Float, Text: strconv.FormatFloat(f, 'g', -1, 64)}
}

func objectTypes() []ocel.Type {
	one := func(name, attribute string, t ocel.ValueType) ocel.Type {
		return ocel.Type{Name: name, Attributes: []ocel.Attribute{{Name: attribute, Type: t}}}
	}
	product := one("Product", "price", ocel.Float)
	product.Attributes = append(product.Attributes, ocel.Attribute{Name: "since", Type: ocel.Time})
	return []ocel.Type{
		one("Customer", "tier", ocel.String), one("Employee", "works part time", ocel.Boolean), product,
		one("Item", "quantity", ocel.Integer), one("Package", "weight", ocel.Float), one("Sales Order", "status", ocel.String),
		{Name: "Voucher"},
	}
}

func eventTypes() []ocel.Type {
	return []ocel.Type{
		{Name: "place order", Attributes: []ocel.Attribute{{Name: "total", Type: ocel.Float}, {Name: "online", Type: ocel.Boolean}}},
		{Name: "payment reminder"},
		{Name: "pay order"},
		{Name: "pick item", Attributes: []ocel.Attribute{{Name: "seconds", Type: ocel.Integer}}},
		{Name: "create package"},
		{Name: "send package"},
		{Name: "package delivered", Attributes: []ocel.Attribute{{Name: "at", Type: ocel.Time}}},
	}
}
