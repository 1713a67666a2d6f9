package pipeline

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"throughline/lineage"
)

// history is what the clients of a rig know.
type history struct {
	*rig
	rt    *rapid.T
	next  int
	sent  []request // all that were acknowledged
	spans map[string]bool
	logs  map[string]int
	event map[string]bool
	maybe map[string]bool // rows of requests that were not acknowledged
}

type request struct {
	signal  lineage.Signal
	items   int
	payload string
}

// make draws a new request of one signal.
func (h *history) make() request {
	var lines []string
	signal := rapid.SampledFrom([]lineage.Signal{lineage.Traces, lineage.Logs, lineage.Events}).Draw(h.rt, "signal")
	for range rapid.IntRange(1, 5).Draw(h.rt, "items") {
		h.next++
		switch signal {
		case lineage.Traces:
			lines = append(lines, fmt.Sprintf("span t%d s%d c%d %s", h.next/3, h.next, h.next, rapid.SampledFrom([]string{"", "x"}).Draw(h.rt, "id")))
		case lineage.Logs:
			lines = append(lines, fmt.Sprintf("log l%d", h.next))
		default:
			lines = append(lines, fmt.Sprintf("event crm e%d c%d", h.next, h.next))
		}
	}
	return request{signal, len(lines), strings.Join(lines, "\n")}
}

func (h *history) post(q request) {
	if !h.send(q.signal, q.items, q.payload) {
		h.note(q, false)
		return
	}
	h.sent = append(h.sent, q)
	h.note(q, true)
}

// note remembers which rows there must be, or may be.
func (h *history) note(q request, acked bool) {
	for line := range strings.Lines(q.payload) {
		f := strings.Fields(line)
		var row string
		switch f[0] {
		case "span":
			row = fmt.Sprintf("%x %x %s", fmt.Sprintf("%016s", f[1]), fmt.Sprintf("%08s", f[2]), f[3])
		case "log":
			row = f[1]
		case "event":
			row = "event " + strings.Join(f[1:], " ")
		default:
			continue
		}
		if !acked {
			h.maybe[row] = true
			continue
		}
		switch f[0] {
		case "span":
			h.spans[row] = true
		case "log":
			h.logs[row]++
		case "event":
			h.event[row] = true
		}
	}
}

// once checks that a table has every row that was acknowledged, once, and none
// that nobody sent.
func (h *history) once(table string, must map[string]bool) {
	h.rt.Helper()
	rows := h.store.table(table)
	for i, row := range rows {
		if i > 0 && rows[i-1] == row {
			h.rt.Fatalf("%s: %q is stored twice", table, row)
		}
		if !must[row] && !h.maybe[row] {
			h.rt.Fatalf("%s: nobody sent %q", table, row)
		}
	}
	for row := range must {
		if !slices.Contains(rows, row) {
			h.rt.Fatalf("%s: %q was acknowledged and is not stored", table, row)
		}
	}
}

func (h *history) verify() {
	h.rt.Helper()
	h.store.kill(false)
	h.feed.catchUp()
	s := h.drain()
	h.once("spans", h.spans)
	logs := map[string]bool{}
	for row := range h.logs {
		logs[row] = true
	}
	h.once("logs", logs)
	var business []string
	derived := map[string]bool{}
	for _, row := range h.store.table("events") {
		if strings.HasPrefix(row, "event ") {
			business = append(business, row)
		} else {
			derived[row] = true
		}
	}
	for row := range h.event {
		if n := len(slices.DeleteFunc(slices.Clone(business), func(b string) bool { return b != row })); n != 1 {
			h.rt.Fatalf("%q is stored %d times", row, n)
		}
		if !h.feed.seen[strings.TrimPrefix(row, "event ")] {
			h.rt.Fatalf("%q was never fed", row)
		}
	}
	for _, q := range h.sent {
		for line := range strings.Lines(q.payload) {
			if f := strings.Fields(line); len(f) == 5 && f[0] == "span" {
				id := fmt.Sprintf("%x-%x", fmt.Sprintf("%016s", f[1]), fmt.Sprintf("%08s", f[2]))
				if !derived["span otel:svc "+id+" "+f[3]] {
					h.rt.Fatalf("the event of span %s is not stored: %q", id, h.store.table("events"))
				}
			}
		}
	}
	for _, g := range s.Signals {
		if g.Received != g.Stored+g.Quarantined+g.Deduplicated || g.InFlight != 0 {
			h.rt.Fatalf("the accounting does not close: %+v", g)
		}
	}
}

func TestWhateverCrashesEverythingAcknowledgedIsStoredOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		rapid.Check(struct{ testing.TB }{t}, func(rt *rapid.T) { // the bubble has no deadline to ask for
			h := &history{
				rig: newRig(rt), rt: rt, spans: map[string]bool{}, logs: map[string]int{}, event: map[string]bool{}, maybe: map[string]bool{},
			}
			fate := func(n int) int { return rapid.IntRange(0, n-1).Draw(rt, "fate") }
			fall := func() {
				if rapid.Bool().Draw(rt, "power") {
					h.down(fate)
				} else {
					h.down(nil)
				}
			}
			h.up()
			defer func() { h.down(nil) }()
			rt.Repeat(map[string]func(*rapid.T){
				"send":   func(*rapid.T) { h.post(h.make()) },
				"send 2": func(*rapid.T) { h.post(h.make()) },
				"send again": func(rt *rapid.T) {
					if len(h.sent) > 0 {
						h.post(rapid.SampledFrom(h.sent).Draw(rt, "request"))
					}
				},
				"poison": func(*rapid.T) { h.post(request{lineage.Logs, 2, "poison"}) },
				"wait": func(rt *rapid.T) {
					<-time.After(time.Duration(rapid.IntRange(1, 60).Draw(rt, "ms")) * time.Millisecond)
					synctest.Wait()
				},
				"mishap": func(rt *rapid.T) {
					h.store.plan(mishap(rapid.IntRange(0, 3).Draw(rt, "how")), mishap(rapid.IntRange(0, 3).Draw(rt, "and then")))
				},
				"the store dies":  func(*rapid.T) { h.store.kill(true) },
				"the store lives": func(*rapid.T) { h.store.kill(false) },
				"the feed stalls": func(*rapid.T) { h.feed.stall() },
				"crash":           func(*rapid.T) { fall(); h.up() },
				"crash at a step": func(rt *rapid.T) {
					h.fs.CrashAt(rapid.IntRange(1, 25).Draw(rt, "step"))
					for i := 0; i < 8 && !h.fs.Down(); i++ {
						h.post(h.make())
						<-time.After(8 * time.Millisecond)
						synctest.Wait()
					}
					fall()
					h.up()
				},
				"crash and come back as another version": func(*rapid.T) {
					fall()
					h.dec.version = 3 - h.dec.version
					h.up()
				},
				"stop and start": func(*rapid.T) {
					soon, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
					defer cancel()
					_ = h.p.Stop(soon)
					h.close()
					h.up()
				},
				"": func(*rapid.T) { h.balance() },
			})
			h.verify()
		})
	})
}
