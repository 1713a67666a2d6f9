package logs

import (
	"math/rand/v2"
	"slices"
	"time"

	"throughline/lineage"
)

// book is kept while a business is played: what is told, and for whom it was done.
type book struct {
	random *rand.Rand
	flow   string
	take   func(*lineage.Event)
	slips  int
	wire   *wire // nil: events are told as they are

	now     time.Time
	serial  map[string]int // of events, by source; of documents, by type
	docs    []*doc
	deals   []*deal
	late    []lineage.Event
	hash    uint64
	carried map[string]*carried // by correlation id
	claims  []string            // some of these, for slips
	misused map[string]map[*doc]bool
	truth   Truth
}

// deal is one transaction while it is played, or what stands for itself because
// nothing was ordered.
type deal struct {
	root   *doc
	loose  bool
	events []EventID
}

// doc is a business object under all its ids. The first is its own system's.
type doc struct {
	ids   []lineage.Object
	own   *deal   // of an anchor, or a root
	deals []*deal // that it was made for
	hub   bool    // it stands for everything

	amount lineage.Money // as it was told last
	since  time.Time     // when that was
}

// carried is what was told under one correlation id.
type carried struct {
	docs   []*doc
	events []EventID
}

func newBook(cat *lineage.Catalogue, flow string, h habits, take func(*lineage.Event)) *book {
	b := &book{
		random: rand.New(rand.NewPCG(h.seed, 0x6c6f6773)), flow: flow, take: take, slips: h.slips,
		now:    time.Date(2026, 3, 2, 6, 0, 0, 0, time.UTC),
		serial: make(map[string]int), misused: make(map[string]map[*doc]bool), carried: make(map[string]*carried),
	}
	if h.wire {
		b.wire = &wire{random: b.random, cat: cat}
	}
	return b
}

// order opens a transaction.
func (b *book) order(o lineage.Object) *doc { return b.open(o, false) }

// loose opens what nobody ordered, or what nobody can tell the order of.
func (b *book) loose(o lineage.Object) *doc { return b.open(o, true) }

func (b *book) open(o lineage.Object, loose bool) *doc {
	d := b.doc(o)
	d.own = &deal{root: d, loose: loose}
	d.deals = []*deal{d.own}
	b.deals = append(b.deals, d.own)
	return d
}

func (b *book) doc(o lineage.Object) *doc {
	d := &doc{ids: []lineage.Object{o}}
	b.docs = append(b.docs, d)
	return d
}

// made notes a document that was made from others: it serves whom they serve.
func (b *book) made(o lineage.Object, from ...*doc) *doc {
	d := b.doc(o)
	d.deals = dealsOf(from)
	return d
}

// before notes a document that came before orders and led to them, and to them
// alone: not to what replaced them.
func (b *book) before(o lineage.Object, orders ...*doc) *doc {
	d := b.doc(o)
	for _, order := range orders {
		d.deals = append(d.deals, order.own)
	}
	return d
}

// hub notes an object that a system writes when it knows none.
func (b *book) hub(o lineage.Object) *doc {
	d := b.doc(o)
	d.hub = true
	return d
}

// family makes orders one another's: what is done for one is done for all.
func (b *book) family(orders ...*doc) {
	all := dealsOf(orders)
	for _, order := range orders {
		order.deals = all
	}
}

// misuse notes that a claim was put on events which name an order.
func (b *book) misuse(claim string, order *doc) {
	if b.misused[claim] == nil {
		b.misused[claim] = make(map[*doc]bool)
	}
	b.misused[claim][order] = true
}

// overfull notes a claim that brings more than the flow believes.
func (b *book) overfull(claim string) { b.truth.Ambiguous = append(b.truth.Ambiguous, claim) }

func dealsOf(docs []*doc) []*deal {
	var deals []*deal
	for _, d := range docs {
		for _, x := range d.deals {
			if !slices.Contains(deals, x) {
				deals = append(deals, x)
			}
		}
	}
	return deals
}

// canonical returns the smallest id of a document.
func (d *doc) canonical() lineage.Object { return slices.MinFunc(d.ids, lineage.Object.Compare) }
