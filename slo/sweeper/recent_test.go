package sweeper

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"throughline/slo"
)

func TestWhatIsRememberedIsReadWithoutGapAndNothingElseIs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var r recent
		var first, last uint64 // of what is remembered; first > last: nothing is
		first = 1
		for range rapid.IntRange(1, 20).Draw(t, "steps") {
			if rapid.Bool().Draw(t, "drop") {
				upTo := rapid.Uint64Range(0, last+2).Draw(t, "up to")
				r.drop(upTo)
				first = max(first, min(upTo, last)+1)
			} else {
				if lost := rapid.Uint64Range(0, 1).Draw(t, "lost"); lost > 0 { // a commit that was thought to have failed
					last += lost
					first = last + 1
				}
				told := make([]slo.Transition, rapid.IntRange(1, 5).Draw(t, "told"))
				for i := range told {
					last++
					told[i].Seq = last
				}
				r.add(told)
			}
			seq, limit := rapid.Uint64Range(0, last+2).Draw(t, "seq"), rapid.IntRange(1, 7).Draw(t, "limit")
			got := r.after(seq, limit)
			if want := seq+1 >= first && seq < last; want != (len(got) > 0) {
				t.Fatalf("beyond %d there are %d, of those from %d to %d", seq, len(got), first, last)
			}
			if len(got) > limit {
				t.Fatalf("%d; want at most %d", len(got), limit)
			}
			for i := range got {
				if got[i].Seq != seq+1+uint64(i) {
					t.Fatalf("number %d beyond %d is %d", i, seq, got[i].Seq)
				}
			}
		}
	})
}

func TestTransitionsAreTheSameFromMemoryAsFromTheFile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, invoicedWithin(time.Minute))
		defer r.kill()
		r.booked("1", time.Now())
		tick(2 * time.Minute)
		l := r.sweeper.ledger
		remembered := l.recent.after(0, 10)
		l.recent.drop(10)
		read, err := l.read(0, 10)
		if err != nil || len(read) == 0 {
			t.Fatalf("%d read: %v", len(read), err)
		}
		if diff := cmp.Diff(read, remembered); diff != "" {
			t.Errorf("the file has -, memory +:\n%s", diff)
		}
	})
}
