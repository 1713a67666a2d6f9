package sweeper

import (
	"context"
	"errors"
	"maps"
	"os"
	"slices"
	"time"

	"pgregory.net/rapid"

	"throughline/lineage"
)

// twins are two sweepers that are told of the same world, in which orders hold parcels.
// One of them is told all, again at every start, and forgets nothing. The other is told
// what a stitcher tells that lets closed executions go.
type twins struct {
	t      *rapid.T
	slas   []lineage.SLA
	cat    *lineage.Catalogue
	now    time.Time
	block  uint64
	world  map[string]*order
	all    *twin // never forgets
	part   *twin
	fails  bool // commits of the one that forgets
	broken int  // the next commit fails before it is there: 1, or after: 2
	dying  bool // after some more commits nothing comes into its ledger
	left   int  // of these
	leaves int  // keys that have left memory

	checkpoint uint64 // of the stitcher: no later than what was kept
}

// twin is a sweeper without its loops: it sweeps when it is asked to.
type twin struct {
	dir string
	s   *Sweeper
}

// order is one execution: its parcels, what else they are called, and what happened.
type order struct {
	id      string
	there   bool
	closed  bool
	aliases []string
	parcels map[string][]string // with their other names
	events  []*lineage.Event
	reason  string
	changed uint64 // by which block
	told    bool   // the one that forgets has it in memory
}

func inWorld(typ, id string) lineage.Object { return lineage.Object{Type: typ, ID: id} }

func named(typ string, ids []string) (all []lineage.Object) {
	for _, id := range ids {
		all = append(all, inWorld(typ, id))
	}
	return all
}

func (o *order) ref() lineage.ExecutionRef {
	return lineage.ExecutionRef{Flow: "f", Anchor: inWorld("order", o.id)}
}

func (o *order) execution() *lineage.Execution {
	if !o.there {
		return nil
	}
	x := &lineage.Execution{
		Tenant: "default", Flow: "f", Anchor: o.ref().Anchor, State: lineage.StateOpen, Events: slices.Clone(o.events),
		Members: []lineage.Member{{Object: o.ref().Anchor, Aliases: named("order", o.aliases)}},
	}
	if o.reason != "" {
		x.Stages = []lineage.Stage{{Name: "booked", State: lineage.StateFailed, Reason: o.reason}}
	}
	for _, id := range slices.Sorted(maps.Keys(o.parcels)) {
		x.Members = append(x.Members, lineage.Member{Object: inWorld("parcel", id), Aliases: named("parcel", o.parcels[id])})
	}
	return x
}

func newTwins(t *rapid.T) *twins {
	w := &twins{t: t, now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), world: make(map[string]*order)}
	for _, s := range []struct{ name, subject string }{{"a", "order"}, {"b", "parcel"}, {"c", "parcel"}} {
		w.slas = append(w.slas, lineage.SLA{
			Name: s.name, Flow: "f", Subject: s.subject, Start: "begun", Stop: "ended", Reset: "again", Target: lineage.Duration(time.Hour),
		})
	}
	w.slas[2].Target = lineage.Duration(20 * time.Minute)
	w.catalogue()
	for _, id := range []string{"1", "2", "3", "4"} {
		w.world[id] = &order{id: id, parcels: make(map[string][]string)}
	}
	w.all, w.part = w.begin(), w.begin()
	w.start()
	return w
}

