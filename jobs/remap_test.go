package jobs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"throughline/lineage"
)

const booked = `
kind: contract
type: booked
version: 1
schema: {type: object, required: [no]}
map: {subject: {type: order, id: /no}, stage: booked}
---
kind: contract
type: billed
version: 1
schema: {type: object, required: [%s]}
map: {subject: {type: invoice, id: /no}, refs: [{type: order, id: %s, role: bills}], stage: billed}
`

func catalogueFor(t *testing.T, required, order string) *lineage.Catalogue {
	t.Helper()
	cat, err := lineage.ParseCatalogue([]lineage.File{{Name: "test.yaml", Data: fmt.Appendf(nil, booked, required, order)}})
	if err != nil {
		t.Fatal(err)
	}
	return cat
}

var came = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)

// archive is a store in memory. It fails when its calls run out: then the house is killed.
type archive struct {
	events  []lineage.Stored // as they came in
	anew    map[lineage.Place]lineage.Stored
	refused []lineage.Quarantined
	aside   map[string]lineage.Quarantined
	blocks  map[string]lineage.Block
	calls   int // that are left
}

var errKilled = errors.New("the house was killed")

func (a *archive) call() error {
	if a.calls--; a.calls < 0 {
		return errKilled
	}
	return nil
}

// all are the events as they are mapped now, in their order.
func (a *archive) all() []lineage.Stored {
	all := slices.Clone(a.events)
	for _, b := range a.blocks {
		for i := range b.Events {
			all = append(all, lineage.Stored{Place: lineage.Place{Writer: b.Writer, Block: b.ID, Row: uint32(i)}, Event: &b.Events[i]})
		}
	}
	for i := range all {
		if now, ok := a.anew[all[i].Place]; ok {
			all[i] = now
		}
	}
	slices.SortFunc(all, func(x, y lineage.Stored) int { return x.Compare(y.Place) })
	return all
}

func (a *archive) EventsAfter(_ context.Context, _ string, after lineage.Place, limit int) ([]lineage.Stored, error) {
	all := a.all()
	all = slices.DeleteFunc(all, func(e lineage.Stored) bool { return e.Compare(after) <= 0 })
	return all[:min(limit, len(all))], a.call()
}

func (a *archive) EventsLeft(context.Context, string, lineage.Place) (int64, error) {
	return int64(len(a.events)), a.call()
}

func (a *archive) RefusedLeft(context.Context, string, lineage.RefusedPlace, time.Time, string) (int64, error) {
	return int64(len(a.refused)), a.call()
}

func (a *archive) RefusedAfter(_ context.Context, _ string, after lineage.RefusedPlace, _ time.Time, _ string, limit int) ([]lineage.Quarantined, error) {
	all := slices.DeleteFunc(slices.Clone(a.refused), func(q lineage.Quarantined) bool { return q.ID <= after.ID })
	return all[:min(limit, len(all))], a.call()
}

func (a *archive) SpansAfter(context.Context, string, lineage.ObservedPlace, []string, string, int) ([]lineage.Observed, error) {
	return nil, a.call()
}

func (a *archive) LogsAfter(context.Context, string, lineage.ObservedPlace, []string, string, int) ([]lineage.Observed, error) {
	return nil, a.call()
}

func (a *archive) SaveRemapped(_ context.Context, events []lineage.Stored) error {
	for i, e := range events {
		if i == len(events)/2 {
			if err := a.call(); err != nil {
				return err // half of it is stored
			}
		}
		if a.anew[e.Place].Generation <= e.Generation {
			a.anew[e.Place] = e
		}
	}
	return a.call()
}

func (a *archive) SaveQuarantine(_ context.Context, entries []lineage.Quarantined) error {
	for _, q := range entries {
		a.aside[q.ID] = q
	}
	return a.call()
}

