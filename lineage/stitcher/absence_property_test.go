package stitcher

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"throughline/lineage"
)

// ready makes a stitcher that answers, with nothing in it.
func ready(t *testing.T) *Stitcher {
	t.Helper()
	s, err := New(Config{Dir: t.TempDir(), Writer: "w"}, Deps{Catalogue: catalogue(t), Store: newShelf()})
	if err != nil {
		t.Fatal(err)
	}
	close(s.loaded)
	return s
}

type failing interface {
	Helper()
	Fatal(args ...any)
}

// pages reads a list to its end.
func pages(t failing, s *Stitcher, q lineage.AbsentQuery) (rows []lineage.Absent, last lineage.AbsentPage) {
	t.Helper()
	for q.Tenant = "default"; ; {
		page, err := s.Absent(context.Background(), q)
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, page.Absent...)
		if q.Cursor = page.Next; q.Cursor == "" {
			return rows, page
		}
		if len(page.Absent) != q.Limit {
			t.Fatal("a page that is not the last has", len(page.Absent), "of", q.Limit, "rows")
		}
	}
}

func TestTheListOfAbsencesIsWhatItsModelSays(t *testing.T) {
	t.Parallel()
	s := ready(t)
	rapid.Check(t, func(t *rapid.T) {
		s.absences, s.graph = newAbsences(), lineage.NewGraph(s.catalogue, "default")
		if rapid.Bool().Draw(t, "many") {
			s.absences.few = 0
		}
		model, come := make(absencesModel), make(map[lineage.Object]bool)
		for range rapid.IntRange(1, 20).Draw(t, "steps") {
			switch rapid.IntRange(0, 3).Draw(t, "step") {
			default:
				ref, x := drawShown(t, 4)
				model.put(ref, x)
				s.absences.put(ref, x)
			case 1:
				o := lineage.Object{Type: "widget", ID: fmt.Sprint(rapid.IntRange(1, 4).Draw(t, "comes"))}
				come[o] = true
				s.graph.Add(&lineage.Event{Tenant: "default", Source: "erp", ID: o.ID, Refs: []lineage.Ref{{Object: o, Role: lineage.Subject}}})
			case 2:
				q := lineage.AbsentQuery{
					Type: rapid.SampledFrom([]string{"", "quote", "widget"}).Draw(t, "of type"), Limit: rapid.IntRange(1, 8).Draw(t, "limit"),
					Flow: rapid.SampledFrom([]string{"", "quote-to-cash", lineage.TransactionFlow}).Draw(t, "of flow"),
				}
				got, page := pages(t, s, q)
				want := model.list(q, come)
				if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
					t.Fatalf("%+v (-want +got):\n%s", q, diff)
				}
				if page.Total != len(want) && (s.absences.few > 0 || page.Total < len(want)) {
					t.Fatalf("total %d of %d", page.Total, len(want))
				}
			}
		}
	})
}

func TestAbsencesKeepToTheirRoomAndCountWhatIsLeftOut(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, model := newAbsences(), make(absencesModel)
		a.surplus.room = rapid.IntRange(1, 24).Draw(t, "room")
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			ref, x := drawShown(t, 9)
			model.put(ref, x)
			a.put(ref, x)
			if len(a.all) > a.surplus.room {
				t.Fatalf("%d namings in a room for %d", len(a.all), a.surplus.room)
			}
			if len(a.all)+a.surplus.more() != model.len() {
				t.Fatalf("%d namings, and %d left out; want %d", len(a.all), a.surplus.more(), model.len())
			}
			for place, n := range a.all {
				if want, ok := model[n.in.key()][n.of.key()]; !ok || n.time() != want.Since || n.cited() != want.By || int(n.place) != place {
					t.Fatalf("%v in %v since %v by %v; want %+v", n.of.key(), n.in.key(), n.time(), n.cited(), want)
				}
			}
		}
		for ref := range model {
			a.put(ref, nil)
		}
		if len(a.all)+len(a.objects.of)+len(a.in.of)+a.surplus.more() != 0 || len(a.numbers.free) != int(a.numbers.most) {
			t.Fatalf("of nothing there is left %+v", a)
		}
	})
}