func (w *twins) catalogue() {
	cat, err := lineage.NewCatalogue(lineage.Definition{
		Flows: []lineage.Flow{{Name: "f", Anchor: "order", Ranks: map[string]int{"order": 0, "parcel": 1}}}, SLAs: w.slas,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	w.cat = cat
}

func (w *twins) begin() *twin {
	dir, err := os.MkdirTemp("", "twin")
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return &twin{dir: dir}
}

func (w *twins) open(x *twin) {
	var err error
	cfg := Config{Dir: x.dir, Patience: 1000 * time.Hour, Readers: []string{"nobody"}, noSync: true, fail: w.fail(x)}
	if x == w.part {
		cfg.atOnce = rapid.SampledFrom([]int{1, 3, maxRecorded}).Draw(w.t, "at once") // it may be killed with half of it in the ledger
	}
	x.s, err = New(cfg, Deps{
		Mark: func() Mark { return Mark{w.block, w.now} }, Now: func() time.Time { return w.now },
	})
	if err := errors.Join(err, x.s.open()); err != nil {
		w.t.Fatal(err)
	}
}

// start opens both, and tells each what its stitcher would.
func (w *twins) start() {
	for _, x := range []*twin{w.all, w.part} {
		w.open(x)
		x.s.Anew(w.cat)
	}
	changed := func(o *order) bool { return o.changed > w.checkpoint }
	telling := changed
	switch what := w.pick("tells", "what changed", "what changed", "what is open", "all"); {
	case what == "all" || !w.part.s.Holds(w.cat):
		telling = func(*order) bool { return true }
	case what == "what is open":
		telling = func(o *order) bool { return changed(o) || !o.closed }
	}
	for _, o := range w.world {
		w.all.s.Execution(o.ref(), o.execution())
		if o.told = telling(o) || !o.closed; telling(o) {
			w.part.s.Execution(o.ref(), o.execution())
		}
	}
	w.through()
	w.pass(0)               // what was not judged before is judged at the same moment
	w.pass(6 * time.Minute) // until those who send are back
}

// restart ends both and starts them again. The one that forgets is told to stop, or is
// killed, maybe in the middle of a sweep.
func (w *twins) restart() {
	ctx := context.Background()
	switch w.pick("ends", "is told to stop", "is killed", "is killed in the middle") {
	case "is told to stop":
		for _, x := range []*twin{w.all, w.part} {
			x.s.finish(ctx)
		}
		w.checkpoint = max(w.checkpoint, w.part.s.Kept())
	case "is killed in the middle":
		w.through()
		w.dying, w.left = true, rapid.IntRange(0, 6).Draw(w.t, "commits that are left")
		for _, x := range []*twin{w.all, w.part} {
			x.s.finish(ctx)
		}
	}
	for _, x := range []*twin{w.all, w.part} {
		if err := x.s.ledger.close(); err != nil {
			w.t.Fatal(err)
		}
	}
	w.dying = false
	w.start()
}

// fail breaks a commit of the one that forgets. It is made again by the next sweep.
func (w *twins) fail(x *twin) func(bool) error {
	return func(committed bool) error {
		if x == w.part && w.dying && !committed {
			if w.left--; w.left < 0 {
				return errBroken
			}
		}
		if n := w.broken; x == w.part && (n == 1 && !committed || n == 2 && committed) {
			w.broken = 0
			return errBroken
		}
		return nil
	}
}

func (w *twins) through() {
	w.block++
	for _, x := range []*twin{w.all, w.part} {
		x.s.Through(w.block)
	}
}

// pass lets time pass, and both sweep: at once, and when what came late has had its time.
func (w *twins) pass(d time.Duration) {
	for _, d := range []time.Duration{d, leastSettle} {
		breaks := 0
		if w.fails {
			breaks = rapid.IntRange(0, 4).Draw(w.t, "breaks")
		}
		w.now = w.now.Add(d)
		for _, x := range []*twin{w.all, w.part} {
			w.broken = breaks
			x.s.sweep(context.Background())
		}
		w.broken = 0
		if w.part.s.notBefore.After(w.now) { // a commit has failed: it is made again at the same moment
			w.part.s.notBefore = w.now
			w.part.s.sweep(context.Background())
		}
	}
	w.checkpoint = max(w.checkpoint, w.part.s.Kept())
}

// tell tells both of an order that has changed.
func (w *twins) tell(o *order) {
	o.changed, o.told = w.block+1, true
	for _, x := range []*twin{w.all, w.part} {
		x.s.Execution(o.ref(), o.execution())
	}
}

// anew tells all by a catalogue. That comes alone: the one that forgets nothing takes a
// subject that is told again for one that has just become known.
func (w *twins) anew() {
	w.through()
	w.pass(time.Second)
	w.catalogue()
	for _, x := range []*twin{w.all, w.part} {
		x.s.Anew(w.cat)
	}
	for _, o := range w.world {
		if o.there {
			w.tell(o)
		}
	}
	w.through()
	w.pass(time.Second)
}