func (a *archive) Append(_ context.Context, b *lineage.Block, inDoubt bool) error {
	key := fmt.Sprint(b.Writer, b.ID)
	if old, ok := a.blocks[key]; ok && (!inDoubt || len(old.Events) != len(b.Events) || !slices.Equal(old.Identifiers, b.Identifiers)) {
		return fmt.Errorf("block %s is another the second time", key)
	}
	a.blocks[key] = *b
	return a.call()
}

// listener is a graph that goes on from what is stored.
type listener struct {
	graph *lineage.Graph
	calls func() error
}

func (a *archive) listener(cat *lineage.Catalogue) *listener {
	l := &listener{lineage.NewGraph(cat, "default"), a.call}
	for _, e := range a.all() {
		if !e.Refused {
			l.graph.Add(e.Event)
		}
	}
	return l
}

func (l *listener) Remap(ctx context.Context, events []lineage.Remapped, save func(context.Context) error) error {
	if err := save(ctx); err != nil {
		return err
	}
	if err := l.calls(); err != nil {
		return err
	}
	for i := range events {
		l.graph.Remap(&events[i].Now)
	}
	return l.calls()
}

func (l *listener) Settled() bool { return true }

// account is what a graph makes of everything.
func account(g *lineage.Graph) []string {
	g.Recompute()
	anchored, loose := g.Executions(lineage.TransactionFlow)
	var lines []string
	for _, ref := range append(anchored, loose...) {
		x := g.Execution(ref)
		line := ref.Anchor.String()
		for _, e := range x.Events {
			line += fmt.Sprint(" ", e.ID, e.Stage, e.Refs)
		}
		lines = append(lines, line)
	}
	for _, m := range g.Search("SO-1") {
		lines = append(lines, fmt.Sprint(m.Object, len(m.Executions)))
	}
	return lines
}

// recorded is an archive of what a shop sent while a catalogue was in force.
func recorded(t *testing.T, cat *lineage.Catalogue) *archive {
	t.Helper()
	a := &archive{anew: map[lineage.Place]lineage.Stored{}, aside: map[string]lineage.Quarantined{}, blocks: map[string]lineage.Block{}}
	for i := range 23 {
		data := fmt.Sprintf(`"type":"booked","data":{"no":"SO-%d"}`, i/2)
		if i%2 == 1 {
			data = fmt.Sprintf(`"type":"billed","customerref":"SO-%d","correlationid":"c-%d","data":{"no":"I-%d","customer":"C-7","%s":1}`, i/2, i%3, i, []string{"date", "day", "both"}[i%3])
		}
		raw := fmt.Appendf(nil, `{"specversion":"1.0","id":"%d","source":"shop",%s}`, i, data)
		ce, err := lineage.ParseCloudEvent(raw)
		if err != nil {
			t.Fatal(err)
		}
		e, err := cat.FromCloudEvent("default", &ce, came)
		if err != nil {
			a.refused = append(a.refused, lineage.Quarantined{Tenant: "default", ID: fmt.Sprintf("q%02d", i), Source: "shop", EventID: ce.ID, Payload: raw, Ingested: came})
			continue
		}
		a.events = append(a.events, lineage.Stored{Place: lineage.Place{Writer: "w", Block: uint64(i / 7), Row: uint32(i % 7)}, Event: &e})
	}
	old := lineage.Event{Tenant: "default", Source: "shop", ID: "old", Type: "billed", Time: came, Ingested: came, Hash: 7, Correlation: "c-1"}
	a.events = append(a.events, lineage.Stored{Place: lineage.Place{Writer: "w", Block: 9}, Event: &old})
	return a
}

