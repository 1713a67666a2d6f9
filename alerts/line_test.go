package alerts

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"throughline/slo"
)

// chokes answers 500 to every notice of some orders.
func chokes(orders ...string) func(*call) (int, http.Header, error) {
	return func(c *call) (int, http.Header, error) {
		if slices.Contains(orders, c.packet.Alerts[0].Labels["subject_id"]) {
			return http.StatusInternalServerError, nil, nil
		}
		return http.StatusOK, nil, nil
	}
}

// of are the calls about one order.
func of(calls []call, order int) []call {
	return slices.DeleteFunc(slices.Clone(calls), func(c call) bool {
		return c.packet.Alerts[0].Labels["subject_id"] != fmt.Sprint(order)
	})
}

func TestANoticeThatTheReceiverChokesOnHoldsUpNobodyElse(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		r.pager.answer = chokes("0")
		r.start()
		defer r.halt()
		const try = 900 * time.Millisecond
		r.webhook.client.Transport = transport(func(req *http.Request) (*http.Response, error) {
			pass(try)
			return r.pager.RoundTrip(req)
		})
		random := rand.New(rand.NewPCG(1, 2))
		r.ledger.tell(about(0, slo.BreachKind, 0), about(0, slo.EndedKind, 9, ended))
		told := map[int]time.Time{}
		for order := 1; order <= 200; order++ {
			pass(2*time.Second + time.Duration(random.IntN(20_000))*time.Millisecond)
			told[order] = time.Now()
			r.ledger.tell(about(order, slo.BreachKind, order))
		}
		calls := r.settled()
		for order, at := range told {
			got := of(calls, order)
			if len(got) != 1 || got[0].at.Sub(at) > 2*try {
				t.Errorf("order %d is told %d times; want once, after one try of another at most", order, len(got))
			}
		}
		hour := calls[len(calls)-1].at.Sub(calls[0].at)
		tries := of(calls, 0)
		if n, most := len(tries), int(hour/(48*time.Second))+8; n < int(hour/(75*time.Second)) || n > most {
			t.Errorf("in %s it is tried %d times; want about one a minute", hour, n)
		}
		for _, c := range tries {
			if c.packet.Status != "firing" {
				t.Fatal("the end overtakes the beginning")
			}
		}
	})
}

func TestManyThatTheReceiverChokesOnDoNotMakeItLookAway(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		r.pager.answer = chokes("0", "1", "2", "3", "4", "5", "6", "7", "8", "9")
		r.start()
		defer r.halt()
		for order := range 10 {
			r.ledger.tell(about(order, slo.BreachKind, order))
		}
		pass(2 * time.Hour)
		for order := 10; order < 40; order++ {
			at := time.Now()
			r.ledger.tell(about(order, slo.BreachKind, order))
			pass(73 * time.Second)
			synctest.Wait()
			if got := of(r.pager.got(), order); len(got) != 1 {
				t.Fatalf("order %d is told %d times in %s", order, len(got), time.Since(at))
			}
		}
	})
}

func TestAReceiverThatIsAwayIsNotHammeredAndIsToldEverythingWhenItIsBack(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		back := time.Now().Add(30 * time.Minute)
		r.pager.answer = func(*call) (int, http.Header, error) {
			if time.Now().Before(back) {
				return 0, nil, errors.New("connection refused")
			}
			return http.StatusNoContent, nil, nil
		}
		r.start()
		defer r.halt()
		var want []string
		for n := range 500 {
			r.ledger.tell(about(n, slo.BreachKind, n))
			want = append(want, fmt.Sprint(n, " firing"))
		}
		for n := range 500 {
			r.ledger.tell(about(n, slo.EndedKind, 1000+n, ended))
			want = append(want, fmt.Sprint(n, " resolved"))
		}
		pass(29 * time.Minute)
		if age := r.value("throughline_notification_oldest_seconds"); age < 1700 || r.value("throughline_notifications_waiting") != 1000 {
			t.Errorf("the oldest of 1000 notices waits for %v s; want 29 min", age)
		}
		pass(3 * time.Minute)
		calls := r.settled()
		at := slices.IndexFunc(calls, func(c call) bool { return !c.at.Before(back) })
		if at < 25 || at >= 60 {
			t.Fatalf("%d attempts in half an hour; want about one a minute", at)
		}
		for n, c := range calls[enough : at+1] {
			if waited := c.at.Sub(calls[enough+n-1].at); waited < 800*time.Millisecond || waited > 72*time.Second {
				t.Errorf("attempt %d came %s after the one before", n, waited)
			}
		}
		// The probe was one that had never failed; all others follow as they came to be.
		arrived := toldOf(calls[at:])
		probe := slices.Index(want, arrived[0])
		want = slices.Insert(slices.Delete(want, probe, probe+1), 0, arrived[0])
		if diff := cmp.Diff(want, arrived); diff != "" {
			t.Errorf("(-want +told):\n%s", diff)
		}
	})
}

func TestTwoThatFailAreNoReceiverThatIsAway(t *testing.T) {
	t.Parallel()
	l, now := newLine(), time.Now()
	outbox := []owed{{seq: 1, incident: "a"}, {seq: 2, incident: "a"}, {seq: 3, incident: "b"}, {seq: 4, incident: "c"}, {seq: 5, incident: "d"}}
	turn := func(want uint64) {
		t.Helper()
		if seq, _ := l.next(outbox, now); seq != want {
			t.Fatalf("it is the turn of %d; want %d", seq, want)
		}
	}
	turn(1)
	for range 3 {
		l.failed("a", now, 0) // again and again is one that fails
	}
	turn(3)
	l.failed("b", now, 4*time.Minute)
	turn(4)
	l.dealt("c")
	l.failed("b", now, 4*time.Minute)
	l.failed("a", now, 0)
	outbox = slices.Delete(outbox, 3, 4)
	turn(5)
	if in := l.failed("d", now, 0); in < 800*time.Millisecond || in > 1200*time.Millisecond {
		t.Errorf("the receiver is left alone for %s; want a second", in)
	}
	turn(0)
	now = now.Add(2 * time.Minute)
	turn(5) // could be told for the longest
	l.failed("d", now, 0)
	now = now.Add(3 * time.Second)
	turn(1)
	l.dealt("a")
	outbox = slices.Delete(outbox, 0, 1)
	turn(2)
	l.dealt("a")
	outbox = slices.Delete(outbox, 0, 1)
	turn(5) // b is left alone for as long as was asked
	now = now.Add(2 * time.Minute)
	turn(3)
}
