package alerts

import (
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"throughline/slo"
)

// life is what a seed makes happen to some orders, in the order of time.
func life(random *rand.Rand) []slo.Transition {
	var all []slo.Transition
	at := 0
	tell := func(order int, kind slo.Kind, change ...func(*slo.Transition)) {
		at += 1 + random.IntN(3)
		all = append(all, about(order, kind, at, change...))
	}
	type stage struct{ order, step int }
	var open []stage
	for n := range 16 {
		open = append(open, stage{n, random.IntN(3)}) // which begins as certain, provisional, or over
	}
	for len(open) > 0 {
		n := random.IntN(len(open))
		switch s := &open[n]; s.step {
		case 0:
			tell(s.order, slo.BreachKind)
			s.step = 4
		case 1:
			tell(s.order, slo.BreachKind, waits)
			s.step = 3
		case 2:
			tell(s.order, slo.BreachKind, ended)
			tell(s.order, slo.EndedKind, ended)
			s.step = 5
		case 3:
			if s.step = 4; random.IntN(2) == 0 {
				tell(s.order, slo.Correction, corrected)
				s.step = 5
			} else {
				tell(s.order, slo.Confirmed)
			}
		case 4:
			if random.IntN(3) == 0 {
				tell(s.order, slo.Explained, sticksAt("shipped"))
				break // and it ends some other time
			}
			if s.step = 5; random.IntN(3) > 0 {
				tell(s.order, slo.EndedKind, ended, sticksAt("shipped"))
			}
		default:
			open = slices.Delete(open, n, n+1)
		}
	}
	return all
}

// moody answers as a receiver on a bad day.
func moody(random *rand.Rand) func(*call) (int, http.Header, error) {
	return func(*call) (int, http.Header, error) {
		switch random.IntN(8) {
		case 0:
			return http.StatusServiceUnavailable, nil, nil
		case 1:
			return 0, nil, errors.New("connection reset")
		}
		return http.StatusOK, nil, nil
	}
}

// heard are the keys of the calls that were taken, and the bodies.
func heard(calls []call, taken func(n int) bool) (keys []string, bodies map[string]string) {
	bodies = map[string]string{}
	for n, c := range calls {
		if taken(n) {
			keys = append(keys, c.key)
			bodies[c.key] = c.body
		}
	}
	return keys, bodies
}

// The same life is lived twice: once undisturbed, and once by a process that is
// killed again and again, at whatever it is doing.
func TestAKillLosesNothingAndRepeatsNothing(t *testing.T) {
	t.Parallel()
	var doubled, killed atomic.Int64
	t.Run("seeds", func(t *testing.T) {
		for seed := range uint64(200) {
			t.Run(fmt.Sprint(seed), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					d, k := liveTwice(t, seed)
					doubled.Add(int64(d))
					killed.Add(int64(k))
				})
			})
		}
	})
	if doubled.Load() == 0 || killed.Load() < 2000 {
		t.Errorf("%d kills, after which %d notices came twice; the kills do not reach what they are for", killed.Load(), doubled.Load())
	}
}

func liveTwice(t *testing.T, seed uint64) (doubled, killed int) {
	random := rand.New(rand.NewPCG(seed, 7))
	story := life(random)
	all := func(int) bool { return true }

	calm := newRig(t)
	calm.cfg.batch = 5
	calm.ledger.tell(story...)
	calm.start()
	calm.settled()
	calm.halt()
	want, bodies := heard(calm.pager.got(), all)

	r := newRig(t)
	r.cfg.batch = 5
	r.ledger.tell(story...)
	var ok []bool // by call: whether it was taken
	mood := moody(rand.New(rand.NewPCG(seed, 8)))
	r.pager.answer = func(c *call) (int, http.Header, error) {
		status, header, err := mood(c)
		ok = append(ok, status == http.StatusOK)
		return status, header, err
	}
	marked := map[string]bool{} // keys that the book does not owe any more
	for range 10 {
		var steps atomic.Int64
		steps.Store(int64(1 + random.IntN(30)))
		r.step = func(string) error {
			if steps.Add(-1) <= 0 {
				return errKilled
			}
			return nil
		}
		before := len(r.pager.got())
		r.start()
		<-time.After(time.Duration(random.IntN(5000)) * time.Millisecond)
		synctest.Wait()
		r.crash()
		killed++
		checkMarks(t, r, before, ok, marked)
	}
	r.step = nil
	before := len(r.pager.got())
	r.start()
	<-time.After(10 * time.Minute)
	synctest.Wait()
	checkMarks(t, r, before, ok, nil)
	defer r.halt()

	keys, again := heard(r.pager.got(), func(n int) bool { return ok[n] })
	once, told := byIncident(keys)
	wanted, _ := byIncident(want)
	if diff := cmp.Diff(wanted, once); diff != "" {
		t.Errorf("seed %d (-undisturbed +killed):\n%s", seed, diff)
	}
	if diff := cmp.Diff(bodies, again); diff != "" {
		t.Errorf("seed %d: the same key says something else (-undisturbed +killed):\n%s", seed, diff)
	}
	if strings.Contains(r.log.String(), "level=ERROR") {
		t.Errorf("seed %d: the log says %s", seed, r.log)
	}
	if diff := cmp.Diff(standings(calm), standings(r)); diff != "" {
		t.Errorf("seed %d: what stands at the end (-undisturbed +killed):\n%s", seed, diff)
	}
	for id, i := range r.memory.incidents {
		if row := r.store.row(id); row.Version != i.Version {
			t.Errorf("seed %d: the store has version %d of %s; want %d", seed, row.Version, id, i.Version)
		}
	}
	return len(keys) - told, killed
}

// byIncident sorts keys by their incidents, each key once that came twice in a row,
// and returns how many are left.
func byIncident(keys []string) (sorted map[string][]string, left int) {
	sorted = map[string][]string{}
	for _, key := range keys {
		id, _, _ := strings.Cut(key, ":")
		sorted[id] = append(sorted[id], key)
	}
	for id := range sorted {
		sorted[id] = slices.Compact(sorted[id])
		left += len(sorted[id])
	}
	return sorted, left
}

// checkMarks fails when a run told again what the book had marked as told, and
// notes what is marked by now.
func checkMarks(t *testing.T, r *rig, before int, ok []bool, marked map[string]bool) {
	t.Helper()
	calls := r.pager.got()
	for _, c := range calls[before:] {
		if marked[c.key] {
			t.Errorf("%s is told again after it was marked", c.key)
		}
	}
	if marked == nil {
		return
	}
	b, m, err := openBook(&r.cfg, slog.New(slog.NewTextHandler(r.log, nil)), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer b.close()
	owes := map[string]bool{}
	for _, o := range m.outbox {
		n, err := b.notice(o.seq)
		if err != nil {
			t.Fatal(err)
		}
		owes[n.key()] = true
	}
	for n, c := range calls {
		if ok[n] && !owes[c.key] {
			marked[c.key] = true
		}
	}
}

// standings are the incidents without what the deliveries wrote into them.
func standings(r *rig) []string {
	var all []string
	for id, i := range r.memory.incidents {
		text := fmt.Sprintf("%s %s %s told %t waiting %d:", id, i.State, i.Resolution, i.Told, i.Waiting)
		for _, e := range i.History {
			if !strings.HasPrefix(e.Text, "the webhook") {
				text += " " + e.Text
			}
		}
		all = append(all, text)
	}
	for b, n := range r.memory.counts {
		all = append(all, fmt.Sprintf("%s waits for %d", b.Source, n))
	}
	slices.Sort(all)
	return all
}
