package alerts

import (
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"throughline/slo"
)

// moods is a receiver of a seed: it is away at times, chokes on some incidents,
// refuses some notices whenever it gets them, and is well at the end.
type moods struct {
	seed   uint64
	random *rand.Rand
	well   time.Time
}

func (m *moods) share(text string, of uint64) bool {
	h := fnv.New64a()
	fmt.Fprint(h, m.seed, text)
	return h.Sum64()%of == 0
}

func (m *moods) refuses(key string) bool { return m.share("refused "+key, 4) }

func (m *moods) answer(c *call) (int, http.Header, error) {
	switch now := time.Now(); {
	case now.After(m.well):
	case m.share("away "+now.Truncate(2*time.Minute).String(), 3):
		return 0, nil, errors.New("no route to host")
	case m.share("chokes "+c.packet.Alerts[0].Fingerprint, 5):
		return http.StatusInternalServerError, nil, nil
	case m.random.IntN(5) == 0:
		return http.StatusTooManyRequests, http.Header{"Retry-After": {fmt.Sprint(m.random.IntN(200))}}, nil
	}
	if m.refuses(c.key) {
		return http.StatusUnprocessableEntity, nil, nil
	}
	return http.StatusOK, nil, nil
}

// again is a life in which some orders are late a second time.
func again(random *rand.Rand) []slo.Transition {
	story := life(random)
	for order := range 16 {
		if random.IntN(2) == 0 {
			story = append(story, about(order, slo.Reopened, 1000+order))
		}
		if random.IntN(2) == 0 {
			story = append(story, about(order, slo.EndedKind, 2000+order, ended))
		}
	}
	return story
}

// expected is what a receiver gets of everything there is to tell, by incident: no
// end of what it refused to hear the beginning of.
func (m *moods) expected(all []call) (want map[string][]string, untold int) {
	want, refused := map[string][]string{}, map[string]bool{}
	for _, c := range all {
		id := c.packet.Alerts[0].Fingerprint
		if c.packet.Status == "firing" {
			refused[id] = m.refuses(c.key)
		} else if refused[id] {
			refused[id] = false
			continue
		}
		want[id] = append(want[id], c.key)
	}
	for _, r := range refused {
		if r {
			untold++
		}
	}
	return want, untold
}

func TestWhateverTheReceiverDoesEveryIncidentIsToldInOrder(t *testing.T) {
	t.Parallel()
	var dropped atomic.Int64
	t.Run("seeds", func(t *testing.T) {
		for seed := range uint64(60) {
			t.Run(fmt.Sprint(seed), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) { dropped.Add(int64(tellMoody(t, seed))) })
			})
		}
	})
	if dropped.Load() < 100 {
		t.Errorf("%d ends were dropped; the receivers do not refuse enough", dropped.Load())
	}
}

func tellMoody(t *testing.T, seed uint64) (dropped int) {
	random := rand.New(rand.NewPCG(seed, 9))
	story := again(random)
	calm := newRig(t)
	calm.cfg.batch = 1 // so that a source is late as often, whenever it is told
	calm.ledger.tell(story...)
	calm.start()
	all := calm.settled()
	calm.halt()

	r := newRig(t)
	r.cfg.batch = 1
	m := &moods{seed: seed, random: rand.New(rand.NewPCG(seed, 10)), well: time.Now().Add(20 * time.Minute)}
	r.pager.answer = m.answer
	r.start()
	for n := 0; n < len(story); {
		more := min(n+1+random.IntN(6), len(story))
		r.ledger.tell(story[n:more]...)
		n = more
		<-time.After(time.Duration(random.IntN(40)) * time.Second)
		if random.IntN(8) == 0 {
			r.crash()
			r.start()
		}
	}
	<-time.After(max(0, time.Until(m.well)) + 12*time.Minute)
	synctest.Wait()
	defer r.halt()

	// Also what failed was tried in order: nothing overtakes, nothing is tried after
	// it was dealt with, but what a kill doubled at once.
	var tried []string
	for _, c := range r.pager.got() {
		tried = append(tried, c.key)
	}
	got, told := byIncident(tried)
	want, untold := m.expected(all)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("seed %d (-want +tried):\n%s", seed, diff)
	}
	if n := r.value("throughline_incidents_untold"); n != float64(untold) {
		t.Errorf("seed %d: %v incidents are untold; want %d", seed, n, untold)
	}
	if n := r.value("throughline_notifications_waiting"); n != 0 {
		t.Errorf("seed %d: %v notices wait for a receiver that is well", seed, n)
	}
	for id, i := range r.memory.incidents {
		if i.State == slo.Resolved && r.memory.untold[id] {
			t.Errorf("seed %d: %s is resolved and kept as untold", seed, id)
		}
	}
	return len(all) - told
}