func TestARemappingThatIsKilledAnywhereComesToTheSame(t *testing.T) {
	t.Parallel()
	was, is := catalogueFor(t, "date", "/customer"), catalogueFor(t, "day", "customerref")
	want, wantStored := []string(nil), []lineage.Stored(nil)
	for lives := range 60 {
		a := recorded(t, was)
		dir := t.TempDir()
		now := came.Add(time.Hour)
		feed := a.listener(is)
		for life := 0; ; life++ {
			if life > 200 {
				t.Fatal("it never comes to an end")
			}
			if a.calls = 1 << 30; lives > 0 {
				a.calls = 1 + (lives+life*7)%9 + life/20
			}
			r, err := New(Config{Dir: dir, Batch: 4}, Deps{Store: a, Feed: feed, Through: func() time.Time { return now.Add(time.Hour) }, Now: func() time.Time { return now }})
			if err != nil {
				t.Fatal(err)
			}
			r.cat, r.since = is, now
			if err := r.Begin(is, true); err != nil {
				t.Fatal(err)
			}
			for err == nil && r.note.Part != partEnd {
				_, err = r.step(t.Context())
			}
			if err == nil {
				m := r.Remapping()
				if m.State() != "done" || m.Done != int64(len(a.events)+len(a.refused)) || m.Unkept != 1 {
					t.Fatalf("it ends with %+v", m)
				}
				break
			}
			if !errors.Is(err, errKilled) {
				t.Fatal(err)
			}
			if doubt, err := InDoubt(dir); err != nil || !doubt {
				t.Fatalf("a life that ended in the middle is in doubt: %v %v", doubt, err)
			}
			if life%3 < 2 { // a kill; else the store was away, and is there again
				feed = a.listener(is)
			}
		}
		got, stored := account(feed.graph), a.all()
		for i := range stored {
			stored[i].Generation = 0
		}
		if lives == 0 {
			want, wantStored = got, stored
			straight := lineage.NewGraph(is, "default")
			for _, e := range stored {
				if !e.Refused {
					straight.Add(e.Event)
				}
			}
			if diff := cmp.Diff(account(straight), want); diff != "" {
				t.Fatalf("what was mapped anew is not as if it had come so (-want +got):\n%s", diff)
			}
			if len(a.aside) != 4 || len(a.refused) != 7 || len(stored) != 17+4 {
				t.Fatalf("%d are set aside, %d were refused and %d are stored", len(a.aside), len(a.refused), len(stored))
			}
			continue
		}
		if diff := cmp.Diff(wantStored, stored); diff != "" {
			t.Fatalf("killed by plan %d, stored is (-want +got):\n%s", lives, diff)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("killed by plan %d, it comes to (-want +got):\n%s", lives, diff)
		}
	}
}

func TestACatalogueThatIsPutInForceInTheMiddleBeginsAnew(t *testing.T) {
	t.Parallel()
	was, is := catalogueFor(t, "date", "/customer"), catalogueFor(t, "day", "customerref")
	a, dir, now := recorded(t, was), t.TempDir(), came.Add(time.Hour)
	a.calls = 1 << 30
	feed := a.listener(is)
	r, err := New(Config{Dir: dir, Batch: 4}, Deps{Store: a, Feed: feed, Through: func() time.Time { return now.Add(time.Hour) }, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Begin(was, false); err != nil || r.Remapping().Catalogue != "" {
		t.Errorf("nobody decided on it, and it begins: %+v %v", r.Remapping(), err)
	}
	for _, cat := range []*lineage.Catalogue{is, was} {
		if err := r.Begin(cat, cat == is); err != nil {
			t.Fatal(err)
		}
		for n := 0; r.note.Part != partEnd && (cat == was || n < 4); n++ {
			if _, err := r.step(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	now = now.Add(time.Hour)
	if _, err := r.step(t.Context()); err != nil {
		t.Fatal(err)
	}
	if doubt, err := InDoubt(dir); doubt || err != nil {
		t.Errorf("long after its end it is in doubt: %v %v", doubt, err)
	}
	fresh := recorded(t, was)
	for i, e := range a.all() {
		if !e.Event.SameMapping(fresh.events[i].Event) || e.Refused {
			t.Errorf("%s is mapped to %+v", e.Event.ID, e.Event)
		}
	}
}