func TestTheLongestAwaitedAreKept(t *testing.T) {
	t.Parallel()
	const room, shown = 4000, 10_000
	s := ready(t)
	s.absences.surplus.room = room
	order := rand.New(rand.NewPCG(1, 2)).Perm(shown)
	for _, i := range order {
		ref, x := awaits(i, 2*shown)
		s.absences.put(ref, x)
	}
	kept := len(s.absences.all)
	rows, page := pages(t, s, lineage.AbsentQuery{Limit: 1000})
	if kept > room || kept < room-room/4 || page.Total != kept || len(rows) != kept || page.More < (2*shown-kept)*9/10 || page.More > (2*shown-kept)*11/10 {
		t.Errorf("it keeps %d, lists %d of %d and says that %d more are left out", kept, len(rows), page.Total, page.More)
	}
	for i, row := range rows {
		if want := time.Unix(1_770_000_000+int64(i/2), 0); !row.Since.Equal(want) {
			t.Fatalf("row %d is awaited since %v; want %v", i, row.Since, want)
		}
	}
	for i := range room / 4 { // when those have come, there is room
		ref, _ := awaits(i, 2*shown)
		s.absences.put(ref, nil)
	}
	ref, x := awaits(shown-1, 2*shown)
	s.absences.put(ref, x)
	if rows, _ = pages(t, s, lineage.AbsentQuery{Limit: 1000}); rows[len(rows)-1].In[0] != ref {
		t.Errorf("what was left out has not come in again; the last is %+v", rows[len(rows)-1])
	}
}

func TestWhatAwaitsOneObjectIsCountedAndNotAllListed(t *testing.T) {
	t.Parallel()
	s := ready(t)
	for i := range 250 {
		ref, x := awaits((i*37)%250, 2)
		s.absences.put(ref, x)
	}
	rows, _ := pages(t, s, lineage.AbsentQuery{Limit: 5})
	if len(rows) != 2 || len(rows[0].In) != lineage.MaxAbsentIn || rows[0].More != 150 || rows[0].In[0].Anchor.ID != "o-0" || rows[0].In[99].Anchor.ID != "o-188" {
		t.Errorf("it lists %+v", rows)
	}
}

func TestTheListOfAbsencesIsReadWhileExecutionsAreShown(t *testing.T) {
	t.Parallel()
	s := ready(t)
	s.absences.surplus.room = 1500
	var both sync.WaitGroup
	both.Go(func() {
		for i := range 5000 {
			ref, x := awaits(i%1000, 700)
			if i%7 == 0 {
				x = nil
			}
			s.mu.Lock()
			s.absences.put(ref, x)
			s.mu.Unlock()
		}
	})
	both.Go(func() {
		for range 50 {
			page, err := s.Absent(t.Context(), lineage.AbsentQuery{Tenant: "default", Limit: 50})
			if err != nil {
				t.Error(err)
			}
			for i := 1; i < len(page.Absent); i++ {
				if page.Absent[i].Since.Before(page.Absent[i-1].Since) {
					t.Error("it is out of order")
				}
			}
		}
	})
	both.Wait()
}

func TestOfWhatWasNamedAtOneMomentMostIsKept(t *testing.T) {
	t.Parallel()
	a := newAbsences()
	a.surplus.room = 1600
	for i := range 3000 {
		ref, x := awaits(i, 6000)
		x.Events[0].Time = time.Unix(1_770_000_000, 0)
		if a.put(ref, x); i > 800 && len(a.all) < 1500 {
			t.Fatalf("of %d it keeps %d", 2*i, len(a.all))
		}
	}
	if len(a.all)+a.surplus.more() != 6000 {
		t.Errorf("it keeps %d and leaves %d out; want 6000", len(a.all), a.surplus.more())
	}
}

func TestWhatHasComeElsewhereDoesNotFillTheList(t *testing.T) {
	t.Parallel()
	s := ready(t)
	s.absences.few = 100
	for i := range 400 {
		ref, x := awaits(i, 800)
		ref.Flow = lineage.TransactionFlow
		s.absences.put(ref, x)
		for _, m := range x.Members {
			if m.Placeholder && i < 390 {
				s.graph.Add(&lineage.Event{Tenant: "default", Source: "erp", ID: m.Object.ID, Refs: []lineage.Ref{{Object: m.Object, Role: lineage.Subject}}})
			}
		}
	}
	pages(t, s, lineage.AbsentQuery{Limit: 50})
	rows, page := pages(t, s, lineage.AbsentQuery{Limit: 50})
	if len(rows) != 20 || page.Total != 20 || len(s.absences.all) > 100 {
		t.Errorf("%d rows of %d, and %d namings", len(rows), page.Total, len(s.absences.all))
	}
}

func TestOneObjectDoesNotFillTheList(t *testing.T) {
	t.Parallel()
	a := newAbsences()
	a.few = 100
	for i := range 1000 {
		ref, x := awaits(i, 2)
		ref.Flow = lineage.TransactionFlow
		a.put(ref, x)
	}
	if len(a.all) != 2*crowd {
		t.Errorf("%d namings of two objects; want %d", len(a.all), 2*crowd)
	}
}
