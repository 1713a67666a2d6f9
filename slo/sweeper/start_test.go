package sweeper

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"throughline/lineage"
	"throughline/slo"
)

// key is that of an order's clock.
func key(id string) slo.Key {
	return slo.Key{SLA: "invoiced", Subject: lineage.Object{Type: "order", ID: id}}
}

func TestAStartThatIsToldNothingJudgesNoClockThatItWasToldOfBefore(t *testing.T) {
	t.Parallel()
	x := newBench(t)
	x.orders(0, 10, x.now, time.Time{})
	x.through()
	x.end()
	x.begin()
	x.Through(x.block)
	x.backlog, _, _ = x.take()
	if err := x.learnAll(); err != nil || len(x.held) != 10 || len(x.dirty) != 0 {
		t.Errorf("%d of %d clocks are judged: %v", len(x.dirty), len(x.held), err)
	}
	x.end()
}

func TestASubjectThatHasTheNameOfAnOpenClockComesWithIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, invoicedWithin(time.Minute))
		r.brief = true
		for _, id := range []string{"3", "5", "9"} {
			r.booked(id, time.Now())
		}
		for _, id := range []string{"3", "5"} { // both have ended
			r.order(id).Members[0].Aliases = []lineage.Object{{Type: "order", ID: "9" + id[:1]}}
			r.invoiced(id, time.Now())
		}
		r.order("5").Members[0].Aliases = []lineage.Object{{Type: "order", ID: "9"}}
		r.say("5")
		tick(10 * time.Second)
		r.stop()
		r.start()
		tick(time.Second)
		for id, want := range map[string]bool{"3": false, "5": true, "9": true} {
			if is := r.sweeper.held[key(id)] != nil; is != want {
				t.Errorf("order %s is in memory: %v", id, is)
			}
		}
		r.kill()
	})
}

func TestAClockOfWhichNothingIsToldAnyMoreIsWithdrawnThoughTheProcessDiedJustBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, invoicedWithin(time.Minute))
		r.kill()
		r.brief, r.atOnce = true, 1
		r.start()
		r.booked("5", time.Now())
		r.booked("9", time.Now())
		tick(2 * time.Minute)
		r.merge(true)
		tick(10 * time.Second)
		// Order 9 is nothing at all any more: 5 is committed, and then the process dies.
		r.order("5").Members[0].Aliases = nil
		r.broken.Store(4)
		r.invoiced("5", time.Now())
		tick(time.Second)
		r.kill()
		if got := r.store.history("5"); !slices.Equal(got, []string{"started", "breached 1s", "ended"}) {
			t.Fatalf("order 5 is told %v", got)
		}
		if got := r.store.history("9"); !slices.Equal(got, []string{"started", "breached 1s"}) {
			t.Fatalf("order 9 is told %v", got)
		}
		r.start()
		tick(time.Minute)
		if got := r.store.history("9"); !slices.Equal(got, []string{"started", "breached 1s", "withdrawn"}) {
			t.Errorf("order 9 is told %v", got)
		}
		r.kill()
	})
}

func TestWhatWasToldByAnotherCatalogueIsVoidAfterAStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, invoicedWithin(time.Minute))
		r.brief = true
		r.booked("5", time.Now())
		r.booked("9", time.Now())
		tick(2 * time.Minute)
		again := invoicedWithin(time.Minute)
		again.Name = "again"
		r.cat = catalogue(t, invoicedWithin(time.Minute), again)
		r.sweeper.Anew(r.cat)
		r.merge(true) // by the new one, 9 is another name of 5
		tick(10 * time.Second)
		r.stop()
		r.start()
		tick(10 * time.Minute)
		r.invoiced("5", time.Now())
		tick(10 * time.Second)
		for _, id := range []string{"5", "9"} {
			if got := r.store.history(id); !slices.Contains(got, "ended") {
				t.Errorf("order %s is told %v", id, got)
			}
		}
		r.kill()
	})
}

func TestAClockThatLosesItsRecordIsJudgedThoughTheProcessDiesRightAfter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, invoicedWithin(time.Hour))
		r.brief = true
		began := time.Now()
		r.booked("9", began)
		tick(10 * time.Second)
		five := lineage.Object{Type: "order", ID: "5"}
		for _, id := range []string{"5", "7"} { // both hold order 5
			s := &r.order(id).Stages[1]
			s.DoneAt, s.Progress = began, []lineage.Progress{{Object: five, DoneAt: began}}
		}
		r.merge(true) // the record of 9 is that of 5 now
		tick(10 * time.Second)
		r.order("7").Members, r.order("7").Unanchored = []lineage.Member{{Object: five}}, true
		r.say("7")
		tick(10 * time.Second)
		// Its own execution says nothing of it any more, and so not that it was 9.
		r.order("5").Members, r.order("5").Stages[1].Progress = nil, nil
		r.broken.Store(4)
		r.say("5")
		tick(time.Second)
		r.kill()
		r.start()
		tick(time.Minute)
		if got := r.store.history("5"); !slices.Equal(got, []string{"started"}) {
			t.Errorf("order 5 is told %v", got)
		}
		r.kill()
	})
}
